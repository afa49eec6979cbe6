"""A TACE order for a patient of whom little or nothing is recorded: what is missing is named, and nothing is claimed."""

import re
from typing import Any

import pytest

from tests.golden import answer, request_of
from tests.scenarios.test_fixtures import topic

NEEDED = {
    "tumor_type": "tumor-type",
    "bilirubin": "bilirubin",
    "albumin": "albumin",
    "inr": "inr",
    "ascites_grade": "ascites-grade",
    "encephalopathy_grade": "encephalopathy-grade",
    "ecog": "ecog",
    "extrahepatic_spread": "extrahepatic-spread",
    "portal_vein_invasion": "portal-vein-invasion",
    "nodule_count": "nodule-count",
    "nodule_size": "nodule-size",
}
CLAIMS = re.compile(r"\beligible\b|\bcandidate for\b|criteria met|\bcontraindicated:|not recommended:", re.I)


def nothing(**prefetch: Any) -> Any:
    body = request_of("nothing-recorded")
    return body | {"prefetch": prefetch or body["prefetch"]}


def null_for_all() -> Any:
    return nothing(**dict.fromkeys(request_of("nothing-recorded")["prefetch"]))


def empty_bundles() -> Any:
    empty = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    return nothing(**dict.fromkeys(request_of("nothing-recorded")["prefetch"], empty))


def eligibility(client: Any, body: Any) -> tuple[Any, Any]:
    """The eligibility part of the assessment, and its card."""
    response = client.post("/assess", json=body)
    assert response.status_code == 200, response.text
    card = next(card for card in answer(client, body)["cards"] if topic(card) == "eligibility")
    return response.get_json()["eligibility"], card


@pytest.mark.parametrize("body", [nothing(), null_for_all(), empty_bundles()], ids=["patient", "null", "empty bundles"])
def test_what_is_missing_is_named_and_nothing_is_claimed(client, body):
    found, card = eligibility(client, body)
    assert found["verdict"] == "indeterminate"
    assert set(found["missing"]) == set(NEEDED)
    assert [f["rule"] for f in found["findings"] if f["verdict"] == "met"] == []
    assert card["indicator"] == "warning"
    for word in ("cannot be assessed", "tumor type", "bilirubin", "albumin", "INR", "ascites", "encephalopathy", "ECOG",
                 "tumor extent", "not documented"):  # fmt: skip
        assert word in card["summary"]
    assert CLAIMS.search(card["summary"] + card["detail"]) is None


def test_each_missing_item_is_a_question_with_its_answers(client):
    _, card = eligibility(client, nothing())
    questions = {question["linkId"]: question for question in card["extension"]["tace-cds.questions"]}
    assert set(questions) == set(NEEDED.values())
    assert questions["ascites-grade"]["answers"] == ["none", "mild", "moderate-severe", "refractory"]
    assert questions["portal-vein-invasion"]["answers"] == ["none", "vp1", "vp2", "vp3", "vp4"]
    assert questions["extrahepatic-spread"]["answers"] == [True, False]
    assert questions["encephalopathy-grade"]["answers"] == [0, 1, 2, 3, 4]
    assert questions["bilirubin"]["unit"] == "mg/dL"
    for question in questions.values():
        assert question["text"]
        assert "answers" in question or question["type"] in ("quantity", "integer")
        assert question["text"].split(",")[0] in card["detail"]


def test_missing_laboratory_values_can_be_ordered(client):
    _, card = eligibility(client, nothing())
    actions = [action for suggestion in card["suggestions"] for action in suggestion["actions"]]
    ordered = {action["resource"]["code"].get("text") for action in actions if action["type"] == "create"}
    assert {"total bilirubin", "albumin", "INR"} <= ordered


def test_prior_authorization_counts_what_is_there(client):
    cards = answer(client, nothing())["cards"]
    payer = next(card for card in cards if topic(card) == "prior-authorization")
    assert payer["indicator"] == "info"
    assert "1 of 8" in payer["summary"]


# A complete record without one fact

ONE_FACT = {
    "tumor_type": "hcc",
    "bilirubin": "bilirubin",
    "albumin": "albumin",
    "inr": "inr",
    "ascites_grade": "ascites-grade",
    "encephalopathy_grade": "encephalopathy-grade",
    "ecog": "ecog",
    "extrahepatic_spread": "extrahepatic-spread",
    "portal_vein_invasion": "portal-vein-invasion",
    "nodule_size": "size",
}


def complete_but(identifier: str) -> Any:
    body = request_of("first-tace-bclc-b-entry-criteria-met")
    for bundle in body["prefetch"].values():
        if "entry" in bundle:
            bundle["entry"] = [e for e in bundle["entry"] if not is_called(e["resource"]["id"], f"alder-{identifier}")]
    return body


def is_called(identifier: str, name: str) -> bool:
    """The resource itself, or the second of its kind."""
    return re.fullmatch(rf"{name}(-\d+)?", identifier) is not None


@pytest.mark.parametrize("fact", list(ONE_FACT))
def test_one_missing_fact_is_the_one_that_is_asked_for(client, fact):
    found, card = eligibility(client, complete_but(ONE_FACT[fact]))
    assert found["verdict"] == "indeterminate"
    assert found["missing"] == [fact]
    assert [question["linkId"] for question in card["extension"]["tace-cds.questions"]] == [NEEDED[fact]]
    assert CLAIMS.search(card["summary"]) is None


def test_number_of_nodules_is_counted_where_each_is_measured(client):
    """Distinct lesions measured in one imaging study."""
    found, _ = eligibility(client, complete_but("nodule-count"))
    assert found["verdict"] == "candidate"
