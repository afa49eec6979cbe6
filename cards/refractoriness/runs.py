"""Consecutive failures: what several definitions count, each in its own way."""

from collections.abc import Callable, Sequence

from cards.response.history import Outcome
from cards.verdict import Verdict

Judged = Sequence[bool | None]


def run_of(length: int, failures: Judged) -> Verdict:
    """Whether `length` consecutive sessions failed; None stands for a session whose outcome is not told.

    >>> run_of(2, [True, False, True]), run_of(2, [True, None]), run_of(2, [False, True, True])
    (<Verdict.NOT_MET: 'not-met'>, <Verdict.UNKNOWN: 'unknown'>, <Verdict.MET: 'met'>)
    """
    if _longest(failures, frozenset((True,))) >= length:
        return Verdict.MET
    return Verdict.UNKNOWN if _longest(failures, frozenset((True, None))) >= length else Verdict.NOT_MET


def _longest(failures: Judged, counted: frozenset[bool | None]) -> int:
    longest = current = 0
    for failed in failures:
        current = current + 1 if failed in counted else 0
        longest = max(longest, current)
    return longest


def over_told_sessions(history: Sequence[Outcome], rule: Callable[[Sequence[Outcome]], Verdict]) -> Verdict:
    """Judge a lesion whose history may hold sessions of which it is not told whether they treated it.

    The same with and without the others: that. Else unknown: the others, had they treated it, could have come in between.
    """
    told = rule([o for o in history if o.told])
    return told if rule(history) is told else Verdict.UNKNOWN
