"""A short look at what `make torture` does for long: generated requests break nothing and leave nothing behind."""

import logging
import random
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from service.app import create_app
from service.settings import Settings
from tests.golden import request_of
from tests.service.fhir_server import fhir_server
from tests.torture.fuzz import as_json
from tests.torture.generate import MARK, changed, raw, requests
from tests.torture.leaks import found_in
from tests.torture.visits import visits

QUICK = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def serving():
    """The application as `serve` runs it; its client holds every answer to the schemas."""
    return create_app(Settings(assess_route=True)).test_client()


def written(body):
    """As it goes on the wire; a body that is left out, or that nobody can write, is nothing."""
    try:
        return body if isinstance(body, bytes) else as_json(body)
    except TypeError:
        return b""


@seed(1)
@settings(QUICK, max_examples=40)
@given(request=requests())
def test_strategies_of_hook_requests(serving, request):
    path, body = request
    text = as_json(body)
    if text is not None:
        answer = serving.post(path, data=text, headers=JSON)
        assert answer.status_code in (200, 400, 412)
        assert answer.status_code == 200 or MARK not in answer.text


@pytest.mark.parametrize("chance", range(4))
def test_changed_examples(serving, chance):
    dice = random.Random(chance)
    for _ in range(40):
        path, body = raw(dice) if dice.random() < 0.2 else changed(dice)
        text = body if isinstance(body, bytes) else as_json(body)
        if text is not None:
            answer = serving.post(path, data=text, headers=JSON)
            assert answer.status_code in (200, 400, 412)
            assert answer.status_code == 200 or MARK not in answer.text


@pytest.mark.parametrize("chance", range(2))
def test_visits(tmp_path, chance):
    tally = visits(150, chance, 120, tmp_path)
    assert not tally.failures
    assert tally.requests >= 150


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_own_description(serving, mode):
    described = schemathesis.openapi.from_dict(serving.get("/openapi.json").get_json())
    for operation in (each.ok() for each in described.get_all_operations()):
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue

        @seed(1)
        @settings(QUICK, max_examples=5)
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case):
            sent = {"data": written(case.body), "headers": JSON} if case.operation.body else {}
            answer = serving.open(case.formatted_path, method=case.method, **sent)
            assert answer.status_code < 500

        try:
            one()
        except Unsatisfiable:  # a schema that allows everything has no wrong data
            continue


def test_nothing_of_a_patient_is_left_behind(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch):
    """Right calls, wrong calls, a failing server and a failure of our own: then the logs, probes and store are searched."""
    caplog.set_level(logging.DEBUG)
    with fhir_server(lambda handler: handler.answer({"note": MARK}, 500)) as server:
        made = Settings(fhir_servers=(server.base,), fhir_allow_http=True, store=f"sqlite:///{tmp_path}/s.sqlite3")
        client = create_app(made).test_client()
        answers = [client.post(path, data=body, headers=JSON) for path, body in _calls(server.base)]
        answers.append(client.post("/cds-services/tace-order-sign", data=MARK, headers={"Content-Type": f"x/{MARK}"}))
        monkeypatch.setattr("service.advice.assess_patient", _fails)
        not_yet_answered = _calls(server.base)[0][1].replace(b"segment 8", b"segment 7")
        answers.append(client.post("/cds-services/tace-order-sign", data=not_yet_answered, headers=JSON))
    assert sorted({answer.status_code for answer in answers}) == [200, 400, 404, 412, 415, 500]
    found = found_in(caplog.text, "log")
    for answer in answers:
        found += found_in(answer.text, "error") if answer.status_code >= 400 else []
        found += found_in(str(answer.headers), "headers")
    for path in ("/metrics", "/health/ready"):
        found += found_in(client.get(path).text, path)
    for file in tmp_path.rglob("*"):
        found += found_in(file.read_bytes().decode("latin-1"), file.name)
    assert found == []


def _fails(*arguments, **named):
    raise ValueError(f"{MARK}: bilirubin 98.7654321")


def _calls(base: str) -> list[tuple[str, bytes]]:
    sign = "/cds-services/tace-order-sign"
    body = request_of("third-tace-segment-8-jsh-refractory")
    body.pop("extension")
    body |= {"fhirServer": base, "fhirAuthorization": {"access_token": f"token-{MARK}"}}
    body["context"] |= {"userId": f"Practitioner/{MARK}", "encounterId": MARK}
    body["prefetch"]["patient"]["name"] = [{"family": MARK}]
    for entry in body["prefetch"]["observations"]["entry"]:
        entry["resource"]["note"] = [{"text": MARK}]
    unreached = {name: value for name, value in body.items() if name != "prefetch"}
    wrong = [body | {"hook": MARK}, body | {"context": {"patientId": f"{MARK} x"}}, body | {"prefetch": MARK}]
    return [
        (sign, as_json(body)),
        (sign, as_json(unreached)),
        *((sign, as_json(each)) for each in wrong),
        (sign, as_json(body)[:-9]),
        (f"/cds-services/{MARK}", as_json(body)),
        (f"/{MARK}?patient={MARK}", as_json(body)),
    ]
