"""Child-Pugh: five items, each 1 to 3 points; with an item missing, the range of possible totals."""

from collections.abc import Mapping
from dataclasses import field
from functools import cache

from cards.bounds import bounds
from cards.current import State
from cards.facts import Absent, Fact, Scalar
from cards.record import record

BILIRUBIN_MIDDLE_MG_DL = (2.0, 3.0)
BILIRUBIN_MIDDLE_CHOLESTATIC_MG_DL = (4.0, 10.0)
BILIRUBIN_MIDDLE_UMOL_L = (34.0, 51.0)
ALBUMIN_MIDDLE_G_DL = (2.8, 3.5)
INR_MIDDLE = (1.7, 2.3)
PT_OVER_CONTROL_MIDDLE_S = (4.0, 6.0)
ENCEPHALOPATHY_MIDDLE_MAX_GRADE = 2
CLASS_A_MAX, CLASS_B_MAX = 6, 9
ITEMS = ("bilirubin", "albumin", "inr", "ascites", "encephalopathy")

_ASCITES_POINTS = {"none": (1, 1), "mild": (2, 2), "moderate-severe": (3, 3), "refractory": (3, 3), "present": (2, 3)}


@record(frozen=True, slots=True)
class ChildPugh:
    """The score and how it came about.

    points   item → (lowest, highest) points; equal where the item is decided
    missing  names of facts that would decide the open items
    """

    points: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    low: int = field(init=False)
    high: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", sum(low for low, _ in self.points.values()))
        object.__setattr__(self, "high", sum(high for _, high in self.points.values()))

    @property
    def status(self) -> str:
        if self.low == self.high:
            return "known"
        return "unknown" if all(p == (1, 3) for p in self.points.values()) else "bounded"

    @property
    def classes(self) -> tuple[str, ...]:
        return _classes(self.low, self.high)

    def undecided(self) -> tuple[str, ...]:
        return tuple(item for item, (low, high) in self.points.items() if low != high)

    def open_items(self) -> tuple[str, ...]:
        """The undecided ones as they are written for people."""
        return tuple("INR" if item == "inr" else item for item in self.undecided())


@cache
def _classes(low: int, high: int) -> tuple[str, ...]:
    return tuple(sorted({child_pugh_class(score) for score in range(low, high + 1)}))


def child_pugh_class(score: int) -> str:
    """A 5–6, B 7–9, C 10–15.

    >>> [child_pugh_class(n) for n in (5, 6, 7, 9, 10, 15)]
    ['A', 'A', 'B', 'B', 'C', 'C']
    """
    if score <= CLASS_A_MAX:
        return "A"
    return "B" if score <= CLASS_B_MAX else "C"


def child_pugh(state: State) -> ChildPugh:
    """Child-Pugh score of today's state.

    Inputs
        bilirubin       total, mg/dL; albumin g/dL; inr, or pt over pt_control in seconds where INR is absent
        ascites_grade   none | mild | moderate-severe | refractory; ascites_controlled (by diuretics) counts as mild
        encephalopathy_grade   West Haven 0–4; encephalopathy_controlled (by medication) counts as grade 1–2
    Result
        every item 1, 2 or 3 points; the middle bands are inclusive at both ends, nothing is rounded before comparing
        a missing item 1 to 3 points; a present one of unknown grade 2 to 3
    Not modelled
        table variants in circulation (albumin 3.0–3.5, INR band up to 2.2) are not mixed in
    Source
        pugh-1973, table as printed in CCJM
    """
    items = {
        "bilirubin": _bilirubin(state.bilirubin),
        "albumin": _albumin(state.albumin),
        "inr": _clotting(state),
        "ascites": _ascites(state),
        "encephalopathy": _encephalopathy(state),
    }
    return ChildPugh(
        points={name: item.points for name, item in items.items()},
        missing=tuple(name for item in items.values() for name in item.missing),
        evidence=tuple(ref for item in items.values() for ref in item.evidence if ref),
        notes=tuple(note for item in items.values() for note in item.notes),
    )


def cholestatic_total(liver: ChildPugh, state: State) -> tuple[int, int]:
    """Lowest and highest total by the bilirubin limits for PBC/PSC (below 4, 4–10, above 10 mg/dL): a second value.

    Inputs
        Child-Pugh of today; bilirubin mg/dL
    Source
        anesthguide-pbc; published worked cases use the ordinary limits, which stay the score
    """
    low, high = _banded(state.bilirubin, BILIRUBIN_MIDDLE_CHOLESTATIC_MG_DL).points
    ordinary = liver.points["bilirubin"]
    return liver.low - ordinary[0] + low, liver.high - ordinary[1] + high


@record(frozen=True, slots=True)
class _Item:
    points: tuple[int, int]
    missing: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _banded(known: Fact[Scalar] | Absent, middle: tuple[float, float], high_is_worse: bool = True) -> _Item:
    if isinstance(known, Absent):
        return _Item((1, 3), (known.name,))
    if not known.comparator:
        exactly = _points(float(known.value), middle, high_is_worse)
        return _Item((exactly, exactly), (), (known.evidence,))
    ends = bounds(known)
    points = sorted((_points(ends.low, middle, high_is_worse), _points(ends.high, middle, high_is_worse)))
    missing = () if points[0] == points[1] else (known.name,)
    return _Item((points[0], points[1]), missing, (known.evidence,))


def _points(value: float, middle: tuple[float, float], high_is_worse: bool = True) -> int:
    low, high = middle
    if low <= value <= high:
        return 2
    return 1 if (value < low) == high_is_worse else 3


def _bilirubin(known: Fact[Scalar] | Absent) -> _Item:
    """Compared in mg/dL; a value sent in µmol/L that the printed SI band scores higher takes the higher."""
    item = _banded(known, BILIRUBIN_MIDDLE_MG_DL)
    if isinstance(known, Absent) or known.sent is None or known.comparator or known.sent[1] != "umol/L":
        return item
    by_si_band = _points(known.sent[0], BILIRUBIN_MIDDLE_UMOL_L)
    if by_si_band <= item.points[1]:
        return item
    note = f"bilirubin {known.shown}: scored {by_si_band} by the printed µmol/L band, {item.points[1]} in mg/dL"
    return _Item((by_si_band, by_si_band), (), item.evidence, (note,))


def _albumin(known: Fact[Scalar] | Absent) -> _Item:
    return _banded(known, ALBUMIN_MIDDLE_G_DL, high_is_worse=False)


def _clotting(state: State) -> _Item:
    """INR; where it is absent, prothrombin time in seconds over control."""
    pt, control = state.pt, state.pt_control
    if not isinstance(state.inr, Absent) or isinstance(pt, Absent) or isinstance(control, Absent):
        return _banded(state.inr, INR_MIDDLE)
    if pt.comparator or control.comparator:
        return _banded(state.inr, INR_MIDDLE)
    over = round(float(pt.value) - float(control.value), 6)
    points = _points(over, PT_OVER_CONTROL_MIDDLE_S)
    note = f"INR not available: prothrombin time {over:g} s over control used"
    return _Item((points, points), (), (pt.evidence, control.evidence), (note,))


def _ascites(state: State) -> _Item:
    grade, controlled = state.ascites_grade, state.ascites_controlled
    is_controlled = isinstance(controlled, Fact) and controlled.value is True
    if isinstance(grade, Absent):
        if is_controlled and isinstance(controlled, Fact):
            return _Item((2, 2), (), (controlled.evidence,), ("ascites controlled by diuretics: 2 points",))
        return _Item((1, 3), ("ascites_grade",))
    if is_controlled and isinstance(controlled, Fact) and grade.value in ("none", "mild", "present"):
        note = "ascites controlled by diuretics: 2 points"
        return _Item((2, 2), (), (grade.evidence, controlled.evidence), (*grade.notes, note))
    low, high = _ASCITES_POINTS[str(grade.value)]
    return _Item((low, high), () if low == high else ("ascites_grade",), (grade.evidence,), grade.notes)


def _encephalopathy(state: State) -> _Item:
    grade, controlled = state.encephalopathy_grade, state.encephalopathy_controlled
    is_controlled = isinstance(controlled, Fact) and controlled.value is True
    if isinstance(grade, Absent):
        if is_controlled and isinstance(controlled, Fact):
            return _Item((2, 2), (), (controlled.evidence,), ("encephalopathy controlled by medication: 2 points",))
        return _Item((1, 3), ("encephalopathy_grade",))
    if grade.value == "present":
        if is_controlled and isinstance(controlled, Fact):
            return _Item((2, 2), (), (grade.evidence, controlled.evidence), grade.notes)
        return _Item((2, 3), ("encephalopathy_grade",), (grade.evidence,), grade.notes)
    stage = int(grade.value)
    if stage == 0 and is_controlled and isinstance(controlled, Fact):
        note = "encephalopathy controlled by medication: 2 points"
        return _Item((2, 2), (), (grade.evidence, controlled.evidence), (note,))
    points = 1 if stage == 0 else 2 if stage <= ENCEPHALOPATHY_MIDDLE_MAX_GRADE else 3
    return _Item((points, points), (), (grade.evidence,), grade.notes)
