"""A valid call with 16,000 of one thing: an answer for at most 2 s of computing, whatever it is that there is so much of."""

from collections.abc import Callable
from typing import Any

import orjson

from tests.golden import request_of
from tests.torture.fuzz import LATEST
from tests.torture.served import Caller, Served

MANY = 16_000
OWN = "https://tace-cds.example.org/fhir/CodeSystem/tace"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
PATH = "/cds-services/tace-order-sign"
Made = Callable[[int], dict[str, Any]]


def _day(number: int) -> str:
    return f"{2010 + number % 16}-0{1 + number % 9}-1{number % 9}"


def _coded(kind: str, system: str, code: str, **more: Any) -> Made:
    def made(number: int) -> dict[str, Any]:
        given = {name: value(number) if callable(value) else value for name, value in more.items()}
        return {"resourceType": kind, "id": f"x{number}", "status": "completed" if kind == "Procedure" else "final",
                "code": {"coding": [{"system": system, "code": code}]}} | given  # fmt: skip

    return made


def _quantity(number: int) -> dict[str, Any]:
    return {"value": 1 + number / 1000, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}


FLOODS: dict[str, tuple[str, Made]] = {
    "laboratory values": (
        "observations", _coded("Observation", LOINC, "1975-2", effectiveDateTime=_day, valueQuantity=_quantity)
    ),
    "versions of one value": (
        "observations", _coded("Observation", LOINC, "1975-2", id="same", effectiveDateTime=_day, valueQuantity=_quantity)
    ),
    "findings": (
        "findings", _coded("Observation", OWN, "ascites-grade", effectiveDateTime=_day, valueString="none")
    ),
    "notes on sessions": (
        "findings", _coded("Observation", OWN, "selective-session", effectiveDateTime=_day, valueBoolean=True,
                           partOf=lambda number: [{"reference": f"Procedure/x{number}"}])
    ),
    "responses": (
        "findings", _coded("Observation", OWN, "mrecist-response", effectiveDateTime=_day, valueString="SD",
                           focus=lambda number: [{"reference": f"BodyStructure/b{number}"}])
    ),
    "sessions in a circle": (
        "procedures", _coded("Procedure", SNOMED, "441525007", performedDateTime=_day,
                             partOf=lambda number: [{"reference": f"Procedure/x{(number + 1) % MANY}"}])
    ),
    "diagnoses": (
        "conditions", _coded("Condition", SNOMED, "109841003", recordedDate=_day)
    ),
    "prescriptions": (
        "medicationRequests", lambda number: {"resourceType": "MedicationRequest", "id": f"x{number}", "status": "active",
                                              "medicationCodeableConcept": {"text": "sorafenib"}, "authoredOn": _day(number)}
    ),
    "questionnaires": (
        "questionnaireResponses", lambda number: {"resourceType": "QuestionnaireResponse", "id": f"x{number}",
                                                  "status": "completed", "authored": _day(number),
                                                  "item": [{"linkId": "ascites-grade", "answer": [{"valueString": "none"}]}]}
    ),
    "reports": (
        "diagnosticReports", lambda number: {"resourceType": "DiagnosticReport", "id": f"x{number}", "status": "final",
                                             "result": [{"reference": f"Observation/x{number}"}],
                                             "effectiveDateTime": _day(number)}
    ),
    "draft orders": (
        "", lambda number: {"resourceType": "ServiceRequest", "id": f"x{number}", "status": "draft", "code": {"text": "TACE"}}
    ),
    "other draft orders": (
        "", lambda number: {"resourceType": "ServiceRequest", "id": f"x{number}", "status": "draft", "code": {"text": "ECG"}}
    ),
}  # fmt: skip


def floods(served: Served) -> tuple[str, list[str]]:
    """A line of figures, and what went wrong."""
    taken, failures, caller = {}, [], Caller(served.port)
    for name, (key, made) in FLOODS.items():
        body, before = _body(key, made), served.cpu_seconds
        status, _, _, _ = caller.post(PATH, body)
        taken[name] = served.cpu_seconds - before
        if status >= 500 or taken[name] > LATEST:
            failures.append(f"{MANY} {name}: {status} after {taken[name]:.1f} s of computing")
    caller.close()
    slowest = max(taken, key=lambda name: taken[name])
    line = f"floods: {len(FLOODS)} kinds of {MANY} each; most computing {taken[slowest]:.2f} s ({slowest})"
    return line, failures


def _body(key: str, made: Made) -> bytes:
    body = request_of("third-tace-segment-8-jsh-refractory")
    body.pop("extension")
    subject = {"subject": {"reference": f"Patient/{body['context']['patientId']}"}}
    entries = [{"resource": made(number) | subject} for number in range(MANY)]
    if key:
        earlier = body["prefetch"].get(key, {}).get("entry", [])
        body["prefetch"][key] = {"resourceType": "Bundle", "entry": [*entries, *earlier]}
    else:
        body["context"]["draftOrders"]["entry"] += entries
    return orjson.dumps(body)
