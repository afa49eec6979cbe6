"""Observations → facts of the current state: the newest usable value of each, or the series where history needs it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from cards.facts import Fact, FactSpec, Scalar
from cards.words import day
from service.fhir.read.observation.candidate import Candidate, newest_first
from service.fhir.read.observation.value import fact_of
from service.fhir.read.reading import Reading

# Read whole where there are procedures, for what came when; of every other fact the newest usable value is enough.
_COURSE = frozenset({
    "afp", "afp_units", "afp_l3", "dcp", "dcp_units", "nodule_count", "new_intrahepatic_lesion",
    "portal_vein_invasion", "hepatic_vein_invasion", "extrahepatic_spread",
    "bilirubin", "albumin", "inr", "ascites_grade", "encephalopathy_grade", "ast",
})  # fmt: skip


def read_series(spec: FactSpec, found: Sequence[Candidate], reading: Reading) -> None:
    """The newest usable value, final and preliminary each, or the whole series where history needs it."""
    wanted = {False, True}  # preliminary or not
    whole = reading.has_procedures and spec.name in _COURSE
    tied: list[tuple[Candidate, Fact[Scalar]]] = []
    for candidate in newest_first(found):
        if not reading.is_ours(candidate.resource):
            continue
        when, preliminary = candidate.when, candidate.preliminary
        if when is not None and reading.clock.is_later(when):
            reading.refused.setdefault(spec.name, f"{spec.label} of {day(when.day)} is later than the moment asked")
            continue
        if preliminary not in wanted and not whole and not _ties(candidate, tied):
            continue
        fact = fact_of(spec, candidate, reading)
        if fact is None:
            continue
        if when is not None:
            wanted.discard(preliminary)
        tied.append((candidate, fact))
    for fact in _resolved(spec, tied) if len(tied) > 1 else [fact for _, fact in tied]:
        reading.add(fact)


def _ties(candidate: Candidate, kept: Sequence[tuple[Candidate, Fact[Scalar]]]) -> bool:
    """Whether a candidate is of the same time as a value already kept."""
    when = candidate.when
    if when is None:
        return False
    for other, _ in kept:
        if other.preliminary == candidate.preliminary and other.when is not None and other.when.same_time(when):
            return True
    return False


_SIDE = {"<": -1, "<=": -1, ">": 1, ">=": 1}


def _rank(spec: FactSpec, fact: Fact[Scalar]) -> tuple[float, int]:
    """How cautious a value is: higher is more; of "2" and "<2" the side of the limit tells."""
    if spec.kind == "coded":
        order = float(spec.values.index(str(fact.value))) if str(fact.value) in spec.values else 0.0
    else:
        order = float(fact.value)
    side = _SIDE.get(fact.comparator, 0)
    return (-order, -side) if spec.worse == "low" else (order, side)


def _resolved(spec: FactSpec, tied: Sequence[tuple[Candidate, Fact[Scalar]]]) -> list[Fact[Scalar]]:
    """Newest first; of values at the same time the more cautious one, and the conflict is said."""
    kept: list[tuple[Candidate, Fact[Scalar]]] = []
    on_day: dict[date | None, list[int]] = {}  # so that a long series is compared day by day, not each with each
    for candidate, fact in tied:
        that_day = on_day.setdefault(candidate.when.day if candidate.when is not None else None, [])
        at = next((i for i in that_day if _same(candidate, fact, *kept[i])), None)
        if at is None:
            that_day.append(len(kept))
            kept.append((candidate, fact))
            continue
        earlier = kept[at][1]
        if earlier.value == fact.value and earlier.comparator == fact.comparator:
            continue
        worse, other = (fact, earlier) if _rank(spec, fact) > _rank(spec, earlier) else (earlier, fact)
        note = f"conflict: {other.shown} at the same time ({other.evidence}); the more cautious value is used"
        kept[at] = (candidate, noted(worse, note))
    return [fact for _, fact in kept]


def one_series(spec: FactSpec, found: Sequence[Fact[Scalar]]) -> tuple[Fact[Scalar], ...]:
    """One series of what Conditions and Observations say; of both on one day the more cautious first, and it is said."""
    if len(found) == 1:
        return (found[0],)
    dated_ones = sorted((f for f in found if f.when is not None), key=lambda f: f.when or date.min, reverse=True)
    merged: list[Fact[Scalar]] = []
    for fact in dated_ones:
        last = merged[-1] if merged else None
        if last is None or last.when != fact.when or not _of_two_kinds(last, fact) or last.value == fact.value:
            merged.append(fact)
            continue
        worse, other = (fact, last) if _rank(spec, fact) > _rank(spec, last) else (last, fact)
        note = f"conflict: {other.shown} on the same day ({other.evidence}); the more cautious value is used"
        merged[-1] = noted(worse, note)
    return (*merged, *(f for f in found if f.when is None))


def _of_two_kinds(one: Fact[Scalar], other: Fact[Scalar]) -> bool:
    by_condition = {fact.evidence.startswith("Condition/") for fact in (one, other)}
    return len(by_condition) == 2 and one.preliminary == other.preliminary


def _same(candidate: Candidate, fact: Fact[Scalar], other: Candidate, other_fact: Fact[Scalar]) -> bool:
    if fact.preliminary != other_fact.preliminary or fact.name != other_fact.name:
        return False
    if candidate.when is None or other.when is None:
        return candidate.when is None and other.when is None
    return candidate.when.same_time(other.when)


def noted(fact: Fact[Scalar], note: str) -> Fact[Scalar]:
    return replace(fact, notes=(*fact.notes, note))
