"""What a value can be: one number, an interval (a comparator such as "<"), or anything (not known)."""

import math
from collections.abc import Callable
from typing import NamedTuple

from cards.facts import Absent, Fact, Scalar


class Bounds(NamedTuple):
    """Lowest and highest possible value; open ends (from "<" and ">") are nudged by the smallest float step."""

    low: float
    high: float

    @property
    def known(self) -> bool:
        return self.low == self.high


def ends(of: Bounds) -> tuple[float, ...]:
    """The values at which a monotone score is evaluated: one where it is known."""
    return (of.low,) if of.known else (of.low, of.high)


def bounds(known: Fact[Scalar] | Absent, low: float = 0.0, high: float = math.inf) -> Bounds:
    """The interval a fact stands for; of an absent fact, everything between low and high.

    >>> bounds(Fact("bilirubin", 2.0, None, "", comparator="<"))
    Bounds(low=0.0, high=1.9999999999999998)
    """
    if isinstance(known, Absent):
        return Bounds(low, high)
    value = float(known.value)
    if not known.comparator:
        return Bounds(value, value)
    if known.comparator == "<":
        return Bounds(low, math.nextafter(value, -math.inf))
    if known.comparator == "<=":
        return Bounds(low, value)
    if known.comparator == ">":
        return Bounds(math.nextafter(value, math.inf), high)
    return Bounds(value, high)  # ">="


def holds(known: Fact[Scalar] | Absent, test: Callable[[float], bool]) -> bool | None:
    """Whether a threshold test that is monotone in the value holds: None where the value does not tell.

    >>> holds(Fact("bilirubin", 3.1, None, ""), lambda mg_dl: mg_dl > 3)
    True
    """
    if isinstance(known, Absent):
        return None
    if not known.comparator:
        return test(float(known.value))
    ends = bounds(known)
    low, high = test(ends.low), test(ends.high)
    return low if low == high else None
