"""Treatment histories through HTTP: the order and repetition of resources, other patients, several orders in one request."""

import copy
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.golden import answer, request_of
from tests.scenarios.expected import DEFINITIONS
from tests.scenarios.test_fixtures import assessed, topic

JSH = "third-tace-segment-8-jsh-refractory"
STRANGER = "bridge-to-transplant-stable-after-two-sessions"


def definitions(client: Any, body: Any) -> list[Any]:
    return [each["refractoriness"]["definitions"] for each in assessed(client, body)]


def entries(body: Any) -> list[Any]:
    return [e for bundle in body["prefetch"].values() if isinstance(bundle, dict) for e in bundle.get("entry", [])]


@pytest.mark.parametrize("case", list(DEFINITIONS))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_order_repetition_and_other_patients_never_change_a_definition(client, case, seed):
    body, chance = request_of(case), random.Random(seed)
    mixed = copy.deepcopy(body)
    strangers = [e for e in entries(request_of(STRANGER if case != STRANGER else JSH))
                 if e["resource"]["resourceType"] in ("Procedure", "Observation", "Condition")]  # fmt: skip
    for bundle in mixed["prefetch"].values():
        if isinstance(bundle, dict) and bundle.get("entry"):
            added = [*chance.sample(bundle["entry"], k=len(bundle["entry"]) // 2), *chance.sample(strangers, k=5)]
            bundle["entry"] += copy.deepcopy(added)
            chance.shuffle(bundle["entry"])
    assert definitions(client, mixed) == definitions(client, body)


def with_second_order(segment: str, code: str) -> Any:
    """The request with a second TACE order, of another lesion."""
    body = copy.deepcopy(request_of(JSH))
    orders = body["context"]["draftOrders"]["entry"]
    other = copy.deepcopy(orders[0])
    other["resource"]["id"] = "oak-order-2"
    other["resource"]["bodySite"] = [
        {"coding": [{"system": "http://snomed.info/sct", "code": code}], "text": f"segment {segment} of liver"}
    ]
    orders.append(other)
    return body


TWO = with_second_order("2", "277957005")
NAMES = {"ServiceRequest/oak-order", "ServiceRequest/oak-order-2"}


def test_two_orders_are_each_judged(client):
    first, second = assessed(client, TWO)
    assert {first["order"], second["order"]} == NAMES
    assert first["refractoriness"]["orderedLesions"] == ["segment-8"]
    assert first["eligibility"]["verdict"] == "not-recommended"
    assert second["refractoriness"].get("orderedLesions", []) == []
    assert second["eligibility"]["verdict"] == "caution"


def test_each_card_names_its_order(client):
    cards = answer(client, TWO)["cards"]
    named = {}
    for card in cards:
        first_line = card["detail"].split("\n")[0].replace("\\", "")
        assert first_line.startswith("**Order:** ServiceRequest/oak-order")
        named.setdefault(topic(card), set()).update(first_line.removeprefix("**Order:** ").split(", "))
    assert {"eligibility", "refractoriness"} <= set(named)
    assert all(orders == NAMES for orders in named.values()), named


def test_the_refractory_lesion_warns_for_its_own_order_alone(client):
    cards = [card for card in answer(client, TWO)["cards"] if topic(card) == "refractoriness"]
    said = {card["detail"].split("\n")[0].removeprefix("**Order:** "): card for card in cards}
    assert said["ServiceRequest/oak-order"]["indicator"] == "warning"
    assert said["ServiceRequest/oak-order-2"]["indicator"] == "info"
    assert "which no recorded session treated" in said["ServiceRequest/oak-order-2"]["detail"]


def test_two_equal_orders_share_their_cards_and_both_are_named(client):
    cards = answer(client, with_second_order("8", "277962002"))["cards"]
    clinical = [card for card in cards if topic(card) != "prior-authorization"]
    assert len({topic(card) for card in clinical}) == len(clinical)
    named = [set(card["detail"].split("\n")[0].removeprefix("**Order:** ").split(", ")) for card in clinical]
    assert named == [NAMES] * len(clinical)
