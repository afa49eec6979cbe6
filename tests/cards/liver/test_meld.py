"""MELD, MELD-Na (OPTN 2016) and MELD 3.0 (kim-2021): floors, caps, the sodium term, dialysis, bounds."""

from itertools import product
from math import floor, log

import pytest

from cards.liver.meld import (
    NO_DIALYSIS_ASSUMED,
    meld,
    meld3,
    meld3_score,
    meld_na,
    meld_na_score,
    meld_score,
    meld_unrounded,
)
from tests.cards.build import state

LABS = {"bilirubin": 2.0, "inr": 1.5, "creatinine": 1.5, "sodium": 130.0, "albumin": 3.0}
WORKED = {
    "E01": {"bilirubin": "54 umol/L", "inr": 2.0, "creatinine": "170 umol/L"},
    "E02": {"bilirubin": 2.0, "inr": 1.8, "creatinine": 2.0, "sodium": 131.0},
    "E03": {"bilirubin": 4.2, "inr": 1.2, "creatinine": 1.9},
    "A02": {"bilirubin": 11.5, "inr": 1.95, "creatinine": 2.45},
}


def test_unrounded_meld_of_transplantr():
    assert meld_unrounded(54 / 17.104, 2.0, 170 / 88.4) == pytest.approx(24.798, abs=0.01)


@pytest.mark.parametrize(
    ("case", "score"),
    [
        pytest.param("E01", 25, id="E01 transplantr, unrounded 24.798"),
        pytest.param("E03", 20, id="E03 ameld, unrounded 20.039"),
        pytest.param("A02", 32, id="A02 PMC8383533, whose authors print 31"),
    ],
)
def test_published_meld(case, score):
    assert (meld(state(**WORKED[case])).value, meld(state(**WORKED[case])).status) == (score, "known")


def test_published_meld_na_by_the_formula_of_optn_and_not_of_kim_2008():
    assert meld_na(state(**WORKED["E02"])).value == 26


@pytest.mark.parametrize(
    ("labs", "same_as"),
    [
        pytest.param((0.5, 1.0, 1.0), (1.0, 1.0, 1.0), id="bilirubin below 1"),
        pytest.param((1.0, 0.8, 1.0), (1.0, 1.0, 1.0), id="INR below 1"),
        pytest.param((1.0, 1.0, 0.6), (1.0, 1.0, 1.0), id="creatinine below 1"),
        pytest.param((1.0, 1.0, 9.0), (1.0, 1.0, 4.0), id="creatinine above 4"),
    ],
)
def test_floors_and_cap(labs, same_as):
    assert meld_unrounded(*labs) == meld_unrounded(*same_as)


def test_creatinine_just_below_its_cap_counts():
    assert meld_unrounded(1, 1, 3.9) < meld_unrounded(1, 1, 4.0)


@pytest.mark.parametrize(("labs", "score"), [((1.0, 1.0, 1.0), 6), ((30.0, 6.0, 4.0), 40)], ids=["lowest", "highest"])
def test_ends_of_the_range(labs, score):
    assert meld_score(*labs) == score


@pytest.mark.parametrize(
    ("plain", "sodium", "score"),
    [
        pytest.param(11, 125.0, 11, id="MELD 11: no sodium term"),
        pytest.param(12, 125.0, 23, id="MELD 12: with sodium term"),
        pytest.param(12, 137.0, 12, id="sodium at its upper limit"),
        pytest.param(12, 145.0, 12, id="sodium above its upper limit"),
        pytest.param(12, 120.0, 23, id="sodium below its lower limit"),
        pytest.param(40, 125.0, 40, id="never above 40"),
    ],
)
def test_sodium_term(plain, sodium, score):
    assert meld_na_score(plain, sodium) == score


def test_sodium_is_not_needed_while_meld_is_at_most_11():
    found = meld_na(state(bilirubin=1.0, inr=1.0, creatinine=1.0))
    assert (found.value, found.missing) == (6, ())


def test_missing_sodium_bounds_meld_na():
    found = meld_na(state(bilirubin=4.2, inr=1.2, creatinine=1.9))
    assert (found.low, found.high, found.missing) == (20, meld_na_score(20, 125), ("sodium",))


@pytest.mark.parametrize(
    ("changed", "same_as"),
    [
        pytest.param({"creatinine_mg_dl": 4.0}, {"creatinine_mg_dl": 3.0}, id="creatinine capped at 3, not 4"),
        pytest.param({"creatinine_mg_dl": 0.5}, {"creatinine_mg_dl": 1.0}, id="creatinine at least 1"),
        pytest.param({"albumin_g_dl": 4.5}, {"albumin_g_dl": 3.5}, id="albumin at most 3.5"),
        pytest.param({"albumin_g_dl": 1.0}, {"albumin_g_dl": 1.5}, id="albumin at least 1.5"),
        pytest.param({"sodium_mmol_l": 142.0}, {"sodium_mmol_l": 137.0}, id="sodium at most 137"),
        pytest.param({"sodium_mmol_l": 118.0}, {"sodium_mmol_l": 125.0}, id="sodium at least 125"),
        pytest.param({"bilirubin_mg_dl": 0.4}, {"bilirubin_mg_dl": 1.0}, id="bilirubin at least 1"),
        pytest.param({"inr": 0.9}, {"inr": 1.0}, id="INR at least 1"),
    ],
)
def test_meld_3_limits(changed, same_as):
    base = {"bilirubin_mg_dl": 6.0, "inr": 1.9, "creatinine_mg_dl": 2.0, "sodium_mmol_l": 130.0, "albumin_g_dl": 2.5,
            "female": False}  # fmt: skip
    assert meld3_score(**{**base, **changed}) == meld3_score(**{**base, **same_as})


def test_meld_3_by_its_formula():
    # 4.56 ln 2 + 0.82·7 − 0.24·7·ln 2 + 9.09 ln 1.5 + 11.14 ln 1.5 + 1.85·0.5 − 1.83·0.5·ln 1.5 + 6 = 22.49
    labs = (LABS["bilirubin"], LABS["inr"], LABS["creatinine"], LABS["sodium"], LABS["albumin"])
    assert (meld3_score(*labs, False), meld3_score(*labs, True)) == (22, 24)


def test_meld_3_agrees_with_the_published_formula_over_its_range():
    """Kim 2021 as CLINICAL 1.3 prints it, written here a second time."""
    grid = product(
        (1.0, 2.3, 8.9), (1.0, 1.6, 3.1), (1.0, 1.7, 3.0, 9.0), (125.0, 130.0, 137.0), (1.5, 2.4, 3.5), (0, 1)
    )
    for bili, inr, cr, na, alb, female in grid:
        ln_bili, ln_cr = log(bili), log(min(cr, 3.0))
        score = 1.33 * female + 4.56 * ln_bili + 0.82 * (137 - na) - 0.24 * (137 - na) * ln_bili + 9.09 * log(inr)
        score += 11.14 * ln_cr + 1.85 * (3.5 - alb) - 1.83 * (3.5 - alb) * ln_cr + 6
        assert meld3_score(bili, inr, cr, na, alb, bool(female)) == min(max(floor(score + 0.5), 6), 40)


@pytest.mark.parametrize(("sex", "low", "high", "missing"), [("male", 22, 22, ()), ("female", 24, 24, ()),
                                                            ("", 22, 24, ("sex",))])  # fmt: skip
def test_sex_not_recorded_leaves_both_readings_of_meld_3(sex, low, high, missing):
    found = meld3(state(**LABS), sex)
    assert (found.low, found.high, found.missing) == (low, high, missing)


SCORES = {"MELD": meld, "MELD-Na": meld_na, "MELD 3.0": lambda found: meld3(found, "male")}
NEEDED = {
    "MELD": ("bilirubin", "inr", "creatinine"),
    "MELD-Na": ("bilirubin", "inr", "creatinine", "sodium"),
    "MELD 3.0": tuple(LABS),
}
COMPLETIONS = {
    "bilirubin": (0.3, 1.0, 5.0, 80.0, 1e40),  # no upper limit is assumed
    "inr": (0.8, 1.0, 2.0, 30.0),
    "creatinine": (0.3, 1.0, 2.0, 3.5, 30.0),
    "sodium": (100.0, 125.0, 131.0, 137.0, 170.0),
    "albumin": (0.6, 1.5, 2.5, 3.5, 6.0),
}


@pytest.mark.parametrize(("score", "missing"), [(s, m) for s, names in NEEDED.items() for m in names])
def test_every_completion_lies_within_the_bounds(score, missing):
    rest = {name: what for name, what in LABS.items() if name != missing}
    found = SCORES[score](state(**rest))
    completed = [SCORES[score](state(**rest, **{missing: what})).value for what in COMPLETIONS[missing]]
    assert found.missing == (missing,)
    assert (min(completed), max(completed)) == (found.low, found.high)


@pytest.mark.parametrize("score", SCORES)
def test_nothing_known_is_unknown(score):
    found = SCORES[score](state())
    assert (found.low, found.status) == (None, "unknown")
    assert set(found.missing) == set(NEEDED[score])


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        pytest.param("MELD", meld_score(2.0, 1.5, 4.0), id="MELD: creatinine 4"),
        pytest.param("MELD 3.0", meld3_score(2.0, 1.5, 3.0, 130.0, 3.0, False), id="MELD 3.0: creatinine 3"),
    ],
)
@pytest.mark.parametrize("creatinine", [None, 0.9, 8.0])
def test_dialysis_stands_for_the_highest_creatinine(score, expected, creatinine):
    found = SCORES[score](state(**{**LABS, "creatinine": creatinine, "dialysis_twice_weekly": True}))
    assert (found.value, found.missing, found.notes) == (expected, (), ())


def test_no_dialysis_leaves_creatinine_missing():
    found = meld(state(bilirubin=2.0, inr=1.5, dialysis_twice_weekly=False))
    assert (found.missing, found.status) == (("creatinine",), "bounded")


@pytest.mark.parametrize("score", SCORES)
def test_dialysis_not_stated_is_said(score):
    assert SCORES[score](state(**LABS)).notes == (NO_DIALYSIS_ASSUMED,)
    assert SCORES[score](state(**LABS, dialysis_twice_weekly=False)).notes == ()


def test_comparator_bounds_the_score():
    found = meld(state(bilirubin="<3.0", inr=1.5, creatinine=1.5))
    assert (found.low, found.high, found.missing) == (meld_score(1, 1.5, 1.5), meld_score(3, 1.5, 1.5), ("bilirubin",))
