"""What the public CDS Hooks sandbox sends and needs, as it was recorded; and the shapes a public CRD test kit sends."""

import json

import pytest

from service.app import create_app
from tests.golden import answer, request_of
from tests.service.conftest import bundle
from tests.service.test_trust import required
from tests.service.tokens import bearer, public

ORIGIN = "https://sandbox.cds-hooks.org"
SANDBOX = {"Origin": ORIGIN, "Authorization": "Bearer e30.e30.e30", "Accept": "application/json"}
SIGN = "/cds-services/tace-order-sign"
SELECT = "/cds-services/tace-order-select"
VIEW = "/cds-services/tace-patient-view"
INSTANCE = "0b0f6b5c-2d5a-4b32-9d5e-5d4d9cbb2a11"


def rx(**medication):
    """The order screen: a Bundle without type, a MedicationRequest without intent until a drug is chosen."""
    draft = {
        "resourceType": "MedicationRequest",
        "id": "request-123",
        "status": "draft",
        "subject": {"reference": "Patient/smart-1288992"},
        "authoredOn": "2026-11-20",
    } | medication
    return {
        "hookInstance": INSTANCE,
        "hook": "order-select",
        "fhirServer": "https://launch.smarthealthit.org/v/r4/fhir",
        "context": {
            "patientId": "smart-1288992",
            "userId": "Practitioner/COREPRACTITIONER1",
            "selections": ["MedicationRequest/request-123"],
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]},
        },
        "prefetch": {"patient": {"resourceType": "Patient", "id": "smart-1288992"}},
    }


def pama():
    order = {
        "resourceType": "ServiceRequest",
        "id": "example-request-id",
        "status": "draft",
        "intent": "plan",
        "code": {"coding": [{}]},
        "subject": {"reference": "Patient/smart-1288992"},
        "reasonCode": [],
    }
    context = rx()["context"] | {"selections": ["ServiceRequest/example-request-id"], "draftOrders": bundle(order)}
    return rx() | {"context": context}


@pytest.mark.parametrize("path", ["/cds-services", VIEW, SELECT, SIGN, f"{SIGN}/feedback"])
@pytest.mark.parametrize("asked", ["authorization", "authorization,content-type"])
def test_check_53_preflight(client, path, asked):
    answer = client.options(path, headers={"Origin": ORIGIN, "Access-Control-Request-Headers": asked})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "POST"} <= {each.strip() for each in answer.headers["Access-Control-Allow-Methods"].split(",")}
    allowed = {each.strip().lower() for each in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert set(asked.split(",")) <= allowed
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/cds-services", {}, 200),
        ("POST", SIGN, {"data": "{", "content_type": "application/json"}, 400),
        ("POST", "/cds-services/no-such", {"json": {}}, 404),
        ("DELETE", SIGN, {}, 405),
        ("POST", SIGN, {"json": {k: v for k, v in request_of("ruptured-hcc").items() if k != "prefetch"}}, 412),
        ("POST", SIGN, {"data": "x", "content_type": "text/plain"}, 415),
    ],
)
def test_check_53_every_answer_may_be_read_by_a_browser(client, method, path, sent, status):
    response = client.open(path, method=method, headers=SANDBOX, **sent)
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_discovery_has_services_under_different_addresses(client):
    services = client.get("/cds-services", headers=SANDBOX).get_json()["services"]
    assert len({each["id"] for each in services}) == len(services) > 0


def test_patient_view_as_it_is_sent_on_loading(client):
    """No fhirAuthorization, no encounterId, no extension."""
    body = request_of("patient-view-hcc-before-any-treatment")
    context = {"patientId": body["context"]["patientId"], "userId": "Practitioner/COREPRACTITIONER1"}
    sent = {"hookInstance": INSTANCE, "hook": "patient-view", "fhirServer": body["fhirServer"], "context": context,
            "prefetch": body["prefetch"]}  # fmt: skip
    response = client.post(VIEW, json=sent, headers=SANDBOX)
    assert response.status_code == 200
    assert response.get_json()["cards"]


@pytest.mark.parametrize(
    "body",
    [
        rx(),
        rx(medicationCodeableConcept={"text": "Aspirin 81 MG", "coding": [{"system": "urn:x", "code": "243670"}]}),
        rx(category={"coding": [{"code": "outpatient"}]}),
        rx(medicationCodeableConcept={}),
        rx() | {"hook": "order-sign", "context": {k: v for k, v in rx()["context"].items() if k != "selections"}},
        pama(),
    ],
    ids=["no drug yet", "aspirin", "category an object", "empty concept", "order-sign", "imaging without a code"],
)
def test_unrelated_orders_are_no_cards(client, body):
    response = client.post(SIGN if body["hook"] == "order-sign" else SELECT, json=body, headers=SANDBOX)
    assert (response.status_code, response.get_json()) == (200, {"cards": []})


def test_cards_can_be_dismissed_and_accepted(client):
    """The buttons appear only where card and suggestion have a uuid."""
    for card in answer(client, request_of("third-tace-segment-8-jsh-refractory"))["cards"]:
        assert card["uuid"]
        assert all(each["uuid"] for each in card.get("suggestions", []))


def test_html_of_the_record_does_not_reach_the_page(client):
    """The sandbox renders HTML inside Markdown."""
    body = request_of("third-tace-segment-8-jsh-refractory")
    text = json.dumps(body).replace("HCC", "<img src=x onerror=alert(1)>")
    details = "".join(card["detail"] for card in answer(client, json.loads(text))["cards"])
    assert "<img" not in details


def test_its_token_is_taken_where_the_sandbox_knows_it(tmp_path):
    """Its keys are pinned in a file: the address its tokens name is compared and not called."""
    jku = f"{ORIGIN}/.well-known/jwks.json"
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [public(kid="44823f3d")]}))
    file = tmp_path / "sandbox.toml"
    file.write_text(f'[[client]]\nissuer = "{ORIGIN}"\njwks = "keys.json"\njku = ["{jku}"]\n')
    client = create_app(required(tmp_path, clients=str(file))).test_client()
    headers = bearer(iss=ORIGIN, header={"kid": "44823f3d", "jku": jku})
    assert client.get("/cds-services", headers=headers).status_code == 200


# A public test kit of CRD


def test_crd_order_sign_for_equipment_is_no_cards(client):
    """Bundle of type collection or none, a configuration nobody here knows, a Coverage, an unknown token."""
    order = {"resourceType": "DeviceRequest", "id": "d1", "status": "draft", "intent": "order",
             "codeCodeableConcept": {"coding": [{"system": "urn:oid:2.999", "code": "E0250"}]},
             "subject": {"reference": "Patient/pat015"}}  # fmt: skip
    body = {
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2va",
        "hook": "order-sign",
        "fhirServer": "https://inferno.example.org/fhir",
        "fhirAuthorization": {"access_token": "SAMPLE_TOKEN", "token_type": "Bearer", "expires_in": 300, "scope": "x",
                              "subject": "y"},
        "extension": {"davinci-crd.configuration": {"alt-drug": True}},
        "context": {"userId": "Practitioner/pra1234", "patientId": "pat015", "encounterId": "e1",
                    "draftOrders": bundle(order, type="collection")},
        "prefetch": {"patient": {"resourceType": "Patient", "id": "pat015"}, "coverage": bundle(), "user": None},
    }  # fmt: skip
    response = client.post(SIGN, json=body)
    assert (response.status_code, response.get_json()) == (200, {"cards": []})
