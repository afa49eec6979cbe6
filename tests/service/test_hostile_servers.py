"""FHIR servers that misbehave, each on a real socket and through the whole service: what the caller then reads.

Where the rest of the record is there, the answer is 200 and names what could not be had. Where all of it fails, 412.
"""

import time

import pytest

from service.app import create_app
from service.settings import Settings
from tests.service.conftest import hook_body
from tests.service.fhir_server import empty_record, fhir_server

SIGN = "/cds-services/tace-order-sign"
TOKEN = "secret-token"
HCC = {
    "resourceType": "Condition",
    "id": "hcc",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "109841003"}]},
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "verificationStatus": {"coding": [{"code": "confirmed"}]},
}
BILIRUBIN = {
    "resourceType": "Observation",
    "id": "of-another",
    "status": "final",
    "subject": {"reference": "Patient/somebody-else"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "1975-2"}]},
    "effectiveDateTime": "2026-11-20",
    "valueQuantity": {"value": 9.87, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
}
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"


def drips(handler):
    handler.wfile.write(OK + b"Content-Length: 99999\r\n\r\n")
    while not handler.server.over.wait(0.02):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def stalls(handler):
    handler.server.over.wait(10)


def redirects(handler):
    handler.answer({}, 302, Location="http://127.0.0.1:1/elsewhere")


def status(code):
    return lambda handler: handler.answer({"resourceType": "OperationOutcome"}, code)


def promises_too_much(handler):
    handler.wfile.write(OK + b'Content-Length: 5000\r\n\r\n{"resourceType":"Bundle"}')
    handler.close_connection = True


def promises_too_little(handler):
    handler.wfile.write(OK + b'Content-Length: 10\r\n\r\n{"resourceType":"Bundle","entry":[]}')
    handler.close_connection = True


def sends_50_mb(handler):
    handler.wfile.write(OK + b"Content-Length: 50000000\r\n\r\n")
    for _ in range(50):
        handler.wfile.write(b" " * 1_000_000)


def sends_html(handler):
    handler.answer(b"<html><body>Sign in, Jane Doe</body></html>", 200, "text/html")


HOSTILE = [
    (drips, "timed out"),
    (stalls, "timed out"),
    (redirects, "the server redirects, which is not followed"),
    (status(401), "not authorized, HTTP 401"),
    (status(429), "the server is busy, HTTP 429"),
    (status(503), "the server is busy, HTTP 503"),
    (promises_too_much, "no connection"),
    (promises_too_little, "the answer is not JSON"),
    (sends_50_mb, "the answer is too large"),
    (sends_html, "the answer is not JSON"),
]
NAMES = ["drips", "stalls", "redirects", "401", "429", "503", "length too long", "length too short", "50 MB", "HTML"]


def asked(handle, **changes):
    """The answer to an order-sign without prefetch, and the seconds it took."""
    with fhir_server(handle) as server:
        settings = Settings(fhir_servers=(server.base,), fhir_allow_http=True, fhir_deadline_seconds=1, **changes)
        body = hook_body(
            prefetch=..., fhirServer=server.base, fhirAuthorization={"access_token": TOKEN, "token_type": "Bearer"}
        )
        started = time.monotonic()
        answer = create_app(settings).test_client().post(SIGN, json=body)
        return answer, time.monotonic() - started


def with_observations(hostile):
    def handle(handler):
        if "Observation?" in handler.path:
            hostile(handler)
        elif "Condition?" in handler.path:
            handler.answer({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": HCC}]})
        else:
            empty_record(handler)

    return handle


@pytest.mark.parametrize(("hostile", "words"), HOSTILE, ids=NAMES)
def test_part_that_misbehaves_is_named_on_the_card(hostile, words):
    answer, seconds = asked(with_observations(hostile))
    assert answer.status_code == 200
    details = "\n".join(card["detail"] for card in answer.get_json()["cards"])
    assert f"observations and findings could not be fetched ({words})" in details
    assert seconds < 2  # one deadline, and not one for each query
    assert TOKEN not in answer.text
    assert "Jane" not in answer.text


@pytest.mark.parametrize(("hostile", "words"), HOSTILE, ids=NAMES)
def test_server_that_misbehaves_throughout_is_412(hostile, words):
    answer, seconds = asked(hostile)
    issue = answer.get_json()["issue"][0]
    assert answer.status_code == 412
    assert f"could not be fetched ({words})" in issue["diagnostics"]
    assert "prefetch.observations" in issue["expression"]
    assert seconds < 2
    assert TOKEN not in answer.text
    assert "Jane" not in answer.text


def test_values_of_another_patient_are_not_used():
    def handle(handler):
        handler.answer({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": BILIRUBIN}]})

    answer, _ = asked(with_observations(handle))
    details = "\n".join(card["detail"] for card in answer.get_json()["cards"])
    assert answer.status_code == 200
    assert "9.87" not in details
    assert "Observation/of-another" in details
