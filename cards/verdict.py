"""Three-valued verdicts, and the finding that every rule returns."""

from collections.abc import Iterable
from enum import Enum

from cards.record import record


class Verdict(Enum):
    """What a criterion says of this patient. Unknown is an answer of its own: never False, never an error."""

    MET = "met"
    NOT_MET = "not-met"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # members are singletons; Enum's own hash is a Python function

    def __bool__(self) -> bool:
        raise TypeError("a Verdict is three-valued: compare it with `is Verdict.MET`")

    def __invert__(self) -> "Verdict":
        return _OPPOSITE[self]


# Asked for a hundred times a call: a member of an Enum takes longer to find
_MET, _NOT_MET, _UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
_OPPOSITE = {_MET: _NOT_MET, _NOT_MET: _MET, _UNKNOWN: _UNKNOWN}


def verdict_of(answer: bool | None) -> Verdict:
    """True, False or not known (None) as a Verdict.

    >>> verdict_of(None)
    <Verdict.UNKNOWN: 'unknown'>
    """
    if answer is None:
        return _UNKNOWN
    return _MET if answer else _NOT_MET


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Kleene's "and": one NOT_MET decides, else one UNKNOWN leaves it open.

    >>> all_of([Verdict.MET, Verdict.UNKNOWN, Verdict.NOT_MET])
    <Verdict.NOT_MET: 'not-met'>
    """
    found = _MET
    for verdict in verdicts:
        if verdict is _NOT_MET:
            return _NOT_MET
        if verdict is _UNKNOWN:
            found = _UNKNOWN
    return found


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Kleene's "or": one MET decides, else one UNKNOWN leaves it open.

    >>> any_of([Verdict.NOT_MET, Verdict.UNKNOWN])
    <Verdict.UNKNOWN: 'unknown'>
    """
    found = _NOT_MET
    for verdict in verdicts:
        if verdict is _MET:
            return _MET
        if verdict is _UNKNOWN:
            found = _UNKNOWN
    return found


@record(frozen=True, slots=True)
class Finding:
    """One criterion, judged for one patient.

    rule      the rule's name, as its document names it
    because   the reason in words, with values and dates
    source    a key of cards.sources.SOURCES; locator: the place in it
    evidence  FHIR references of what was read ("Observation/1")
    missing   names of facts (cards.facts.FACTS) that would decide it
    """

    rule: str
    verdict: Verdict
    because: str
    source: str
    locator: str
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
