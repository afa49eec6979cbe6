"""What goes to the payer's reviewer: facts and rationale with day and source, in the order in which a reviewer reads.

Nothing that is open, and no judgment of the service, stands here: those are for the coordinator (the checklist). What a record
says in words that a reviewer could take for a judgment is cited, not quoted.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from cards.case import Case
from cards.facts import FACTS, NOT_TOLD, OVERALL, Fact, Scalar
from cards.markdown import plain
from cards.prior_auth.documentation import Found, latest, surgical_rationale, systemic_rationale
from cards.prior_auth.policy import NECESSARY
from cards.prior_auth.verdict import PriorAuth
from cards.questions import TUMOR_WORDS
from cards.record import record
from cards.response.history import lesion_history, target_lesions
from cards.words import day, listed, number

# Never in what a payer gets, whoever wrote it: verdicts, and words for gaps.
KEPT_BACK = re.compile(
    r"contra-?indicat|refractor|not recommended|criteri\w+ (is |are )?not met|\bnot met\b|\bmissing\b|not documented|\bunknown\b"
    r"|not shown|cannot be assessed|\beligib|\bineligib|investigational|not medically necessary", re.I
)  # fmt: skip
_WORDS = {"refractory": "not controlled by diuretics", "moderate-severe": "moderate to severe"}
_KIND = {"tace": "TACE", "tae": "bland embolization", "y90": "Y-90 radioembolization", "embolization": "embolization"}
_MOST_PAPERS = 6


@record(frozen=True, slots=True)
class Row:
    """One fact: what it is, its value, its day (None: a state, or undated), and the resources that say it."""

    label: str
    value: str
    when: date | None = None
    sources: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


def packet(case: Case, p: PriorAuth) -> tuple[Section, ...]:
    """The sections that have something to say."""
    made = (
        Section("Order", tuple(_order(case, p))),
        Section("Disease", tuple(_disease(case))),
        Section("Stage", tuple(_stage(case))),
        Section("Prior treatments and response", tuple(_treatments(case))),
        Section("Liver function and performance status", tuple(_liver(case))),
        Section("Rationale", tuple(_rationale(case, p))),
        Section("Reports in the record", tuple(_reports(case))),
    )
    return tuple(section for section in made if section.rows)


def may_go_out(text: str) -> bool:
    """Whether a text holds no word that is kept back."""
    return KEPT_BACK.search(text) is None


def _order(case: Case, p: PriorAuth) -> Iterator[Row]:
    order = case.order
    if order is None:
        yield Row("Procedure", "TACE")
    else:
        here = (order.reference,)
        yield Row("Procedure", _KIND.get(order.kind, order.kind), order.authored, here)
        target = listed(_lesion(case, key) for key in order.lesions) or order.body_site
        for label, value in (("Target", target), ("Approach", order.approach), ("Embolic agent", order.agent),
                             ("Billing codes", ", ".join(order.billing))):  # fmt: skip
            if value and may_go_out(value):
                yield Row(label, plain(value), None, here)
    if p.applied is not None and p.decision == NECESSARY:
        yield Row("Policy", f"{p.applied.name}, clause {p.clause}")


def _lesion(case: Case, key: str) -> str:
    """The segment of a lesion where it is told, else the lesion as it is named."""
    return case.facts.segments.get(key, key).replace("-", " ")


def _disease(case: Case) -> Iterator[Row]:
    tumor = case.facts.tumor
    if tumor.kind != "unknown":
        origin = "metastatic" if tumor.is_metastasis else "primary"
        yield Row("Tumor", f"{TUMOR_WORDS[tumor.kind]} ({origin})", None, tumor.evidence)
    yield from _facts(case, ("nodule_count",))
    for measured in case.state.sizes:
        where = "" if measured.lesion == NOT_TOLD else f", {_lesion(case, measured.lesion)}"
        yield Row(f"Nodule{where}", f"{measured.size.comparator}{number(float(measured.size.value), 1)} cm",
                  measured.size.when, (measured.size.evidence,))  # fmt: skip
    yield from _facts(case, ("lobar_distribution", "liver_involvement_percent", "portal_vein_invasion",
                             "extrahepatic_spread", "liver_dominant", "progressive", "diffuse"))  # fmt: skip
    if tumor.kind == "neuroendocrine-metastasis":
        yield from _facts(case, ("symptomatic",))


def _stage(case: Case) -> Iterator[Row]:
    if case.bclc is not None and case.bclc.stage:
        yield Row("BCLC 2022", case.bclc.stage, case.today)
    yield from _facts(case, ("bclc_stage",))


def _treatments(case: Case) -> Iterator[Row]:
    facts = case.facts
    outcomes = [o for key in (*target_lesions(facts), OVERALL) for o in lesion_history(facts, key)]
    for session in facts.sessions:
        target = f", {listed(_lesion(case, key) for key in session.lesions)}" if session.lesions else ""
        told = [o for o in outcomes if o.session is session and (o.category or o.viable is not None)]
        said = listed(dict.fromkeys(_outcome(o.category, o.viable, o.on) for o in told))
        sources = tuple(dict.fromkeys((*session.evidence, *(ref for o in told for ref in o.evidence))))
        yield Row(f"{_KIND.get(session.kind, session.kind)}{target}", said or "performed", session.when, sources)
    for treatment in sorted(facts.treatments, key=lambda t: (t.when or date.min, t.label)):
        label = treatment.label if may_go_out(treatment.label) else treatment.kind
        yield Row(plain(label), "current" if treatment.active else "given", treatment.when, (treatment.evidence,))
    if not facts.sessions and not facts.treatments:
        naive = latest(case, "treatment_naive")
        if naive is not None and naive.value is True:
            yield Row("Prior treatment of the tumor", "none", naive.when, (naive.evidence,))


def _outcome(category: str, viable: float | None, on: date | None) -> str:
    parts = [f"response {category} (mRECIST)"] if category else []
    parts += [f"{viable:g} % viable"] if viable is not None else []
    return f"{', '.join(parts)}, {day(on)}" if on is not None else ", ".join(parts)


def _liver(case: Case) -> Iterator[Row]:
    score = case.child_pugh
    if score.status == "known":
        yield Row("Child-Pugh", f"{score.classes[0]}, {score.low} points", case.today, score.evidence)
    albi = case.albi
    if albi.score.value is not None:
        yield Row(
            "ALBI",
            f"{number(albi.score.value).replace('-', '−')}, grade {albi.grades[0]}",
            case.today,
            albi.score.evidence,
        )
    yield from _facts(case, ("bilirubin", "albumin", "inr", "creatinine", "platelets", "ascites_grade",
                             "encephalopathy_grade", "ecog"))  # fmt: skip


def _rationale(case: Case, p: PriorAuth) -> Iterator[Row]:
    for label, document in (
        ("Not a surgical candidate, or unresectable", surgical_rationale(case)),
        ("No initial or continued systemic therapy", systemic_rationale(case)),
    ):
        if document.status == "present":
            for found in document.found:
                yield Row(label, _cited(found), found.when, (found.reference,))
    yield from _facts(case, ("bridge_to_transplant", "transplant_listed"))
    for item, document in p.documentation:
        if document.in_words:
            yield from (Row(_capital(item.label), _cited(f), f.when, (f.reference,)) for f in document.found)


def _cited(found: Found) -> str:
    """Quoted; where its words are kept back, cited alone."""
    said = found.quote.partition(": ")[2] if found.quote.startswith(tuple(_LABELS)) else found.quote
    words = {"yes": "stated", **_STATUS}.get(said, said)
    return words if may_go_out(words) else "stated in the record"


_LABELS = [f"{FACTS[name].label}: " for name in ("unresectable", "unresectable_reason", "systemic_therapy_status")]
_STATUS = {word: word.replace("-", " ") for spec in ("unresectable_reason", "systemic_therapy_status")
           for word in map(str, FACTS[spec].values)}  # fmt: skip


def _reports(case: Case) -> Iterator[Row]:
    for paper in [paper for paper in case.facts.papers if ":" not in paper.kind][:_MOST_PAPERS]:
        label = paper.label if may_go_out(paper.label) else paper.kind
        yield Row(paper.kind.replace("-", " "), plain(label), paper.when, (paper.evidence,))


def _facts(case: Case, names: Iterable[str]) -> Iterator[Row]:
    """Each fact that is stated, with its day; what is not stated has no row."""
    for name in names:
        fact = latest(case, name)
        if fact is not None:
            yield Row(_capital(FACTS[name].label), _value(fact), fact.when, (fact.evidence,))


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _value(fact: Fact[Scalar]) -> str:
    spec = FACTS[fact.name]
    if isinstance(fact.value, bool):
        return "yes" if fact.value else "no"
    if spec.kind == "coded":
        return _WORDS.get(str(fact.value), str(fact.value).replace("-", " "))
    if spec.kind == "integer" and isinstance(fact.value, str):  # a Condition: present, without a grade
        return str(fact.value)
    unit = "" if spec.unit in ("", "1") else f" {spec.unit.replace('10*9', '10⁹')}"
    return f"{fact.comparator}{number(float(fact.value))}{unit}"
