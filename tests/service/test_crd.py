"""Da Vinci CRD over HTTP: on only with a payer profile, coverage information by both versions, invariants by their human text."""

import copy
import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from service.app import create_app
from service.crd.options import OPTIONS, wanted
from service.crd.profile import COVERED, ProfileError, load
from service.fhir.write.coverage_information import URL
from service.settings import Settings, WrongSetting
from tests.golden import request_of
from tests.service.test_policies import EXAMPLES
from tests.service.wire import null_or_empty

PROFILE = EXAMPLES.parent / "payer-profile.toml"
SIGN, DISPATCH = "/cds-services/tace-order-sign-crd", "/cds-services/tace-order-dispatch-crd"
FIXTURE = "first-tace-bclc-b-entry-criteria-met"
COVERAGE = {
    "resourceType": "Coverage",
    "id": "cov-1",
    "status": "active",
    "beneficiary": {"reference": "Patient/PATIENT"},
    "payor": [{"display": "Northern Lakes Health Plan"}],
}
VERSIONS = ("2.0", "2.2")


def settings(profile: Path | str = PROFILE, **more) -> Settings:
    return Settings(mode="sandbox", policies=str(EXAMPLES), payer_profile=str(profile), **more)


@pytest.fixture(scope="module")
def client():
    return create_app(settings()).test_client()


def coverage(patient: str, **changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(COVERAGE) | changes
    made["beneficiary"] = {"reference": f"Patient/{patient}"}
    return made


def asking(
    version: str | None = "2.2", *, coverages=None, order=None, configuration=None, fixture=FIXTURE, **of_coverage
):
    """An order-sign of a fixture with a Coverage; None leaves the version out."""
    body = copy.deepcopy(request_of(fixture))
    patient = body["context"]["patientId"]
    given = [coverage(patient, **of_coverage)] if coverages is None else coverages
    body["prefetch"]["coverage"] = {"resourceType": "Bundle", "type": "searchset",
                                    "entry": [{"resource": each} for each in given]}  # fmt: skip
    if version:
        body["extension"]["davinci-crd.requestedVersion"] = version
    if configuration is not None:
        body["extension"]["davinci-crd.configuration"] = configuration
    drafts = body["context"]["draftOrders"]["entry"]
    drafts[0]["resource"] |= order or {}
    drafts[0]["resource"] = {k: v for k, v in drafts[0]["resource"].items() if v is not ...}
    return body


def answered(client, body, service=SIGN):
    response = client.post(service, json=body)
    assert response.status_code == 200, response.text
    assert null_or_empty(response.json) == []
    return response.json


def told(extension) -> dict[str, list[Any]]:
    """Sub-extension → its values."""
    found: dict[str, list[Any]] = {}
    for part in extension["extension"]:
        value = next((v for k, v in part.items() if k.startswith("value")), part.get("extension"))
        found.setdefault(part["url"], []).append(value)
    return found


def information(body) -> list[dict[str, list[Any]]]:
    resources = [action["resource"] for action in body.get("systemActions", [])]
    return [told(e) for r in resources for e in r["extension"] if e["url"] == URL]


def codes_in(values) -> set[str]:
    return {value for value in values if isinstance(value, str)}


# The invariants, from their human text


def broken(said: dict[str, list[Any]], version: str) -> list[str]:
    """Which of the invariants an extension breaks."""
    covered, pa = said["covered"][0], said.get("pa-needed", [""])[0]
    conditional = "conditional" in (covered, pa, *codes_in(said.get("doc-needed", ())))
    purposes, reasons = said.get("doc-purpose", []), said.get("reason", [])
    checks = {
        "q1 questionnaire only with doc-needed": "questionnaire" not in said or "doc-needed" in said,
        "q2 not covered: no pa-needed": covered != "not-covered" or not pa,
        "q2 expression of 2.0.1: else pa-needed": covered == "not-covered" or bool(pa),
        "q3 info-needed just where something is conditional": conditional == ("info-needed" in said),
        "q4 satisfied or no-auth: no documents with it": pa not in ("satisfied", "no-auth") or "withpa" not in purposes,
        "q5 satisfied-pa-id just with satisfied": ("satisfied-pa-id" in said) == (pa == "satisfied"),
        "cardinality": all(len(said.get(n, ())) == 1 for n in ("coverage", "covered", "date", "coverage-assertion-id")),
    }
    if version == "2.2":
        checks |= {
            "q6 info-needed OTH: reason": "OTH" not in said.get("info-needed", ()) or bool(reasons),
            "q7 uncoded reason: text": all("coding" in r or r.get("text") for r in reasons),
            "q8 doc-purpose: reason": not purposes or bool(reasons),
            "q9 indeterminate: reason": "indeterminate" not in (covered, pa) or bool(reasons),
            "category of each detail": all("category" in told({"extension": d}) for d in said.get("detail", ())),
        }
    else:
        checks |= {
            "no code of 2.2": "indeterminate" not in (covered, pa) and "detail-code" not in said.get("info-needed", ()),
            "one doc-needed": len(said.get("doc-needed", ())) <= 1,
            "no category": all("category" not in told({"extension": d}) for d in said.get("detail", ())),
            "no url as a value": all("valueUrl" not in json.dumps(d) for d in said.get("detail", ())),
        }
    return [name for name, holds in checks.items() if not holds]


GOOD = {
    "coverage": [{}],
    "covered": ["covered"],
    "pa-needed": ["no-auth"],
    "date": ["d"],
    "coverage-assertion-id": ["i"],
}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"questionnaire": ["q"]}, "q1"),
        ({"covered": ["not-covered"]}, "q2"),
        ({"pa-needed": [""]}, "q2 expression"),
        ({"covered": ["conditional"]}, "q3"),
        ({"info-needed": ["OTH"]}, "q3"),
        ({"doc-purpose": ["withpa"], "doc-needed": ["clinical"]}, "q4"),
        ({"satisfied-pa-id": ["x"]}, "q5"),
        ({"covered": ["conditional"], "info-needed": ["OTH"]}, "q6"),
        ({"reason": [{}]}, "q7"),
        ({"pa-needed": ["auth-needed"], "doc-purpose": ["withpa"], "doc-needed": ["clinical"]}, "q8"),
        ({"pa-needed": ["indeterminate"]}, "q9"),
        ({"coverage": []}, "cardinality"),
    ],
)
def test_each_invariant_can_fail(change, rule):
    assert broken(GOOD, "2.2") == []
    assert any(name.startswith(rule) for name in broken(GOOD | change, "2.2"))


LISTS = {"on the list": '["37243"]', "not on the list": '["79445"]', "no list": None}
ORDERS = {
    "TACE with code": {},
    "TACE without code": {"code": {"text": "DEB-TACE with doxorubicin"}},
    "37243 alone": {"code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "37243"}]},
                    "orderDetail": ..., "note": ...},
    "Y-90": {"code": {"text": "Y-90 radioembolization"}, "orderDetail": ..., "note": ...},
}  # fmt: skip


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """One service for each thing a payer can have told."""
    made = {}
    folder = tmp_path_factory.mktemp("profiles")
    text = PROFILE.read_text(encoding="utf-8")
    for place, ((name, codes), covered) in enumerate(product(LISTS.items(), COVERED)):
        changed = text.replace('tace = "covered"', f'tace = "{covered}"')
        if codes is None:
            changed = changed.replace('policy = "northern-lakes-liver"', 'policy = "med140"')
        else:
            changed = f"authorization_codes = {codes}\n" + changed
        file = folder / f"{place}.toml"
        file.write_text(changed, encoding="utf-8")
        made[name, covered] = create_app(settings(file)).test_client()
    return made


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("covered", COVERED)
@pytest.mark.parametrize("listed", LISTS)
def test_invariants_hold_whatever_a_payer_told(clients, listed, covered, order, version):
    body = answered(clients[listed, covered], asking(version, order=ORDERS[order]))
    (said,) = information(body)
    assert broken(said, version) == []
    ServiceRequest.model_validate(body["systemActions"][0]["resource"])


# What is asserted


@pytest.mark.parametrize("version", VERSIONS)
def test_coverage_information(client, version):
    body = answered(client, asking(version))
    (action,) = body["systemActions"]
    (said,) = information(body)
    assert (action["type"], "resourceId" in action) == ("update", False)
    assert said["coverage"] == [{"reference": "Coverage/cov-1"}]
    assert (said["covered"], said["pa-needed"], said["doc-needed"]) == (["covered"], ["auth-needed"], ["clinical"])
    assert said["questionnaire"] == [
        "https://tace-cds.example.org/fhir/Questionnaire/prior-auth-northern-lakes-liver|2026-01-01"
    ]
    assert said["billingCode"] == [{"system": "http://www.ama-assn.org/go/cpt", "code": "37243"}]


def test_only_the_extension_of_the_order_changes(client):
    body = asking()
    before = body["context"]["draftOrders"]["entry"][0]["resource"]
    after = answered(client, body)["systemActions"][0]["resource"]
    assert {k: v for k, v in after.items() if k != "extension"} == {k: v for k, v in before.items() if k != "extension"}
    assert after["extension"][: len(before.get("extension", []))] == before.get("extension", [])


def test_covered_is_said_only_of_what_the_policy_allows_too(clients):
    """This record does not show every clause of the policy of 2026; MED140 takes any indication."""
    body = asking(fixture="single-nodule-within-milan-no-reason-stated")
    by_policy = information(answered(clients["on the list", "covered"], body))[0]
    any_indication = information(answered(clients["no list", "covered"], body))[0]
    assert (by_policy["covered"], any_indication["covered"]) == (["conditional"], ["covered"])


def test_a_code_that_is_not_on_the_list_needs_no_authorization(clients):
    (said,) = information(answered(clients["not on the list", "conditional"], asking()))
    assert said["pa-needed"] == ["no-auth"]
    assert not {"doc-needed", "doc-purpose", "questionnaire"} & set(said)


def test_not_covered_says_nothing_of_authorization(clients):
    (said,) = information(answered(clients["on the list", "not-covered"], asking()))
    assert said["covered"] == ["not-covered"]
    assert not {"pa-needed", "doc-needed", "questionnaire"} & set(said)


@pytest.mark.parametrize(("version", "word"), [("2.0", "conditional"), ("2.2", "indeterminate")])
def test_a_list_that_is_not_known(clients, version, word):
    (said,) = information(answered(clients["no list", "covered"], asking(version)))
    assert said["pa-needed"] == [word]


def test_of_a_procedure_that_the_payer_did_not_mention_nothing_is_asserted(tmp_path):
    file = tmp_path / "p.toml"
    file.write_text(PROFILE.read_text(encoding="utf-8").replace('tace = "covered"\n', ""), encoding="utf-8")
    body = answered(create_app(settings(file)).test_client(), asking())
    assert "systemActions" not in body
    assert body["cards"]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"payor": [{"display": "Another plan"}]},
        {"payor": [{"reference": "Organization/other"}]},
        {"period": {"end": "2025-12-31"}},
        {"period": {"start": "2027"}},
        {"id": ""},
    ],
    ids=["not active", "another payer", "another organization", "over", "not begun", "without id"],
)
def test_without_a_coverage_of_this_payer_nothing_is_asserted(client, change):
    body = answered(client, asking(**change))
    assert "systemActions" not in body
    (card,) = body["cards"]
    assert not {"suggestions", "links"} & set(card)  # an instructions card


def test_without_any_coverage(client):
    assert "systemActions" not in answered(client, asking(coverages=[]))


def test_a_coverage_of_somebody_else_asserts_nothing(client):
    assert "systemActions" not in answered(client, asking(coverages=[coverage("somebody-else")]))


@pytest.mark.parametrize(
    "payor",
    [
        {"display": "NORTHERN  lakes health plan"},
        {"reference": "Organization/northern-lakes"},
        {"reference": "https://ehr.example.org/r4/Organization/northern-lakes"},
        {"identifier": {"system": "urn:oid:2.16.840.1.113883.6.300", "value": "99999"}},
        {"reference": "#payer"},
        {"reference": "Organization/o1"},
    ],
    ids=["name", "reference", "absolute reference", "identifier", "contained", "organization sent along"],
)
def test_how_a_coverage_names_the_payer(client, payor):
    body = asking(payor=[payor], contained=[{"resourceType": "Organization", "id": "payer", "name": "NLHP"}])
    body["prefetch"]["coverage"]["entry"].append(
        {"resource": {"resourceType": "Organization", "id": "o1", "name": "NLHP"}}
    )
    assert information(answered(client, body))


def test_two_coverages_have_two_assertions_and_one_has_the_same_again(client):
    patient = asking()["context"]["patientId"]
    two = asking(coverages=[coverage(patient), coverage(patient, id="cov-2")])
    first, again = (information(answered(client, two)) for _ in range(2))
    ids = [said["coverage-assertion-id"][0] for said in first]
    assert len(set(ids)) == 2
    assert [said["coverage-assertion-id"][0] for said in again] == ids


def test_nothing_is_said_twice(client):
    body = asking()
    updated = answered(client, body)["systemActions"][0]["resource"]
    body["context"]["draftOrders"]["entry"][0]["resource"] = updated
    assert "systemActions" not in answered(client, body)


def test_an_older_assertion_for_the_coverage_is_replaced(client):
    body = asking()
    updated = answered(client, body)["systemActions"][0]["resource"]
    for part in updated["extension"][-1]["extension"]:
        if part["url"] == "covered":
            part["valueCode"] = "not-covered"
    body["context"]["draftOrders"]["entry"][0]["resource"] = updated
    assert [said["covered"] for said in information(answered(client, body))] == [["covered"]]


@pytest.mark.parametrize("name", ["authoredOn", "requester"])
def test_an_order_that_lacks_what_crd_asks_of_it_is_not_updated(client, name):
    body = answered(client, asking(order={name: ...}))
    assert "systemActions" not in body
    assert body["cards"]


def test_the_assertion_leads_to_its_questionnaire(client):
    (said,) = information(answered(client, asking()))
    parameters = {"resourceType": "Parameters", "parameter": [
        {"name": "coverage", "resource": coverage("p")},
        {"name": "context", "valueString": said["coverage-assertion-id"][0]}]}  # fmt: skip
    package = client.post("/fhir/Questionnaire/$questionnaire-package", json=parameters).json
    form = package["parameter"][0]["resource"]["entry"][0]["resource"]
    assert said["questionnaire"] == [f"{form['url']}|{form['version']}"]
    assert client.get(f"/fhir/Questionnaire/{form['id']}").json["url"] == form["url"]


# Cards


@pytest.mark.parametrize(
    ("version", "system"),
    [
        ("2.0", "http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp"),
        (None, "http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp"),
        ("2.2", "http://terminology.hl7.org/CodeSystem/cdshooks-card-type"),
        ("2.2.1", "http://terminology.hl7.org/CodeSystem/cdshooks-card-type"),
    ],
)
def test_topics_by_version(client, version, system):
    cards = answered(client, asking(version))["cards"]
    assert {card["source"]["topic"]["system"] for card in cards} == {system}


def test_cards_are_instructions_and_an_external_reference(client):
    documents, link = answered(client, asking())["cards"]
    assert not {"suggestions", "links"} & set(documents)
    assert [each["type"] for each in link["links"]] == ["absolute"]
    for card in (documents, link):
        assert card["source"]["label"] == "Northern Lakes Health Plan"
        assert (card["indicator"], bool(card["uuid"]), len(card["summary"]) < 140) == ("info", True, True)
        assert card["extension"]["davinci-crd.associated-resource"]


def test_the_plain_service_leaves_the_payer_to_this_one(client):
    topics = {
        c["extension"]["tace-cds.topic"] for c in answered(client, asking(), "/cds-services/tace-order-sign")["cards"]
    }
    assert "prior-authorization" not in topics
    assert "eligibility" in topics


@pytest.mark.parametrize(
    ("configuration", "actions", "cards"),
    [
        ({}, 1, 2),
        ({"alt-drug": True}, 1, 2),
        ({"coverage-info": False}, 0, 2),
        ({"clinical-reminder": False}, 1, 1),
        ({"guideline": False}, 1, 1),
        ({"max-cards": 1}, 1, 1),
        ({"max-cards": 0}, 1, 0),
        ({"max-cards": -3}, 1, 2),
        ({"max-cards": True}, 1, 2),
        ({"max-cards": "one", "coverage-info": "no"}, 1, 2),
        ("nonsense", 1, 2),
        ([], 1, 2),
    ],
)
def test_configuration(client, configuration, actions, cards):
    body = answered(client, asking(configuration=configuration))
    assert (len(body.get("systemActions", [])), len(body["cards"])) == (actions, cards)


@pytest.mark.parametrize(
    "extension", [None, [], "x", {"davinci-crd.requestedVersion": 2}, {"davinci-crd.requestedVersion": "x.y"}]
)
def test_nonsense_in_the_extension_is_ignored(extension):
    assert wanted(extension).version == "2.0"


@pytest.mark.parametrize(
    ("stated", "version"), [("1.0", "2.0"), ("2.0.1", "2.0"), ("2.1", "2.0"), ("2.3", "2.2"), ("3.0", "2.2")]
)
def test_a_version_that_is_not_offered(stated, version):
    assert wanted({"davinci-crd.requestedVersion": stated}).version == version


def test_an_order_that_is_not_ours(client):
    assert answered(client, asking(order={"code": {"text": "Chest X-ray"}})) == {"cards": []}


# Dispatch


def dispatching(shape: str, **more):
    body = asking(**more)
    order = body["context"].pop("draftOrders")["entry"][0]["resource"] | {"status": "active"}
    body["prefetch"]["serviceRequests"] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": order}],
    }
    reference = f"ServiceRequest/{order['id']}"
    named = (
        {"dispatchedOrders": [reference]}
        if shape == "array"
        else {"order": reference, "task": {"resourceType": "Task"}}
    )
    body["hook"] = "order-dispatch"
    body["context"] = {"patientId": body["context"]["patientId"], "performer": "Organization/ir", **named}
    return body


@pytest.mark.parametrize("shape", ["array", "single"])
def test_both_shapes_of_dispatch(client, shape):
    body = answered(client, dispatching(shape), DISPATCH)
    assert len(information(body)) == 1
    assert body["systemActions"][0]["resource"]["status"] == "active"
    assert {c["extension"]["tace-cds.topic"] for c in body["cards"]} == {"prior-authorization", "policy-link"}


def test_dispatch_of_an_absolute_reference(client):
    body = dispatching("array")
    body["context"]["dispatchedOrders"] = [f"https://ehr.example.org/{body['context']['dispatchedOrders'][0]}"]
    assert information(answered(client, body, DISPATCH))


def test_dispatch_of_another_kind_of_order(client):
    body = dispatching("array")
    body["context"]["dispatchedOrders"] = ["MedicationRequest/1"]
    assert answered(client, body, DISPATCH) == {"cards": []}


def test_dispatch_of_an_order_that_is_nowhere(client):
    body = dispatching("array")
    body["prefetch"]["serviceRequests"] = None
    assert answered(client, body, DISPATCH) == {"cards": []}
    del body["prefetch"]["serviceRequests"]
    assert client.post(DISPATCH, json=body).status_code == 412


@pytest.mark.parametrize(
    "context", [{}, {"dispatchedOrders": []}, {"dispatchedOrders": 3}, {"order": ""}, {"dispatchedOrders": [3]}]
)
def test_dispatch_that_names_no_order(client, context):
    body = dispatching("array")
    body["context"] = {"patientId": "x", "performer": "Organization/ir"} | context
    response = client.post(DISPATCH, json=body)
    assert (response.status_code, response.json["resourceType"]) == (400, "OperationOutcome")


# Discovery and profile


def test_discovery_with_and_without_a_profile(client):
    plain = create_app(Settings(mode="sandbox")).test_client()
    assert not [s for s in plain.get("/cds-services").json["services"] if s["id"].endswith("-crd")]
    for path in (SIGN, DISPATCH):
        assert plain.post(path, json=asking()).status_code == 404
    services = {s["id"]: s for s in client.get("/cds-services").json["services"]}
    assert services["tace-order-dispatch-crd"]["hook"] == "order-dispatch"
    for name in ("tace-order-sign-crd", "tace-order-dispatch-crd"):
        extension = services[name]["extension"]
        assert extension["davinci-crd.version"] == ["2.0", "2.2"]
        assert [o["code"] for o in extension["davinci-crd.configuration-options"]] == [o["code"] for o in OPTIONS]
        assert services[name]["prefetch"]["coverage"].startswith("Coverage?patient={{context.patientId}}")
    assert null_or_empty(client.get("/cds-services").json) == []


def test_every_kind_of_card_can_be_switched_off(client):
    offered = {o["code"] for o in OPTIONS if o["type"] == "boolean"}
    cards = answered(client, asking())["cards"]
    assert {card["source"]["topic"]["code"] for card in cards} <= offered
    assert all(o.keys() == {"code", "type", "name", "description", "default"} for o in OPTIONS)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('payer = "Northern', 'payr = "Northern', "unknown key 'payr'"),
        ('payer = "Northern Lakes Health Plan"', "", "key 'payer' is missing"),
        ('policy = "', "policy = ", "Invalid value"),
        ('tace = "covered"', 'tace = "yes"', "covered: tace is not one of covered, conditional, not-covered"),
        ('tace = "covered"', 'tase = "covered"', "covered: unknown procedure 'tase'"),
        ("[[identifier]]", "[identifier]", "'identifier' is not written as [[identifier]]"),
        ('phone = "+1-555-0100"', "", "key 'phone' is missing"),
        ('names = ["', 'names = [1, "', "key 'names' is not a list of texts"),
    ],
)
def test_profile_that_cannot_be_used_stops_the_start(tmp_path, old, new, words):
    text = PROFILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "profile.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProfileError):
        load(str(file))
    with pytest.raises(WrongSetting) as refused:
        create_app(settings(file))
    assert str(refused.value).startswith("TACE_CDS_PAYER_PROFILE: profile.toml: ")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_profile_that_no_coverage_could_match(tmp_path):
    file = tmp_path / "p.toml"
    file.write_text('payer = "X"\npolicy = "med140"\n', encoding="utf-8")
    with pytest.raises(ProfileError, match="how a Coverage names this payer"):
        load(str(file))


def test_profile_whose_policy_is_not_on_file():
    with pytest.raises(WrongSetting, match="no policy 'northern-lakes-liver' on file"):
        create_app(Settings(mode="sandbox", payer_profile=str(PROFILE)))
