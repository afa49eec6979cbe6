"""What CDS Hooks 2.0.1 asks of a service, check by check; docs/protocol.md lists them by the numbers in these names.

Beyond these, every answer that any test of this project gets is held to the schemas (tests/service/wire.py).
"""

import json
import re
from datetime import date
from uuid import UUID

import pytest

from cards.words import day
from service.app import create_app
from service.hooks import catalog
from service.settings import Settings
from tests.golden import answer, cases, request_of, written
from tests.service.conftest import bundle
from tests.service.fhir_server import empty_record, fhir_server
from tests.service.wire import null_or_empty, violations

SIGN = "/cds-services/tace-order-sign"
SELECT = "/cds-services/tace-order-select"
VIEW = "/cds-services/tace-patient-view"
TELLING = "third-tace-segment-8-jsh-refractory"
every_case = pytest.mark.parametrize("case", cases())
TEMPLATE = re.compile(r"^[A-Z][A-Za-z]+(/[^?{}/]*(\{\{[^{}]+\}\})?|\?.+)$")
TOKEN = re.compile(r"\{\{([^{}]*)\}\}")


@pytest.fixture
def telling():
    """A request that leaves no key open: "looked, nothing there" for what the fixture has nothing of."""
    body = request_of(TELLING)
    body["prefetch"].setdefault("documentReferences", None)
    return body


@pytest.fixture
def services(client):
    return client.get("/cds-services").get_json()["services"]


def cards_of(client, body):
    return answer(client, body)["cards"]


def all_cards(client):
    return [card for case in cases() for card in cards_of(client, request_of(case))]


def issue(response):
    body = response.get_json()
    assert violations("OperationOutcome", body) == []
    return body["issue"][0]


# JSON and transport


def test_check_01_production_data_is_json(client, telling):
    for response in (client.get("/cds-services"), client.post(SIGN, json=telling), client.post(SIGN, data="{")):
        assert response.content_type == "application/json"
        response.get_json()


@every_case
def test_check_02_nothing_null_and_nothing_empty(client, case):
    assert null_or_empty(answer(client, request_of(case))) == []
    assert null_or_empty(client.get("/cds-services").get_json()) == []


def test_check_02_only_cards_and_services_may_be_empty():
    assert null_or_empty({"cards": [], "services": []}) == []
    assert null_or_empty({"systemActions": [], "cards": [{"links": []}]}) == ["$.systemActions", "$.cards[0].links"]


def test_check_03_optional_members_without_a_value_are_left_out(client):
    cards = all_cards(client)
    for optional in ("suggestions", "overrideReasons"):
        with_it = [card for card in cards if optional in card]
        assert 0 < len(with_it) < len(cards)
        assert all(card[optional] for card in with_it)
    assert all("systemActions" not in answer(client, request_of(case)) for case in cases())


@every_case
def test_check_04_json_without_comments_trailing_commas_or_nan(client, case):
    def refuse(constant):
        raise AssertionError(constant)

    body = request_of(case)
    response = client.post(f"/cds-services/{service_of(body['hook'])}", json=body)
    json.loads(response.data.decode("utf-8"), parse_constant=refuse)


def service_of(hook):
    return next(each.id for each in catalog.SERVICES if each.hook == hook)


# Discovery


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html", "application/fhir+json", ""])
def test_check_05_discovery_is_always_there(client, accept):
    response = client.get("/cds-services", headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.content_type) == (200, "application/json")


def test_check_06_discovery_is_an_object_with_services(client):
    body = client.get("/cds-services").get_json()
    assert list(body) == ["services"]
    assert len(body["services"]) >= 3


def test_check_08_discovery_is_200(client):
    assert client.get("/cds-services").status_code == 200


def test_check_09_members_of_each_service(client):
    assert violations("CdsServices", client.get("/cds-services").get_json()) == []


@pytest.mark.parametrize("missing", ["hook", "description", "id"])
def test_check_09_is_not_met_without_a_required_member(services, missing):
    less = [{name: value for name, value in each.items() if name != missing} for each in services]
    assert violations("CdsServices", {"services": less})


def test_check_10_each_service_has_its_own_id(services):
    assert len({each["id"] for each in services}) == len(services)


# The call


def test_check_11_call_by_post_to_the_id(client, telling):
    assert client.post(SIGN, json=telling).status_code == 200
    assert client.get(SIGN).status_code == 405
    assert client.put(SIGN, json=telling).status_code == 405


@pytest.mark.parametrize("member", ["hook", "hookInstance", "context"])
@pytest.mark.parametrize("value", [..., None, 5, ""])
def test_check_11_required_members(client, telling, member, value):
    body = {name: each for name, each in telling.items() if name != member} | ({} if value is ... else {member: value})
    response = client.post(SIGN, json=body)
    assert response.status_code == 400
    assert issue(response)["expression"] == [member]


@pytest.mark.parametrize("member", ["fhirServer", "prefetch", "extension", "fhirAuthorization"])
def test_check_11_optional_members(client, telling, member):
    body = {name: each for name, each in telling.items() if name != member}
    assert client.post(SIGN, json=body).status_code == (412 if member == "prefetch" else 200)


@pytest.mark.parametrize(
    ("status", "path", "sent"),
    [
        (200, SIGN, {"json": ...}),
        (400, SIGN, {"data": "{", "content_type": "application/json"}),
        (400, SIGN, {"json": {"hook": "order-sign"}}),
        (400, VIEW, {"json": ...}),
        (404, "/cds-services/no-such", {"json": ...}),
        (412, SIGN, {"json": "without prefetch"}),
        (415, SIGN, {"data": "{}", "content_type": "text/plain"}),
    ],
    ids=["right", "not JSON", "member missing", "another hook", "unknown id", "nothing reachable", "not called JSON"],
)
def test_check_13_status(client, telling, status, path, sent):
    if sent.get("json") == "without prefetch":
        sent = {"json": {name: value for name, value in telling.items() if name != "prefetch"}}
    elif sent.get("json") is ...:
        sent = {"json": telling}
    response = client.post(path, **sent)
    assert response.status_code == status
    if status >= 400:
        issue(response)


def test_check_14_error_names_the_prefetch_keys(client, telling):
    telling.pop("prefetch")
    found = issue(client.post(SIGN, json=telling))
    assert (found["severity"], found["code"]) == ("error", "processing")
    assert found["details"]["text"]
    assert "could not be fetched" in found["diagnostics"]
    assert set(found["expression"]) == {f"prefetch.{need.key}" for need in catalog.needs()}


# Prefetch


def templates(services):
    return [template for each in services for template in each["prefetch"].values()]


def test_check_15_templates_are_reads_and_searches_below_the_server(services):
    assert templates(services)
    assert [each for each in templates(services) if not TEMPLATE.match(each) or "://" in each] == []


def test_check_16_tokens_are_of_the_context_or_the_user(services):
    tokens = {token for each in templates(services) for token in TOKEN.findall(each)}
    assert tokens == {"context.patientId"}


def test_check_17_templates_keep_to_the_recommended_subset(services):
    for each in templates(services):
        names = [parameter.partition("=")[0] for parameter in each.partition("?")[2].split("&") if parameter]
        assert set(names) <= {"patient", "code", "_sort", "_count", "subject", "beneficiary"}
        assert not [name for name in names if ":" in name or "." in name or name.startswith(("_include", "_has"))]


def fetching(server, **changes):
    return create_app(
        Settings(fhir_servers=(server.base,), fhir_allow_http=True, mode="sandbox", as_of="2026-11-21", **changes)
    ).test_client()


def asking(server, prefetch, telling, **more):
    return telling | {"fhirServer": server.base, "prefetch": prefetch} | more


def test_check_18_next_page_of_a_prefetched_bundle_is_fetched(telling):
    with fhir_server(empty_record) as server:
        sent = telling["prefetch"] | {
            "conditions": telling["prefetch"]["conditions"]
            | {"link": [{"relation": "next", "url": f"{server.base}/Condition?page=2"}]}
        }
        assert fetching(server).post(SIGN, json=asking(server, sent, telling)).status_code == 200
        assert server.paths == ["/fhir/Condition?page=2"]


def test_check_18_next_page_that_cannot_be_had_is_said(client, telling):
    link = [{"relation": "next", "url": "https://ehr.example.org/fhir/Condition?page=2"}]
    telling["prefetch"]["conditions"] |= {"link": link}
    telling.pop("fhirServer")
    assert "page 2 of conditions was not sent" in "".join(card["detail"] for card in cards_of(client, telling))


FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
MISSING = object()


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        (MISSING, True),
        (None, False),
        (FAILED, True),
        ({"response": {"status": "500"}, "resource": FAILED}, True),
        ({"resourceType": "Bundle", "type": "searchset", "total": 0}, False),
        ({"response": {"status": "200 OK"}, "resource": bundle()}, False),
    ],
    ids=["key left out", "null", "OperationOutcome", "wrapped failure", "empty Bundle", "wrapped empty Bundle"],
)
def test_check_19_absent_states_of_a_key(telling, value, asked):
    sent = {name: each for name, each in telling["prefetch"].items() if name != "procedures"}
    if value is not MISSING:
        sent["procedures"] = value
    with fhir_server(empty_record) as server:
        response = fetching(server).post(SIGN, json=asking(server, sent, telling))
        assert response.status_code == 200
        assert [path.partition("?")[0] for path in server.paths] == (["/fhir/Procedure"] if asked else [])


def test_check_20_what_was_not_sent_is_fetched_and_nothing_else(telling):
    with fhir_server(empty_record) as server:
        sent = {"patient": telling["prefetch"]["patient"], "conditions": telling["prefetch"]["conditions"]}
        assert fetching(server).post(SIGN, json=asking(server, sent, telling)).status_code == 200
        fetched = sorted(path.partition("?")[0].removeprefix("/fhir/") for path in server.paths)
    needed = sorted(need.kind for need in catalog.needs() if need.key not in sent)
    assert fetched == needed


def test_check_20_renamed_keys_are_told_by_what_they_hold(client, telling):
    named = {"Patient": "patient", "problems": "conditions", "labs": "observations"}
    sent = telling["prefetch"]
    renamed = {new: sent[old] for new, old in named.items()} | {
        key: value for key, value in sent.items() if key not in named.values()
    }
    assert answer(client, telling | {"prefetch": renamed}) == answer(client, telling)


def test_check_21_unreachable_is_412(client, telling):
    telling["prefetch"] = {}
    assert client.post(SIGN, json=telling).status_code == 412


def test_check_21_data_that_is_not_recorded_is_no_412(client, telling):
    telling["prefetch"] = dict.fromkeys(telling["prefetch"])
    response = client.post(SIGN, json=telling)
    assert response.status_code == 200
    assert "not documented" in json.dumps(response.get_json())


@pytest.mark.parametrize("key", ["patient", "conditions", "observations"])
def test_check_22_no_single_key_is_demanded(client, telling, key):
    telling["prefetch"].pop(key)
    telling["prefetch"]["coverage"] = {"resourceType": "Bundle", "entry": []}
    assert client.post(SIGN, json=telling).status_code == 200


# FHIR access


def test_check_23_token_goes_with_every_read(telling):
    with fhir_server(empty_record) as server:
        body = asking(server, {}, telling, fhirAuthorization=AUTHORIZATION)
        assert fetching(server).post(SIGN, json=body).status_code == 200
        assert {headers["Authorization"] for _, headers in server.seen} == {"Bearer some-opaque-token"}


def test_check_23_open_server_is_read_without_a_token(telling):
    with fhir_server(empty_record) as server:
        assert fetching(server).post(SIGN, json=asking(server, {}, telling)).status_code == 200
        assert server.seen
        assert not [headers for _, headers in server.seen if "Authorization" in headers]


AUTHORIZATION = {
    "access_token": "some-opaque-token",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "user/Patient.read user/Observation.read",
    "subject": "cds-service",
    "patient": "1288992",
}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"patient": None}, 200),
        ({"scope": None, "subject": None, "expires_in": None}, 200),
        ({"access_token": 5}, 400),
        ({"access_token": "two words"}, 400),
    ],
    ids=["as specified", "no patient", "only what is needed", "token a number", "token of two words"],
)
def test_check_24_authorization_object(client, telling, changed, status):
    given = {k: v for k, v in (AUTHORIZATION | changed).items() if v is not None}
    response = client.post(SIGN, json=telling | {"fhirAuthorization": given})
    assert response.status_code == status


def test_check_25_token_is_nowhere_afterwards(telling, caplog):
    caplog.set_level("DEBUG")
    secret = "opaque-" + "s" * 20
    with fhir_server(lambda handler: handler.answer({}, 401)) as server:
        body = asking(server, {}, telling, fhirAuthorization=AUTHORIZATION | {"access_token": secret})
        response = fetching(server).post(SIGN, json=body)
        assert len(server.seen) == len(catalog.needs())
    assert response.status_code == 412
    assert secret not in response.text + str(response.headers) + caplog.text


def test_check_26_server_that_is_not_listed_is_never_called(client, telling):
    with fhir_server(empty_record) as server:
        body = asking(server, {}, telling, fhirAuthorization=AUTHORIZATION)
        assert client.post(SIGN, json=body).status_code == 412
        assert server.seen == []


def test_check_26_redirect_is_not_followed(telling):
    with fhir_server(empty_record) as other:
        elsewhere = lambda handler: handler.answer({}, 302, Location=f"{other.base}/Patient/p1")  # noqa: E731
        with fhir_server(elsewhere) as server:
            body = asking(server, {}, telling, fhirAuthorization=AUTHORIZATION)
            assert fetching(server).post(SIGN, json=body).status_code == 412
        assert other.seen == []


# Contexts of the hooks


def view(**changes):
    body = request_of("patient-view-hcc-before-any-treatment")
    return body | {"context": body["context"] | changes}


@pytest.mark.parametrize("user", ["Practitioner/1", "PractitionerRole/1", "Patient/1", "RelatedPerson/1"])
def test_check_27_patient_view(client, user):
    assert len(cards_of(client, view(userId=user, encounterId="e1"))) > 0


@pytest.mark.parametrize("status", ["draft", "active", "on-hold", "completed"])
def test_check_28_order_sign_takes_other_statuses(client, telling, status):
    for entry in telling["context"]["draftOrders"]["entry"]:
        entry["resource"]["status"] = status
    assert len(cards_of(client, telling)) > 0


def test_check_29_order_select_advises_on_what_is_selected(client, telling):
    orders = telling["context"]["draftOrders"]["entry"]
    chosen = orders[0]["resource"]
    other = {"resourceType": "ServiceRequest", "id": "other", "code": {"text": "Chest X-ray"}}
    context = telling["context"] | {"draftOrders": bundle(chosen, other)}
    body = telling | {"hook": "order-select"}
    ours = body | {"context": context | {"selections": [f"ServiceRequest/{chosen['id']}"]}}
    foreign = body | {"context": context | {"selections": ["ServiceRequest/other"]}}
    assert len(cards_of(client, ours)) > 0
    assert cards_of(client, foreign) == []


@pytest.mark.parametrize(
    ("check", "hook", "context"),
    [
        (30, "order-dispatch", {"patientId": "p1", "dispatchedOrders": ["ServiceRequest/1"], "performer": "Organization/1"}),
        (30, "order-dispatch", {"patientId": "p1", "order": "ServiceRequest/1", "performer": "Organization/1", "task": {}}),
        (31, "appointment-book", {"userId": "Practitioner/1", "patientId": "p1", "appointments": {}}),
        (32, "encounter-start", {"userId": "Practitioner/1", "patientId": "p1", "encounterId": "e1"}),
    ],
    ids=["check_30", "check_30 older shape", "check_31", "check_32"],
)  # fmt: skip
def test_hook_of_another_service_is_400(client, telling, check, hook, context):
    response = client.post(SIGN, json=telling | {"hook": hook, "context": context})
    assert response.status_code == 400
    assert issue(response)["expression"] == ["hook"]


@pytest.mark.parametrize("kind", ["collection", "transaction", ...])
def test_check_33_type_of_the_bundle_is_not_asked_for(client, telling, kind):
    orders = {k: v for k, v in telling["context"]["draftOrders"].items() if k != "type"}
    telling["context"]["draftOrders"] = orders | ({} if kind is ... else {"type": kind})
    assert len(cards_of(client, telling)) > 0


# The response


@every_case
def test_check_34_response_keeps_to_the_schema(client, case):
    assert violations("CdsResponse", answer(client, request_of(case))) == []


def test_check_35_no_guidance_is_an_empty_array(client):
    assert answer(client, request_of("unrelated-chest-x-ray")) == {"cards": []}


def test_check_36_summary_is_below_140_and_every_card_has_a_uuid(client):
    cards = all_cards(client)
    assert max(len(card["summary"]) for card in cards) <= 139
    assert len({UUID(card["uuid"]) for card in cards}) == len(cards)
    assert {card["indicator"] for card in cards} == {"info", "warning", "critical"}


CARD = {
    "uuid": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "summary": "TACE",
    "indicator": "info",
    "source": {"label": "tace-cds", "topic": {"system": "urn:x", "code": "guideline"}},
}
SUGGESTION = {"label": "Order", "uuid": CARD["uuid"]}
ACTION = {"type": "create", "description": "Order", "resource": {"resourceType": "ServiceRequest"}}
LINK = {"label": "Guideline", "url": "https://example.org", "type": "absolute"}


def suggesting(*suggestions, behavior="any"):
    return CARD | {"suggestions": list(suggestions), "selectionBehavior": behavior}


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        suggesting(SUGGESTION | {"actions": [ACTION]}),
        suggesting(SUGGESTION | {"isRecommended": True}, SUGGESTION | {"isRecommended": True}),
        suggesting(SUGGESTION | {"isRecommended": True}, SUGGESTION, behavior="at-most-one"),
        CARD | {"links": [LINK, LINK | {"type": "smart", "appContext": "x"}]},
        CARD | {"overrideReasons": [{"system": "urn:x", "code": "a", "display": "A"}]},
    ],
)
def test_checks_36_to_42_right_cards(card):
    assert violations("CdsResponse", {"cards": [card]}) == []


WRONG_CARDS = {
    "check_36 summary of 140": CARD | {"summary": "x" * 140},
    "check_36 no summary": {k: v for k, v in CARD.items() if k != "summary"},
    "check_36 indicator": CARD | {"indicator": "hard-stop"},
    "check_36 suggestions without selectionBehavior": CARD | {"suggestions": [SUGGESTION]},
    "check_36 another selectionBehavior": suggesting(SUGGESTION, behavior="one"),
    "check_36 overrideReasons without display": CARD | {"overrideReasons": [{"system": "urn:x", "code": "a"}]},
    "check_37 no label": CARD | {"source": {"topic": CARD["source"]["topic"]}},
    "check_37 relative url": CARD | {"source": CARD["source"] | {"url": "/rules"}},
    "check_38 no label": suggesting({"uuid": CARD["uuid"]}),
    "check_38 two recommended of at most one": suggesting(
        SUGGESTION | {"isRecommended": True}, SUGGESTION | {"isRecommended": True}, behavior="at-most-one"
    ),
    "check_38 no actions in actions": suggesting(SUGGESTION | {"actions": []}),
    "check_39 another type": suggesting(SUGGESTION | {"actions": [ACTION | {"type": "replace"}]}),
    "check_39 no description": suggesting(SUGGESTION | {"actions": [{"type": "delete", "resourceId": "A/1"}]}),
    "check_39 create without resource": suggesting(SUGGESTION | {"actions": [{"type": "create", "description": "x"}]}),
    "check_39 delete by resource": suggesting(SUGGESTION | {"actions": [ACTION | {"type": "delete"}]}),
    "check_41 no type": CARD | {"links": [{"label": "a", "url": "https://example.org"}]},
    "check_41 appContext of an absolute link": CARD | {"links": [LINK | {"appContext": "x"}]},
    "check_42 coding without system": CARD | {"source": {"label": "x", "topic": {"code": "a"}}},
    "check_43 autolaunchable": CARD | {"links": [LINK | {"autolaunchable": True}]},
    "check_43 actionSelectionBehavior": suggesting(SUGGESTION | {"actionSelectionBehavior": "any"}),
}


@pytest.mark.parametrize("name", WRONG_CARDS)
def test_wrong_card_is_found(name):
    assert violations("CdsResponse", {"cards": [WRONG_CARDS[name]]})


@pytest.mark.parametrize(
    ("actions", "right"), [([ACTION], True), ([], False), ([{"type": "create"}], False)], ids=["right", "none", "empty"]
)
def test_check_40_system_actions_have_the_shape_of_actions(actions, right):
    assert (violations("CdsResponse", {"cards": [], "systemActions": actions}) == []) is right


def test_check_37_source_has_label_topic_and_absolute_url(client):
    for card in all_cards(client):
        assert card["source"]["label"]
        assert card["source"]["topic"]["code"]
        assert card["source"].get("url", "https://").startswith("https://")


def test_check_38_suggestions_have_label_uuid_and_actions(client):
    suggestions = [each for card in all_cards(client) for each in card.get("suggestions", [])]
    assert suggestions
    assert all(each["label"] and UUID(each["uuid"]) and each["actions"] for each in suggestions)


def test_check_39_actions_create_resources_or_delete_what_was_drafted(client):
    actions = [
        action for card in all_cards(client) for each in card.get("suggestions", []) for action in each["actions"]
    ]
    assert {action["type"] for action in actions} == {"create", "delete"}
    assert all(action["description"] for action in actions)


@pytest.mark.parametrize("identifier", [..., "", " ", "a b", "a/b"])
def test_check_39_order_that_cannot_be_named_is_not_offered_for_removal(client, telling, identifier):
    order = telling["context"]["draftOrders"]["entry"][0]["resource"]
    order.pop("id")
    order |= {} if identifier is ... else {"id": identifier}
    cards = cards_of(client, telling)
    actions = [action for card in cards for each in card.get("suggestions", []) for action in each["actions"]]
    assert cards
    assert "delete" not in {action["type"] for action in actions}


# Feedback

EVENT = {"card": CARD["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-22T08:00:00Z"}


@pytest.mark.parametrize(
    ("event", "right"),
    [
        (EVENT, True),
        (EVENT | {"overrideReason": {"reason": {"code": "x"}, "userComment": "seen"}}, True),
        (EVENT | {"outcome": "accepted", "acceptedSuggestions": [{"id": "a"}]}, True),
        (EVENT | {"outcome": "accepted"}, False),
        (EVENT | {"outcome": "ignored"}, False),
        ({"outcome": "overridden"}, False),
    ],
)
def test_check_44_shape_of_feedback(event, right):
    assert (violations("Feedback", {"feedback": [event]}) == []) is right


# Extensions, stale guidance, what else is sent


def test_check_54_extensions_are_named_objects(client, services):
    for card in all_cards(client):
        assert all("." in name for name in card["extension"])


@pytest.mark.parametrize(
    "extension",
    [{"com.example.vendor": {"deep": [1, {"x": None}]}}, {"davinci-crd.configuration": {"alt-drug": True}}, {}],
)
def test_check_54_unknown_extensions_of_a_request_change_nothing(client, telling, extension):
    assert answer(client, telling | {"extension": telling["extension"] | extension}) == answer(client, telling)


def test_check_55_cards_are_the_same_each_time_and_say_as_of_when(client, telling):
    first, again = cards_of(client, telling), cards_of(client, telling)
    assert written(first) == written(again)
    asked = day(date.fromisoformat(telling["extension"]["tace-cds.as-of"][:10]))
    assert all(f"Assessed {asked}" in card["detail"] for card in first)


def test_check_56_unknown_members_are_ignored(client, telling):
    more = telling | {"unknown": {"a": [1]}, "context": telling["context"] | {"unknown": [None, {}], "tasks": 5}}
    assert answer(client, more) == answer(client, telling)


@pytest.mark.parametrize(
    ("patient", "status"),
    [("bare", 200), ("Patient/", 200), ("Group/", 400), ("a/b/", 400)],
    ids=["bare id", "Patient/ tolerated", "another type", "a path"],
)
def test_check_57_patient_is_a_bare_id(client, telling, patient, status):
    bare = telling["context"]["patientId"]
    telling["context"]["patientId"] = bare if patient == "bare" else patient + bare
    assert client.post(SIGN, json=telling).status_code == status
