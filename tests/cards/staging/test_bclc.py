"""BCLC 2022: D before C before the tumor; every completion of missing values is a candidate."""

from itertools import product

import pytest

from cards.liver.child_pugh import child_pugh
from cards.staging.bclc import bclc, bclc_stage, tumor_stage
from cards.staging.burden import burden
from tests.cards.build import candidate, facts, state_of

CLASS = {"A": {}, "B": {"bilirubin": 2.5, "albumin": 3.0}, "C": {"bilirubin": 4.0, "albumin": 2.0, "inr": 3.0}}


def stage(sizes=(4.0, 2.0), **changes):
    state = state_of(candidate(sizes=sizes, nodule_count=len(sizes), **changes))
    return bclc(state, child_pugh(state), burden(state))


@pytest.mark.parametrize(
    ("count", "largest", "expected"),
    [
        pytest.param(1, 2.0, "0", id="one of 2.0 cm"),
        pytest.param(1, 2.1, "A", id="one of 2.1 cm"),
        pytest.param(1, 5.0, "A", id="one of 5.0 cm"),
        pytest.param(1, 5.1, "A", id="one above 5 cm is A in 2022"),
        pytest.param(1, 15.0, "A", id="one of any size"),
        pytest.param(2, 2.0, "A", id="two small ones are not very early"),
        pytest.param(3, 3.0, "A", id="three of 3.0 cm"),
        pytest.param(3, 3.1, "B", id="three, one above 3 cm"),
        pytest.param(2, 3.1, "B", id="two, one above 3 cm"),
        pytest.param(4, 1.0, "B", id="four"),
    ],
)
def test_stage_by_tumor(count, largest, expected):
    assert tumor_stage(count, largest) == expected


OLDER = "a single nodule above 5 cm is A in BCLC 2022; older practice (AASLD) calls it B"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"sizes": (5.1,)}, True, id="above 5 cm"),
        pytest.param({"sizes": (5.0,)}, False, id="5 cm"),
        pytest.param({"sizes": (5.1,), "ecog": 1}, True, id="C by ECOG"),
        pytest.param({"sizes": (5.1,), **CLASS["C"]}, False, id="D: no matter"),
        pytest.param({"sizes": (5.1, 1.0)}, False, id="two"),
    ],
)
def test_older_practice_is_said_of_a_single_large_nodule(changes, said):
    assert (OLDER in stage(**changes).remarks) is said


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        pytest.param({"ecog": 1}, "BCLC C by ECOG 1 alone; by tumor extent B", id="by tumor B"),
        pytest.param({"ecog": 1, "sizes": (), "nodule_count": None}, "BCLC C by ECOG 1 alone; by tumor extent 0, A or B",
                     id="by tumor open"),
    ],
)  # fmt: skip
def test_stage_by_performance_status_alone_is_said(changes, remark):
    state = state_of(candidate(**changes))
    assert remark in bclc(state, child_pugh(state), burden(state)).remarks


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        pytest.param({"ecog": None}, ("ecog",), id="ECOG"),
        pytest.param({"inr": None, "bilirubin": 2.5, "albumin": 3.0, "ascites_grade": "mild"}, ("inr",), id="B or C"),
        pytest.param({"inr": None, **{k: v for k, v in CLASS["C"].items() if k != "inr"}, "ascites_grade": "mild"}, (),
                     id="C whatever INR is"),
        pytest.param({"ecog": None, "inr": None, "bilirubin": 2.5, "albumin": 3.0}, ("ecog",),
                     id="B whatever INR is, ECOG not known"),
    ],
)  # fmt: skip
def test_what_would_settle_the_stage(changes, missing):
    assert stage(**changes).missing == missing


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, "B", id="preserved liver, ECOG 0"),
        pytest.param(CLASS["B"], "B", id="Child-Pugh B"),
        pytest.param(CLASS["C"], "D", id="Child-Pugh C"),
        pytest.param({"ecog": 1}, "C", id="ECOG 1 alone"),
        pytest.param({"ecog": 2}, "C", id="ECOG 2"),
        pytest.param({"ecog": 3}, "D", id="ECOG 3"),
        pytest.param({"ecog": 4}, "D", id="ECOG 4"),
        pytest.param({"portal_vein_invasion": "vp1"}, "C", id="segmental portal invasion"),
        pytest.param({"portal_vein_invasion": "vp4"}, "C", id="main portal invasion"),
        pytest.param({"hepatic_vein_invasion": True}, "C", id="hepatic vein invasion"),
        pytest.param({"extrahepatic_spread": True}, "C", id="spread"),
        pytest.param({**CLASS["C"], "extrahepatic_spread": True}, "D", id="D before C: Child-Pugh C and spread"),
        pytest.param({"ecog": 3, "portal_vein_invasion": "vp3"}, "D", id="D before C: ECOG 3 and invasion"),
    ],
)
def test_stage(changes, expected):
    assert (stage(**changes).candidates, stage(**changes).status) == ((expected,), "known")


@pytest.mark.parametrize(
    ("sizes", "changes", "expected"),
    [
        pytest.param((1.5,), {"bilirubin": 1.0, "albumin": 4.0, "inr": 1.1}, "0", id="E21 Radulator"),
        pytest.param((6.0,), {"bilirubin": 1.5, "albumin": 3.5, "inr": 1.3, "portal_vein_invasion": "vp4"}, "C",
                     id="E22 Radulator"),
        pytest.param((5.0,), {"bilirubin": 1.3, "albumin": 5.3, "inr": 1.1}, "A", id="A08 PMC3304613"),
    ],
)  # fmt: skip
def test_published_worked_case(sizes, changes, expected):
    assert stage(sizes, **changes).candidates == (expected,)


@pytest.mark.parametrize(
    ("sizes", "changes", "candidates", "missing"),
    [
        pytest.param((4.0, 2.0), {"ecog": None}, ("B", "C", "D"), ("ecog",), id="ECOG"),
        pytest.param((4.0, 2.0), {"ecog": (0, 91)}, ("B", "C", "D"), ("ecog",), id="ECOG too old"),
        pytest.param((4.0, 2.0), {"extrahepatic_spread": None}, ("B", "C"), ("extrahepatic_spread",), id="spread"),
        pytest.param((4.0, 2.0), {"portal_vein_invasion": None}, ("B", "C"), ("portal_vein_invasion",), id="invasion"),
        pytest.param((4.0, 2.0), {"portal_vein_invasion": None, "extrahepatic_spread": True}, ("C",), (),
                     id="invasion, with spread"),
        pytest.param((4.0, 2.0), {"bilirubin": None}, ("B",), (), id="bilirubin: A or B, either way stage B"),
        pytest.param((4.0, 2.0), {"bilirubin": None, "albumin": 2.0, "ascites_grade": "mild"}, ("B", "D"),
                     ("bilirubin",), id="bilirubin: B or C"),
        pytest.param((4.0, 2.0), {"ecog": 3, "bilirubin": None}, ("D",), (), id="nothing moves ECOG 3"),
    ],
)  # fmt: skip
def test_missing_value_leaves_the_stages_it_allows(sizes, changes, candidates, missing):
    found = stage(sizes, **changes)
    assert (found.candidates, found.missing) == (candidates, missing)


@pytest.mark.parametrize(
    ("sizes", "count", "candidates"),
    [
        pytest.param((), 1, ("0", "A"), id="one, not measured"),
        pytest.param((), 2, ("A", "B"), id="two, not measured"),
        pytest.param((), 4, ("B",), id="four, not measured"),
        pytest.param((2.0,), 2, ("A", "B"), id="two, one of 2 cm measured"),
        pytest.param((3.5,), 2, ("B",), id="two, one of 3.5 cm measured"),
        pytest.param((), None, ("0", "A", "B"), id="nothing of the nodules"),
    ],
)
def test_nodules_that_are_not_measured(sizes, count, candidates):
    state = state_of(candidate(sizes=sizes, nodule_count=count))
    assert bclc(state, child_pugh(state), burden(state)).candidates == candidates


@pytest.mark.parametrize(("sizes", "count"), [((4.0, 2.0), 2), ((), None)])
def test_a_stage_of_the_tumor_alone_says_that_the_liver_is_not_preserved(sizes, count):
    state = state_of(candidate(sizes=sizes, nodule_count=count, **CLASS["B"]))
    found = bclc(state, child_pugh(state), burden(state))
    assert f"{' or '.join(found.candidates)} by tumor, liver function not preserved" in found.because


def test_empty_patient_can_have_any_stage():
    state = state_of(facts())
    found = bclc(state, child_pugh(state), burden(state))
    assert (found.candidates, found.status, found.stage) == (("0", "A", "B", "C", "D"), "unknown", "")


OPEN = {
    "ecog": (0, 1, 3),
    "portal_vein_invasion": ("none", "vp2"),
    "extrahepatic_spread": (False, True),
    "bilirubin": (1.0, 2.5, 4.0),
}


@pytest.mark.parametrize("albumin", [4.2, 3.0, 2.0])
@pytest.mark.parametrize("ascites", ["none", "refractory"])
@pytest.mark.parametrize(
    "missing", [(n,) for n in OPEN] + [(a, b) for a in OPEN for b in OPEN if a < b] + [tuple(OPEN)]
)
def test_candidates_are_the_stages_of_all_completions(missing, albumin, ascites):
    rest = {"albumin": albumin, "ascites_grade": ascites}
    completed = {
        stage(**rest, **dict(zip(missing, values, strict=True))).stage
        for values in product(*(OPEN[name] for name in missing))
    }
    assert set(stage(**rest, **dict.fromkeys(missing)).candidates) == completed


@pytest.mark.parametrize(
    ("sizes", "changes", "words"),
    [
        pytest.param((5.1,), {}, "A in BCLC 2022; older practice (AASLD) calls it B", id="single above 5 cm"),
        pytest.param((4.0, 2.0), {"ecog": 1}, "BCLC C by ECOG 1 alone; by tumor extent B", id="C by ECOG alone"),
        pytest.param((4.0, 2.0), CLASS["B"], "liver function is not preserved", id="Child-Pugh B, never plain B"),
    ],
)
def test_disagreement_is_said(sizes, changes, words):
    assert any(words in remark for remark in stage(sizes, **changes).remarks)


@pytest.mark.parametrize(
    ("sizes", "changes"),
    [
        pytest.param((5.0,), {}, id="single of 5.0 cm"),
        pytest.param((4.0, 2.0), {}, id="plain B"),
        pytest.param((4.0, 2.0), {"ecog": 1, "extrahepatic_spread": True}, id="C not by ECOG alone"),
    ],
)
def test_nothing_is_remarked_without_disagreement(sizes, changes):
    assert stage(sizes, **changes).remarks == ()


def test_stage_is_never_milder_with_a_worse_liver_or_performance_status():
    order = "0AB"
    for cls, ecog, outside, tumor in product("ABC", range(5), (False, True), order):
        rank = "0ABCD".index
        worse = [bclc_stage(c, e, outside, tumor) for c in "ABC" if c >= cls for e in range(ecog, 5)]
        assert all(rank(w) >= rank(bclc_stage(cls, ecog, outside, tumor)) for w in worse)
