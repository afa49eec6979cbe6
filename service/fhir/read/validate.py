"""Validation of what is used: the elements a reader looks at, by fhir.resources R4B.

Elements that no reader looks at (text, meta, performer …) are left out: a vendor's broken extension or a malformed
`meta.lastUpdated` is no reason to lose a bilirubin. What a client commonly gets wrong without changing the meaning
(trailing blanks, a time without zone or seconds) is mended first. Decision: docs/decisions/0002.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from service.fhir.read.plain import is_plain
from service.fhir.read.when import Clock

_MODELS = {
    "Patient": "patient",
    "Condition": "condition",
    "Observation": "observation",
    "Procedure": "procedure",
    "MedicationRequest": "medicationrequest",
    "MedicationStatement": "medicationstatement",
    "MedicationAdministration": "medicationadministration",
    "BodyStructure": "bodystructure",
    "QuestionnaireResponse": "questionnaireresponse",
}
_UNREAD = frozenset({
    "id", "meta", "text", "implicitRules", "language", "contained", "extension", "identifier", "category",
    "performer", "encounter", "note", "referenceRange", "basedOn", "hasMember", "derivedFrom", "specimen", "device",
    "recorder", "asserter", "evidence", "participant", "location", "instantiatesCanonical", "instantiatesUri",
    "image", "photo", "communication", "contact", "generalPractitioner", "managingOrganization", "name", "telecom",
    "address", "maritalStatus", "link", "reportNumber", "groupIdentifier", "dosageInstruction", "dispenseRequest",
    "substitution", "requester", "insurance", "supportingInformation", "informationSource", "dosage", "request",
    "context", "report", "complication", "followUp", "focalDevice", "usedReference", "reasonReference",
    "reasonCode", "statusHistory", "source", "author", "deceasedBoolean", "deceasedDateTime",
    "multipleBirthBoolean", "multipleBirthInteger", "active",
})  # fmt: skip
_DATES = frozenset({"effectiveDateTime", "effectiveInstant", "issued", "performedDateTime", "recordedDate",
                    "onsetDateTime", "authored", "authoredOn", "abatementDateTime", "start", "end"})  # fmt: skip


@cache
def _validator(kind: str) -> Callable[[Any], Any] | None:
    module = _MODELS.get(kind)
    if module is None:
        return None
    model = getattr(import_module(f"fhir.resources.R4B.{module}"), kind)
    validate: Callable[[Any], Any] = model.model_validate
    return validate


def problem_of(resource: Mapping[str, Any], clock: Clock) -> str:
    """Why a resource is not usable: element and what is wrong with it, never a value; "" where it is valid."""
    if resource.get("modifierExtension"):
        return "it carries a modifierExtension, which may change its meaning"
    if is_plain(resource, _UNREAD):
        return ""
    validate = _validator(str(resource.get("resourceType")))
    if validate is None:
        return ""
    used = {name: value for name, value in resource.items() if name not in _UNREAD and not name.startswith("_")}
    try:
        validate(used)
    except ValidationError:
        return _after_mending(validate, used, clock)
    except (KeyError, TypeError, AttributeError, RecursionError):  # fhir.resources on shapes it does not expect
        return "it is not a FHIR R4 resource of its type"
    return ""


def _after_mending(validate: Callable[[Any], Any], used: Mapping[str, Any], clock: Clock) -> str:
    try:
        validate(_mended(used, clock, 0))
    except ValidationError as error:
        return _words(error)
    except (KeyError, TypeError, AttributeError, RecursionError):
        return "it is not a FHIR R4 resource of its type"
    return ""


_NOTHING = (None, "")


def _mended(value: Any, clock: Clock, depth: int, name: str = "") -> Any:
    """Without nulls, empty strings, surrounding blanks, and times that lack zone or seconds."""
    if isinstance(value, dict) and depth < 12:
        kept = ((k, v) for k, v in value.items() if v not in _NOTHING)
        return {k: _mended(v, clock, depth + 1, k) for k, v in kept}
    if isinstance(value, list) and depth < 12:
        return [_mended(v, clock, depth + 1, name) for v in value if v not in _NOTHING]
    if isinstance(value, str):
        text = value.strip()
        if name == "status":
            return text.lower()
        return clock.repaired(text) if name in _DATES else text
    return value


_OLD_FORMS = frozenset({"clinicalStatus", "verificationStatus"})


def _words(error: ValidationError) -> str:
    """The first problem, in words that carry no value of the patient."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"]) or "resource"
    if path.split(".")[0] in _OLD_FORMS:
        return f"{path} is not a CodeableConcept (FHIR DSTU2 or STU3 form; R4 is read)"
    kind = str(first["type"])
    if "missing" in kind:
        return f"{path} is missing"
    if kind == "extra_forbidden":
        return f"{path} is not an element of FHIR R4"
    return f"{path} is not what FHIR R4 has there"


def warm_up() -> None:
    """Build every validator once: the first validation of a class costs milliseconds."""
    for kind in _MODELS:
        _validator(kind)
    clock_free: Any = None
    for resource in _SAMPLES:
        problem_of(resource, clock_free)


_SAMPLES: tuple[Mapping[str, Any], ...] = (
    {"resourceType": "Patient", "gender": "female", "birthDate": "1960-01-01"},
    {"resourceType": "Condition", "subject": {"reference": "Patient/x"}, "code": {"text": "x"}},
    {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "1975-2"}]},
        "valueQuantity": {"value": 1, "unit": "mg/dL"},
        "effectiveDateTime": "2026-01-01",
    },
    {"resourceType": "Procedure", "status": "completed", "subject": {"reference": "Patient/x"}},
)
