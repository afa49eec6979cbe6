"""What is remembered of the last minutes: only answers that are the same however often they are asked for."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask

import service.fhir.read
from benchmarks.requests import hook_request
from service import advice
from service.app import create_app
from service.fhir.read import Recall
from service.hooks import answer, recent
from service.hooks import body as bodies
from service.hooks.case import Case, assess, case_of
from service.hooks.recent import Recent
from service.hooks.running import running
from service.settings import Settings
from tests.service.fhir_server import Handler, fhir_server

SETTINGS = Settings(mode="sandbox")
SIGN = "/cds-services/tace-order-sign"
ASKED = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TODAY = ASKED.date()


def case(number: int = 1, **changes: Any) -> Case:
    body = copy.deepcopy(hook_request(60, number)) | changes
    return case_of(body, SETTINGS)


class Asked:
    """A service that counts how often it has to assess."""

    def __init__(self, most: int = recent.MOST, most_bytes: int = recent.MOST_BYTES) -> None:
        self.recent, self.assessed = Recent(most, most_bytes), 0

    def cards(self, case: Case, asked: datetime = ASKED) -> list[dict[str, Any]]:
        key = self.recent.gathered(case, "site", SETTINGS.day_of(asked))
        found = self.recent.known(key, asked) or self.recent.answered(
            key, case.at(asked), lambda recall: self._assess(case, asked, recall)
        )
        return advice.wire(found.cards(case.hook), service_id=case.service_id, hook_instance=case.hook_instance)

    def _assess(self, case: Case, asked: datetime, recall: Recall) -> Any:
        self.assessed += 1
        return assess(case.at(asked), SETTINGS, recall)


def test_the_same_record_is_assessed_once_and_answered_the_same():
    service = Asked()
    first, again = service.cards(case()), service.cards(case())
    assert first == again
    assert service.assessed == 1


def test_another_call_about_it_has_cards_of_its_own():
    service = Asked()
    select = replace(case(), hook="order-select", service_id="tace-order-select", hook_instance="another")
    sign, other = service.cards(case()), service.cards(select)
    assert service.assessed == 1
    assert {card["uuid"] for card in sign}.isdisjoint({card["uuid"] for card in other})
    assert orjson.dumps(other) == orjson.dumps(Asked().cards(select))


def changed(what: str) -> Case:
    given = case()
    if what == "a value":
        resources = copy.deepcopy(given.resources)
        measured = next(each for each in resources if each.get("id") == "1975-2-0")
        measured["valueQuantity"]["value"] = 3.4
        return replace(given, resources=resources)
    if what == "the order":
        return replace(given, draft_orders=[{**(given.draft_orders or [])[0], "code": {"text": "TACE segment 2"}}])
    if what == "a gap":
        return replace(given, gaps=("conditions could not be fetched (timed out)",), unreached=frozenset({"Condition"}))
    if what == "an order beside it":
        return replace(given, other_orders=[{**(given.draft_orders or [])[0], "id": "order-2"}])
    return replace(given, full_urls={"urn:uuid:1": "Observation/1975-2-0"})


@pytest.mark.parametrize("what", ["a value", "the order", "a gap", "an order beside it", "a full URL"])
def test_anything_else_is_assessed_anew(what: str):
    service = Asked()
    service.cards(case())
    assert orjson.dumps(service.cards(changed(what))) == orjson.dumps(Asked().cards(changed(what)))
    assert service.assessed == 2


@pytest.mark.parametrize(
    ("asked", "assessed"),
    [
        (ASKED + recent.KEPT_FOR, 1),
        (ASKED + recent.KEPT_FOR + timedelta(seconds=1), 2),
        (ASKED - timedelta(seconds=1), 2),
        (ASKED + timedelta(days=1), 2),
    ],
    ids=["last moment it is kept", "too old", "a moment before", "the next day"],
)
def test_kept_for_a_while_and_never_for_an_earlier_moment(asked: datetime, assessed: int):
    service = Asked()
    service.cards(case())
    service.cards(case(), asked)
    assert service.assessed == assessed


def test_midnight_ends_it():
    service = Asked()
    late = datetime(2026, 11, 21, 23, 59, tzinfo=UTC)
    service.cards(case(), late)
    service.cards(case(), late + timedelta(minutes=2))
    assert service.assessed == 2


def test_a_value_of_the_near_future_counts_once_its_time_has_come():
    service = Asked()
    given = case()
    resources = copy.deepcopy(given.resources)
    measured = next(each for each in resources if each.get("id") == "1975-2-0")
    measured["effectiveDateTime"] = (ASKED + timedelta(minutes=10)).isoformat()
    measured["valueQuantity"]["value"] = 3.4
    given = replace(given, resources=resources)
    before, after = service.cards(given), service.cards(given, ASKED + timedelta(minutes=11))
    assert service.assessed == 2
    assert before[0]["indicator"] != "critical"
    assert after[0]["indicator"] == "critical"


def test_bounded_in_number_the_oldest_goes_first():
    service = Asked(most=2)
    for number in (1, 2, 1, 3):
        service.cards(case(number))
    assert len(service.recent) == 2
    service.cards(case(2))
    assert service.assessed == 3
    service.cards(case(1))
    assert service.assessed == 4


def test_bounded_in_bytes_of_the_records_too():
    alone = Asked()
    alone.cards(case(1))
    one = next(iter(alone.recent._answers._kept.values())).length
    service = Asked(most_bytes=int(one * 2.5))
    for number in (1, 2, 3):
        service.cards(case(number))
    assert len(service.recent) == 2
    service.cards(case(3))
    service.cards(case(2))
    assert service.assessed == 3
    longer_than_all = Asked(most_bytes=one - 100)
    longer_than_all.cards(case(1))
    assert len(longer_than_all.recent) == 0


def test_old_ones_go_when_a_new_one_comes():
    service = Asked()
    service.cards(case(1))
    service.cards(case(2), ASKED + timedelta(minutes=16))
    assert len(service.recent) == 1


def test_no_resource_is_kept():
    service = Asked()
    service.cards(case())
    (answer,), (record,) = service.recent._answers._kept.values(), service.recent._records._kept.values()
    assert "Encounter/7f1c7f" in orjson.dumps(case().resources).decode()
    assert "Encounter/7f1c7f" not in repr(answer) + repr(record)
    assert "Observation/1975-2-0" in repr(record)


@pytest.mark.parametrize(
    ("orders", "another_value", "reads"),
    [
        ([{"resourceType": "ServiceRequest", "id": "o", "status": "draft", "code": {"text": "TACE segment 2"}}], False, 1),
        ([{"resourceType": "MedicationRequest", "id": "m", "status": "draft",
           "medicationCodeableConcept": {"text": "lenvatinib 8 mg"}}], False, 1),
        ([{"resourceType": "ServiceRequest", "id": "o", "status": "draft", "code": {"text": "TACE segment 2"}}], True, 2),
    ],
    ids=["another order", "a drug", "another order and another value"],
)  # fmt: skip
def test_the_observations_of_the_same_record_are_read_once(orders, another_value: bool, reads: int, monkeypatch):
    """The first call is of an opened chart: no order, one broken value among the others."""
    read: list[int] = []
    whole = service.fhir.read.read_observations
    monkeypatch.setattr(service.fhir.read, "read_observations", lambda *args: read.append(1) or whole(*args))
    one = replace(case(), draft_orders=None)
    broken = next(each for each in one.resources if each.get("id") == "1751-7-0")
    broken["valueQuantity"] = {"value": "a lot", "unit": "g/dL"}
    other = replace(changed("a value") if another_value else one, draft_orders=orders, hook="order-select")
    visited = Asked()
    visited.cards(one)
    found = visited.cards(other)
    assert len(read) == reads
    assert orjson.dumps(found) == orjson.dumps(Asked().cards(other))


def test_what_is_nested_too_deeply_to_be_written_again_is_assessed_each_time():
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    service = Asked()
    odd = case()
    odd.resources.append({"resourceType": "Basic", "id": "deep", "extension": deep})
    service.cards(odd)
    service.cards(odd)
    assert service.assessed == 2


# By what was sent


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., "Service"]]:
    """A service that counts how often it sorts out what was sent."""
    gathered: list[int] = []
    whole = answer.gather
    monkeypatch.setattr(answer, "gather", lambda *args: gathered.append(1) or whole(*args))
    made: list[Service] = []

    def make(**settings: Any) -> Service:
        store = f"sqlite:///{tmp_path / f'{len(made)}.sqlite3'}"
        made.append(Service(create_app(Settings(mode="sandbox", store=store, **settings)), gathered))
        return made[-1]

    yield make
    for each in made:
        running(each.app).close()


class Service:
    def __init__(self, app: Flask, gathered: list[int]) -> None:
        self.app, self._gathered = app, gathered

    @property
    def gathered(self) -> int:
        return len(self._gathered)

    def cards(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        response = self.app.test_client().post(f"/cds-services/tace-{body['hook']}", json=body)
        assert response.status_code == 200, response.text
        return response.get_json()["cards"]


def sent(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(hook_request(60, 1)) | {"extension": {"tace-cds.as-of": "2026-11-21"}} | changes


def test_the_same_request_is_sorted_out_once(app):
    service = app()
    first = service.cards(sent())
    again = service.cards(sent(hookInstance="7ad05e4c-2f0d-4a4c-9dc8-9f0f3d6a1f11"))
    signed_then_selected = service.cards(sent(hook="order-select"))
    assert service.gathered == 1
    assert {card["uuid"] for card in first}.isdisjoint({card["uuid"] for card in again})
    assert [card["detail"] for card in first] == [card["detail"] for card in again]
    assert [card["detail"] for card in signed_then_selected] == [first[0]["detail"]]


def test_a_known_record_is_parsed_once_unless_something_else_is_asked_of_it(app, monkeypatch: pytest.MonkeyPatch):
    parsed: list[int] = []
    read = bodies.read_json
    monkeypatch.setattr(bodies, "read_json", lambda text: parsed.append(1) or read(text))
    service, fresh = app(), app()
    service.cards(sent())
    service.cards(sent(hookInstance="7ad05e4c-2f0d-4a4c-9dc8-9f0f3d6a1f11"))
    service.cards(sent(hook="order-select"))
    assert len(parsed) == 1
    another = _with_order(sent(), code={"text": "TACE segment 2"})
    assert service.cards(another) == fresh.cards(another)
    assert len(parsed) == 3


def test_a_body_that_says_something_twice_is_answered_as_it_is_parsed(app):
    """Its record seems to be the end of it while both say the same: then another first half comes before the same text."""
    first, other = sent(), _with_order(sent(), code={"text": "bland embolization of segment 2"})
    end = b', "prefetch": %b, "context": %b}' % (orjson.dumps(first["prefetch"]), orjson.dumps(first["context"]))
    begun = [orjson.dumps({k: v for k, v in body.items() if k != "prefetch"})[:-1] for body in (first, other)]
    service, fresh = app().app.test_client(), app().app.test_client()
    said = fresh.post(SIGN, data=begun[0] + end, content_type="application/json").data
    assert {service.post(SIGN, data=told + end, content_type="application/json").data for told in begun * 2} == {said}


def _with_order(body: dict[str, Any], *more: dict[str, Any], **changes: Any) -> dict[str, Any]:
    (entry,) = body["context"]["draftOrders"]["entry"]
    order = entry["resource"] | changes
    return body | {
        "context": body["context"] | {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order}, *more]}}
    }


def _with_value(body: dict[str, Any]) -> dict[str, Any]:
    text = orjson.dumps(body).decode()
    one = next(r for r in _entries(body) if r.get("id") == "1975-2-0")["valueQuantity"]
    return orjson.loads(text.replace(orjson.dumps(one).decode(), orjson.dumps(one | {"value": 3.4}).decode(), 1))


def _entries(body: dict[str, Any]) -> list[dict[str, Any]]:
    bundles = (each for each in body["prefetch"].values() if isinstance(each, dict))
    return [entry["resource"] for each in bundles for entry in each.get("entry", ())]


_CHANGES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a value": _with_value,
    "the order": lambda body: _with_order(body, code={"text": "TACE segment 2"}),
    "an order beside it": lambda body: _with_order(
        body, {"resource": {"resourceType": "MedicationRequest", "id": "m", "status": "draft",
                            "medicationCodeableConcept": {"text": "lenvatinib 8 mg"}}}
    ),
    "what came with the order": lambda body: _with_order(
        body, {"resource": {"resourceType": "Observation", "id": "new", "status": "final",
                            "subject": {"reference": f"Patient/{body['context']['patientId']}"},
                            "code": {"coding": [{"system": "http://loinc.org", "code": "1975-2"}]},
                            "effectiveDateTime": "2026-11-20", "valueQuantity": {"value": 3.4, "unit": "mg/dL"}}}
    ),
    "the patient": lambda body: body | {"context": body["context"] | {"patientId": "another"}},
    "the day": lambda body: body | {"extension": {"tace-cds.as-of": "2027-03-30"}},
    "the server": lambda body: body | {"fhirServer": "https://ehr.example.org/fhir"},
    "a key less": lambda body: body | {"prefetch": dict(list(body["prefetch"].items())[:-1])},
    "answers": lambda body: body | {"extension": body["extension"] | {"tace-cds.answers": {
        "resourceType": "QuestionnaireResponse", "status": "completed", "authored": "2026-11-21",
        "subject": {"reference": f"Patient/{body['context']['patientId']}"},
        "item": [{"linkId": "active-infection", "answer": [{"valueBoolean": True}]}]}}},
}  # fmt: skip


@pytest.mark.parametrize("what", _CHANGES)
def test_anything_else_that_was_sent_is_sorted_out_anew(app, what: str):
    service, fresh = app(), app()
    service.cards(sent())
    changed_body = _CHANGES[what](sent())
    assert service.cards(changed_body) == fresh.cards(changed_body)
    assert service.gathered == 3


def test_midnight_ends_it_for_what_was_sent_too(app):
    service = app()
    for moment in ("2026-11-21T23:59:00Z", "2026-11-22T00:01:00Z", "2026-11-22T00:02:00Z"):
        service.cards(sent(extension={"tace-cds.as-of": moment}))
    assert service.gathered == 2


def test_what_a_server_told_is_asked_of_it_each_time(app):
    """The same request; between its two calls the bilirubin was measured."""
    told: list[dict[str, Any]] = []

    def record(handler: Handler) -> None:
        observations = told if handler.path.startswith("/fhir/Observation") else []
        handler.answer(
            {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in observations]}
        )

    with fhir_server(record) as server:
        service = app(fhir_servers=(server.base,), fhir_allow_http=True)
        left_out = {
            key: value for key, value in sent()["prefetch"].items() if "bservation" not in orjson.dumps(value).decode()
        }
        body = sent(prefetch=left_out, fhirServer=server.base)
        before = service.cards(body)
        told += _entries(_with_value(sent()))
        after = service.cards(body)
        again = service.cards(body)
    assert service.gathered == 3
    assert "cannot be assessed" in before[0]["summary"]
    assert after[0]["indicator"] == "critical"
    assert again == after
