"""Nothing of the patient, and no token, in logs, metrics, errors, audit rows, or readiness, whatever was asked."""

import gzip
import json
import sqlite3

from benchmarks.requests import hook_request
from tests.service.served import Served

NAME, GIVEN, NUMBER, TOKEN = "Quillfeather", "Zephyrine", "MRN-770142-Q", "tok-8f2d61c09b7e4455"
PATIENT, VALUE, WORDS = "pat-5521-quill", 7.31415, "hepatic lesion of Zephyrine"
SHOWN = "bilirubin 7."
SECRETS = (NAME, GIVEN, NUMBER, TOKEN, PATIENT, str(VALUE), SHOWN, "Zephyr", "1931-02-17")
SIGN = "/cds-services/tace-order-sign"


def whole_request(**changes):
    """A request full of what is nobody's business."""
    body = hook_request(60, 0)
    del body["extension"]
    text = json.dumps(body).replace("bench-60-0", PATIENT)
    body = json.loads(text)
    body["prefetch"]["patient"] |= {
        "name": [{"family": NAME, "given": [GIVEN]}], "identifier": [{"value": NUMBER}], "birthDate": "1931-02-17",
    }  # fmt: skip
    for entry in body["prefetch"]["observations"]["entry"]:
        if "valueQuantity" in entry["resource"]:
            entry["resource"]["valueQuantity"]["value"] = VALUE
            entry["resource"]["note"] = [{"text": WORDS}]
    body["fhirServer"] = "https://ehr.example.org/fhir"
    body["fhirAuthorization"] = {"access_token": TOKEN, "token_type": "Bearer"}
    return body | changes


def wrong_requests():
    """Each goes wrong in another way, with something of the patient at the place where it does."""
    whole = whole_request()
    yield "POST", SIGN, whole | {"hook": NAME}
    yield "POST", SIGN, whole | {"hookInstance": None}
    yield "POST", SIGN, whole | {"hookInstance": f"{GIVEN} {NAME}"}
    yield "POST", SIGN, whole | {"context": {"patientId": f"{PATIENT}/{NAME} {NAME}"}}
    yield "POST", SIGN, whole | {"context": NAME}
    yield "POST", SIGN, whole | {"prefetch": NAME}
    yield "POST", SIGN, whole | {"prefetch": {"patient": {"resourceType": NAME}, NAME: [NAME]}}
    yield "POST", SIGN, whole | {"prefetch": {}}
    yield "POST", SIGN, whole | {"fhirAuthorization": {"access_token": [TOKEN]}}
    yield "POST", SIGN, whole | {"fhirAuthorization": {"access_token": f"{TOKEN} {NAME}"}}
    yield "POST", SIGN, whole | {"extension": {"tace-cds.as-of": NAME}}
    yield "POST", f"{SIGN}/feedback", {"feedback": [{"card": f"{GIVEN} {NAME}"}]}
    yield "POST", f"{SIGN}/feedback", {"feedback": [{"card": "c", "outcome": NAME}]}
    yield "POST", f"/cds-services/{PATIENT}", whole
    yield "POST", f"/cds-services/{PATIENT}/feedback", whole
    yield "GET", f"/fhir/Patient/{PATIENT}?name={NAME}", None
    yield "GET", f"/fhir/Questionnaire/{NAME}", None
    yield "DELETE", f"/cds-services/{PATIENT}", None
    yield NAME.upper(), f"/cds-services/{PATIENT}", None


def test_nothing_of_a_patient_leaves_by_the_back_door(tmp_path):
    served = Served(tmp_path, TACE_CDS_PATIENT_HASH_KEY="k" * 32, TACE_CDS_LOG_LEVEL="DEBUG")
    try:
        authorization = {"Authorization": f"Bearer {TOKEN}", "X-Request-ID": f"{PATIENT} {NAME}"}
        status, answer, _ = served.ask("POST", SIGN, json.dumps(whole_request()), authorization)
        assert status == 200
        assert SHOWN in answer.decode()  # what is looked for can be found where it belongs
        errors = []
        for method, path, body in wrong_requests():
            status, answer, headers = served.ask(method, path, json.dumps(body) if body else None, authorization)
            if status != 200:
                errors.append(answer.decode() + str(headers))
        errors.append(served.ask("POST", SIGN, NAME.encode() * 9, authorization)[1].decode())
        zipped = authorization | {"Content-Encoding": "gzip"}
        errors.append(served.ask("POST", SIGN, gzip.compress(NAME.encode())[:-5], zipped)[1].decode())
        for path in ("/metrics", "/health/ready", "/health/live", "/cds-services"):
            errors.append(served.ask("GET", path, None, authorization)[1].decode())
        served.end()
    finally:
        served.kill()
    with sqlite3.connect(tmp_path / "store.sqlite3") as store:
        assert store.execute("SELECT count(*) FROM decision").fetchone()[0] >= 1
        kept = "\n".join(store.iterdump())
    store.close()
    assert len(errors) > 18
    assert {secret: _place(secret, errors, served.lines, kept) for secret in SECRETS} == dict.fromkeys(SECRETS, "")


def _place(secret, errors, lines, kept):
    places = {"an answer": "".join(errors), "the log": "".join(lines), "the store": kept}
    found = {name: text for name, text in places.items() if secret in text}
    return ", ".join(f"{name}: …{text[max(0, text.index(secret) - 60) :][:140]}" for name, text in found.items())
