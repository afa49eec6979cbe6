"""Plots over the days: up is worse in each. Words stand beside a point only where they overlap nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from cards.record import record
from cards.timeline.axis import Days, decades_over
from cards.timeline.svg import FONT_PX, LIVER, MARKER, dot, element, line, text, width_of

_HEAD_PX = 18.0
_MARGIN_PX = 16.0  # above the highest and below the lowest point, for its words
MARKER_PX, LIVER_PX = 104.0, 74.0


@record(frozen=True, slots=True)
class Point:
    """A value, or the span that it can have."""

    when: date
    low: float
    high: float
    words: str
    hollow: bool = False


@dataclass(slots=True)
class _Words:
    """Where words and points already stand."""

    days: Days
    top: float
    bottom: float
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def take(self, x: float, y: float) -> None:
        self.boxes.append((x - 4, y - 4, x + 4, y + 4))

    def place(self, x: float, low_y: float, high_y: float, words: str) -> list[str]:
        """Above the point, else below it; none where both are taken."""
        left = min(max(x - width_of(words) / 2, self.days.left), self.days.right - width_of(words))
        for baseline in (high_y - 7, low_y + 6 + FONT_PX):
            box = (left, baseline - FONT_PX, left + width_of(words), baseline + 2)
            inside = box[1] >= self.top - 2 and box[3] <= self.bottom + 4
            if inside and not any(_overlap(box, other) for other in self.boxes):
                self.boxes.append(box)
                return [text(left + width_of(words) / 2, baseline, words, anchor="middle")]
        return []


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def marker_plot(name: str, points: Sequence[Point], days: Days, top: float) -> tuple[list[str], float]:
    """A marker on a logarithmic scale."""
    bottom = top + _HEAD_PX + MARKER_PX
    scale = decades_over([p.high for p in points], bottom - 4, top + _HEAD_PX + _MARGIN_PX)
    drawn = [text(0, top + 12, f"{name} (log scale)", font_weight="600")]
    for value, label in scale.ticks():
        drawn += _grid(days, scale.y(value), label)
    return drawn + _points(points, scale.y, days, top + _HEAD_PX, bottom, MARKER), _HEAD_PX + MARKER_PX + 6


def graded_plot(
    name: str, points: Sequence[Point], limits: Sequence[float], grades: Sequence[str], ends: tuple[float, float],
    days: Days, top: float,
) -> tuple[list[str], float]:  # fmt: skip
    """A score with the limits between its grades; `ends` are widened where a value lies beyond."""
    upper, bottom = top + _HEAD_PX, top + _HEAD_PX + LIVER_PX
    low = min(ends[0], *(p.low for p in points))
    high = max(ends[1], *(p.high for p in points))

    def y(value: float) -> float:
        return bottom - _MARGIN_PX - (bottom - upper - 2 * _MARGIN_PX) * (value - low) / (high - low)

    drawn = [text(0, top + 12, name, font_weight="600"), *_frame(days, upper, bottom)]
    edges = [bottom, *(y(limit) for limit in limits if low < limit < high), upper]
    first = sum(limit <= low for limit in limits)
    for grade, (below, above) in zip(grades[first:], pairwise(edges), strict=False):
        drawn.append(text(days.left - 6, (below + above) / 2 + 4, grade, anchor="end"))
    for edge in edges[1:-1]:
        drawn.append(line(days.left, edge, days.right, edge, stroke_opacity=0.35, stroke_dasharray="2 3"))
    return drawn + _points(points, y, days, upper, bottom, LIVER), _HEAD_PX + LIVER_PX + 6


def _frame(days: Days, top: float, bottom: float) -> list[str]:
    return [line(days.left, at, days.right, at, stroke_opacity=0.2) for at in (top, bottom)]


def _grid(days: Days, y: float, label: str) -> list[str]:
    return [
        line(days.left, y, days.right, y, stroke_opacity=0.2),
        text(days.left - 6, y + 4, label, anchor="end"),
    ]


def _points(
    points: Sequence[Point], y: Callable[[float], float], days: Days, top: float, bottom: float, color: str
) -> list[str]:
    """The points, joined, and their words: the last, the highest, the first, then the others."""
    middle = [(days.x(p.when), y((p.low + p.high) / 2)) for p in points]
    path = " ".join(f"{x:.1f},{at:.1f}" for x, at in middle)
    drawn = [element("polyline", points=path, fill="none", stroke=color, stroke_width=1.5)] if len(points) > 1 else []
    words = _Words(days, top, bottom)
    for point, (x, at) in zip(points, middle, strict=True):
        words.take(x, at)
        if point.low == point.high:
            drawn.append(dot(x, at, color, hollow=point.hollow, shown=point.words))
        else:
            drawn.append(line(x, y(point.low), x, y(point.high), stroke=color, stroke_width=5, stroke_linecap="round"))
    highest = max(range(len(points)), key=lambda n: points[n].high)
    for n in dict.fromkeys((len(points) - 1, highest, 0, *range(len(points)))):
        drawn += words.place(middle[n][0], y(points[n].low), y(points[n].high), points[n].words)
    return drawn
