"""Pictures of tables as SVG, to stand inside the page. What is withheld has no bar."""

import io
from collections.abc import Sequence
from textwrap import shorten
from typing import Any

import matplotlib

matplotlib.use("svg")

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.cohort.report.tables import Row, Table

INK, GRID = "#24292f", "#d0d7de"
COLORS = {"critical": "#a4262c", "warning": "#d98324", "info": "#3a6ea5", "no card": "#e3e6ea",
          "met": "#a4262c", "not-met": "#7a9e7e", "unknown": "#c9ccd1"}  # fmt: skip
WIDTH = 3.4  # inches, beside its table
LONGEST_LABEL = 36  # the whole of it stands in the table beside
BAR, BAND = "#3a6ea5", "#d8e6d3"
STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "tace-cds", "font.family": "sans-serif", "font.size": 9,
         "axes.edgecolor": GRID, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK}  # fmt: skip


def bars(table: Table) -> str:
    """One bar a row: its share."""
    rows = [r for r in table.rows if r.share is not None][:14]
    if not rows:
        return ""
    figure, axes = _figure(len(rows))
    axes.barh(range(len(rows)), [100 * (r.share or 0) for r in rows], color=BAR, height=0.62)
    axes.set_yticks(range(len(rows)), [shorten(r.label, LONGEST_LABEL, placeholder=" …") for r in rows])
    for place, row in enumerate(rows):
        axes.text(100 * (row.share or 0) + 1, place, f"{row.percent} %", va="center")
    _percent(axes)
    return _svg(figure, table.title)


def stacks(tables: Sequence[Table], parts: Sequence[str], title: str) -> str:
    """One bar a table, divided by its rows; what is withheld is left white."""
    drawn = [t for t in tables if any(r.share is not None for r in t.rows)]
    if not drawn:
        return ""
    figure, axes = _figure(len(drawn) + 0.8)
    for place, table in enumerate(drawn):
        left, gap = 0.0, 100 - sum(100 * (r.share or 0) for r in table.rows)
        for part in parts:
            row = next((r for r in table.rows if r.label == part), None)
            if row is not None and row.share is None:
                left, gap = left + gap, 0.0
            width = 100 * (row.share or 0) if row else 0.0
            axes.barh(place, width, left=left, color=COLORS[part], height=0.62, label=part if place == 0 else "_")
            left += width
    axes.set_yticks(range(len(drawn)), [t.title.removeprefix("Cards on ") for t in drawn])
    axes.legend(ncols=len(parts), loc="upper center", bbox_to_anchor=(0.4, -0.02 - 0.9 / len(drawn)), frameon=False)
    _percent(axes)
    return _svg(figure, title)


def rate(table: Table) -> str:
    """The share that a published band speaks of, with its 95 % interval, beside the band."""
    row = _compared(table)
    if row is None or row.share is None or table.band is None:
        return ""
    figure, axes = _figure(1.4)
    low, high = (float(end) for end in row.interval.split("–"))
    axes.axvspan(100 * table.band[0], 100 * table.band[1], color=BAND, label="published")
    point = 100 * row.share
    axes.errorbar([point], [0], xerr=[[max(0, point - low)], [max(0, high - point)]], fmt="o", color=BAR, capsize=4,
                  label="this cohort, 95 % interval")  # fmt: skip
    axes.set_yticks([])
    axes.set_ylim(-1, 1)
    ends = (low, high, 100 * table.band[0], 100 * table.band[1])
    axes.set_xlim(max(0, min(ends) - 4), min(100.5, max(ends) + 4))
    axes.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.7), frameon=False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    return _svg(figure, table.title)


def _compared(table: Table) -> Row | None:
    """Of a course, the row of the next grade; of a single share, that."""
    return table.rows[1] if len(table.rows) > 1 else table.rows[0] if table.rows else None


def definitions(table: Table) -> str:
    """Each definition: met, not met, unknown."""
    by_name: dict[str, list[Row]] = {}
    for row in table.rows:
        name, _, verdict = row.label.rpartition(": ")
        by_name.setdefault(name, []).append(Row(verdict, row.number, row.of))
    each = [Table(name, name, "", tuple(rows)) for name, rows in by_name.items()]
    return stacks(each, ("met", "not-met", "unknown"), table.title)


def _figure(rows: float) -> tuple[Figure, Axes]:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.26 * rows))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))  # labels stand outside; the picture is cut to what is drawn
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    return figure, axes


def _percent(axes: Axes) -> None:
    axes.invert_yaxis()
    axes.set_xlim(0, 112)
    axes.set_xticks(range(0, 101, 25), [f"{n} %" for n in range(0, 101, 25)])
    axes.xaxis.grid(True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _svg(figure: Figure, title: str) -> str:
    """Without the XML head, with a name for those who hear the page."""
    out = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(
            out, format="svg", bbox_inches="tight", pad_inches=0.05, metadata={"Date": None, "Creator": None}
        )
    text = out.getvalue()
    text = text[text.index("<svg") :]
    label = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return text.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
