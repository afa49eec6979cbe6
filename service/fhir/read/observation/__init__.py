"""Observations → facts of the current state and of the history."""

from collections.abc import Mapping, Sequence

from cards.facts import FACTS, LesionSize, Response
from service.fhir.read.observation.candidate import Candidate
from service.fhir.read.observation.imaging import SessionNote, is_viable, lesion_sizes, responses_of, session_notes
from service.fhir.read.observation.state import read_series
from service.fhir.read.reading import Reading

_PER_SESSION = frozenset({"selective_session", "technique_changed", "technical_success", "planned_second_step"})


def read_observations(
    candidates: Mapping[str, Sequence[Candidate]], reading: Reading
) -> tuple[list[LesionSize], list[LesionSize], list[Response], list[SessionNote]]:
    """Every fact's candidates → series; sizes, viable sizes, responses and notes about sessions apart."""
    for name, found in candidates.items():
        if name in ("nodule_size", "viable_diameter", "mrecist_response", "viable_percent") or name in _PER_SESSION:
            continue
        read_series(FACTS[name], found, reading)
    measured = candidates.get("nodule_size", ())
    sizes = lesion_sizes("nodule_size", [c for c in measured if not is_viable(c.resource)], reading)
    enhancing = [*candidates.get("viable_diameter", ()), *(c for c in measured if is_viable(c.resource))]
    viable = lesion_sizes("viable_diameter", enhancing, reading)
    responses = [
        *responses_of("mrecist_response", candidates.get("mrecist_response", ()), reading),
        *responses_of("viable_percent", candidates.get("viable_percent", ()), reading),
    ]
    notes = [n for name in sorted(_PER_SESSION) for n in session_notes(name, candidates.get(name, ()), reading)]
    return sizes, viable, responses, notes
