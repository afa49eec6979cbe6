"""Elements of a picture: text from a record is escaped, colors hold on light and on dark ground, nothing runs."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr  # they write and parse nothing # nosec B406

from cards.markdown import plain

FONT_PX = 11
_CHARACTER_PX = 6.9  # wider than the usual fonts at this size, so that what fits by it fits

FOREGROUND = "currentColor"
# Each at least 3:1 against white and against near-black
GOOD, STABLE, WORSE, MARKER, LIVER = "#2e8b57", "#b7791f", "#d1434b", "#2f7fd1", "#8a63d2"


def width_of(text: str) -> float:
    """How wide a text can be, in pixels."""
    return len(text) * _CHARACTER_PX


def cut(text: str, room: float) -> str:
    """A text that fits.

    >>> cut("segment 8", 100), cut("BodyStructure/lesion-one", 80)
    ('segment 8', 'BodyStruct…')
    """
    if width_of(text) <= room:
        return text
    return text[: max(1, int(room / _CHARACTER_PX) - 1)] + "…"


def element(name: str, content: str = "", **attributes: object) -> str:
    """One element; attribute names with `_` for `-`; content is markup already.

    >>> element("line", x1=1.25, stroke_width=2)
    '<line x1="1.2" stroke-width="2"/>'
    """
    return _element(name, content, attributes)


def _element(name: str, content: str, attributes: Mapping[str, object]) -> str:
    told = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_value(value))}" for key, value in attributes.items()
    )
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def _value(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def text(x: float, y: float, words: str, *, anchor: str = "start", **attributes: object) -> str:
    """One line of text, its baseline at y."""
    told: dict[str, object] = {"x": x, "y": y, "text_anchor": anchor, "fill": FOREGROUND, **attributes}
    return _element("text", escape(plain(words)), told)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> str:
    return _element("line", "", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": FOREGROUND, **attributes})


def dot(x: float, y: float, color: str, *, hollow: bool = False, shown: str = "") -> str:
    """A point; hollow where the value is a limit, or does not count. shown: what a pointer reads on it."""
    title = element("title", escape(plain(shown))) if shown else ""
    fill = "none" if hollow else color
    return element("circle", title, cx=x, cy=y, r=4, fill=fill, stroke=color, stroke_width=1.5)
