"""One scenario a fixture, through HTTP: what a physician sees, what the wire allows, what must not change the cards."""

import copy
import json
import random
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.golden import FIXTURES, answer, cases, request_of, written
from tests.scenarios.expected import DEFINITIONS, EXPECTED
from tests.service.wire import null_or_empty

SUMMARY_BELOW = 140
UNREADABLE = {"broken-bilirubin-resource": {"willow-bilirubin", "willow-unknown-type"}}


every_case = pytest.mark.parametrize("case", cases())
every_expectation = pytest.mark.parametrize("case", list(EXPECTED))


def assessed(client: Any, body: Any) -> list[Any]:
    """The assessments, one for each order that is ours."""
    response = client.post("/assess", json=body)
    assert response.status_code == 200, response.text
    found = response.get_json()
    return found if isinstance(found, list) else [found]


def topic(card: Any) -> str:
    return str(card["extension"]["tace-cds.topic"])


@every_case
def test_golden_response(client, case):
    golden = (FIXTURES / case / "response.json").read_text(encoding="utf-8")
    assert written(answer(client, request_of(case))) == golden, "see the difference with `python -m tests.golden`"


@every_expectation
def test_verdict(client, case):
    found = assessed(client, request_of(case))
    assert tuple(each["eligibility"]["verdict"] for each in found) == EXPECTED[case].verdicts


@every_expectation
def test_cards(client, case):
    expected, cards = EXPECTED[case], answer(client, request_of(case))["cards"]
    assert {topic(card): card["indicator"] for card in cards} == expected.cards
    assert len(cards) == len(expected.cards), "at most one card a topic"
    summaries = {topic(card): card["summary"] for card in cards}
    for about, words in expected.words.items():
        assert [word for word in words if word not in summaries[about]] == [], summaries[about]
    everything = "\n".join(card["detail"].replace("\\", "") for card in cards)
    assert [words for words in expected.detail if words not in everything] == []


@pytest.mark.parametrize("case", list(DEFINITIONS))
def test_definitions_of_refractoriness(client, case):
    (found,) = assessed(client, request_of(case))
    said = found["refractoriness"]["definitions"]
    assert {code: said[code] for code in DEFINITIONS[case]} == DEFINITIONS[case]


def test_bridge_is_never_offered_to_be_removed(client):
    """The transplant team decides; stable disease within Milan is success there."""
    cards = answer(client, request_of("bridge-to-transplant-stable-after-two-sessions"))["cards"]
    assert "delete" not in json.dumps([card.get("suggestions", []) for card in cards])


def test_every_verdict_has_a_fixture():
    verdicts = {verdict for expected in EXPECTED.values() for verdict in expected.verdicts}
    assert verdicts == {
        "candidate", "caution", "not-recommended", "contraindicated", "indeterminate", "not-applicable"
    }  # fmt: skip


# The wire


@every_case
def test_nothing_null_or_empty(client, case):
    assert null_or_empty(answer(client, request_of(case))) == []


@every_case
def test_cards_keep_to_the_wire(client, case):
    cards = answer(client, request_of(case))["cards"]
    for card in cards:
        assert 0 < len(card["summary"]) < SUMMARY_BELOW
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", card["uuid"])
        assert card["source"]["label"]
        assert ("suggestions" in card) == ("selectionBehavior" in card)
        uuids = [suggestion["uuid"] for suggestion in card.get("suggestions", [])]
        assert len(set(uuids)) == len(uuids)
    assert len({card["uuid"] for card in cards}) == len(cards)
    rank = ["critical", "warning", "info"]
    assert [card["indicator"] for card in cards] == sorted((c["indicator"] for c in cards), key=rank.index)


@every_case
def test_suggested_resources_are_valid_and_about_this_patient(client, case):
    body = request_of(case)
    for card in answer(client, body)["cards"]:
        for action in (a for s in card.get("suggestions", []) for a in s["actions"]):
            if action["type"] == "delete":
                assert action["resourceId"] in references(body["context"]["draftOrders"])
                continue
            assert problem(action["resource"]) == ""
            about = action["resource"].get("subject") or action["resource"]["for"]
            assert about["reference"] == f"Patient/{body['context']['patientId']}"


@every_case
def test_same_call_same_cards(client, case):
    body = request_of(case)
    assert answer(client, body) == answer(client, body)


@every_case
def test_another_call_other_uuids(client, case):
    body = request_of(case)
    again = answer(client, body | {"hookInstance": "00000000-0000-4000-8000-000000000000"})["cards"]
    first = answer(client, body)["cards"]
    assert {card["uuid"] for card in first} & {card["uuid"] for card in again} == set()
    assert [card["summary"] for card in first] == [card["summary"] for card in again]


@every_case
@pytest.mark.parametrize("seed", [1, 2])
def test_order_and_repetition_of_resources_change_nothing(client, case, seed):
    body = request_of(case)
    shuffled, chance = copy.deepcopy(body), random.Random(seed)
    for bundle in shuffled["prefetch"].values():
        entries = bundle.get("entry", []) if isinstance(bundle, dict) else []
        entries += copy.deepcopy(chance.sample(entries, k=len(entries) // 2))
        chance.shuffle(entries)
    keys = list(shuffled["prefetch"])
    chance.shuffle(keys)
    shuffled["prefetch"] = {key: shuffled["prefetch"][key] for key in keys}
    assert answer(client, shuffled) == answer(client, body)


# The fixtures themselves


@every_case
def test_fixture_is_a_request_of_an_ehr(case):
    body = request_of(case)
    assert set(body) == {"hook", "hookInstance", "fhirServer", "extension", "context", "prefetch"}
    assert body["extension"]["tace-cds.as-of"]
    patient = body["prefetch"]["patient"]
    assert patient["id"] == body["context"]["patientId"]
    assert all(f"{patient['id']}-" in name for name in references(body["context"].get("draftOrders", {})))


@every_case
def test_resources_of_fixture_are_valid_but_those_broken_on_purpose(case):
    broken = {resource["id"] for resource in resources(request_of(case)) if problem(resource)}
    assert broken == UNREADABLE.get(case, set())


def test_ids_of_resources_are_unique_over_all_fixtures():
    """So that one FHIR server can hold them all."""
    names = [name for case in cases() for name in references(request_of(case))]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_fixture_has_an_expectation_a_response_and_a_line_in_the_readme():
    readme = (FIXTURES / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[([a-z0-9-]+)\]\(\1/request\.json\) \|", readme, re.MULTILINE)
    assert sorted(listed) == cases()
    assert sorted(EXPECTED) == cases()
    assert [case for case in cases() if not (FIXTURES / case / "response.json").is_file()] == []
    assert [case for case in cases() if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", case)] == []


@every_case
def test_readme_says_what_the_fixture_leads_to(case):
    readme = (FIXTURES / "README.md").read_text(encoding="utf-8")
    line = next(each for each in readme.splitlines() if each.startswith(f"| [{case}]"))
    _, _, hook, _, verdict, cards, _ = (cell.strip() for cell in line.split("|"))
    assert hook == request_of(case)["hook"]
    assert verdict == (", ".join(EXPECTED[case].verdicts) or "none")
    said = [f"{name} ({indicator})" for name, indicator in EXPECTED[case].cards.items()]
    assert sorted(cards.split(", ")) == (sorted(said) or ["none"])


def resources(value: Any) -> Iterator[Any]:
    """Every resource of a request, those inside Bundles."""
    if isinstance(value, dict):
        if "resourceType" in value and value["resourceType"] not in ("Bundle", "OperationOutcome"):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from resources(each)


def references(value: Any) -> list[str]:
    return [f"{resource['resourceType']}/{resource['id']}" for resource in resources(value)]


def problem(resource: Any) -> str:
    """What fhir.resources says against a resource; "" where it is valid FHIR R4."""
    kind = resource["resourceType"]
    try:
        getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind).model_validate(resource)
    except (ValueError, ModuleNotFoundError) as error:
        return str(error)
    return ""
