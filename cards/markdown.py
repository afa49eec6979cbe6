"""Text that came from a record, made harmless for GitHub Flavored Markdown and for plain summaries."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_MARKS = re.compile(r"([\\`*_\[\]|~#])")
_SPECIAL = re.compile(r"[\\`*_\[\]|~#&<>@]")  # alone: with words among the characters a search takes twice as long
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def plain(text: str) -> str:
    """One line without control, format and bidirectional characters.

    >>> plain("a\\u202eb\\n c")
    'ab c'
    """
    if text.isprintable() and "  " not in text:
        return text.strip()
    kept = (" " if c in "\r\n\t\u2028\u2029" else c for c in text if c in "\r\n\t" or unicodedata.category(c)[0] != "C")
    return " ".join("".join(kept).split())


def escaped(text: str) -> str:
    """A text inside markdown: no HTML, no link, no table cell, no emphasis of its own.

    >>> escaped("<b>x</b> [a](javascript:b) www.c.d")
    '&lt;b&gt;x&lt;/b&gt; \\\\[a\\\\](javascript:b) www&#46;c.d'
    """
    if text.isprintable() and not (_SPECIAL.search(text) or "://" in text or "www." in text or "  " in text):
        return text.strip()
    safe = _MARKS.sub(r"\\\1", plain(text).translate(_HTML))
    return safe.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")


@lru_cache(maxsize=512)
def escaped_once(text: str) -> str:
    """`escaped` of a text that is ours or a policy's and comes again with each card: never of one from a record."""
    return escaped(text)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table; every cell is escaped except what `strong` marked."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
