"""The history as a small picture (SVG)."""

from collections.abc import Callable
from datetime import date
from functools import partial
from xml.sax.saxutils import escape  # it writes and parses nothing # nosec B406

from cards.assess import Assessment
from cards.facts import NOT_TOLD, OVERALL, PatientFacts
from cards.markdown import plain
from cards.response.history import lesion_history, lesion_name, target_lesions
from cards.response.readings import Reading, readings
from cards.timeline.axis import Days, days_over
from cards.timeline.history import (
    MARKERS,
    appearances,
    child_pugh_words,
    marker_series,
    marker_words,
    timeline_rows,
    treatments,
)
from cards.timeline.marks import LANE_PX, Mark, row
from cards.timeline.plots import Point, graded_plot, marker_plot
from cards.timeline.svg import FONT_PX, FOREGROUND, GOOD, STABLE, WORSE, cut, element, line, text
from cards.words import day

Part = Callable[[Days, float], tuple[list[str], float]]  # (days, top) → elements and height

NARROWEST_PX, MOST_LESIONS = 320, 6
_COLORS = {"CR": GOOD, "PR": GOOD, "SD": STABLE, "PD": WORSE}
_ALBI_LIMITS, _ALBI_ENDS = (-2.60, -1.39), (-3.2, -1.2)
_CHILD_PUGH_LIMITS, _CHILD_PUGH_ENDS = (6.5, 9.5), (5.0, 10.0)


def timeline_svg(a: Assessment, *, width: int = 720, name: str = "timeline") -> str:
    """Sessions, responses of each lesion, markers, Child-Pugh and ALBI over time; "" before the first treatment.

    a      one assessment; width  in pixels, at least 320: a page may show a narrow one on a narrow screen
    name   beginning of the ids in it, so that two pictures can stand on one page
    Pure, the same for the same assessment. For inline use: no script, no style, no event, role img with title and
    description, text in the color of the page (currentColor) and marks that hold on light and dark ground; scale it down
    with `max-width: 100%; height: auto`. What it shows stands in words in cards.timeline.history.timeline_rows(a):
    show that table beside it.
    """
    facts = a.case.facts
    if not treatments(facts):
        return ""
    width = max(width, NARROWEST_PX)
    days = _days(a, width)
    drawn: list[str] = []
    y = 4.0
    for part in _parts(a):
        elements, height = part(days, y)
        drawn += elements
        y += height
    drawn = [*_sessions_down(facts, days, y), *drawn, *_time_axis(days, y)]
    return _wrapped(drawn, width, int(y) + 24, name, _description(a))


def _days(a: Assessment, width: int) -> Days:
    dates = [r.when for r in timeline_rows(a)]
    return days_over([*dates, a.case.today], 78.0 if width < 520 else 92.0, width - 12.0)


def _parts(a: Assessment) -> list[Part]:
    """What is drawn, from top to bottom; what is not documented is said in its place."""
    facts = a.case.facts
    marked = [*_session_marks(facts), Mark(a.case.today, "today", hollow=True)]
    parts: list[Part] = [partial(row, "Sessions", marked)]
    parts += _lesion_rows(facts)
    if found := appearances(facts):
        parts.append(partial(row, "Appeared", [Mark(x.when, x.words, WORSE) for x in found]))
    parts += [partial(marker_plot, f"{MARKERS[n][0]}, {MARKERS[n][1]}", points) for n in MARKERS
              if (points := _marker_points(facts, n))]  # fmt: skip
    if not any(marker_series(facts, n) for n in ("afp", "afp_units")):
        parts.append(partial(_note, "AFP: not documented"))
    return [*parts, *_liver_plots(a)]


def _session_marks(facts: PatientFacts) -> list[Mark]:
    kinds = {"tace": "TACE", "tae": "TAE", "y90": "Y-90", "embolization": "embolization"}
    marks, number_of_tace = [], 0
    for s in treatments(facts):
        number_of_tace += s.kind == "tace"
        words = f"{number_of_tace}" if s.kind == "tace" else kinds[s.kind]
        shown = f"{kinds[s.kind]} {words if s.kind == 'tace' else ''} {day(s.when)}"
        marks.append(Mark(s.when or date.min, words, shown=shown))
    return marks


def _lesion_rows(facts: PatientFacts) -> list[Part]:
    """The responses of each lesion that was treated, and of the whole liver."""
    found = readings(facts)
    treated = [key for key in target_lesions(facts) if lesion_history(facts, key)]
    rows = [(lesion_name(facts, key), [r for r in found if r.lesion == key]) for key in treated if key != NOT_TOLD]
    overall = [r for r in found if r.lesion == OVERALL]
    left_out = rows[MOST_LESIONS:]
    parts: list[Part] = [
        partial(row, name, [_response_mark(r) for r in of] or [_none(facts)]) for name, of in rows[:MOST_LESIONS]
    ]
    if left_out:
        parts.append(partial(_note, f"{len(left_out)} more lesion{'s' if len(left_out) > 1 else ''}: in the table"))
    if overall or not rows:
        parts.append(partial(row, "Liver", [_response_mark(r) for r in overall] or [_none(facts)]))
    return parts


def _none(facts: PatientFacts) -> Mark:
    """No response of a lesion is recorded: said where it was last treated."""
    return Mark(treatments(facts)[-1].when or date.min, "no response recorded", hollow=True)


def _response_mark(r: Reading) -> Mark:
    viable = f"{r.viable:g} %" if r.viable is not None else ""
    measured = r.measured.category if r.measured is not None else ""
    differs = f"(measured {measured})" if measured and measured != r.category else ""
    timing = "" if r.counts and "late" not in r.because else "(late)" if r.counts else "(too early)"
    words = " ".join(each for each in (r.category, viable, differs, timing) if each)
    return Mark(
        r.on,
        words,
        _COLORS.get(r.category or measured, FOREGROUND),
        not r.counts,
        f"{day(r.on)}: {r.words}, {r.because}",
    )


def _marker_points(facts: PatientFacts, name: str) -> list[Point]:
    return [
        Point(f.when or date.min, float(f.value), float(f.value), marker_words(f), bool(f.comparator))
        for f in marker_series(facts, name)
    ]


def _liver_plots(a: Assessment) -> list[Part]:
    """Child-Pugh and ALBI before each TACE and today."""
    pugh = [Point(p.when, p.child_pugh.low, p.child_pugh.high, child_pugh_words(p))
            for p in a.case.course if p.child_pugh.status != "unknown"]  # fmt: skip
    albi = [Point(p.when, p.albi.score.value, p.albi.score.value, f"{p.albi.score.value:.2f}")
            for p in a.case.course if p.albi.score.value is not None]  # fmt: skip
    when = "before each TACE, and today"
    plots: list[Part] = []
    if pugh:
        name = f"Child-Pugh, {when}"
        plots.append(partial(graded_plot, name, pugh, _CHILD_PUGH_LIMITS, ("A", "B", "C"), _CHILD_PUGH_ENDS))
    if albi:
        name = f"ALBI, {when}"
        plots.append(partial(graded_plot, name, albi, _ALBI_LIMITS, ("1", "2", "3"), _ALBI_ENDS))
    unknown = [name for name, points in (("Child-Pugh", pugh), ("ALBI", albi)) if not points]
    return [*plots, partial(_note, f"{', '.join(unknown)}: not known")] if unknown else plots


def _note(words: str, days: Days, top: float) -> tuple[list[str], float]:
    return [text(0, top + 12, cut(words, days.right))], LANE_PX + 3


def _sessions_down(facts: PatientFacts, days: Days, bottom: float) -> list[str]:
    """A line down from each session, behind everything."""
    return [
        line(days.x(s.when), 16.0, days.x(s.when), bottom, stroke_opacity=0.2, stroke_dasharray="3 3")
        for s in treatments(facts)
        if s.when is not None
    ]


def _time_axis(days: Days, y: float) -> list[str]:
    drawn = [line(days.left, y, days.right, y)]
    for when, label in days.ticks():
        x, (begin, finish) = days.x(when), days.label_box(when, label)
        drawn += [line(x, y, x, y + 4), text((begin + finish) / 2, y + 17, label, anchor="middle")]
    return drawn


def _description(a: Assessment) -> str:
    """The history in words, for who does not see the picture."""
    return "; ".join(f"{day(r.when)}: {' '.join(w for w in (r.what, r.of) if w)}: {r.found}" for r in timeline_rows(a))


def _wrapped(drawn: list[str], width: int, height: int, name: str, description: str) -> str:
    titles = [
        element("title", "TACE history over time", id=f"{name}-title"),
        element("desc", escape(plain(description)), id=f"{name}-desc"),
    ]
    return element(
        "svg", "".join([*titles, *drawn]), xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}",
        width=width, height=height, role="img", aria_labelledby=f"{name}-title {name}-desc",
        font_family="system-ui, sans-serif", font_size=FONT_PX, class_="timeline",
    )  # fmt: skip
