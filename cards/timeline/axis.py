"""Days from left to right, and values on a logarithmic scale."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from cards.record import record
from cards.timeline.svg import width_of
from cards.words import day

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_GAP = 9.0
_LEAST_DAYS = 30


@record(frozen=True, slots=True)
class Days:
    """The days from `start` to `end` between two edges, in pixels."""

    start: date
    end: date
    left: float
    right: float

    def x(self, when: date) -> float:
        return self.left + (self.right - self.left) * (when - self.start).days / (self.end - self.start).days

    def ticks(self) -> tuple[tuple[date, str], ...]:
        """First days of months or years, as dense as their labels allow; the ends where fewer than two fall between them."""
        for months in _STEPS:
            found = _firsts(self.start, self.end, months)
            labels = [_label(d, months, first=n == 0) for n, d in enumerate(found)]
            if len(found) > 1 and self._have_room(found, labels):
                return tuple(zip(found, labels, strict=True))
        return ((self.start, day(self.start)), (self.end, day(self.end)))

    def label_box(self, when: date, label: str) -> tuple[float, float]:
        """Where the label of a tick begins and ends: centered, but never beyond an edge."""
        wide = width_of(label)
        begin = min(max(self.x(when) - wide / 2, self.left), self.right - wide)
        return begin, begin + wide

    def _have_room(self, dates: Sequence[date], labels: Sequence[str]) -> bool:
        boxes = [self.label_box(when, label) for when, label in zip(dates, labels, strict=True)]
        return all(b[0] - a[1] >= _GAP for a, b in pairwise(boxes))


def _label(when: date, months: int, *, first: bool) -> str:
    """The year once, and at each January."""
    if months >= 12:
        return str(when.year)
    return f"{_MONTHS[when.month - 1]} {when.year}" if first or when.month == 1 else _MONTHS[when.month - 1]


def days_over(dates: Sequence[date], left: float, right: float) -> Days:
    """An axis over all dates, with a margin of one in twenty; at least a month."""
    first, last = min(dates), max(dates)
    margin = max((last - first) // 20, timedelta(days=2))
    if (last - first).days < _LEAST_DAYS:
        margin = timedelta(days=_LEAST_DAYS // 2)
    return Days(_earlier(first, margin), _later(last, margin), left, right)


def _earlier(when: date, margin: timedelta) -> date:
    return when - margin if when - date.min > margin else date.min


def _later(when: date, margin: timedelta) -> date:
    return when + margin if date.max - when > margin else date.max


def _firsts(start: date, end: date, months: int) -> list[date]:
    """First days of every `months`-th month, counted from January of the year 0."""
    step = -(-(start.year * 12 + start.month - 1) // months)
    found: list[date] = []
    while True:
        year, month = divmod(step * months, 12)
        if not 1 <= year <= 9999 or date(year, month + 1, 1) > end:
            return found
        if date(year, month + 1, 1) >= start:
            found.append(date(year, month + 1, 1))
        step += 1


@record(frozen=True, slots=True)
class Decades:
    """Whole powers of ten between two heights, in pixels; up is more."""

    low: int
    high: int
    bottom: float
    top: float

    def y(self, value: float) -> float:
        at = math.log10(max(value, 10.0**self.low))
        return self.bottom - (self.bottom - self.top) * (at - self.low) / (self.high - self.low)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Every power, or every second where there are more than five."""
        step = 2 if self.high - self.low > 5 else 1
        return tuple((10.0**n, _power(n)) for n in range(self.low, self.high + 1, step))


def _power(n: int) -> str:
    """ "0.1", "10,000", "10 M" """
    if n < 0:
        return f"{10.0**n:g}"
    return f"{10**n:,}" if n < 6 else f"{10 ** (n - 6)} M"


def decades_over(values: Sequence[float], bottom: float, top: float) -> Decades:
    """The powers of ten around all values; below 0.1 everything stands at the bottom.

    >>> decades_over([3, 50000], 100, 0).ticks()[-1]
    (100000.0, '100,000')
    """
    low = math.floor(math.log10(max(min(values), 0.1)))
    high = math.ceil(math.log10(max(0.1, *values)))
    return Decades(low, max(high, low + 1), bottom, top)
