"""Requests to measure with: an order-sign for a TACE patient with as many Observations as asked for, every request another
patient, so that nothing remembered between calls can flatter.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, islice
from typing import Any

import orjson

OWN = "https://tace-cds.example.org/fhir/CodeSystem/tace"
LOINC = "http://loinc.org"
AS_OF = date(2026, 11, 21)
Json = dict[str, Any]

_LABS = (
    ("1975-2", "Bilirubin.total", 1.1, "mg/dL"),
    ("1751-7", "Albumin", 4.1, "g/dL"),
    ("6301-6", "INR in Platelet poor plasma", 1.1, "{INR}"),
    ("2160-0", "Creatinine", 0.9, "mg/dL"),
    ("2951-2", "Sodium", 139, "mmol/L"),
    ("777-3", "Platelets", 142, "10*3/uL"),
    ("1742-6", "Alanine aminotransferase", 38, "U/L"),
    ("1920-8", "Aspartate aminotransferase", 41, "U/L"),
    ("1834-1", "Alpha-1-Fetoprotein", 88, "ng/mL"),
    ("718-7", "Hemoglobin", 13.2, "g/dL"),
    ("2823-3", "Potassium", 4.2, "mmol/L"),
    ("2345-7", "Glucose", 101, "mg/dL"),
    ("3094-0", "Urea nitrogen", 16, "mg/dL"),
    ("6690-2", "Leukocytes", 5.4, "10*3/uL"),
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


def hook_requests(observations: int, number: int) -> Iterator[bytes]:
    """`number` bodies, each of another patient."""
    return (orjson.dumps(hook_request(observations, each)) for each in islice(count(), number))


def hook_request(observations: int, number: int) -> Json:
    patient = f"bench-{observations}-{number}"
    return {
        "hook": "order-sign",
        "hookInstance": f"d1577c69-dfbe-44ad-ba6d-{number:012d}",
        "context": {
            "userId": "Practitioner/1",
            "patientId": patient,
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": _order(patient)}]},
        },
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": patient, "gender": "male", "birthDate": "1961-03-04"},
            "conditions": _bundle([_condition(patient)]),
            "observations": _bundle(_observations(patient, observations)),
            "findings": _bundle([]),
            "procedures": None,
            "medicationRequests": None,
            "medicationAdministrations": None,
            "medicationStatements": None,
            "bodyStructures": None,
            "diagnosticReports": None,
            "questionnaireResponses": None,
        },
        "extension": {"tace-cds.as-of": AS_OF.isoformat()},
    }


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
            "text": "TACE segment 8, superselective, doxorubicin-eluting beads",
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


def _observations(patient: str, number: int) -> list[Json]:
    """Findings and sizes once, then panels of laboratory values going back in time."""
    found = [
        _observation(patient, f"f-{code}", OWN, code, AS_OF - timedelta(days=9), value) for code, value in _FINDINGS
    ]
    found.append(_observation(patient, "ecog", LOINC, "89247-1", AS_OF - timedelta(days=3), {"valueInteger": 0}))
    found += [_size(patient, place, size) for place, size in (("277962002", 42), ("277959000", 21))]
    for place in count():
        for code, name, value, unit in _LABS:
            if len(found) >= number:
                return found[:number]
            when = AS_OF - timedelta(days=5 + 30 * place)
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


def _size(patient: str, segment: str, millimeters: int) -> Json:
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
    return _observation(patient, f"size-{segment}", LOINC, "21889-1", AS_OF - timedelta(days=9), value)
