"""The documentation checklist: for each item, what of the record shows it, quoted short, or what would satisfy it.

A document has no age limit here: what was documented is documented, and its date is shown.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from cards.case import Case
from cards.facts import FACTS, OVERALL, Fact, Scalar
from cards.liver.child_pugh import ITEMS
from cards.markdown import plain
from cards.questions import TUMOR_WORDS
from cards.record import record
from cards.response.history import lesion_history, target_lesions
from cards.words import day, listed

QUOTE_LENGTH = 120


@record(frozen=True, slots=True)
class Found:
    """One piece of evidence: FHIR reference, its day (None: undated, or a state), and what it says, short."""

    reference: str
    when: date | None
    quote: str


@record(frozen=True, slots=True)
class Document:
    """status: present | missing | not-applicable; words: what was found, or what would satisfy it.

    wanted   names of facts (cards.facts) that would satisfy it; found: the evidence, piece by piece
    in_words True where only the answer of a completed questionnaire says it
    """

    status: str
    words: str
    evidence: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    wanted: tuple[str, ...] = ()
    in_words: bool = False


_RATIONALE = re.compile(
    r"\bunresectable\b|\bnot (a )?(surgical|resection|transplant)[\w\s]{0,20}candidate\b|\binoperable\b"
    r"|\bnot (amenable to|suitable for|eligible for) (surgical )?(resection|surgery|transplant\w*)", re.I
)  # fmt: skip
_NO_SYSTEMIC = re.compile(
    r"\bnot (a )?candidate for (systemic|chemo)\w*\b|\bsystemic therapy (has )?failed\b"
    r"|\b(failed|refractory to|intolerant (of|to)|progress\w+ on) (systemic therapy|chemotherapy|sorafenib|lenvatinib)\b", re.I
)  # fmt: skip
_OPEN = re.compile(
    r"\bif\b|\bwhether\b|\bpossibl[ey]\b|\bto (be )?(determine|evaluate|clarif)|\bno longer\b|\bnot yet\b|\?", re.I
)  # fmt: skip
_SENTENCE = re.compile(r"[^.;!\n]+[?]?")


def planned_therapy(case: Case) -> Document:
    """The order tells approach and embolic agent."""
    order = case.order
    if order is None:
        return Document("missing", "an order with approach and embolic agent")
    parts = {"approach": order.approach or order.body_site, "embolic agent": order.agent}
    lacking = [name for name, told in parts.items() if not told]
    if lacking:
        return Document("missing", f"{listed(lacking)} in the order", (order.reference,))
    words = f"{order.label}: {order.approach or order.body_site}; {order.agent}"
    return _present(words, (Found(order.reference, order.authored, _short(words)),))


def tumor_type(case: Case) -> Document:
    """Primary or metastatic."""
    tumor = case.facts.tumor
    if tumor.kind == "unknown":
        return Document("missing", "a coded diagnosis of the liver tumor", tumor.evidence, (), ("tumor_type",))
    words = f"{'metastatic' if tumor.is_metastasis else 'primary'}: {tumor.because}"
    pieces = tuple(Found(ref, None, TUMOR_WORDS[tumor.kind]) for ref in tumor.evidence)
    return Document("present", words, tumor.evidence, pieces)


def extent_and_location(case: Case) -> Document:
    """Extent, location, liver-dominant, progressive, diffuse, extrahepatic disease."""
    said: list[str] = []
    lacking: list[str] = []
    pieces: list[Found] = []
    wanted: list[str] = []
    if case.burden.count.low > 0:
        words = case.burden.text
        said.append(words)
        pieces += [Found(ref, _when(case, ref), words) for ref in dict.fromkeys(case.burden.evidence)]
    else:
        lacking.append("number and size of nodules")
        wanted += ["nodule_count", "nodule_size"]
    if _located(case):
        said.append("location")
    else:
        lacking.append("location (segments or lobes)")
        wanted.append("lobar_distribution")
    for name in ("extrahepatic_spread", "liver_dominant", "progressive", "diffuse"):
        fact = latest(case, name)
        label = FACTS[name].label
        if fact is None:
            lacking.append(f"whether {label}")
            wanted.append(name)
        else:
            said.append(f"{label}: {'yes' if fact.value else 'no'}")
            pieces.append(_piece(fact))
    evidence = tuple(dict.fromkeys(piece.reference for piece in pieces))
    if lacking:
        return Document("missing", listed(lacking), evidence, tuple(pieces), tuple(wanted))
    return Document("present", "; ".join(said), evidence, tuple(pieces))


def _when(case: Case, reference: str) -> date | None:
    for measured in case.facts.sizes:
        if measured.size.evidence == reference:
            return measured.size.when
    return next((f.when for f in case.facts.series.get("nodule_count", ()) if f.evidence == reference), None)


def _located(case: Case) -> bool:
    """Segments of measured, treated or ordered lesions, or the lobes."""
    facts = case.facts
    keys = (*(s.lesion for s in facts.sizes), *(x for s in facts.sessions for x in s.lesions))
    ordered = case.order.lesions if case.order is not None else ()
    for key in (*keys, *ordered):
        if facts.segments.get(key, key).startswith("segment-"):
            return True
    return latest(case, "lobar_distribution") is not None


def symptoms(case: Case) -> Document:
    """Tumor-related symptoms: neuroendocrine metastases only."""
    if case.facts.tumor.kind != "neuroendocrine-metastasis":
        if case.facts.tumor.kind == "unknown":
            return Document("missing", "tumor-related symptoms, if these are neuroendocrine metastases", (), (),
                            ("symptomatic",))  # fmt: skip
        return Document("not-applicable", "neuroendocrine metastases only")
    return _stated(case, "symptomatic", "presence or absence of tumor-related symptoms")


def surgical_rationale(case: Case) -> Document:
    """Why not a surgical candidate, or unresectable."""
    told = tuple(_sentences(case, _RATIONALE))
    fact, reason = latest(case, "unresectable"), latest(case, "unresectable_reason")
    pieces = [_piece(each) for each in (fact, reason) if each is not None and each.value is not False]
    if pieces:
        why = f": {str(reason.value).replace('-', ' ')}" if reason is not None else ""
        when = next(each.when for each in (fact, reason) if each is not None and each.value is not False)
        return _present(f"unresectable or no surgical candidate{why} ({day(when)})", (*pieces, *told))
    if told:
        return _present(_where(case, told), told)
    return Document("missing", "why the patient is not a surgical candidate or the tumor is unresectable", (), (),
                    ("unresectable", "unresectable_reason"))  # fmt: skip


def prior_treatments(case: Case) -> Document:
    """Each prior treatment, and for TACE the response to it."""
    facts = case.facts
    sessions, others = facts.sessions, sorted(facts.treatments, key=lambda t: (t.when or date.min, t.label, t.evidence))
    if not sessions and not others:
        naive = latest(case, "treatment_naive")
        if naive is not None and naive.value is True:
            return _present(f"no prior treatment ({day(naive.when)})", (_piece(naive),))
        return Document("missing", "prior treatments with response, or a statement that there were none", (), (),
                        ("treatment_naive",))  # fmt: skip
    outcomes = [o for key in (*target_lesions(facts), OVERALL) for o in lesion_history(facts, key) if o.category]
    told = {id(o.session): o.category for o in outcomes}
    without = [s for s in sessions if s.kind == "tace" and id(s) not in told]
    words = [f"{s.kind.upper()} {day(s.when)}{f' ({told[id(s)]})' if id(s) in told else ''}" for s in sessions]
    words += [f"{t.label} {day(t.when)}" for t in others]
    pieces = [
        Found(ref, s.when, s.kind.upper() + (f", response {told[id(s)]}" if id(s) in told else ""))
        for s in sessions
        for ref in s.evidence
    ]
    pieces += [Found(t.evidence, t.when, _short(t.label)) for t in others]
    evidence = tuple(piece.reference for piece in pieces)
    if without:
        lacking = f"response to the TACE of {listed(day(s.when) for s in without)}"
        return Document("missing", lacking, evidence, tuple(pieces), ("mrecist_response",))
    return Document("present", "; ".join(words), evidence, tuple(pieces))


def systemic_rationale(case: Case) -> Document:
    """Why not a candidate for initial or continued systemic therapy."""
    fact = latest(case, "systemic_therapy_status")
    told = tuple(_sentences(case, _NO_SYSTEMIC))
    if fact is not None and fact.value != "candidate":
        return _present(f"systemic therapy: {fact.value} ({day(fact.when)})", (_piece(fact), *told))
    if told:
        return _present(_where(case, told), told)
    return Document("missing", "why the patient is not a candidate for initial or continued systemic therapy", (), (),
                    ("systemic_therapy_status",))  # fmt: skip


def bridge(case: Case) -> Document:
    """Whether a bridge to transplant: HCC only."""
    kind = case.facts.tumor.kind
    if kind not in ("hcc", "unknown"):
        return Document("not-applicable", "HCC only")
    return _stated(case, "bridge_to_transplant", "whether treatment is a bridge to transplant")


def liver_function(case: Case) -> Document:
    """The five items of the Child-Pugh score, as of today."""
    score = case.child_pugh
    if score.missing:
        words = f"today's {listed(score.open_items())} (items of Child-Pugh)"
        return Document("missing", words, score.evidence, (), score.missing)
    names = ("bilirubin", "albumin", "inr", "ascites_grade", "encephalopathy_grade")
    pieces = tuple(_piece(known) for name in names if isinstance(known := case.state[name], Fact))
    return _present(f"Child-Pugh {'/'.join(score.classes)} ({score.low}), {len(ITEMS)} items", pieces)


def performance_status(case: Case) -> Document:
    """ECOG performance status, as of today."""
    known = case.state.ecog
    if isinstance(known, Fact):
        return _present(f"ECOG {known.value} ({day(known.when)})", (_piece(known),))
    return Document("missing", "ECOG performance status", (), (), ("ecog",))


def vascular_invasion(case: Case) -> Document:
    """Presence or absence of portal vein invasion."""
    known = latest(case, "portal_vein_invasion")
    if known is not None:
        return _present(f"portal vein invasion: {known.value} ({day(known.when)})", (_piece(known),))
    return Document("missing", "presence or absence of portal vein invasion", (), (), ("portal_vein_invasion",))


def _paper(kind: str, wanted: str) -> Callable[[Case], Document]:
    def shows(case: Case) -> Document:
        papers = [paper for paper in case.facts.papers if paper.kind == kind]
        if not papers:
            return Document("missing", wanted)
        pieces = tuple(Found(p.evidence, p.when, _short(p.label)) for p in papers[:3])
        return _present("; ".join(f"{p.label} ({day(p.when)})" for p in papers[:3]), pieces)

    return shows


def curative_evaluation(case: Case) -> Document:
    """Curative therapy was considered: stated as not possible, as a bridge, or by a surgeon, a transplant team or a board."""
    stated = [latest(case, name) for name in ("unresectable", "bridge_to_transplant", "transplant_listed")]
    pieces = [_piece(fact) for fact in stated if fact is not None and fact.value is True]
    papers = [p for p in case.facts.papers if p.kind in ("surgery", "transplant", "tumor-board")]
    pieces += [Found(p.evidence, p.when, _short(p.label)) for p in papers[:3]]
    if pieces:
        return _present("; ".join(piece.quote for piece in pieces), tuple(pieces))
    return Document("missing", "a surgical, transplant or tumor board evaluation", (), (), ("unresectable",))


EVIDENCE: Mapping[str, Callable[[Case], Document]] = {
    "planned_therapy": planned_therapy,
    "tumor_type": tumor_type,
    "extent_and_location": extent_and_location,
    "symptoms": symptoms,
    "surgical_rationale": surgical_rationale,
    "prior_treatments": prior_treatments,
    "systemic_rationale": systemic_rationale,
    "bridge": bridge,
    "liver_function": liver_function,
    "performance_status": performance_status,
    "vascular_invasion": vascular_invasion,
    "curative_evaluation": curative_evaluation,
    "mapping": _paper("mapping", "the report of the hepatic angiogram and of the shunt study"),
    "imaging_report": _paper("imaging", "the report of the liver imaging"),
    "pathology_report": _paper("pathology", "the pathology report"),
    "tumor_board": _paper("tumor-board", "the note of the tumor board"),
}


def answered(case: Case, policy: str, item: str) -> Document | None:
    """What a completed questionnaire of the policy says of the item in words; None where it says nothing."""
    paper = next((p for p in case.facts.papers if p.kind == f"{policy}:{item}"), None)
    if paper is None:
        return None
    quote = _short(paper.text)
    return Document("present", f"answered ({day(paper.when)}): “{quote}”", (paper.evidence,),
                    (Found(paper.evidence, paper.when, quote),), (), True)  # fmt: skip


def _present(words: str, pieces: tuple[Found, ...]) -> Document:
    return Document("present", words, tuple(dict.fromkeys(piece.reference for piece in pieces)), pieces)


def _stated(case: Case, name: str, wanted: str) -> Document:
    fact = latest(case, name)
    if fact is None:
        return Document("missing", wanted, (), (), (name,))
    said = f"{FACTS[name].label}: {'yes' if fact.value else 'no'} ({day(fact.when)})"
    return _present(said, (_piece(fact),))


def _piece(fact: Fact[Scalar]) -> Found:
    said = {True: "yes", False: "no"}[fact.value] if isinstance(fact.value, bool) else fact.shown or str(fact.value)
    return Found(fact.evidence, fact.when, _short(f"{FACTS[fact.name].label}: {said}"))


def _short(text: str) -> str:
    line = plain(text)
    return line if len(line) <= QUOTE_LENGTH else line[: QUOTE_LENGTH - 1].rstrip() + "…"


def _sentences(case: Case, pattern: re.Pattern[str]) -> Iterator[Found]:
    """Sentences of the order and of documents that say it; not those that leave it open."""
    order = case.order
    texts = [(order.reference, order.authored, order.text)] if order is not None else []
    texts += [(paper.evidence, paper.when, paper.text) for paper in case.facts.papers if ":" not in paper.kind]
    for reference, when, text in texts:
        if pattern.search(text) is None:  # of most texts no sentence is looked at
            continue
        said = next((s for s in _SENTENCE.findall(text) if pattern.search(s) and not _OPEN.search(s)), "")
        if said:
            yield Found(reference, when, _short(said))


def _where(case: Case, told: tuple[Found, ...]) -> str:
    """In the order, or in which document, with the sentence."""
    first = told[0]
    in_order = case.order is not None and first.reference == case.order.reference
    return f"rationale in {'the order' if in_order else f'{first.reference} ({day(first.when)})'}: “{first.quote}”"


def latest(case: Case, name: str) -> Fact[Scalar] | None:
    """Today's value of a fact, else the last dated one: what was documented stays documented."""
    known = getattr(case.state, name, None)  # facts of history have no place in today's state
    if isinstance(known, Fact):
        return known
    for fact in case.facts.series.get(name, ()):
        if fact.when is not None:
            return fact
    return None


# The facts that a document of each kind consists of; a kind without any is a report or a note.
FACTS_OF: Mapping[str, tuple[str, ...]] = {
    "tumor_type": ("tumor_type",),
    "extent_and_location": ("nodule_count", "nodule_size", "lobar_distribution", "extrahepatic_spread", "liver_dominant",
                            "progressive", "diffuse"),
    "symptoms": ("symptomatic",),
    "surgical_rationale": ("unresectable", "unresectable_reason"),
    "prior_treatments": ("treatment_naive",),
    "systemic_rationale": ("systemic_therapy_status",),
    "bridge": ("bridge_to_transplant",),
    "liver_function": ("bilirubin", "albumin", "inr", "ascites_grade", "encephalopathy_grade"),
    "performance_status": ("ecog",),
    "vascular_invasion": ("portal_vein_invasion",),
    "curative_evaluation": ("unresectable", "transplant_listed"),
}  # fmt: skip
