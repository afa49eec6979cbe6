"""The wire: discovery, the service call, every error, CORS."""

import json
import logging

import pytest

from service import advice
from service.app import create_app
from service.hooks.catalog import needs
from service.hooks.running import running
from service.settings import Settings
from tests.service.conftest import OTHER, PATIENT, TACE, bundle, context, hook_body
from tests.service.fhir_server import empty_record, fhir_server
from tests.service.wire import null_or_empty

SIGN = "/cds-services/tace-order-sign"
SELECT = "/cds-services/tace-order-select"
VIEW = "/cds-services/tace-patient-view"


def issue(response):
    body = response.get_json()
    assert body["resourceType"] == "OperationOutcome"
    assert null_or_empty(body) == []
    return body["issue"][0]


def send(client, text, path=SIGN, **headers):
    return client.post(path, data=text, headers={"Content-Type": "application/json"} | headers)


# Discovery


def test_discovery_lists_three_services_with_distinct_ids(client):
    services = client.get("/cds-services").get_json()["services"]
    assert {each["id"]: each["hook"] for each in services} == {
        "tace-patient-view": "patient-view",
        "tace-order-select": "order-select",
        "tace-order-sign": "order-sign",
    }
    assert all(each["title"] and each["description"] and each["usageRequirements"] for each in services)


def test_discovery_has_no_null_and_is_json(client):
    response = client.get("/cds-services")
    assert response.content_type == "application/json"
    assert null_or_empty(response.get_json()) == []


def test_trailing_slash_is_tolerated(client):
    assert client.get("/cds-services/").status_code == 200


# The service call


def test_order_sign_answers_with_cards(client, seen):
    response = client.post(SIGN, json=hook_body())
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert [card["summary"] for card in response.get_json()["cards"]] == ["TACE"]
    assert null_or_empty(response.get_json()) == []
    assert seen.last["patient"] == "p1"
    assert seen.last["draft_orders"] == [TACE]
    assert seen.last["cards_for"] == ("order-sign", "tace-order-sign", hook_body()["hookInstance"])


def test_patient_view_has_no_draft_orders(client, seen):
    body = hook_body(hook="patient-view", context={"patientId": "p1", "userId": "Practitioner/1"})
    assert client.post(VIEW, json=body).status_code == 200
    assert seen.last["draft_orders"] is None


@pytest.mark.parametrize(
    "orders",
    [bundle(OTHER), bundle(), {}, [], [OTHER], {"entry": None}, bundle({"resourceType": "ServiceRequest", "code": {}})],
    ids=["other order", "no order", "empty object", "empty array", "array", "no entries", "empty code"],
)
def test_foreign_orders_are_answered_before_anything_is_read(client, seen, orders):
    response = client.post(SIGN, json=hook_body(context=context(draftOrders=orders), prefetch=...))
    assert (response.status_code, response.get_json()) == (200, {"cards": []})
    assert seen.calls == []


@pytest.mark.parametrize(
    ("selections", "expected"),
    [
        (["ServiceRequest/order-1"], ["order-1"]),
        (["order-1"], ["order-1"]),
        (["https://ehr.example.org/fhir/ServiceRequest/order-1"], ["order-1"]),
        (["ServiceRequest/order-1/_history/2"], ["order-1"]),
        ([{"reference": "ServiceRequest/order-1"}], ["order-1"]),
        ("ServiceRequest/order-1", ["order-1"]),
        ([], ["order-1", "order-2"]),
        (None, ["order-1", "order-2"]),
        (..., ["order-1", "order-2"]),
        ([None, ""], ["order-1", "order-2"]),
        (["ServiceRequest/order-1", "ServiceRequest/order-2"], ["order-1", "order-2"]),
    ],
)
def test_selected_orders_are_asked_about(client, seen, selections, expected):
    given = context(draftOrders=bundle(TACE, OTHER), selections=selections)
    assert client.post(SELECT, json=hook_body(hook="order-select", context=given)).status_code == 200
    assert [order["id"] for order in seen.last["draft_orders"]] == expected


@pytest.mark.parametrize("selection", ["ServiceRequest/order-2", "MedicationRequest/order-1", "ServiceRequest/no-such"])
def test_order_that_is_not_selected_is_left_alone(client, seen, selection):
    given = context(draftOrders=bundle(TACE, OTHER), selections=[selection])
    response = client.post(SELECT, json=hook_body(hook="order-select", context=given))
    assert response.get_json() == {"cards": []}
    assert seen.calls == []


def test_order_named_by_its_full_url(client, seen):
    order = {name: value for name, value in TACE.items() if name != "id"}
    orders = {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:7-7", "resource": order}, {"resource": OTHER}]}
    given = context(draftOrders=orders, selections=["urn:uuid:7-7"])
    assert client.post(SELECT, json=hook_body(hook="order-select", context=given)).status_code == 200
    assert [each["id"] for each in seen.last["draft_orders"]] == ["7-7"]
    assert seen.last["full_urls"] == {"urn:uuid:7-7": "ServiceRequest/7-7"}


@pytest.mark.parametrize(
    "body",
    [
        hook_body(hookInstance="not-a-uuid"),
        hook_body(context=context(userId=5)),
        hook_body(context=context(encounterId=None)),
        hook_body(context=context(patientId="Patient/p1")),
        hook_body(context=context(patientId=" p1 ")),
        hook_body(context=context(draftOrders={"entry": [None, {"resource": TACE}, {"search": {}}]})),
        hook_body(context=context(draftOrders=[TACE])),
        hook_body(context=context(draftOrders=TACE)),
        hook_body(context=context(draftOrders=bundle({**TACE, "intent": "plan", "reasonCode": []}))),
        hook_body(fhirServer=None, fhirAuthorization=None, extension=None),
        hook_body(extension={"com.example.vendor": {"any": "thing"}}, unknown=[1]),
        hook_body(extension=[]),
    ],
    ids=[
        "hookInstance no UUID",
        "userId no text",
        "encounterId null",
        "Patient/ before the id",
        "blanks around the id",
        "null entries",
        "array of orders",
        "one order",
        "PAMA plan",
        "nulls at the top",
        "unknown members",
        "extension an array",
    ],
)
def test_what_real_clients_send_is_accepted(client, seen, body):
    response = client.post(SIGN, json=body)
    assert response.status_code == 200, response.get_json()
    assert len(response.get_json()["cards"]) == 1
    assert seen.last["patient"] == "p1"


def test_long_vendor_ids_are_accepted(client, seen):
    assert client.post(SIGN, json=hook_body(context=context(patientId="e" * 194))).status_code == 200


def test_medication_of_an_order_is_read_with_the_record(client, seen):
    drug = {"resourceType": "Medication", "id": "m1", "code": {"text": "sorafenib"}}
    given = context(draftOrders=bundle(TACE, drug), selections=["ServiceRequest/order-1"])
    assert client.post(SELECT, json=hook_body(hook="order-select", context=given)).status_code == 200
    assert [order["id"] for order in seen.last["draft_orders"]] == ["order-1"]
    assert drug in seen.last["resources"]


def test_without_prefetch_the_record_is_read_from_the_server(seen):
    with fhir_server(empty_record) as server:
        client = create_app(Settings(fhir_servers=(server.base,), fhir_allow_http=True)).test_client()
        authorization = {"access_token": "secret-token", "token_type": "Bearer", "expires_in": 300}
        body = hook_body(prefetch=..., fhirServer=server.base, fhirAuthorization=authorization)
        response = client.post(SIGN, json=body)
        assert len(server.seen) == len(needs())
        assert {headers["Authorization"] for _, headers in server.seen} == {"Bearer secret-token"}
    assert response.status_code == 200
    assert "secret-token" not in response.text
    assert seen.last["resources"] == [PATIENT]
    assert seen.last["gaps"] == ()


# Errors


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"hook": ...}, "hook"),
        ({"hook": 5}, "hook"),
        ({"hook": "patient-view"}, "hook"),
        ({"hookInstance": ...}, "hookInstance"),
        ({"hookInstance": " "}, "hookInstance"),
        ({"hookInstance": 5}, "hookInstance"),
        ({"context": ...}, "context"),
        ({"context": None}, "context"),
        ({"context": []}, "context"),
        ({"context": context(patientId=...)}, "context.patientId"),
        ({"context": context(patientId="")}, "context.patientId"),
        ({"context": context(patientId=5)}, "context.patientId"),
        ({"context": context(patientId=["p1"])}, "context.patientId"),
        ({"context": context(patientId="Group/1")}, "context.patientId"),
        ({"context": context(patientId="..")}, "context.patientId"),
        ({"context": context(patientId="a b")}, "context.patientId"),
        ({"context": context(patientId="a?b")}, "context.patientId"),
        ({"context": context(patientId="a\nb")}, "context.patientId"),
        ({"context": context(patientId="e" * 300)}, "context.patientId"),
        ({"context": context(draftOrders=...)}, "context.draftOrders"),
        ({"context": context(draftOrders=None)}, "context.draftOrders"),
        ({"context": context(draftOrders="x")}, "context.draftOrders"),
        ({"context": context(draftOrders={"resourceType": "Patient", "id": "p1"})}, "context.draftOrders"),
        ({"context": context(draftOrders={"entry": "x"})}, "context.draftOrders.entry"),
        ({"context": context(selections=5)}, "context.selections"),
        ({"prefetch": []}, "prefetch"),
        ({"prefetch": "x"}, "prefetch"),
        ({"fhirServer": 5}, "fhirServer"),
        ({"fhirAuthorization": "x"}, "fhirAuthorization"),
        ({"fhirAuthorization": {"access_token": 5}}, "fhirAuthorization.access_token"),
        ({"fhirAuthorization": {"access_token": "a\r\nX: y"}}, "fhirAuthorization.access_token"),
        ({"extension": {"tace-cds.as-of": 5}}, "extension.tace-cds.as-of"),
        ({"extension": {"tace-cds.as-of": "soon"}}, "extension.tace-cds.as-of"),
    ],
)
def test_unusable_request_names_the_path(client, change, path):
    response = client.post(SIGN, json=hook_body(**change))
    assert response.status_code == 400
    assert issue(response)["expression"] == [path]
    assert "send" in issue(response)["diagnostics"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"  ",
        b"{",
        b"hello",
        b"\xff\xfe{}",
        b'{"hook": NaN}',
        b'{"hook": 1e999}',
        b'"\\ud800"',
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 5000,
        b"[]",
        b"5",
        b"null",
        b'"text"',
        b"123456789012345678901234567890",
        b"[" * 1000 + b"]" * 1000,
    ],
    ids=lambda text: repr(text[:24]),
)
def test_body_that_is_no_request(client, text):
    assert send(client, text).status_code == 400
    assert issue(send(client, text))["severity"] == "error"


def test_one_byte_order_mark_is_tolerated(client):
    assert send(client, b"\xef\xbb\xbf" + json.dumps(hook_body()).encode()).status_code == 200


def test_deep_resource_is_no_server_error(client, monkeypatch):
    def too_deep(*arguments, **named):
        raise RecursionError

    monkeypatch.setattr(advice, "assess_patient", too_deep)
    assert client.post(SIGN, json=hook_body()).status_code == 400


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/fhir+json", "application/json+fhir", ""]
)
def test_every_kind_of_json_is_accepted(client, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    assert client.post(SIGN, data=json.dumps(hook_body()), headers=headers).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_other_content_is_415(client, content_type):
    response = client.post(SIGN, data=json.dumps(hook_body()), headers={"Content-Type": content_type})
    assert response.status_code == 415
    assert "application/json" in issue(response)["details"]["text"]


@pytest.mark.parametrize("path", ["/cds-services/no-such", "/nothing", "//cds-services"])
def test_unknown_is_404(client, path):
    response = client.post(path, json=hook_body())
    assert response.status_code == 404
    assert issue(response)["code"] == "not-found"


def test_more_orders_than_anybody_signs_are_400(client, seen):
    many = [{**TACE, "id": f"order-{number}"} for number in range(26)]
    response = client.post(SIGN, json=hook_body(context=context(draftOrders=bundle(*many))))
    assert response.status_code == 400
    assert issue(response)["expression"] == ["context.draftOrders"]
    assert client.post(SIGN, json=hook_body(context=context(draftOrders=bundle(*many[:25])))).status_code == 200
    for others, status in ((60, 200), (499, 200), (500, 400)):
        mixed = bundle(TACE, *[{**OTHER, "id": f"other-{number}"} for number in range(others)])
        assert client.post(SIGN, json=hook_body(context=context(draftOrders=mixed))).status_code == status


def test_unknown_service_before_its_body(client):
    assert send(client, b"{", "/cds-services/no-such").status_code == 404


def test_wrong_method_is_405(client):
    response = client.get(SIGN)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert issue(response)["code"] == "not-supported"


def test_large_body_is_413(seen):
    client = create_app(Settings(max_body_bytes=1000)).test_client()
    response = client.post(SIGN, json=hook_body(extension={"a": "x" * 2000}))
    assert response.status_code == 413
    assert issue(response)["code"] == "too-long"


def test_nothing_reachable_is_412(client):
    response = client.post(SIGN, json=hook_body(prefetch=...))
    assert response.status_code == 412
    assert "prefetch.conditions" in issue(response)["expression"]
    assert "no FHIR server" in issue(response)["diagnostics"]


def test_unexpected_error_is_always_the_same_sentence(client, monkeypatch, caplog):
    def fails(*arguments, **named):
        raise ValueError("Jane Doe, bilirubin 34")

    monkeypatch.setattr(advice, "assess_patient", fails)
    with caplog.at_level(logging.DEBUG):
        response = client.post(SIGN, json=hook_body())
    assert response.status_code == 500
    assert issue(response) == {
        "severity": "error",
        "code": "exception",
        "details": {"text": "The request could not be answered because of an error in this service."},
    }
    assert "ValueError" in caplog.text
    assert "Jane" not in caplog.text


def test_busy_is_503_with_retry_after_but_health_answers(client):
    running(client.application).is_busy = lambda: True
    response = client.post(SIGN, json=hook_body())
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert client.get("/health/live").status_code == 200


def test_errors_hold_no_value_of_the_request(client):
    secret = "Jane-Doe-secret"
    for change in (
        {"hook": secret},
        {"context": context(patientId=f"{secret} ?")},
        {"context": context(draftOrders=secret)},
        {"prefetch": secret},
        {"fhirAuthorization": {"access_token": f"{secret} x"}},
        {"extension": {"tace-cds.as-of": secret}},
    ):
        response = client.post(SIGN, json=hook_body(**change))
        assert response.status_code == 400
        assert secret not in response.text


# The moment asked


def test_sandbox_honours_the_stated_moment(client, seen):
    client.post(SIGN, json=hook_body(extension={"tace-cds.as-of": "2026-10-01"}))
    assert seen.last["asked"].isoformat() == "2026-10-01T23:59:59+00:00"
    client.post(SIGN, json=hook_body())
    assert seen.last["asked"].isoformat() == "2026-11-21T23:59:59+00:00"


def test_serve_refuses_a_stated_moment(seen):
    client = create_app(Settings()).test_client()
    response = client.post(SIGN, json=hook_body(extension={"tace-cds.as-of": "2026-10-01"}))
    assert response.status_code == 400
    assert issue(response)["expression"] == ["extension.tace-cds.as-of"]
    assert client.post(SIGN, json=hook_body()).status_code == 200
    assert seen.last["asked"].tzinfo is not None


# CORS


@pytest.mark.parametrize("path", [SIGN, "/cds-services", "/cds-services/no-such", "/nothing", "/"])
def test_preflight(client, path):
    response = client.options(path, headers={"Origin": "https://sandbox.cds-hooks.org"})
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
    assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"


@pytest.mark.parametrize(
    ("text", "path"), [(b"{", SIGN), (b"{}", SIGN), (b"", "/nothing")], ids=["not JSON", "no request", "404"]
)
def test_errors_have_cors_headers(client, text, path):
    assert send(client, text, path).headers["Access-Control-Allow-Origin"] == "*"


def test_cors_can_be_narrowed(seen):
    client = create_app(Settings(cors_origins=("https://ehr.example.org",))).test_client()
    allowed = client.get("/cds-services", headers={"Origin": "https://ehr.example.org"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://ehr.example.org"
    assert "Origin" in allowed.headers.getlist("Vary")
    refused = client.get("/cds-services", headers={"Origin": "https://other.example.org"})
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert "Access-Control-Allow-Origin" not in client.get("/cds-services").headers


# Around it


def test_health(client):
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.get_json() == {"status": "ready", "store": {"kind": "sqlite", "status": "ok", "waiting": 0}}
    running(client.application).ready = False
    assert client.get("/health/ready").status_code == 503


def test_assess_gives_the_assessment(client, seen):
    assert client.post("/assess", json=bundle(PATIENT)).get_json() == {"patient": "p1"}
    assert seen.last["draft_orders"] is None
    assert client.post("/assess", json=hook_body()).get_json() == {"patient": "p1"}
    assert seen.last["draft_orders"] == [TACE]


def test_assess_is_off_on_serve_unless_switched_on(seen):
    assert create_app(Settings()).test_client().post("/assess", json=bundle(PATIENT)).status_code == 404
    assert (
        create_app(Settings(assess_route=True)).test_client().post("/assess", json=bundle(PATIENT)).status_code == 200
    )


def test_assess_of_two_patients_is_400(client):
    response = client.post("/assess", json=bundle(PATIENT, {"resourceType": "Patient", "id": "p2"}))
    assert response.status_code == 400
    assert "2 patients" in issue(response)["diagnostics"]


def test_home_of_the_sandbox_is_its_page_and_that_of_the_service_is_not(seen):
    page = create_app(Settings(mode="sandbox")).test_client().get("/")
    assert 'value="order-sign" data-service="tace-order-sign"' in page.text
    service = create_app(Settings()).test_client()
    assert "sandbox.js" not in service.get("/").text
    assert [service.get(path).status_code for path in ("/sandbox/fixtures", "/sandbox/fhir/Patient")] == [404, 404]


def test_bodies_are_not_cached(client):
    assert client.post(SIGN, json=hook_body()).headers["Cache-Control"] == "no-store"


def test_wire_check_finds_what_is_not_allowed():
    body = {"cards": [], "a": None, "b": [{"c": ""}], "d": {}, "e": 0, "f": False, "services": [[]]}
    assert null_or_empty(body) == ["$.a", "$.b[0].c", "$.d", "$.services[0]"]
