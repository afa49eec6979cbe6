"""Requests to measure with: a patient before TACE with as many Observations as asked for.

Unique: every request is of another patient with other values and dates, so that nothing remembered between calls can flatter.
Repeated: the calls of one visit about one record, as an EHR sends them.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

import orjson

OWN = "https://tace-cds.example.org/fhir/CodeSystem/tace"
LOINC = "http://loinc.org"
AS_OF = date(2026, 11, 21)
Json = dict[str, Any]

# LOINC, name, lowest and highest value drawn, digits, unit
_LABS = (
    ("1975-2", "Bilirubin.total", 0.4, 1.0, 2, "mg/dL"),
    ("1751-7", "Albumin", 4.0, 4.8, 2, "g/dL"),
    ("6301-6", "INR in Platelet poor plasma", 0.9, 1.3, 2, "{INR}"),
    ("2160-0", "Creatinine", 0.6, 1.2, 2, "mg/dL"),
    ("2951-2", "Sodium", 136, 144, 0, "mmol/L"),
    ("777-3", "Platelets", 110, 290, 0, "10*3/uL"),
    ("1742-6", "Alanine aminotransferase", 18, 88, 0, "U/L"),
    ("1920-8", "Aspartate aminotransferase", 18, 88, 0, "U/L"),
    ("1834-1", "Alpha-1-Fetoprotein", 3, 390, 1, "ng/mL"),
    ("718-7", "Hemoglobin", 9.5, 15.5, 1, "g/dL"),
    ("2823-3", "Potassium", 3.5, 5.0, 1, "mmol/L"),
    ("2345-7", "Glucose", 75, 180, 0, "mg/dL"),
    ("3094-0", "Urea nitrogen", 8, 25, 0, "mg/dL"),
    ("6690-2", "Leukocytes", 3.5, 9.5, 1, "10*3/uL"),
)
_FINDINGS: tuple[tuple[str, Json], ...] = (
    ("ascites-grade", {"valueCodeableConcept": {"coding": [{"system": OWN, "code": "none"}]}}),
    ("encephalopathy-grade", {"valueInteger": 0}),
    ("nodule-count", {"valueInteger": 2}),
    ("portal-vein-invasion", {"valueCodeableConcept": {"coding": [{"system": OWN, "code": "none"}]}}),
    ("portal-flow", {"valueCodeableConcept": {"coding": [{"system": OWN, "code": "preserved"}]}}),
    ("extrahepatic-spread", {"valueBoolean": False}),
    ("growth-pattern", {"valueCodeableConcept": {"coding": [{"system": OWN, "code": "nodular"}]}}),
    ("selective-access", {"valueBoolean": True}),
    ("lobar-distribution", {"valueCodeableConcept": {"coding": [{"system": OWN, "code": "unilobar"}]}}),
)


VISIT = ("patient-view", "order-select", "order-select", "order-sign", "patient-view")


def unique(observations: int, hook: str, first: int, number: int) -> Iterator[tuple[str, bytes]]:
    """`number` calls of one hook, each of another patient: (hook, body)."""
    return ((hook, orjson.dumps(hook_request(observations, each, hook))) for each in range(first, first + number))


def visits(observations: int, first: int, number: int) -> Iterator[tuple[str, bytes]]:
    """The calls of one visit after the other: opened, ordered, changed, signed, opened again; the record is the same."""
    for each in range(first, first + number):
        for call, hook in enumerate(VISIT):
            yield hook, orjson.dumps(hook_request(observations, each, hook, call))


def hook_request(observations: int, number: int, hook: str = "order-sign", call: int = 0) -> Json:
    patient = f"bench-{observations}-{number}"
    drawn = Random(number)
    orders = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": _order(patient)}]}
    return {
        "hook": hook,
        "hookInstance": f"d1577c69-dfbe-44ad-ba6d-{call:02d}{number:010d}",
        "context": {
            "userId": "Practitioner/1",
            "patientId": patient,
            **({} if hook == "patient-view" else {"draftOrders": orders}),
            **({"selections": ["ServiceRequest/order-1"]} if hook == "order-select" else {}),
        },
        "extension": {"tace-cds.as-of": AS_OF.isoformat()},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": patient, "gender": "male", "birthDate": "1961-03-04"},
            "conditions": _bundle([_condition(patient)]),
            "observations": _bundle(_observations(patient, observations, drawn)),
            "findings": _bundle([]),
            "procedures": None,
            "medicationRequests": None,
            "medicationAdministrations": None,
            "medicationStatements": None,
            "bodyStructures": None,
            "diagnosticReports": None,
            "questionnaireResponses": None,
        },
    }


def resources(body: Json) -> list[Json]:
    """All resources of a body's prefetch."""
    prefetch = [value for value in body["prefetch"].values() if value]
    entries: Sequence[Json] = [e for value in prefetch for e in value.get("entry", ({"resource": value},))]
    return [entry["resource"] for entry in entries]


def evidence(body: Json) -> list[Json]:
    """Those that the service validates: patient, tumor, findings, sizes and the newest of each laboratory value that decides."""
    found = resources(body)
    return [r for r in found if r["resourceType"] != "Observation" or not r["id"][:1].isdigit() or r["id"] in _NEWEST]


_NEWEST = frozenset(f"{code}-0" for code, *_ in _LABS[:9])


def _bundle(resources: list[Json]) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]}


def _order(patient: str) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "id": "order-1",
        "status": "draft",
        "intent": "order",
        "code": {
            "coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "37243"}],
            "text": f"TACE segment 8, superselective, doxorubicin-eluting beads; plan of {patient}",
        },
        "subject": {"reference": f"Patient/{patient}"},
    }


def _condition(patient: str) -> Json:
    return {
        "resourceType": "Condition",
        "id": "hcc",
        "clinicalStatus": _one("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        "verificationStatus": _one("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
        "code": _one("http://hl7.org/fhir/sid/icd-10-cm", "C22.0"),
        "subject": {"reference": f"Patient/{patient}"},
    }


def _one(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _observations(patient: str, number: int, drawn: Random) -> list[Json]:
    """Findings and sizes once, then panels of laboratory values going back in time."""
    recent = drawn.randint(1, 20)
    found = [
        _observation(patient, f"f-{code}", OWN, code, AS_OF - timedelta(days=recent + 4), value)
        for code, value in _FINDINGS
    ]
    found.append(_observation(patient, "ecog", LOINC, "89247-1", AS_OF - timedelta(days=recent), {"valueInteger": 0}))
    found += [
        _size(patient, place, drawn.randint(*between), recent + 4)
        for place, between in (("277962002", (33, 49)), ("277959000", (15, 29)))
    ]
    for place in count():
        for code, name, low, high, digits, unit in _LABS:
            if len(found) >= number:
                return found[:number]
            value: float = round(drawn.uniform(low, high), digits) if digits else drawn.randint(int(low), int(high))
            when = AS_OF - timedelta(days=recent + min(30 * place, 20_000) + place % 7)
            quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
            found.append(_observation(patient, f"{code}-{place}", LOINC, code, when, {"valueQuantity": quantity}, name))
    raise AssertionError("count() does not end")


def _observation(
    patient: str, identifier: str, system: str, code: str, when: date, value: Json, display: str = ""
) -> Json:
    return {
        "resourceType": "Observation",
        "id": identifier,
        "meta": {"versionId": "1", "lastUpdated": f"{when}T09:12:44.000Z"},
        "status": "final",
        "category": [_one("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
        "code": {"coding": [{"system": system, "code": code, "display": display or code}], "text": display or code},
        "subject": {"reference": f"Patient/{patient}"},
        "encounter": {"reference": "Encounter/7f1c7f"},
        "effectiveDateTime": f"{when}T08:30:00Z",
        "issued": f"{when}T09:12:44.000Z",
        "performer": [{"reference": "Organization/laboratory", "display": "Central laboratory"}],
        **value,
    }


def _size(patient: str, segment: str, millimeters: int, days: int) -> Json:
    value: Json = {
        "bodySite": _one("http://snomed.info/sct", segment),
        "component": [
            {
                "code": _one(LOINC, "33728-7"),
                "valueQuantity": {
                    "value": millimeters, "unit": "mm", "system": "http://unitsofmeasure.org", "code": "mm",
                },
            }
        ],
    }  # fmt: skip
    return _observation(patient, f"size-{segment}", LOINC, "21889-1", AS_OF - timedelta(days=days), value)
