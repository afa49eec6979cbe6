"""The documentation checklist: for each required item, what of the record shows it.

A document has no age limit here: what was documented is documented, and its date is shown.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from cards.case import Case
from cards.facts import FACTS, OVERALL, Fact, Scalar
from cards.response.history import lesion_history, target_lesions
from cards.words import day, listed


@dataclass(frozen=True, slots=True)
class Document:
    """status: present | missing | not-applicable; words: what was found, or what would satisfy it."""

    status: str
    words: str
    evidence: tuple[str, ...] = ()


_RATIONALE = re.compile(
    r"\bunresectable\b|\bnot (a )?(surgical|resection|transplant)[\w\s]{0,20}candidate\b|\binoperable\b", re.I
)
_NO_SYSTEMIC = re.compile(r"\bnot (a )?candidate for systemic\b|\bsystemic therapy (has )?failed\b", re.I)


def planned_therapy(case: Case) -> Document:
    """Item 1: the order tells approach and embolic agent."""
    order = case.order
    if order is None:
        return Document("missing", "an order with approach and embolic agent")
    parts = {"approach": order.approach or order.body_site, "embolic agent": order.agent}
    lacking = [name for name, told in parts.items() if not told]
    if lacking:
        return Document("missing", f"{listed(lacking)} in the order", (order.reference,))
    return Document("present", f"{order.label}: {order.approach or order.body_site}; {order.agent}", (order.reference,))


def tumor_type(case: Case) -> Document:
    """Item 2a: primary or metastatic."""
    tumor = case.facts.tumor
    if tumor.kind == "unknown":
        return Document("missing", "a coded diagnosis of the liver tumor", tumor.evidence)
    return Document("present", f"{'metastatic' if tumor.is_metastasis else 'primary'}: {tumor.because}", tumor.evidence)


def extent_and_location(case: Case) -> Document:
    """Item 2b: extent, location, liver-dominant, progressive, diffuse, extrahepatic disease."""
    found: list[str] = []
    lacking: list[str] = []
    evidence: list[str] = []
    if case.burden.count.low > 0:
        found.append(case.burden.text)
        evidence += case.burden.evidence
    else:
        lacking.append("number and size of nodules")
    if _located(case):
        found.append("location")
    else:
        lacking.append("location (segments or lobes)")
    for name in ("extrahepatic_spread", "liver_dominant", "progressive", "diffuse"):
        fact = _latest(case, name)
        label = FACTS[name].label
        if fact is None:
            lacking.append(f"whether {label}")
        else:
            found.append(f"{label}: {'yes' if fact.value else 'no'}")
            evidence.append(fact.evidence)
    if lacking:
        return Document("missing", listed(lacking), tuple(evidence))
    return Document("present", "; ".join(found), tuple(evidence))


def _located(case: Case) -> bool:
    """Segments of measured, treated or ordered lesions, or the lobes."""
    facts = case.facts
    keys = (*(s.lesion for s in facts.sizes), *(x for s in facts.sessions for x in s.lesions))
    ordered = case.order.lesions if case.order is not None else ()
    in_segment = any(facts.segments.get(k, k).startswith("segment-") for k in (*keys, *ordered))
    return in_segment or _latest(case, "lobar_distribution") is not None


def symptoms(case: Case) -> Document:
    """Item 2c: neuroendocrine metastases only."""
    if case.facts.tumor.kind != "neuroendocrine-metastasis":
        if case.facts.tumor.kind == "unknown":
            return Document("missing", "tumor-related symptoms, if these are neuroendocrine metastases")
        return Document("not-applicable", "neuroendocrine metastases only")
    return _stated(case, "symptomatic", "presence or absence of tumor-related symptoms")


def surgical_rationale(case: Case) -> Document:
    """Item 3: why not a surgical candidate, or unresectable."""
    fact = _latest(case, "unresectable")
    if fact is not None and fact.value is True:
        return Document("present", f"unresectable or no surgical candidate ({day(fact.when)})", (fact.evidence,))
    order = case.order
    if order is not None and _RATIONALE.search(order.text):
        return Document("present", "rationale in the order", (order.reference,))
    return Document("missing", "why the patient is not a surgical candidate or the tumor is unresectable")


def prior_treatments(case: Case) -> Document:
    """Item 4: each prior treatment, and for TACE the response to it."""
    facts = case.facts
    sessions, others = facts.sessions, sorted(facts.treatments, key=lambda t: (t.when or date.min, t.label, t.evidence))
    if not sessions and not others:
        return Document("missing", "prior treatments with response, or a statement that there were none")
    told = {id(o.session) for key in target_lesions(facts) for o in lesion_history(facts, key) if o.category}
    told |= {id(o.session) for o in lesion_history(facts, OVERALL) if o.category}
    without = [s for s in sessions if s.kind == "tace" and id(s) not in told]
    words = [f"{s.kind.upper()} {day(s.when)}" for s in sessions] + [f"{t.label} {day(t.when)}" for t in others]
    evidence = tuple(r for s in sessions for r in s.evidence) + tuple(t.evidence for t in others)
    if without:
        return Document("missing", f"response to the TACE of {listed(day(s.when) for s in without)}", evidence)
    return Document("present", "; ".join(words), evidence)


def systemic_rationale(case: Case) -> Document:
    """Item 5: why not a candidate for initial or continued systemic therapy."""
    fact = _latest(case, "systemic_therapy_status")
    if fact is not None and fact.value != "candidate":
        return Document("present", f"systemic therapy: {fact.value} ({day(fact.when)})", (fact.evidence,))
    order = case.order
    if order is not None and _NO_SYSTEMIC.search(order.text):
        return Document("present", "rationale in the order", (order.reference,))
    return Document("missing", "why the patient is not a candidate for initial or continued systemic therapy")


def bridge(case: Case) -> Document:
    """Item 6: HCC only."""
    kind = case.facts.tumor.kind
    if kind not in ("hcc", "unknown"):
        return Document("not-applicable", "HCC only")
    return _stated(case, "bridge_to_transplant", "whether treatment is a bridge to transplant")


def _stated(case: Case, name: str, wanted: str) -> Document:
    fact = _latest(case, name)
    if fact is None:
        return Document("missing", wanted)
    said = f"{FACTS[name].label}: {'yes' if fact.value else 'no'} ({day(fact.when)})"
    return Document("present", said, (fact.evidence,))


def _latest(case: Case, name: str) -> Fact[Scalar] | None:
    known = case.state[name]
    if isinstance(known, Fact):
        return known
    return next((f for f in case.facts.series.get(name, ()) if f.when is not None), None)


EVIDENCE: Mapping[str, Callable[[Case], Document]] = {
    "planned_therapy": planned_therapy,
    "tumor_type": tumor_type,
    "extent_and_location": extent_and_location,
    "symptoms": symptoms,
    "surgical_rationale": surgical_rationale,
    "prior_treatments": prior_treatments,
    "systemic_rationale": systemic_rationale,
    "bridge": bridge,
}
