"""Limits of liver function, performance status and extent that statements and trials share, three-valued."""

from cards.bounds import holds
from cards.case import Case
from cards.facts import Absent, Fact
from cards.staging.burden import confined
from cards.verdict import Verdict, all_of, verdict_of
from cards.words import number, span

CHILD_PUGH_A_MAX, CHILD_PUGH_B7 = 6, 7


def child_pugh_at_most(case: Case, limit: int) -> Verdict:
    """Child-Pugh score up to `limit`, inclusive: known where every completion of the missing items agrees."""
    liver = case.child_pugh
    return verdict_of(True if liver.high <= limit else False if liver.low > limit else None)


def child_pugh_a_or_compensated_b7(case: Case) -> Verdict:
    """Child-Pugh A, or 7 without ascites ("well-compensated B7" as this service reads it)."""
    liver, (least, most) = case.child_pugh, case.child_pugh.points["ascites"]
    can = liver.low <= CHILD_PUGH_A_MAX or (liver.low == CHILD_PUGH_B7 and least == 1)
    does = liver.high <= CHILD_PUGH_A_MAX or (liver.high == CHILD_PUGH_B7 and most == 1)
    return verdict_of(True if does else None if can else False)


def ecog_at_most(case: Case, limit: int) -> Verdict:
    """ECOG performance status up to `limit`, inclusive."""
    return verdict_of(holds(case.state.ecog, lambda grade: grade <= limit))


def liver_confined(case: Case) -> Verdict:
    """No vascular invasion and no extrahepatic spread."""
    return confined(case.state)


def intermediate(case: Case) -> Verdict:
    """Intermediate stage by the extent of the tumor: liver-confined, BCLC B by number and size.

    A tumor that is BCLC A by number and size leaves it open: older practice calls a single large nodule B.
    """
    by_tumor = case.bclc.by_tumor if case.bclc is not None else ()
    return all_of((liver_confined(case), verdict_of(True if by_tumor == ("B",) else None)))


def liver_words(case: Case) -> str:
    """ "Child-Pugh A5", or "Child-Pugh 5–7 (A or B)"."""
    liver = case.child_pugh
    if liver.status == "known":
        return f"Child-Pugh {liver.classes[0]}{liver.low}"
    return f"Child-Pugh {span(liver.low, liver.high)} ({' or '.join(liver.classes)})"


def ecog_words(case: Case) -> str:
    known = case.state.ecog
    return (
        "ECOG not documented" if isinstance(known, Absent) else f"ECOG {known.comparator}{number(float(known.value))}"
    )


def absent_of(case: Case, *names: str) -> tuple[str, ...]:
    """Which of these facts may not be used today."""
    return tuple(name for name in names if isinstance(case.state[name], Absent))


def evidence_of(case: Case, *names: str) -> tuple[str, ...]:
    """Where the usable ones of these facts come from."""
    known = (case.state[name] for name in names)
    return tuple(k.evidence for k in known if isinstance(k, Fact) and k.evidence)
