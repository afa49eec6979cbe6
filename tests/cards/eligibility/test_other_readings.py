"""Other tables and lists that read the same values otherwise: said where it changes something, and only there."""

import pytest

from cards.eligibility.other_readings import OTHER_READINGS
from cards.eligibility.verdict import eligibility
from tests.cards.build import EMPTY, candidate, case

B8 = {"bilirubin": 2.5, "albumin": 3.0, "inr": 1.8}


def said(**changes):
    this = case(candidate(**changes))
    return [words for rule in OTHER_READINGS if (words := rule(this))]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(B8, "by the bilirubin limits for these: Child-Pugh 7", id="8, by these limits 7"),
        pytest.param({**B8, "ascites_grade": "mild"}, "", id="9, by these limits 8"),
        pytest.param({**B8, "inr": 1.0}, "", id="7 already"),
        pytest.param({**B8, "bilirubin": None}, "", id="bilirubin missing"),
        pytest.param({**B8, "bilirubin": (2.5, 91)}, "", id="bilirubin too old"),
    ],
)
def test_limits_for_pbc_and_psc(changes, words):
    found = [each for each in said(**changes) if "PBC" in each]
    assert found[0].endswith(words) if words else found == []


@pytest.mark.parametrize(
    ("albumin", "tumor", "expected"),
    [
        pytest.param(3.7, "hcc", True, id="2a"),
        pytest.param(4.2, "hcc", False, id="1"),
        pytest.param(3.5, "hcc", False, id="2b: both lists agree"),
        pytest.param(None, "hcc", False, id="not known"),
        pytest.param(3.7, "icc", False, id="not HCC"),
    ],
)
def test_modified_albi_2a(albumin, tumor, expected):
    assert any("APASL 2020" in each for each in said(albumin=albumin, tumor=tumor)) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"inr": 1.7, "anticoagulated": True}, True, id="two points, anticoagulated"),
        pytest.param({"inr": 1.69, "anticoagulated": True}, False, id="one point"),
        pytest.param({"inr": "<2.0", "anticoagulated": True}, False, id="one point or two"),
        pytest.param({"inr": 1.7, "anticoagulated": False}, False, id="stated as not anticoagulated"),
        pytest.param({"inr": 1.7}, False, id="not stated"),
        pytest.param({"inr": None, "anticoagulated": True}, False, id="INR missing"),
        pytest.param({"inr": (1.7, 91), "anticoagulated": True}, False, id="INR too old"),
    ],
)
def test_inr_under_anticoagulation(changes, expected):
    assert any("under anticoagulation" in each for each in said(**changes)) is expected


def test_remarks_stand_beside_the_verdict_and_do_not_change_it():
    found = eligibility(case(candidate(**B8)))
    assert found.verdict == "contraindicated"
    assert any("PBC or PSC" in remark for remark in found.remarks)


def test_nothing_is_said_of_an_empty_record():
    assert [rule(case(EMPTY)) for rule in OTHER_READINGS] == ["", "", ""]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, True),
        ({"albumin": 3.0, "bilirubin": 2.5}, False),
        ({"bilirubin": None}, False),
        ({"inr": (1.0, 91)}, False),
    ],
)
def test_subgroup_of_b_is_named_where_liver_function_is_kept(changes, named):
    assert any("BCLC B2 features" in remark for remark in eligibility(case(candidate(**changes))).remarks) is named
