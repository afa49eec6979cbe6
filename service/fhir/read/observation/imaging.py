"""Observations → what imaging and the sessions' reports tell: lesion sizes, responses, yes/no about a session."""

from collections.abc import Sequence
from datetime import date

from cards.facts import FACTS, NOT_TOLD, OVERALL, LesionSize, Response
from cards.record import record
from cards.words import number
from service.fhir.read import codes
from service.fhir.read.codings import as_list, codings, concepts, reference, segment, texts
from service.fhir.read.observation.candidate import Candidate, newest_first
from service.fhir.read.observation.state import noted
from service.fhir.read.observation.value import fact_of, read_value
from service.fhir.read.reading import Reading, Resource, name_of
from service.fhir.read.values import Read
from service.fhir.read.when import Moment
from service.fhir.read.words import elsewhere


@record(frozen=True, slots=True)
class SessionNote:
    """A yes/no about one session: which one it names, when it was made."""

    name: str
    value: bool
    session: str
    when: Moment | None


def lesion_of(resource: Resource, reading: Reading, otherwise: str) -> str:
    """The lesion an Observation is about: its focus, else the segment of its bodySite."""
    for focus in as_list(resource.get("focus")):
        ref = reading.resolved(reference(focus))
        if ref.startswith("BodyStructure/"):
            return ref
    return segment(resource.get("bodySite")) or otherwise


def _usable(found: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """Candidates of this patient, newest first, none later than the moment asked."""
    return [
        c
        for c in newest_first(found)
        if reading.is_ours(c.resource) and not (c.when is not None and reading.clock.is_later(c.when))
    ]


def is_viable(resource: Resource) -> bool:
    """Whether a tumor size is of the part that still enhances: measured by mRECIST, as its method says."""
    method = resource.get("method")
    if method is None:
        return False
    own = any(pair == (codes.OWN_SYSTEM, "mrecist") for pair in codings(method))
    return own or any(said.strip().lower() == "mrecist" for said in texts(method))


def lesion_sizes(name: str, found: Sequence[Candidate], reading: Reading) -> list[LesionSize]:
    """Longest diameters, whole or viable: component 33728-7 of a tumor size, or the value itself."""
    spec = FACTS[name]
    sizes: dict[tuple[str, date | None, bool, str], LesionSize] = {}
    for candidate in _usable(found, reading):
        resource = candidate.resource
        if _elsewhere(resource):
            continue
        measured = Candidate(_longest(resource), candidate.when, candidate.preliminary, candidate.entry)
        fact = fact_of(spec, measured, reading)
        if fact is None:
            continue
        lesion = lesion_of(resource, reading, NOT_TOLD)
        told_twice = (lesion, fact.when, fact.preliminary, fact.evidence if lesion == NOT_TOLD else "")
        earlier = sizes.get(told_twice)
        if earlier is None or float(fact.value) > float(earlier.size.value):
            if earlier is not None:
                note = f"conflict: {number(float(earlier.size.value))} cm on the same day; the larger is used"
                fact = noted(fact, note)
            sizes[told_twice] = LesionSize(lesion, fact)  # type: ignore[arg-type]
    final = {size.lesion for size in sizes.values() if not size.size.preliminary}
    kept = [size for size in sizes.values() if not size.size.preliminary or size.lesion not in final]
    # Newest first, the largest of one day first: what is said of them does not depend on the order they came in.
    return sorted(kept, key=lambda each: (each.size.when or date.min, float(each.size.value)), reverse=True)


def _elsewhere(resource: Resource) -> bool:
    """Whether a body site names another organ than the liver."""
    site = " ".join(t for s in as_list(resource.get("bodySite")) for t in texts(s))
    return elsewhere(site)


def _longest(resource: Resource) -> Resource:
    """The Observation with the component of the longest dimension as its value; as it is where there is none."""
    components = [c for c in as_list(resource.get("component")) if isinstance(c, dict)]
    for component in components:
        if "obs.tumor_size_longest" in concepts(component.get("code")):
            own = {k: v for k, v in resource.items() if not _is_value(k)}
            return own | {k: v for k, v in component.items() if _is_value(k)}
    return resource


def _is_value(name: str) -> bool:
    return name.startswith("value") or name == "dataAbsentReason"


def responses_of(name: str, found: Sequence[Candidate], reading: Reading) -> list[Response]:
    spec = FACTS[name]
    responses = []
    for candidate in reversed(_final_first(found, reading)):
        read = read_value(spec, candidate, reading)
        if read is None:
            continue
        resource = candidate.resource
        is_category = name == "mrecist_response"
        responses.append(
            Response(
                lesion=lesion_of(resource, reading, OVERALL),
                when=candidate.when.day if candidate.when is not None else None,
                evidence=name_of(resource),
                category=str(read.value) if is_category else "",
                viable_percent=None if is_category else float(read.value),
                session=_part_of(resource, reading),
                notes=_response_notes(candidate, read),
            )
        )
    return responses


def _response_notes(candidate: Candidate, read: Read) -> tuple[str, ...]:
    local = (candidate.entry.note,) if candidate.entry is not None else ()
    preliminary = ("preliminary",) if candidate.preliminary else ()
    return (*read.notes, *local, *preliminary)


def _final_first(found: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """Usable candidates, but no preliminary one where a final one says of the same lesion and session that day or later."""
    usable = _usable(found, reading)
    final = [c for c in usable if not c.preliminary]
    return [c for c in usable if not c.preliminary or not any(_supersedes(f, c, reading) for f in final)]


def _supersedes(final: Candidate, other: Candidate, reading: Reading) -> bool:
    same = lesion_of(final.resource, reading, "") == lesion_of(other.resource, reading, "")
    same = same and _part_of(final.resource, reading) == _part_of(other.resource, reading)
    return same and (final.when is None or other.when is None or final.when.day >= other.when.day)


def _part_of(resource: Resource, reading: Reading) -> str:
    refs = (reading.resolved(reference(part)) for part in as_list(resource.get("partOf")))
    return next((ref for ref in refs if ref.startswith("Procedure/")), "")


def session_notes(name: str, found: Sequence[Candidate], reading: Reading) -> list[SessionNote]:
    notes = []
    for candidate in _final_first(found, reading):
        read = read_value(FACTS[name], candidate, reading)
        if read is not None:
            notes.append(SessionNote(name, bool(read.value), _part_of(candidate.resource, reading), candidate.when))
    return notes
