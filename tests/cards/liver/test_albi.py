"""ALBI (johnson-2015) and modified ALBI (hiraoka-2017): limits compared unrounded."""

import math

import pytest

from cards.liver.albi import albi, albi_grade, albi_score, modified_albi_grade
from tests.cards.build import state


@pytest.mark.parametrize(
    ("score", "grade", "modified"),
    [
        pytest.param(-2.61, "1", "1", id="below -2.60"),
        pytest.param(-2.60, "1", "1", id="exactly -2.60"),
        pytest.param(-2.5999, "2", "2a", id="above -2.60, though it rounds to it"),
        pytest.param(-2.28, "2", "2a", id="below -2.27"),
        pytest.param(-2.27, "2", "2a", id="exactly -2.27"),
        pytest.param(-2.2699, "2", "2b", id="above -2.27, though it rounds to it"),
        pytest.param(-1.40, "2", "2b", id="below -1.39"),
        pytest.param(-1.39, "2", "2b", id="exactly -1.39"),
        pytest.param(-1.3899, "3", "3", id="above -1.39, though it rounds to it"),
    ],
)
def test_grades(score, grade, modified):
    assert (albi_grade(score), modified_albi_grade(score)) == (grade, modified)


@pytest.mark.parametrize(
    ("umol_l", "g_l", "score", "grade"),
    [
        pytest.param(10, 35, -2.315, "2", id="E05 actin"),
        pytest.param(10, 20, -1.04, "3", id="E06 actin"),
        pytest.param(15, 40, -2.62377, "1", id="E13 Radulator, whose printed score -2.872 is wrong"),
    ],
)
def test_published_worked_case(umol_l, g_l, score, grade):
    found = albi(state(bilirubin=f"{umol_l} umol/L", albumin=g_l / 10))
    assert found.score.value == pytest.approx(score, abs=1e-5)
    assert found.grades == (grade,)


def test_mass_unit_is_converted_before_the_logarithm():
    assert albi(state(bilirubin=1.0, albumin=4.0)).score.value == pytest.approx(albi_score(17.104, 40))


def test_logarithm_is_to_the_base_10():
    assert albi_score(100, 40) - albi_score(10, 40) == pytest.approx(0.66)
    assert math.isclose(albi_score(10, 40) - albi_score(10, 41), 0.085)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        pytest.param({"albumin": 4.0}, ("bilirubin",), id="bilirubin missing"),
        pytest.param({"bilirubin": 1.0}, ("albumin",), id="albumin missing"),
        pytest.param({}, ("bilirubin", "albumin"), id="both missing"),
        pytest.param({"bilirubin": (1.0, 91), "albumin": 4.0}, ("bilirubin",), id="bilirubin too old"),
        pytest.param({"bilirubin": 1.0, "albumin": (4.0, 91)}, ("albumin",), id="albumin too old"),
        pytest.param({"bilirubin": "<0.2", "albumin": 4.0}, ("bilirubin",), id="bilirubin only below a limit"),
        pytest.param({"bilirubin": 1.0, "albumin": ">4.0"}, ("albumin",), id="albumin only above a limit"),
    ],
)
def test_unknown_names_what_is_missing(values, missing):
    found = albi(state(**values))
    assert (found.score.status, found.score.missing) == ("unknown", missing)
    assert (found.grades, found.modified_grades) == ((), ())


def test_albumin_below_a_limit_bounds_the_score():
    found = albi(state(bilirubin=1.0, albumin="<3.0"))
    assert (found.score.status, found.grades) == ("bounded", ("2", "3"))
    assert found.modified_grades == ("2b", "3")


def test_both_ends_in_one_grade_decide_it():
    assert albi(state(bilirubin=3.0, albumin="<1.5")).grades == ("3",)


@pytest.mark.parametrize("umol_l", [0.5, 1.0, 0.6, 1.2, 56.9, 57.3])
def test_a_value_in_micromoles_is_taken_as_it_came(umol_l):
    """Not by way of mg/dL and back, which changes the last digit."""
    assert albi(state(bilirubin=f"{umol_l} umol/L", albumin=4.0)).score.value == albi_score(umol_l, 40)
