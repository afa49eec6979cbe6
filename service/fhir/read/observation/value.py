"""The value of one Observation → a fact, validated; or the reason why there is none."""

import re

from cards.facts import Fact, FactSpec, Scalar
from cards.words import day
from service.fhir.read import units
from service.fhir.read.codings import as_list, codings, texts
from service.fhir.read.observation.candidate import Candidate
from service.fhir.read.reading import Reading, Resource, name_of
from service.fhir.read.values import NoValue, Read, finite, value_of


def fact_of(spec: FactSpec, candidate: Candidate, reading: Reading) -> Fact[Scalar] | None:
    read = read_value(spec, candidate, reading)
    if read is None:
        return None
    when, resource = candidate.when, candidate.resource
    notes = read.notes
    if candidate.entry is not None:
        notes = (*notes, candidate.entry.note)
    if candidate.preliminary:
        notes = (*notes, "preliminary")
    if when is not None and when.partial:
        notes = (*notes, f"dated to {day(when.day)} at the earliest")
    return Fact(
        read.fact,
        read.value,
        when.day if when is not None else None,
        name_of(resource),
        read.shown,
        read.comparator,
        read.sent,
        notes,
        candidate.preliminary,
        partial_date=when.partial if when is not None else False,
        normal_high=_normal_high(resource, read),
    )


def read_value(spec: FactSpec, candidate: Candidate, reading: Reading) -> Read | None:
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
_STATED = {"child_pugh_class": _CLASS, "bclc_stage": _BCLC, "extrahepatic_spread": _M}
_LONGEST = 60


def _stated(spec: FactSpec, resource: Resource) -> Read | None:
    """Class, stage and M category as clinics write them: by a strict pattern over the whole text."""
    pattern = _STATED.get(spec.name)
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


_MARKERS = frozenset({"afp", "afp_units", "dcp", "dcp_units", "afp_l3"})


def _normal_high(resource: Resource, read: Read) -> float | None:
    """The upper end of the laboratory's own range, in the unit of the fact."""
    if read.fact not in _MARKERS or not read.sent:
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
