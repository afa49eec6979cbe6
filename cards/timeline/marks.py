"""Rows of marks with their words: what would overlap goes one lane down."""

from collections.abc import Sequence
from datetime import date

from cards.record import record
from cards.timeline.axis import Days
from cards.timeline.svg import FOREGROUND, cut, dot, text, width_of

LANE_PX = 17.0
_OFF = 8.0  # from a mark to its words


@record(frozen=True, slots=True)
class Mark:
    """A point of a row with its words beside it; shown is read on the point. hollow: it does not count."""

    when: date
    words: str
    color: str = FOREGROUND
    hollow: bool = False
    shown: str = ""


def row(name: str, marks: Sequence[Mark], days: Days, top: float) -> tuple[list[str], float]:
    """The row's elements and its height. Its name stands at the left edge."""
    drawn = [text(0, top + 12, cut(name, days.left - 6), font_weight="600")]
    lanes: list[float] = []
    for mark in sorted(marks, key=lambda m: (m.when, m.words)):
        x = days.x(mark.when)
        words, at, anchor = _placed(mark.words, x, days)
        begin = min(x - 5, at if anchor == "start" else at - width_of(words))
        finish = max(x + 5, at + width_of(words) if anchor == "start" else at)
        lane = next((n for n, taken in enumerate(lanes) if taken + 4 <= begin), len(lanes))
        lanes[lane : lane + 1] = [finish]
        y = top + lane * LANE_PX + 8
        drawn += [dot(x, y, mark.color, hollow=mark.hollow, shown=mark.shown or mark.words)]
        drawn += [text(at, y + 4, words, anchor=anchor)] if words else []
    return drawn, max(len(lanes), 1) * LANE_PX + 3


def _placed(words: str, x: float, days: Days) -> tuple[str, float, str]:
    """To the right of the mark, else to its left; cut on the wider side where neither has room."""
    if x + _OFF + width_of(words) <= days.right:
        return words, x + _OFF, "start"
    if x - _OFF - width_of(words) >= days.left:
        return words, x - _OFF, "end"
    if days.right - x >= x - days.left:
        return cut(words, days.right - x - _OFF), x + _OFF, "start"
    return cut(words, x - _OFF - days.left), x - _OFF, "end"
