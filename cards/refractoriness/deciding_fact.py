"""The one fact that would decide a definition which cannot be told: each possible answer is tried."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from cards.facts import Fact, PatientFacts, Scalar
from cards.record import record
from cards.refractoriness.definitions import Lesion
from cards.response.history import Outcome
from cards.verdict import Finding, Verdict
from cards.words import day

MOST_SESSIONS = 20
_HALF_OR_LESS, _MORE_THAN_HALF = 50.0, 51.0
Rule = Callable[[Lesion], Finding]


@record(frozen=True, slots=True)
class _Answered:
    """A missing fact by its name and in words, and the lesion as it would stand with each of its answers."""

    name: str
    words: str
    lesions: tuple[Lesion, ...]


def deciding_fact(rule: Rule, on: Lesion, today: date) -> str:
    """The one fact whose answer decides the definition for this lesion, in words; "" where no single one does.

    Every fact that the definition misses is tried with every answer. Of those that can decide, the one that most of
    whose answers do; of equals the earliest in the history. Not looked for in a history of more than MOST_SESSIONS
    sessions: each answer is tried over all of them.
    """
    if len(on.history) > MOST_SESSIONS:
        return ""
    missing = rule(on).missing
    best, most = "", 0.0
    for tried in _missing(on, today, missing):
        decided = sum(rule(each).verdict is not Verdict.UNKNOWN for each in tried.lesions) / len(tried.lesions)
        if decided > most:
            best, most = tried.words, decided
    return best


def _missing(on: Lesion, today: date, names: Sequence[str]) -> Iterator[_Answered]:
    for n, outcome in enumerate(on.history):
        yield from (each for each in _of_session(on, n, outcome) if each.name in names)
    yield from (each for each in _of_liver(on, today) if each.name in names)


def _of_session(on: Lesion, n: int, o: Outcome) -> Iterator[_Answered]:
    on_day = f"the TACE of {day(o.session.when)}"

    def answered(name: str, words: str, *others: Outcome) -> _Answered:
        return _Answered(name, words, tuple(_with(on, n, other) for other in others))

    def session(**changed: bool | str) -> Outcome:
        return replace(o, session=replace(o.session, **changed))  # type: ignore[arg-type]

    if o.failed is None:
        yield answered(
            "mrecist_response", f"response after {on_day}", *(replace(o, category=c) for c in ("CR", "PR", "SD", "PD"))
        )
    if o.viable is None and o.category != "CR":
        yield answered("viable_percent", f"viable part after {on_day}",
                       *(replace(o, viable=v) for v in (_HALF_OR_LESS, _MORE_THAN_HALF)))  # fmt: skip
    if o.session.technique_changed is None:
        yield answered("technique_changed", f"whether agent or feeder was changed for {on_day}",
                       session(technique_changed=True), session(technique_changed=False))  # fmt: skip
    if o.session.selective is None:
        yield answered(
            "selective_session", f"whether {on_day} was selective", session(selective=True), session(selective=False)
        )
    if not o.session.intent:
        yield answered(
            "intent of the session", f"intent of {on_day}", session(intent="curative"), session(intent="palliative")
        )
    if not o.told:
        away = replace(on, history=(*on.history[:n], *on.history[n + 1 :]))
        yield _Answered(
            "target lesion of the session",
            f"which lesion {on_day} treated",
            (_with(on, n, replace(o, told=True)), away),
        )


def _with(on: Lesion, n: int, outcome: Outcome) -> Lesion:
    return replace(on, history=(*on.history[:n], outcome, *on.history[n + 1 :]))


def _of_liver(on: Lesion, today: date) -> Iterator[_Answered]:
    """Facts of the whole liver as they could be found today."""
    marker = "afp_units" if "afp_units" in on.facts.series and "afp" not in on.facts.series else "afp"
    known = [float(f.value) for f in on.facts.series.get(marker, ()) if f.when is not None]
    if known:
        yield _found(on, "AFP today", marker, (max(known) * 2, min(known) / 2), today)
    yield _found(on, "portal vein invasion today", "portal_vein_invasion", ("none", "vp3"), today)
    yield _found(on, "extrahepatic spread today", "extrahepatic_spread", (False, True), today)
    yield _found(on, "number of nodules today", "nodule_count", _counts(on.facts), today)


def _counts(facts: PatientFacts) -> tuple[int, ...]:
    known = [int(f.value) for f in facts.series.get("nodule_count", ()) if f.when is not None]
    return (min(known), max(known) + 1) if known else (1,)


def _found(on: Lesion, words: str, name: str, values: Sequence[Scalar], today: date) -> _Answered:
    earlier = on.facts.series.get(name, ())
    series = [(Fact(name, v, today, "", str(v)), *earlier) for v in values]
    return _Answered(
        name, words, tuple(replace(on, facts=replace(on.facts, series={**on.facts.series, name: s})) for s in series)
    )
