"""Building a rule's Finding from the facts it reads."""

from collections.abc import Callable

from cards.bounds import holds
from cards.current import Known
from cards.facts import FACTS, Absent
from cards.verdict import Finding, Verdict, verdict_of
from cards.words import day


def shown(fact: Known) -> str:
    """A fact in words: label, value as it came, date; or why there is none.

    >>> shown(Fact("bilirubin", 1.2, None, "", "1.2 mg/dL", state=True))
    'total bilirubin 1.2 mg/dL'
    """
    label = FACTS[fact.name].label
    if isinstance(fact, Absent):
        return fact.because if label in fact.because else f"{label}: {fact.because}"
    if isinstance(fact.value, bool):
        words = f"{label} yes" if fact.value else f"{label} no"
    else:
        words = f"{label} {fact.shown or fact.value}"
    if fact.when is not None:
        words += f" ({day(fact.when)})"
    if fact.preliminary:
        words += ", preliminary"
    return words + "".join(f"; {note}" for note in fact.notes if note.startswith(_TOLD_NOTES)) if fact.notes else words


_TOLD_NOTES = ("conflict", "preliminary", "local")


def threshold(
    rule: str, known: Known, test: Callable[[float], bool], source: str, locator: str, unless: str = ""
) -> Finding:
    """A finding on one number. UNKNOWN where it is absent or its comparator leaves the test open."""
    return finding(rule, known, verdict_of(holds(known, test)), source, locator, unless)


def is_one_of(rule: str, known: Known, values: tuple[object, ...], source: str, locator: str) -> Finding:
    """A finding on one coded or yes/no fact."""
    verdict = Verdict.UNKNOWN if isinstance(known, Absent) else verdict_of(known.value in values)
    return finding(rule, known, verdict, source, locator)


def finding(rule: str, known: Known, verdict: Verdict, source: str, locator: str, extra: str = "") -> Finding:
    """A finding that stands on one fact."""
    because = f"{shown(known)}; {extra}" if extra else shown(known)
    evidence = (known.evidence,) if known.evidence else ()
    missing = (known.name,) if verdict is Verdict.UNKNOWN else ()
    return Finding(rule, verdict, because, source, locator, evidence, missing)
