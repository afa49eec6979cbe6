"""The service's own description: of every route there is, by schemas that are schemas, and nothing the caller says."""

import pytest
from jsonschema import Draft202012Validator

from service.app import create_app
from service.hooks import catalog
from service.hooks.openapi import KNOWN, request_schema, schemas
from service.settings import Settings
from tests.golden import cases, request_of
from tests.service.test_trust import required
from tests.service.wire import violations


@pytest.fixture
def described(client):
    return client.get("/openapi.json").get_json()


def test_every_route_is_described(client, described):
    routes = {rule.rule for rule in client.application.url_map.iter_rules() if "<service_id>" not in rule.rule}
    named = {route.replace("<", "{").replace(">", "}").replace("{path:", "{") for route in routes}
    assert named <= described["paths"].keys()
    assert {f"/cds-services/{each.id}" for each in catalog.SERVICES} <= described["paths"].keys()
    assert all(operation["summary"] for path in described["paths"].values() for operation in path.values())


def test_operations_have_names_of_their_own(described):
    names = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(set(names)) == len(names)


def test_what_is_described_exists(client):
    endpoints = set(client.application.view_functions)
    assert {name for name in KNOWN if name not in endpoints} <= {"hooks.feedback"}


def test_every_schema_is_one():
    for schema in schemas()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(described):
    def references(value):
        if isinstance(value, dict):
            yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            for each in value.values():
                yield from references(each)
        elif isinstance(value, list):
            for each in value:
                yield from references(each)

    named = set(references(described))
    assert named
    assert {each.removeprefix("#/components/schemas/") for each in named} <= described["components"]["schemas"].keys()


@pytest.mark.parametrize("case", cases())
def test_examples_keep_to_the_schema_of_a_request(case):
    body = request_of(case)
    service = next(each for each in catalog.SERVICES if each.hook == body["hook"])
    validator = Draft202012Validator(request_schema(service) | schemas())
    assert [error.json_path for error in validator.iter_errors(body)] == []
    assert violations("HookRequest", body) == []


def test_host_of_the_caller_is_not_repeated(client):
    answer = client.get("/openapi.json", headers={"Host": "evil.example.org"})
    assert "evil" not in answer.text


def test_closed_routes_name_the_token(seen, tmp_path):
    paths = create_app(required(tmp_path)).test_client().get("/openapi.json").get_json()["paths"]
    assert paths["/cds-services"]["get"]["security"] == [{"jwt": []}]
    assert paths["/cds-services/tace-order-sign"]["post"]["security"]
    assert "security" not in paths["/health/live"]["get"]
    open_paths = create_app(Settings()).test_client().get("/openapi.json").get_json()["paths"]
    assert "security" not in open_paths["/cds-services"]["get"]


@pytest.mark.parametrize(
    "settings",
    [
        {"mode": "sandbox"},
        {"assess_route": True},
        {"smart_client_id": "tace", "smart_issuers": ("https://ehr.example.org/fhir",)},
    ],
)
def test_what_is_read_comes_in_the_form_that_is_described(settings):
    reading = create_app(Settings(**settings)).test_client()
    described = reading.get("/openapi.json").get_json()["paths"]
    told = {
        path: operations["get"] for path, operations in described.items() if "get" in operations and "{" not in path
    }
    wrong = []
    for path, operation in told.items():
        answer = reading.get(path)
        documented = operation["responses"].get("200", {}).get("content", {})
        if answer.status_code == 200 and answer.mimetype not in documented:
            wrong.append((path, answer.mimetype, list(documented)))
    assert len(told) > 8
    assert wrong == []
