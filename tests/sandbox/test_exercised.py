"""Rule → the fixtures that exercise it."""

import pytest

from service.pages.rule_book import rule_book
from service.sandbox.exercised import _ELSEWHERE, exercised
from service.settings import Settings
from tests.golden import cases

UNSEEN = {  # met by no fixture yet: only their tests show them
    "Contraindications": {"hepatorenal_syndrome", "jaundice"},
    "not-recommended": {"hepatic_vein_or_caval_invasion", "bile_duct_tumor_thrombus"},
    "caution": {
        "active_infection", "biliary_obstruction", "bilioenteric_anastomosis", "creatinine_2_or_more", "dialysis",
        "encephalopathy_grade_1_or_controlled", "inr_beyond_puncture_limit", "over_half_replaced", "portal_flow_reduced",
        "selective_access_not_feasible", "systemic_therapy_comes_first", "tumor_10_cm_or_more",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return exercised(Settings(mode="sandbox"))


def test_verdicts_of_one_rule(found):
    assert "child-pugh-b8-lists-differ" in found["child_pugh_b8_or_worse"]["met"]
    assert "inr-missing-child-pugh-bounded" in found["child_pugh"]["bounded"]
    assert {name for names in found["child_pugh"].values() for name in names} <= set(cases())


def test_rules_that_are_no_finding_are_in_the_book(found):
    named = {rule.name for chapter in rule_book() for rule in chapter.rules}
    assert set(_ELSEWHERE) <= named
    assert set(_ELSEWHERE) <= set(found)


@pytest.mark.parametrize("title", ["Contraindications", "not-recommended", "caution"])
def test_every_deciding_rule_is_met_by_some_patient_or_stands_here(found, title):
    """What no fixture shows as met is named, so that it cannot be forgotten."""
    rules = [rule.name for chapter in rule_book() if title in chapter.title for rule in chapter.rules]
    unseen = {name for name in rules if not found.get(name, {}).get("met")}
    assert unseen <= UNSEEN[title]
