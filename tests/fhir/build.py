"""Short names for the resources that the reader's tests are made of, and the reading itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from cards.current import State, current_state
from cards.facts import Fact, PatientFacts
from service.fhir.read import read_facts
from service.fhir.read.codes import CPT, ICD10, ICD10CM, ICD10GM, ICD10PCS, LOINC, NCIT, OWN_SYSTEM, RXNORM, SNOMED
from service.fhir.read.local_codes import LocalCodes

Json = dict[str, Any]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECENT = "2026-11-10"
SUBJECT = {"reference": "Patient/1"}
UCUM = "http://unitsofmeasure.org"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
TARGET = "http://hl7.org/fhir/StructureDefinition/procedure-targetBodyStructure"
INTENT = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent"
PRIMARY = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-related-primary-cancer-condition"
BILLING = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-billing-options"

__all__ = [
    "CPT",
    "ICD10",
    "ICD10CM",
    "ICD10GM",
    "ICD10PCS",
    "LOINC",
    "NCIT",
    "OWN_SYSTEM",
    "RXNORM",
    "SNOMED",
]


def without_ellipsis(resource: Mapping[str, Any]) -> Json:
    """A member given as ... is left out."""
    return {name: value for name, value in resource.items() if value is not ...}


def coded(system: str, code: str, text: str | None = None, **more: Any) -> Json:
    concept: Json = {"coding": [{"system": system, "code": code, **more}]}
    return concept if text is None else concept | {"text": text}


def status_word(system: str, word: str) -> Json:
    return {"coding": [{"system": system, "code": word}]}


def quantity(value: Any, unit: str | None = None, **more: Any) -> Json:
    """valueQuantity with code and unit alike; more: code, unit, comparator, system."""
    told = {"unit": unit, "code": unit, "system": UCUM} if unit is not None else {}
    return {"valueQuantity": without_ellipsis({"value": value, **told, **more})}


def own_value(word: str) -> Json:
    return {"valueCodeableConcept": coded(OWN_SYSTEM, word)}


def observation(code: Json, value: Json, /, **more: Any) -> Json:
    return without_ellipsis(
        {
            "resourceType": "Observation",
            "id": "o",
            "status": "final",
            "code": code,
            "subject": SUBJECT,
            "effectiveDateTime": RECENT,
            **value,
            **more,
        }
    )


def lab(code: str, value: Json, /, **more: Any) -> Json:
    return observation(coded(LOINC, code), value, **more)


def bilirubin(value: Any = 1.1, unit: str | None = "mg/dL", **more: Any) -> Json:
    return lab("1975-2", quantity(value, unit), **more)


def own(code: str, value: Any, /, **more: Any) -> Json:
    """An Observation of the project's own code; a word, yes/no, number or a whole value[x]."""
    if isinstance(value, bool):
        value = {"valueBoolean": value}
    elif isinstance(value, int):
        value = {"valueInteger": value}
    elif isinstance(value, str):
        value = own_value(value)
    return observation(coded(OWN_SYSTEM, code), value, **more)


def condition(code: Json, /, clinical: str | None = "active", verification: str | None = None, **more: Any) -> Json:
    return without_ellipsis(
        {
            "resourceType": "Condition",
            "id": "c",
            "subject": SUBJECT,
            "code": code,
            **({"clinicalStatus": status_word(CLINICAL, clinical)} if clinical else {}),
            **({"verificationStatus": status_word(VERIFICATION, verification)} if verification else {}),
            **more,
        }
    )


def icd(code: str, /, **more: Any) -> Json:
    return condition(coded(ICD10CM, code), **more)


def procedure(code: Json, when: str | None = "2026-06-01", **more: Any) -> Json:
    return without_ellipsis(
        {
            "resourceType": "Procedure",
            "id": "p",
            "status": "completed",
            "subject": SUBJECT,
            "code": code,
            **({"performedDateTime": when} if when else {}),
            **more,
        }
    )


def medication(kind: str = "MedicationRequest", text: str | None = None, **more: Any) -> Json:
    required = {
        "MedicationRequest": {"status": "active", "intent": "order"},
        "MedicationStatement": {"status": "active"},
        "MedicationAdministration": {"status": "completed", "effectiveDateTime": RECENT},
    }[kind]
    named = {"medicationCodeableConcept": {"text": text}} if text is not None else {}
    return without_ellipsis({"resourceType": kind, "id": "m", "subject": SUBJECT, **required, **named, **more})


def answers(*items: Json, **more: Any) -> Json:
    return without_ellipsis(
        {
            "resourceType": "QuestionnaireResponse",
            "id": "q",
            "status": "completed",
            "subject": SUBJECT,
            "authored": RECENT,
            "item": list(items),
            **more,
        }
    )


def answer(link: str, *values: Json, **more: Any) -> Json:
    return {"linkId": link, "answer": list(values), **more}


def order(code: Json | None = None, text: str | None = None, **more: Any) -> Json:
    named = {**(code or {}), **({"text": text} if text is not None else {})}
    return without_ellipsis(
        {
            "resourceType": "ServiceRequest",
            "id": "order",
            "status": "draft",
            "intent": "order",
            "subject": SUBJECT,
            "code": named,
            **more,
        }
    )


def target(reference: str) -> Json:
    return {"url": TARGET, "valueReference": {"reference": reference}}


def read(
    *resources: Json,
    patient: str = "1",
    asked: datetime = NOW,
    zone: tzinfo = UTC,
    orders: Sequence[Json] | None = None,
    local_codes: LocalCodes | None = None,
    full_urls: Mapping[str, str] | None = None,
) -> PatientFacts:
    return read_facts(
        resources,
        patient=patient,
        asked=asked,
        zone=zone,
        draft_orders=orders,
        local_codes=local_codes,
        full_urls=full_urls,
    )


def facts_named(name: str, *resources: Json, **more: Any) -> tuple[Fact[Any], ...]:
    """The series of one fact, newest first."""
    return read(*resources, **more).series.get(name, ())


def values_of(name: str, *resources: Json, **more: Any) -> list[Any]:
    return [fact.value for fact in facts_named(name, *resources, **more)]


def now(*resources: Json, **more: Any) -> State:
    """What of the record counts today."""
    asked = more.get("asked", NOW)
    return current_state(read(*resources, **more), asked.astimezone(more.get("zone", UTC)).date())


def problems(*resources: Json, **more: Any) -> dict[str, str]:
    return {u.resource: u.because for u in read(*resources, **more).unusable}
