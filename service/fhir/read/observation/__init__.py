"""Observations → facts of the current state and of the history."""

from collections.abc import Callable, Mapping, Sequence

from cards.facts import FACTS, Fact, LesionSize, Response, Scalar
from cards.record import record
from service.fhir.read.observation.candidate import Candidate
from service.fhir.read.observation.imaging import SessionNote, is_viable, lesion_sizes, responses_of, session_notes
from service.fhir.read.observation.state import read_series
from service.fhir.read.reading import Reading

_PER_SESSION = frozenset({"selective_session", "technique_changed", "technical_success", "planned_second_step"})


@record(frozen=True, slots=True)
class Observed:
    """What the Observations of a record tell: the same whatever is ordered. Of the record itself nothing is held.

    series, refused, unusable   as in a Reading
    """

    series: Mapping[str, Sequence[Fact[Scalar]]]
    refused: Mapping[str, str]
    unusable: Mapping[str, str]
    sizes: tuple[LesionSize, ...]
    viable_sizes: tuple[LesionSize, ...]
    responses: tuple[Response, ...]
    notes: tuple[SessionNote, ...]


Recall = Callable[[Callable[[], Observed]], Observed]  # gives what was read of the same record before, or reads it


def read_observations(candidates: Mapping[str, Sequence[Candidate]], reading: Reading) -> Observed:
    """Every fact's candidates → series; sizes, viable sizes, responses and notes about sessions apart."""
    for name, found in candidates.items():
        if name in ("nodule_size", "viable_diameter", "mrecist_response", "viable_percent") or name in _PER_SESSION:
            continue
        read_series(FACTS[name], found, reading)
    whole: list[Candidate] = []
    enhancing = list(candidates.get("viable_diameter", ()))
    for candidate in candidates.get("nodule_size", ()):
        (enhancing if is_viable(candidate.resource) else whole).append(candidate)
    sizes = lesion_sizes("nodule_size", whole, reading)
    viable = lesion_sizes("viable_diameter", enhancing, reading)
    responses = [
        *responses_of("mrecist_response", candidates.get("mrecist_response", ()), reading),
        *responses_of("viable_percent", candidates.get("viable_percent", ()), reading),
    ]
    told = sorted(_PER_SESSION & candidates.keys())
    notes = [note for name in told for note in session_notes(name, candidates[name], reading)]
    return Observed(reading.series, reading.refused, reading.unusable, tuple(sizes), tuple(viable), tuple(responses),
                    tuple(notes))  # fmt: skip
