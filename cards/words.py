"""How values, dates and lists are written for people."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=1024)
def day(when: date | None) -> str:
    """A date as clinicians write it, without a locale.

    >>> day(date(2026, 10, 2))
    '2 Oct 2026'
    """
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}" if when else "undated"


def ago(when: date, today: date) -> str:
    """The age of a value in days.

    >>> ago(date(2026, 10, 2), date(2026, 10, 3))
    '1 day old'
    """
    days = (today - when).days
    return f"{days} day{'' if days == 1 else 's'} old"


@lru_cache(maxsize=1024)
def number(value: float, digits: int = 2) -> str:
    """A number without trailing zeros.

    >>> number(1.990), number(6.0)
    ('1.99', '6')
    """
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def listed(parts: Iterable[str], last: str = "and") -> str:
    """Words in a row.

    >>> listed(["bilirubin", "albumin", "INR"])
    'bilirubin, albumin and INR'
    """
    words = list(parts)
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def span(low: float | None, high: float | None, unit: str = "") -> str:
    """A range as people read it; None is open.

    >>> span(5, 7), span(6, 6), span(4, None, "cm")
    ('5–7', '6', '4 cm or more')
    """
    suffix = f" {unit}" if unit else ""
    if low is None:
        return f"at most {number(high or 0)}{suffix}"
    if high is None:
        return f"{number(low)}{suffix} or more"
    return f"{number(low)}{suffix}" if low == high else f"{number(low)}–{number(high)}{suffix}"


def fitted(head: str, parts: Sequence[str], tail: str = ".", limit: int = 139) -> str:
    """One sentence of at most `limit` characters: as many parts as fit, and how many are left out.

    >>> fitted("Missing: ", ["bilirubin", "albumin", "INR"], limit=30)
    'Missing: bilirubin, 2 more.'
    """
    whole = head + ", ".join(parts) + tail
    kept = list(parts)
    while len(whole) > limit and kept:
        kept.pop()
        left = f"{len(parts) - len(kept)} more"
        whole = head + ", ".join([*kept, left]) + tail
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip() + "…"
