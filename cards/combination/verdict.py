"""Concurrent or sequential: whether TACE and a systemic drug overlap. What the evidence says of it comes with the topic's
own issue; here the verdict with the guidance that source 003 gives.
"""

from dataclasses import dataclass
from datetime import date

from cards.case import Case
from cards.facts import Treatment
from cards.response.history import tace_sessions, undated_tace
from cards.verdict import Finding, Verdict
from cards.words import day, listed


@dataclass(frozen=True, slots=True)
class Combination:
    """verdict: concurrent | sequential | none | not-applicable"""

    verdict: str
    findings: tuple[Finding, ...] = ()


def combination(case: Case) -> Combination:
    """Whether TACE and systemic therapy overlap.

    Result
        concurrent      a systemic drug ordered while TACE is ordered, or TACE ordered while a systemic drug is active
        sequential      a systemic drug ordered after TACE, none ordered
        none            one of the two alone
        not-applicable  no order, or not HCC
    Source
        source-003; its sentence on immunotherapy is its own extrapolation from EASL's on TKIs in large tumor burden
    """
    order = case.order
    if order is None or not case.hcc:
        return Combination("not-applicable")
    drugs = [t for t in case.facts.treatments if t.kind == "systemic" and t.active]
    systemic_orders = [o for o in case.facts.orders if o.kind == "systemic"]
    tace_ordered = any(o.kind in ("tace", "embolization") for o in case.facts.orders)
    if tace_ordered and (drugs or systemic_orders):
        names = [*(d for o in systemic_orders for d in o.drugs), *(t.label for t in drugs)]
        return Combination("concurrent", (_concurrent(names, drugs, [o.reference for o in case.facts.orders]),))
    sessions = (*undated_tace(case.facts), *tace_sessions(case.facts))
    if order.kind == "systemic" and sessions:
        return Combination("sequential", (_sequential(order.drugs, sessions[-1].when),))
    return Combination("none")


def _concurrent(names: list[str], drugs: list[Treatment], orders: list[str]) -> Finding:
    because = (
        f"TACE together with {listed(dict.fromkeys(names))}: the 2026 summary advises TACE alone; EASL 2025 as it quotes"
        " advises against TKIs with TACE in large tumor burden"
    )
    evidence = (*orders, *(t.evidence for t in drugs))
    return Finding("concurrent_systemic_therapy", Verdict.MET, because, "source-003", "critical contraindication",
                   evidence)  # fmt: skip


def _sequential(drugs: tuple[str, ...], last: date | None) -> Finding:
    tace = f"the TACE of {day(last)}" if last is not None else "a TACE without a date"
    because = f"{listed(drugs) or 'systemic therapy'} after {tace}, no TACE ordered: the sequence of step 4"
    return Finding("sequential_systemic_therapy", Verdict.MET, because, "source-003", "step 4")
