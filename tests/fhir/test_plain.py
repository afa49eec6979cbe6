"""What is plain is valid by fhir.resources: over the fixtures, over the data of others, and over resources made ugly."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service.fhir.bundle import flatten
from service.fhir.read import validate
from service.fhir.read.plain import is_plain

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "fhir"
KINDS = ("Observation", "Condition", "Patient")


def used(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in validate._UNREAD and name[:1] != "_"}


def is_valid(resource: dict[str, Any]) -> bool:
    kind = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    try:
        model.model_validate(resource)
    except ValidationError:
        return False
    return True


def resources_in(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("*.json")):
        body = json.loads(file.read_text(encoding="utf-8"))
        held = [body, *(body.get("prefetch") or {}).values()] if isinstance(body, dict) else [body]
        for value in held:
            yield from (r for r in flatten(value)[0] if r.get("resourceType") in KINDS)


def test_plain_fixtures_are_valid_and_most_are_plain():
    found = [used(r) for r in resources_in(ROOT / "fixtures")]
    plain = [r for r in found if is_plain(r)]
    assert [r for r in plain if not is_valid(r)] == []
    assert len(plain) > 0.9 * len(found) > 100


def test_plain_resources_of_others_are_valid():
    if not SHARED.is_dir():
        pytest.skip("the data of others is not here")
    found = [used(r) for r in resources_in(SHARED)]
    plain = [r for r in found if is_plain(r)]
    assert plain
    assert [r for r in plain if not is_valid(r)] == []


SYSTEMS = st.sampled_from(["http://loinc.org", "urn:oid:1.2", "", " http://x", "no scheme", "http://a b", None, 5])
WORDS = st.sampled_from(
    ["1975-2", "", " ", "a b", " a", "a ", "a\nb", "µ", "x" * 300, "{INR}", "10*3/uL", True, 7, None, []]
)
NUMBERS = st.sampled_from([1, 1.5, -3, 0, 10**15, 10**400, float("1e300"), "1.2", "x", True, None, [], {}])
DATES = st.sampled_from(
    ["2026-10-22", "2026-10", "2026", "2026-02-29", "2024-02-29", "2026-02-30", "2026-13-01", "2026-10-22T08:00:00Z",
     "2026-10-22T08:00Z", "2026-10-22T08:00:00", "2026-10-22T24:00:00Z", "2026-10-22T08:00:00+14:00",
     "2026-10-22T08:00:00.123456789Z", "0000-01-01", "", " 2026-10-22", 2026, None]
)  # fmt: skip
CODING = st.fixed_dictionaries(
    {}, optional={"system": SYSTEMS, "code": WORDS, "display": WORDS, "userSelected": WORDS, "x": WORDS}
)
CONCEPT = st.one_of(st.fixed_dictionaries({}, optional={"coding": st.lists(CODING, max_size=2), "text": WORDS}), WORDS)
QUANTITY = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"value": NUMBERS, "unit": WORDS, "system": SYSTEMS, "code": WORDS,
                      "comparator": st.sampled_from(["<", "~", "", 3])},
    ),
    WORDS,
)  # fmt: skip
REFERENCE = st.one_of(st.fixed_dictionaries({}, optional={"reference": WORDS, "display": WORDS}), WORDS)
STATUS = st.sampled_from(["final", "Final", "final ", "", 1, None])
PERIOD = st.fixed_dictionaries({}, optional={"start": DATES, "end": DATES})
COMPONENT = st.fixed_dictionaries({}, optional={"code": CONCEPT, "valueQuantity": QUANTITY, "valueString": WORDS})
ELEMENTS: dict[str, dict[str, Any]] = {
    "Observation": {
        "status": STATUS, "code": CONCEPT, "subject": REFERENCE, "effectiveDateTime": DATES, "effectivePeriod": PERIOD,
        "issued": DATES, "valueQuantity": QUANTITY, "valueInteger": NUMBERS, "valueBoolean": WORDS, "valueString": WORDS,
        "valueCodeableConcept": CONCEPT, "dataAbsentReason": CONCEPT, "bodySite": CONCEPT, "method": CONCEPT,
        "interpretation": st.lists(CONCEPT, max_size=2), "focus": st.lists(REFERENCE, max_size=2),
        "partOf": st.lists(REFERENCE, max_size=2), "component": st.lists(COMPONENT, max_size=2), "unknown": WORDS,
    },
    "Condition": {
        "subject": REFERENCE, "code": CONCEPT, "clinicalStatus": CONCEPT, "verificationStatus": CONCEPT,
        "recordedDate": DATES, "onsetDateTime": DATES, "severity": CONCEPT, "bodySite": st.lists(CONCEPT, max_size=2),
    },
    "Patient": {"gender": WORDS, "birthDate": DATES},
}  # fmt: skip
_CODE = {"coding": [{"system": "http://loinc.org", "code": "1975-2", "display": "Bilirubin"}], "text": "bilirubin"}
BASES: tuple[dict[str, Any], ...] = (
    {"resourceType": "Observation", "status": "final", "code": _CODE, "subject": {"reference": "Patient/1"}},
    {"resourceType": "Condition", "code": _CODE, "subject": {"reference": "Patient/1"}},
    {"resourceType": "Patient", "gender": "female", "birthDate": "1961-03-04"},
)


@st.composite
def nearly_plain(draw: Any) -> dict[str, Any]:
    """A plain resource with one to three elements replaced or added by whatever came."""
    resource = dict(draw(st.sampled_from(BASES)))
    elements = ELEMENTS[resource["resourceType"]]
    for name in draw(st.lists(st.sampled_from(sorted(elements)), min_size=1, max_size=3, unique=True)):
        resource[name] = draw(elements[name])
    return resource


@settings(max_examples=2000, deadline=None)
@given(nearly_plain())
def test_whatever_is_plain_is_valid(resource):
    if is_plain(resource):
        assert is_valid(resource)
