"""Observations → facts of the current state and of the history."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from cards.facts import FACTS, NOT_TOLD, OVERALL, Fact, FactSpec, LesionSize, Response, Scalar
from cards.words import day, number
from service.fhir.read import codes, units
from service.fhir.read.codings import as_list, codings, reference, segment, texts
from service.fhir.read.local_codes import Entry
from service.fhir.read.reading import COUNTED_STATUS, PRELIMINARY_STATUS, Reading, Resource, name_of, status_of
from service.fhir.read.values import NoValue, Read, finite, value_of
from service.fhir.read.when import Moment, observed
from service.fhir.read.words import ELSEWHERE, LIVER

FACT_OF = {
    "lab.bilirubin_total": "bilirubin",
    "lab.albumin": "albumin",
    "lab.inr": "inr",
    "lab.pt_patient": "pt",
    "lab.pt_control": "pt_control",
    "lab.creatinine": "creatinine",
    "lab.sodium": "sodium",
    "lab.platelets": "platelets",
    "lab.alt": "alt",
    "lab.ast": "ast",
    "lab.afp": "afp",
    "lab.afp_l3_percent": "afp_l3",
    "lab.dcp_pivka2": "dcp",
    "score.ecog": "ecog",
    "score.ecog_interpretation": "ecog",
    "score.child_pugh": "child_pugh_class",
    "score.bclc": "bclc_stage",
    "score.tnm_m": "extrahepatic_spread",
    "obs.tumor_size": "nodule_size",
    "obs.tumor_size_longest": "nodule_size",
    **{f"own.{name}": name for name in FACTS},
}
# Read whole where there are procedures, for what came when; of every other fact the newest usable value is enough.
_COURSE = frozenset({
    "afp", "afp_units", "afp_l3", "dcp", "dcp_units", "nodule_count", "new_intrahepatic_lesion",
    "portal_vein_invasion", "hepatic_vein_invasion", "extrahepatic_spread",
    "bilirubin", "albumin", "inr", "ascites_grade", "encephalopathy_grade", "ast",
})  # fmt: skip
_PER_SESSION = frozenset({"selective_session", "technique_changed", "technical_success"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An Observation (or a questionnaire's answer in the same form) that may tell a fact."""

    resource: Resource
    when: Moment | None
    entry: Entry | None = None
    measured: str = ""


@dataclass(frozen=True, slots=True)
class SessionNote:
    """A yes/no about one session: which one it names, when it was made."""

    name: str
    value: bool
    session: str
    when: Moment | None


def facts_of(resource: Resource, reading: Reading) -> list[tuple[str, Entry | None, str]]:
    """The facts an Observation's codes tell: (fact, local-code entry, what the code measures)."""
    found: dict[str, tuple[str, Entry | None, str]] = {}
    excluded = False
    for system, code in codings(resource.get("code")):
        entry = reading.local_codes.match(system, code) if reading.local_codes is not None else None
        if entry is not None and entry.target == "fact":
            found.setdefault(entry.name, (entry.name, entry, ""))
            continue
        told, is_another = _told(system, code)
        excluded = excluded or is_another
        for fact, measured in told:
            found.setdefault(fact, (fact, None, measured))
    measurements = {_SAME_MEASUREMENT.get(fact, fact) for fact in found}
    if found and (excluded or len(measurements) > 1):
        reading.reject(resource, "its codes name two different measurements", next(iter(found)))
        return []
    return list(found.values())


@lru_cache(maxsize=4096)
def _told(system: str, code: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    """The facts one code tells, each with what it measures; whether it is one that must never be read as another."""
    concepts = codes.lookup(system, code)
    facts = dict.fromkeys(FACT_OF[c] for c in concepts if c in FACT_OF)
    measured = codes.rows_of(system, code)[0].measured if facts else ""
    is_another = any(c.endswith("EXCLUDE") or "_NOT_" in c for c in concepts)
    return tuple((fact, measured if fact in _MEASURED else "") for fact in facts), is_another


_MEASURED = frozenset({"bilirubin", "albumin", "creatinine"})
_SAME_MEASUREMENT = {"child_pugh_class": "child_pugh_score"}


def read_observations(
    candidates: Mapping[str, Sequence[Candidate]], reading: Reading
) -> tuple[list[LesionSize], list[Response], list[SessionNote]]:
    """Every fact's candidates → series; sizes, responses and notes about sessions apart."""
    for name, found in candidates.items():
        if name in ("nodule_size", "mrecist_response", "viable_percent") or name in _PER_SESSION:
            continue
        _series(FACTS[name], found, reading)
    sizes = _sizes(candidates.get("nodule_size", ()), reading)
    responses = [
        *_responses("mrecist_response", candidates.get("mrecist_response", ()), reading),
        *_responses("viable_percent", candidates.get("viable_percent", ()), reading),
    ]
    notes = [n for name in sorted(_PER_SESSION) for n in _session_notes(name, candidates.get(name, ()), reading)]
    return sizes, responses, notes


def dated(resource: Resource, reading: Reading, reports: Mapping[str, Moment]) -> Moment | None:
    """effective[x]; else the DiagnosticReport that names the Observation; else issued."""
    clock = reading.clock
    moment = observed(resource, clock)
    if moment is None and reports:
        moment = reports.get(name_of(resource))
    return moment or clock.moment(resource.get("issued"))


def _newest_first(found: Iterable[Candidate], reading: Reading) -> list[Candidate]:
    zone = reading.clock.zone
    undated = [c for c in found if c.when is None]
    dated_ones = [(c.when.key(zone), c) for c in found if c.when is not None]
    dated_ones.sort(key=lambda pair: pair[0], reverse=True)
    return [c for _, c in dated_ones] + undated


def _series(spec: FactSpec, found: Sequence[Candidate], reading: Reading) -> None:
    """The newest usable value, final and preliminary each, or the whole series where history needs it."""
    wanted = {"final", "preliminary"}
    tied: list[tuple[Candidate, Fact[Scalar]]] = []
    for candidate in _newest_first(found, reading):
        status = status_of(candidate.resource)
        kind = "final" if status in COUNTED_STATUS else "preliminary" if status in PRELIMINARY_STATUS else ""
        if not kind or not reading.is_ours(candidate.resource):
            continue
        if candidate.when is not None and reading.clock.is_later(candidate.when):
            reading.refused.setdefault(
                spec.name, f"{spec.label} of {day(candidate.when.day)} is later than the moment asked"
            )
            continue
        whole = reading.has_procedures and spec.name in _COURSE
        if kind not in wanted and not whole and not _ties(candidate, tied, kind):
            continue
        fact = _fact(spec, candidate, reading, preliminary=kind == "preliminary")
        if fact is None:
            continue
        if candidate.when is not None:
            wanted.discard(kind)
        tied.append((candidate, fact))
    for fact in _resolved(spec, tied):
        reading.add(fact)


def _ties(candidate: Candidate, kept: Sequence[tuple[Candidate, Fact[Scalar]]], kind: str) -> bool:
    """Whether a candidate is of the same time as a value already kept."""
    when = candidate.when
    return when is not None and any(
        c.when is not None and c.when.same_time(when) and f.preliminary == (kind == "preliminary") for c, f in kept
    )


def _fact(spec: FactSpec, candidate: Candidate, reading: Reading, preliminary: bool = False) -> Fact[Scalar] | None:
    read = _read(spec, candidate, reading)
    if read is None:
        return None
    when, resource = candidate.when, candidate.resource
    notes = list(read.notes)
    if candidate.entry is not None:
        notes.append(candidate.entry.note)
    if preliminary:
        notes.append("preliminary")
    if when is not None and when.partial:
        notes.append(f"dated to {day(when.day)} at the earliest")
    return Fact(
        read.fact,
        read.value,
        when.day if when is not None else None,
        name_of(resource),
        read.shown,
        read.comparator,
        read.sent,
        tuple(notes),
        preliminary,
        partial_date=when.partial if when is not None else False,
        normal_high=_normal_high(resource, read),
    )


def _read(spec: FactSpec, candidate: Candidate, reading: Reading) -> Read | None:
    """The candidate's value, validated; None where it has none or cannot be used (which is reported)."""
    resource = candidate.resource
    value = _local_value(spec, candidate) or _stated(spec, resource) or value_of(spec, resource, candidate.measured)
    if not isinstance(value, NoValue):
        return value if reading.valid(resource, spec.name) else None
    if not value.missing:
        reading.reject(resource, value.because, spec.name)
    elif reading.valid(resource, spec.name):
        reading.refused.setdefault(spec.name, f"{spec.label}: no value was recorded ({name_of(resource)})")
    return None


def _local_value(spec: FactSpec, candidate: Candidate) -> Read | NoValue | None:
    """The value of a local code, by the operator's map; quantities keep the reader's unit rules."""
    entry, resource = candidate.entry, candidate.resource
    if entry is None or spec.kind == "quantity" or resource.get("dataAbsentReason"):
        return None
    said: list[Scalar | None] = [*_said(resource)]
    told = (entry.value_of(raw) for raw in said or [None])
    value = next((v for v in told if v is not None), None)
    if value is not None:
        shown = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        return Read(spec.name, value, shown)
    plain = value_of(spec, resource) if entry.value is None and not entry.values else None
    return plain if isinstance(plain, Read) else NoValue(f"{entry.note}: its value is not in the map")


def _said(resource: Resource) -> list[Scalar]:
    """Everything a value can be said as: codes, texts, strings, numbers, yes/no."""
    concept = resource.get("valueCodeableConcept")
    said: list[Scalar] = [code for _, code in codings(concept)]
    said += texts(concept)
    for name in ("valueString", "valueInteger", "valueBoolean"):
        value = resource.get(name)
        if isinstance(value, str | int | bool):
            said.append(value)
    quantity = resource.get("valueQuantity")
    plain = finite(quantity.get("value")) if isinstance(quantity, dict) else None
    return [*said, plain] if plain is not None else said


_CLASS = re.compile(
    r"(?:child[\s-]*(?:turcotte[\s-]*)?pugh)?[\s:]*(?:class|score|stage)?[\s:]*([ABC])(?:\s?\d{1,2})?", re.I
)
_BCLC = re.compile(r"(?:BCLC)?[\s:-]*(?:stage)?[\s:]*([0ABCD])(?:[1-3])?", re.I)
_M = re.compile(r"[cp]?M([01])[a-c]?", re.I)
_LONGEST = 60


def _stated(spec: FactSpec, resource: Resource) -> Read | None:
    """Class, stage and M category as clinics write them: by a strict pattern over the whole text."""
    pattern = {"child_pugh_class": _CLASS, "bclc_stage": _BCLC, "extrahepatic_spread": _M}.get(spec.name)
    if pattern is None:
        return None
    concept = resource.get("valueCodeableConcept")
    said = [*texts(concept), *(code for _, code in codings(concept))]
    if isinstance(resource.get("valueString"), str):
        said.append(str(resource["valueString"]).strip())
    for text in said:
        match = pattern.fullmatch(text.strip()) if len(text) <= _LONGEST else None
        if match:
            word = match[1].upper()
            if spec.name == "extrahepatic_spread":
                return Read(spec.name, word == "1", f"M{word}")
            return Read(spec.name, word, word)
    return None


def _normal_high(resource: Resource, read: Read) -> float | None:
    """The upper end of the laboratory's own range, in the unit of the fact."""
    if read.fact not in ("afp", "afp_units", "dcp", "dcp_units", "afp_l3") or not read.sent:
        return None
    for given in as_list(resource.get("referenceRange")):
        high = given.get("high") if isinstance(given, dict) else None
        value = finite(high.get("value")) if isinstance(high, dict) else None
        if value is None or not isinstance(high, dict):
            continue
        written = high.get("code") or high.get("unit") or read.sent[1]
        converted = units.convert(read.fact, value, written) if isinstance(written, str) else None
        if isinstance(converted, units.Converted) and converted.fact == read.fact:
            return converted.value
    return None


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
    for candidate, fact in tied:
        at = next((i for i, other in enumerate(kept) if _same(candidate, fact, *other)), None)
        if at is None:
            kept.append((candidate, fact))
            continue
        earlier = kept[at][1]
        if earlier.value == fact.value and earlier.comparator == fact.comparator:
            continue
        worse, other = (fact, earlier) if _rank(spec, fact) > _rank(spec, earlier) else (earlier, fact)
        note = f"conflict: {other.shown} at the same time ({other.evidence}); the more cautious value is used"
        kept[at] = (candidate, _noted(worse, note))
    return [fact for _, fact in kept]


def newest_first(spec: FactSpec, found: Sequence[Fact[Scalar]]) -> tuple[Fact[Scalar], ...]:
    """One series of what Conditions and Observations say; of both on one day the more cautious first, and it is said."""
    dated_ones = sorted((f for f in found if f.when is not None), key=lambda f: f.when or date.min, reverse=True)
    merged: list[Fact[Scalar]] = []
    for fact in dated_ones:
        last = merged[-1] if merged else None
        if last is None or last.when != fact.when or not _of_two_kinds(last, fact) or last.value == fact.value:
            merged.append(fact)
            continue
        worse, other = (fact, last) if _rank(spec, fact) > _rank(spec, last) else (last, fact)
        note = f"conflict: {other.shown} on the same day ({other.evidence}); the more cautious value is used"
        merged[-1] = _noted(worse, note)
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


def _noted(fact: Fact[Scalar], note: str) -> Fact[Scalar]:
    return replace(fact, notes=(*fact.notes, note))


# Lesions


def lesion_of(resource: Resource, reading: Reading, otherwise: str) -> str:
    """The lesion an Observation is about: its focus, else the segment of its bodySite."""
    for focus in as_list(resource.get("focus")):
        ref = reading.resolved(reference(focus))
        if ref.startswith("BodyStructure/"):
            return ref
    return segment(resource.get("bodySite")) or otherwise


def _usable(found: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """Counted candidates of this patient, newest first, none later than the moment asked."""
    return [
        c
        for c in _newest_first(found, reading)
        if status_of(c.resource) in COUNTED_STATUS | PRELIMINARY_STATUS
        and reading.is_ours(c.resource)
        and not (c.when is not None and reading.clock.is_later(c.when))
    ]


def _sizes(found: Sequence[Candidate], reading: Reading) -> list[LesionSize]:
    """Longest diameters: component 33728-7 of a tumor size, or the value itself."""
    spec = FACTS["nodule_size"]
    sizes: dict[tuple[str, date | None, bool, str], LesionSize] = {}
    for candidate in _usable(found, reading):
        resource = candidate.resource
        if _elsewhere(resource):
            continue
        preliminary = status_of(resource) in PRELIMINARY_STATUS
        fact = _fact(spec, Candidate(_longest(resource), candidate.when, candidate.entry), reading, preliminary)
        if fact is None:
            continue
        lesion = lesion_of(resource, reading, NOT_TOLD)
        told_twice = (lesion, fact.when, preliminary, fact.evidence if lesion == NOT_TOLD else "")
        earlier = sizes.get(told_twice)
        if earlier is None or float(fact.value) > float(earlier.size.value):
            if earlier is not None:
                note = f"conflict: {number(float(earlier.size.value))} cm on the same day; the larger is used"
                fact = _noted(fact, note)
            sizes[told_twice] = LesionSize(lesion, fact)  # type: ignore[arg-type]
    final = {size.lesion for size in sizes.values() if not size.size.preliminary}
    kept = [size for size in sizes.values() if not size.size.preliminary or size.lesion not in final]
    # Newest first, the largest of one day first: what is said of them does not depend on the order they came in.
    return sorted(kept, key=lambda each: (each.size.when or date.min, float(each.size.value)), reverse=True)


def _elsewhere(resource: Resource) -> bool:
    """Whether a body site names another organ than the liver."""
    site = " ".join(t for s in as_list(resource.get("bodySite")) for t in texts(s))
    return bool(ELSEWHERE.search(site)) and not LIVER.search(site)


def _longest(resource: Resource) -> Resource:
    """The Observation with the component of the longest dimension as its value; as it is where there is none."""
    components = [c for c in as_list(resource.get("component")) if isinstance(c, dict)]
    for component in components:
        named = {c for pair in codings(component.get("code")) for c in codes.lookup(*pair)}
        if "obs.tumor_size_longest" in named:
            own = {k: v for k, v in resource.items() if not _is_value(k)}
            return own | {k: v for k, v in component.items() if _is_value(k)}
    return resource


def _is_value(name: str) -> bool:
    return name.startswith("value") or name == "dataAbsentReason"


def _responses(name: str, found: Sequence[Candidate], reading: Reading) -> list[Response]:
    spec = FACTS[name]
    responses = []
    for candidate in reversed(_final_first(found, reading)):
        read = _read(spec, candidate, reading)
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
    preliminary = ("preliminary",) if status_of(candidate.resource) in PRELIMINARY_STATUS else ()
    return (*read.notes, *local, *preliminary)


def _final_first(found: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """Usable candidates, but no preliminary one where a final one says of the same lesion and session that day or later."""
    usable = _usable(found, reading)
    final = [c for c in usable if status_of(c.resource) in COUNTED_STATUS]
    return [
        c
        for c in usable
        if status_of(c.resource) in COUNTED_STATUS or not any(_supersedes(f, c, reading) for f in final)
    ]


def _supersedes(final: Candidate, other: Candidate, reading: Reading) -> bool:
    same = lesion_of(final.resource, reading, "") == lesion_of(other.resource, reading, "")
    same = same and _part_of(final.resource, reading) == _part_of(other.resource, reading)
    return same and (final.when is None or other.when is None or final.when.day >= other.when.day)


def _part_of(resource: Resource, reading: Reading) -> str:
    refs = (reading.resolved(reference(part)) for part in as_list(resource.get("partOf")))
    return next((ref for ref in refs if ref.startswith("Procedure/")), "")


def _session_notes(name: str, found: Sequence[Candidate], reading: Reading) -> list[SessionNote]:
    notes = []
    for candidate in _final_first(found, reading):
        read = _read(FACTS[name], candidate, reading)
        if read is not None:
            notes.append(SessionNote(name, bool(read.value), _part_of(candidate.resource, reading), candidate.when))
    return notes


def report_dates(reports: Iterable[Resource], observations: Iterable[Resource], reading: Reading) -> dict[str, Moment]:
    """Observation → when the DiagnosticReport, or the panel, that names it was; a report names a panel's members too."""
    panels = [o for o in observations if o.get("hasMember")]
    members = {name_of(panel): _named(panel, "hasMember", reading) for panel in panels}
    found: dict[str, Moment] = {}
    waiting = [
        (name, moment)
        for holder, element in (*((p, "hasMember") for p in panels), *((r, "result") for r in reports))
        if (moment := _report_date(holder, element, reading)) is not None
        for name in _named(holder, element, reading)
    ]
    while waiting:
        name, moment = waiting.pop(0)
        if name not in found:
            found[name] = moment
            waiting += [(member, moment) for member in members.get(name, ())]
    return found


def _report_date(holder: Resource, element: str, reading: Reading) -> Moment | None:
    if status_of(holder) in ("entered-in-error", "cancelled"):
        return None
    moment = observed(holder, reading.clock)
    return moment if element == "hasMember" else moment or reading.clock.moment(holder.get("issued"))


def _named(holder: Resource, element: str, reading: Reading) -> list[str]:
    return [reading.resolved(reference(named)) for named in as_list(holder.get(element))]
