"""HAP and mHAP-II: every item at its edge, missing, and in the other unit; all inequalities strict."""

from itertools import product

import pytest

from cards.facts import NOT_TOLD
from cards.staging.burden import burden
from cards.staging.hap import hap, hap_class, mhap_ii
from tests.cards.build import facts, state_of

ZERO = {"albumin": 4.0, "bilirubin": 0.8, "afp": 10}


def scored(rule, sizes=(4.0,), **values):
    state = state_of(facts(sizes=list(sizes), nodule_count=len(sizes), **{**ZERO, **values}))
    return rule(state, burden(state))


@pytest.mark.parametrize(
    ("changed", "points"),
    [
        pytest.param({}, 0, id="none"),
        pytest.param({"albumin": 3.59}, 1, id="albumin below 36 g/L"),
        pytest.param({"albumin": 3.6}, 0, id="albumin at 36 g/L"),
        pytest.param({"bilirubin": "17.0 umol/L"}, 0, id="bilirubin at 17 µmol/L"),
        pytest.param({"bilirubin": "17.1 umol/L"}, 1, id="bilirubin above 17 µmol/L"),
        pytest.param({"bilirubin": 0.99}, 0, id="0.99 mg/dL is below 17 µmol/L"),
        pytest.param({"bilirubin": 1.0}, 1, id="1.0 mg/dL is above 17 µmol/L"),
        pytest.param({"afp": 400}, 0, id="AFP at 400"),
        pytest.param({"afp": 400.1}, 1, id="AFP above 400"),
        pytest.param({"afp": ">400"}, 1, id="AFP sent as above 400"),
        pytest.param({"sizes": (7.0,)}, 0, id="largest at 7 cm"),
        pytest.param({"sizes": (7.1,)}, 1, id="largest above 7 cm"),
        pytest.param({"albumin": 3.0, "bilirubin": 2.0, "afp": 900, "sizes": (8.0,)}, 4, id="all four"),
    ],
)
def test_hap_items(changed, points):
    score = scored(hap, **changed)
    assert (score.status, score.value) == ("known", points)


@pytest.mark.parametrize(("sizes", "points"), [((4.0,), 0), ((4.0, 1.0), 1), ((8.0, 1.0, 1.0), 2)])
def test_mhap_ii_counts_two_or_more_nodules(sizes, points):
    assert scored(mhap_ii, sizes).value == points


@pytest.mark.parametrize(
    ("bilirubin", "said"), [(0.9, False), (0.91, True), (0.99, True), (1.0, False), ("16.0 umol/L", True)]
)
def test_the_other_bilirubin_limit_is_said_where_it_differs(bilirubin, said):
    assert bool(scored(mhap_ii, bilirubin=bilirubin).notes) is said


@pytest.mark.parametrize("name", ["albumin", "bilirubin", "afp"])
def test_a_missing_item_leaves_a_range_that_every_completion_is_in(name):
    score = scored(hap, **{name: None})
    assert (score.status, score.low, score.high, score.missing) == ("bounded", 0, 1, (name,))


def test_every_completion_of_missing_items_is_within_the_bounds():
    mild, severe = {"albumin": 4.0, "bilirubin": 0.8, "afp": 10}, {"albumin": 3.0, "bilirubin": 2.0, "afp": 900}
    for left_out in product((True, False), repeat=3):
        names = [n for n, out in zip(mild, left_out, strict=True) if out]
        bounded = scored(hap, **dict.fromkeys(names))
        totals = {
            scored(hap, **{n: (severe if bad else mild)[n] for n, bad in zip(names, choice, strict=True)}).value
            for choice in product((True, False), repeat=len(names))
        }
        assert {min(totals), max(totals)} == {bounded.low, bounded.high}


def test_afp_in_units_is_never_converted():
    score = scored(hap, afp=None, afp_units=900)
    assert score.missing == ("afp",)


def test_nothing_known():
    state = state_of(facts())
    assert hap(state, burden(state)).status == "unknown"


def test_classes():
    assert [hap_class(n) for n in (0, 1, 2, 3, 4)] == ["A", "B", "C", "D", "D"]


@pytest.mark.parametrize(
    ("changed", "low", "high", "missing"),
    [
        pytest.param(
            {"sizes": (), "nodule_count": None}, 0, 2, ("nodule_size", "nodule_count"), id="nothing of the tumor"
        ),
        pytest.param({"sizes": (), "nodule_count": 1}, 0, 1, ("nodule_size",), id="one, no size"),
        pytest.param({"sizes": (8.0,), "nodule_count": None}, 1, 1, (), id="one measured in one study"),
        pytest.param(
            {"sizes": ((8.0, 10, NOT_TOLD),), "nodule_count": None}, 1, 2, ("nodule_count",), id="8 cm, one or more"
        ),
        pytest.param({"sizes": (">6.0",), "nodule_count": 1}, 0, 1, ("nodule_size",), id="a size given as a limit"),
    ],
)
def test_what_of_the_tumor_is_missing(changed, low, high, missing):
    state = state_of(facts(**{**ZERO, **changed}))
    score = mhap_ii(state, burden(state))
    assert (score.low, score.high, set(score.missing)) == (low, high, set(missing))


def test_the_other_limit_is_said_and_changes_nothing_else():
    state = state_of(facts(sizes=[4.0], nodule_count=1, **{**ZERO, "bilirubin": 0.95, "afp": None}))
    score = mhap_ii(state, burden(state))
    assert score.notes == ("by the abstract's bilirubin limit (above 0.9 mg/dL) one point more",)
    assert (score.name, score.low, score.high, score.missing) == ("mHapII", 0, 1, ("afp",))
    assert "Observation/bilirubin-0" in score.evidence
