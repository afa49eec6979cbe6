"""Concurrent or sequential: whether TACE and a systemic drug overlap, and what has been published of it."""

from collections.abc import Iterable
from datetime import date

from cards.case import Case
from cards.combination.advanced import ADVANCED
from cards.combination.evidence import EVIDENCE, source_003_survival_after_earlier_tace
from cards.combination.guidance import GUIDANCE, easl_2025_other_therapy, source_003_systemic_precondition
from cards.combination.trials import trial_population, trials_of
from cards.combination.unchecked import unchecked
from cards.facts import Order, Session, Treatment
from cards.record import record
from cards.response.history import tace_sessions, undated_tace
from cards.verdict import Finding, Verdict
from cards.words import day, listed

_TACE = ("tace", "embolization")


@record(frozen=True, slots=True)
class Combination:
    """verdict: concurrent | sequential | none | not-applicable

    findings  the overlap or the sequence first, then every published statement, the trials, and what was not checked
    drugs     the systemic drugs, ordered or active, by ingredient
    """

    verdict: str
    findings: tuple[Finding, ...] = ()
    drugs: tuple[str, ...] = ()

    def of(self, rule: str) -> Finding | None:
        """The finding of one rule."""
        return next((f for f in self.findings if f.rule == rule), None)

    def says(self, rule: str) -> Verdict:
        """The verdict of one rule; NOT_MET where it was not asked."""
        found = self.of(rule)
        return found.verdict if found is not None else Verdict.NOT_MET


def combination(case: Case, refractory: Iterable[Finding] = ()) -> Combination:
    """Whether TACE and systemic therapy overlap.

    Inputs
        orders      draft orders of the call that are for this patient; one for TACE, or 37243 read as TACE
        treatments  systemic drugs that are active
        refractory  what the definitions of refractoriness found (for the sequence)
    Result
        concurrent      a systemic drug ordered while TACE is ordered, or TACE ordered while a systemic drug is active
        sequential      a systemic drug ordered after TACE, none ordered: never "do not combine"
        none            one of the two alone
        not-applicable  no order, an order that names another patient, or not HCC
    Not modelled
        a TACE that is planned without an order in the call
    Source
        source-003; its sentence on immunotherapy is its own extrapolation from EASL's on TKIs in large tumor burden
    """
    order = case.order
    if order is None or not order.subject_matches or not case.hcc:
        return Combination("not-applicable")
    orders = [o for o in case.facts.orders if o.subject_matches]
    active = sorted((t for t in case.facts.treatments if t.kind == "systemic" and t.active), key=_earliest_first)
    tace = [o for o in orders if o.kind in _TACE]
    systemic = [o for o in orders if o.kind == "systemic"]
    concerned = order.kind in _TACE or order.kind == "systemic"
    if tace and (active or systemic) and concerned:
        return _concurrent(case, tace, systemic, active)
    if order.kind == "systemic" and (tace_sessions(case.facts) or undated_tace(case.facts)):
        return _sequential(case, [order, *systemic], refractory)
    return Combination("none")


def _earliest_first(drug: Treatment) -> tuple[str, date, str]:
    """By name; of one drug the earliest record first, undated ones last."""
    return drug.label, drug.when or date.max, drug.evidence


def _concurrent(case: Case, tace: list[Order], systemic: list[Order], active: list[Treatment]) -> Combination:
    drugs = tuple(sorted({*(d for o in systemic for d in o.drugs), *(t.label for t in active)}))
    evidence = tuple(dict.fromkeys([*(o.reference for o in (*tace, *systemic)), *(t.evidence for t in active)]))
    because = f"TACE together with {listed(drugs)}: {_overlap(systemic, active)}"
    overlap = Finding("concurrent_systemic_therapy", Verdict.MET, because, "source-003",
                      "critical contraindication to combination therapy", evidence)  # fmt: skip
    said = (rule(case, drugs) for rule in (*GUIDANCE, *EVIDENCE, *ADVANCED))
    populations = (trial_population(trial, case) for trial in trials_of(drugs))
    return Combination("concurrent", (overlap, *said, *populations, *unchecked(case, drugs)), drugs)


def _overlap(systemic: list[Order], active: list[Treatment]) -> str:
    """When each active drug was begun, and which are ordered in the same call."""
    begun = {t.label: t.when for t in reversed(active)}
    ordered = sorted({d for o in systemic for d in o.drugs})
    if not begun:
        return "ordered together"
    parts = [f"{label} active ({day(when)})" for label, when in sorted(begun.items())]
    return ", ".join(["TACE ordered", *parts, *([f"{listed(ordered)} ordered with it"] if ordered else [])])


def last_tace(case: Case) -> str:
    """The last TACE in words."""
    last = _last(case)
    return f"the TACE of {day(last.when)}" if last.when is not None else "a TACE without a date"


def _last(case: Case) -> Session:
    return (*undated_tace(case.facts), *tace_sessions(case.facts))[-1]


def _sequential(case: Case, orders: list[Order], refractory: Iterable[Finding]) -> Combination:
    """Drugs that are ordered in one call are one sequence."""
    drugs = tuple(sorted({d for o in orders for d in o.drugs}))
    evidence = tuple(dict.fromkeys([*(o.reference for o in orders), *_last(case).evidence]))
    named = listed(drugs) or "systemic therapy"
    because = f"{named} after {last_tace(case)}, no TACE ordered: the sequence of the summary's step 4"
    sequence = Finding("sequential_systemic_therapy", Verdict.MET, because, "source-003", "step 4", evidence)
    said = (
        easl_2025_other_therapy(case, refractory),
        source_003_systemic_precondition(case, drugs),
        source_003_survival_after_earlier_tace(case, drugs),
    )
    return Combination("sequential", (sequence, *said, *unchecked(case, drugs)), drugs)
