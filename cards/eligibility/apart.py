"""Values of one score that were taken far apart: scored, and said."""

from collections.abc import Iterable

from cards.case import Case
from cards.current import Known
from cards.facts import FACTS, Fact
from cards.words import day, listed

FAR_APART_DAYS = 30


def values_apart(case: Case) -> tuple[str, ...]:
    """A remark for the scores whose oldest and newest values are more than 30 days apart; those of one span together.

    A Condition that is present is a state without a day of its own: it is not compared.

    Inputs
        bilirubin, albumin, inr (else pt, pt_control), creatinine, ascites_grade, encephalopathy_grade: their days
    Source
        contract: a remark, no limit of a source
    """
    by_score = _inputs(case)
    if not _apart(known for inputs in by_score.values() for known in inputs):
        return ()  # all of them together are not
    found: dict[str, list[str]] = {}
    for score, inputs in by_score.items():
        words = _apart(inputs)
        if words:
            found.setdefault(words, []).append(score)
    return tuple(f"{listed(scores)} from {words}" for words, scores in found.items())


def _inputs(case: Case) -> dict[str, tuple[Known, ...]]:
    s = case.state
    clotting: tuple[Known, ...] = (s.inr,) if isinstance(s.inr, Fact) else (s.pt, s.pt_control)
    return {
        "Child-Pugh": (s.bilirubin, s.albumin, *clotting, s.ascites_grade, s.encephalopathy_grade),
        "ALBI": (s.bilirubin, s.albumin),
        "MELD": (s.bilirubin, s.inr, s.creatinine),
    }


def _apart(inputs: Iterable[Known]) -> str:
    """The oldest and the newest value in words where they are far apart; else ""."""
    dated = sorted((k.when, FACTS[k.name].label) for k in inputs if isinstance(k, Fact) and k.when and not k.state)
    if not dated:
        return ""
    (first, oldest), (last, _) = dated[0], dated[-1]
    apart = (last - first).days
    return (
        f"values {apart} days apart: {oldest} of {day(first)}, newest of {day(last)}" if apart > FAR_APART_DAYS else ""
    )
