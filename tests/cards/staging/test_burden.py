"""Number and size of nodules, and the size-and-number rules, each at its edge."""

from itertools import product

import pytest

from cards.assessment_json import as_json as assessment_json
from cards.facts import NOT_TOLD
from cards.staging.burden import (
    burden,
    milan,
    six_and_twelve,
    source_000_downstaging,
    ucsf,
    unos_downstaging,
    up_to_seven,
)
from cards.verdict import Verdict
from tests.cards.build import case, facts, session, state_of

IN, OUT, OPEN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
CONFINED = {"portal_vein_invasion": "none", "extrahepatic_spread": False}
NA = "not-applicable (within Milan)"


def judged(rule, sizes, count=None, **values):
    """A rule on nodules of these sizes; the count is that of the sizes unless another is stated."""
    state = state_of(facts(sizes=sizes, nodule_count=len(sizes) if count is None else count, **{**CONFINED, **values}))
    return rule(burden(state), state)


def nodules(sizes, **values):
    return burden(state_of(facts(sizes=sizes, **values)))


# Number and size


@pytest.mark.parametrize(
    ("sizes", "stated", "count", "largest", "missing"),
    [
        pytest.param([3.0, 2.0], 2, (2, 2), (3.0, 3.0), (), id="all measured"),
        pytest.param([3.0, 2.0], None, (2, 2), (3.0, 3.0), (), id="counted from one study"),
        pytest.param([(3.0, 10), (2.0, 40)], None, (2, None), (3.0, None), ("nodule_count", "nodule_size"),
                     id="two studies: not a count"),
        pytest.param([3.0], 3, (3, 3), (3.0, None), ("nodule_size",), id="more stated than measured"),
        pytest.param([3.0, 2.0, 1.0], 2, (3, 3), (3.0, 3.0), (), id="more measured than stated"),
        pytest.param([], 2, (2, 2), (0.0, None), ("nodule_size",), id="none measured"),
        pytest.param([3.0], None, (1, 1), (3.0, 3.0), (), id="one lesion in one study"),
        pytest.param([(3.0, 10, NOT_TOLD)], None, (1, None), (3.0, None), ("nodule_count", "nodule_size"),
                     id="lesion not told"),
        pytest.param([(3.0, 10, NOT_TOLD), (2.0, 10, NOT_TOLD)], 2, (2, 2), (3.0, 3.0), (),
                     id="lesions not told apart, as many as stated"),
        pytest.param([], None, (0, None), (0.0, None), ("nodule_count", "nodule_size"), id="nothing documented"),
        pytest.param([3.0], 0, (0, None), (3.0, None), ("nodule_count", "nodule_size"), id="none stated, one measured"),
        pytest.param([(3.0, 121)], 1, (1, 1), (0.0, None), ("nodule_size",), id="size too old"),
        pytest.param([(3.0, 120)], 1, (1, 1), (3.0, 3.0), (), id="size on the last day of the window"),
        pytest.param([3.0], (1, 121), (1, 1), (3.0, 3.0), (), id="count too old: that of the study"),
        pytest.param([(2.0, 10, "segment-8"), (5.0, 60, "segment-8")], 1, (1, 1), (2.0, 2.0), (),
                     id="one lesion measured twice: the later"),
    ],
)  # fmt: skip
def test_number_and_size(sizes, stated, count, largest, missing):
    found = nodules(sizes, nodule_count=stated)
    inf = float("inf")
    assert found.count == (count[0], inf if count[1] is None else count[1])
    assert found.largest == (largest[0], inf if largest[1] is None else largest[1])
    assert found.missing == missing


@pytest.mark.parametrize(
    ("sizes", "stated", "note"),
    [
        pytest.param([3.0, 2.0], 2, None, id="as many measured as stated"),
        pytest.param([3.0, 2.0], 1, "1 nodules stated, 2 measured", id="more measured than stated"),
        pytest.param([3.0, 2.0], None, "2 counted from the lesions measured in one study", id="counted"),
        pytest.param([], 0, "0 nodules stated", id="none stated"),
    ],
)
def test_what_the_number_stands_on_is_said(sizes, stated, note):
    found = nodules(sizes, nodule_count=stated).notes
    assert found == () if note is None else any(each.startswith(note) for each in found)


def test_largest_is_first_and_total_is_the_sum():
    found = nodules([1.5, 3.0], nodule_count=2)
    assert (found.sizes, found.total) == ((3.0, 1.5), (4.5, 4.5))


@pytest.mark.parametrize("stated", [None, 0])
def test_what_stands_before_the_last_session_is_no_burden_of_today(stated):
    patient = facts(sizes=[(3.0, 40)], nodule_count=None if stated is None else (1, 40), sessions=[session(30)])
    assert burden(state_of(patient)).count.low == 0


# Rules


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([4.9], IN, id="one below 5 cm"),
        pytest.param([5.0], IN, id="one of 5.0 cm"),
        pytest.param([5.01], OUT, id="one above 5 cm"),
        pytest.param([3.0, 3.0, 3.0], IN, id="three of 3.0 cm"),
        pytest.param([3.01, 1.0, 1.0], OUT, id="three, one above 3 cm"),
        pytest.param([3.1, 1.0], OUT, id="two, one above 3 cm"),
        pytest.param([1.0, 1.0, 1.0, 1.0], OUT, id="four"),
        pytest.param([2.5, 2.0], IN, id="E23 Radulator"),
        pytest.param([6.0], OUT, id="E24 Radulator"),
    ],
)
def test_milan(sizes, expected):
    assert judged(milan, sizes) is expected


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([6.5], IN, id="one of 6.5 cm"),
        pytest.param([6.51], OUT, id="one above 6.5 cm"),
        pytest.param([4.5, 3.5], IN, id="largest 4.5 cm, total 8.0 cm"),
        pytest.param([4.51, 1.0], OUT, id="two, largest above 4.5 cm"),
        pytest.param([4.5, 3.51], OUT, id="total above 8 cm"),
        pytest.param([4.1, 2.2, 1.7], IN, id="total 8.0 cm in binary fractions"),
        pytest.param([2.0, 2.0, 2.0], IN, id="three"),
        pytest.param([1.0, 1.0, 1.0, 1.0], OUT, id="four"),
        pytest.param([2.5, 2.0], IN, id="E23 Radulator"),
        pytest.param([6.0], IN, id="E24 Radulator"),
    ],
)
def test_ucsf(sizes, expected):
    assert judged(ucsf, sizes) is expected


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([5.0, 1.0], IN, id="5 cm and two: 7.0"),
        pytest.param([5.01, 1.0], OUT, id="5.01 cm and two: 7.01"),
        pytest.param([6.0], IN, id="6 cm and one: 7.0"),
        pytest.param([6.1], OUT, id="6.1 cm and one"),
        pytest.param([3.0, 3.0, 3.0, 3.0], IN, id="3 cm and four: 7.0"),
        pytest.param([1.1] * 6, OUT, id="1.1 cm and six: 7.1"),
    ],
)
def test_up_to_seven(sizes, expected):
    assert judged(up_to_seven, sizes) is expected


@pytest.mark.parametrize(
    ("sizes", "count", "expected"),
    [
        pytest.param([4.0, 1.0], None, "1", id="sum 6.0"),
        pytest.param([4.1, 1.0], None, "2", id="sum 6.1"),
        pytest.param([11.0], None, "2", id="sum 12.0"),
        pytest.param([11.1], None, "3", id="sum 12.1"),
        pytest.param([11.0], 2, "3", id="decided by what is measured"),
        pytest.param([4.0], 2, "unknown", id="left open by what is not measured"),
    ],
)
def test_six_and_twelve(sizes, count, expected):
    assert judged(lambda b, _: six_and_twelve(b), sizes, count) == expected


@pytest.mark.parametrize("rule", [milan, ucsf, up_to_seven], ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("invasion", ["vp1", "vp2", "vp3", "vp4"])
def test_any_portal_invasion_is_outside(rule, invasion):
    assert judged(rule, [2.0], portal_vein_invasion=invasion) is OUT


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"hepatic_vein_invasion": True}, (OUT, OUT, OUT), id="hepatic vein invasion"),
        pytest.param({"hepatic_vein_invasion": False}, (IN, IN, IN), id="no hepatic vein invasion"),
        pytest.param({"extrahepatic_spread": True}, (OUT, OUT, IN), id="spread, of which up-to-seven does not speak"),
        pytest.param({"portal_vein_invasion": None}, (OPEN, OPEN, OPEN), id="portal vein not documented"),
        pytest.param({"extrahepatic_spread": None}, (OPEN, OPEN, IN), id="spread not documented"),
        pytest.param({"portal_vein_invasion": ("none", 121)}, (OPEN, OPEN, OPEN), id="portal vein too old"),
    ],
)
def test_invasion_and_spread(values, expected):
    assert tuple(judged(rule, [2.0], **values) for rule in (milan, ucsf, up_to_seven)) == expected


@pytest.mark.parametrize(
    ("rule", "sizes", "count", "expected"),
    [
        pytest.param(milan, [3.5], 2, OUT, id="Milan: two, one above 3 cm"),
        pytest.param(milan, [2.0], 2, OPEN, id="Milan: two, the other not measured"),
        pytest.param(milan, [2.0], 4, OUT, id="Milan: four"),
        pytest.param(milan, [(2.0, 10, NOT_TOLD)], 1, IN, id="Milan: one, lesion not told"),
        pytest.param(ucsf, [4.4, 4.4], 3, OUT, id="UCSF: two of three already above 8 cm"),
        pytest.param(ucsf, [4.4], 2, OPEN, id="UCSF: two, the other not measured"),
        pytest.param(up_to_seven, [5.5], 2, OUT, id="up-to-seven: 5.5 cm and two"),
        pytest.param(up_to_seven, [4.5], 2, OPEN, id="up-to-seven: 4.5 cm and two, the other not measured"),
        pytest.param(up_to_seven, [], 8, OUT, id="up-to-seven: eight, none measured"),
        pytest.param(up_to_seven, [], 1, OPEN, id="up-to-seven: one, not measured"),
    ],
)
def test_measured_nodules_decide_what_they_can(rule, sizes, count, expected):
    assert judged(rule, sizes, count) is expected


@pytest.mark.parametrize("rule", [milan, ucsf, up_to_seven], ids=lambda rule: rule.__name__)
def test_nothing_documented_is_open(rule):
    state = state_of(facts())
    assert rule(burden(state), state) is OPEN


@pytest.mark.parametrize(
    ("sizes", "count"), [([2.0], 2), ([4.0], 2), ([4.0], 3), ([6.0], 2), ([], 1), ([], 2), ([3.0, 3.0], 3)]
)
@pytest.mark.parametrize("rule", [milan, ucsf, up_to_seven], ids=lambda rule: rule.__name__)
def test_open_exactly_where_completions_disagree(rule, sizes, count):
    open_sizes = product((0.5, 2.0, 3.0, 3.5, 4.5, 5.5, 12.0), repeat=count - len(sizes))
    results = {judged(rule, [*sizes, *rest]) for rest in open_sizes}
    assert judged(rule, sizes, count) is (results.pop() if len(results) == 1 else OPEN)


# Downstaging: as published, and as source 000 prints it


@pytest.mark.parametrize(
    ("sizes", "published", "printed"),
    [
        pytest.param([4.9], NA, NA, id="one of 4.9 cm"),
        pytest.param([5.0], NA, "within", id="one of 5.0 cm"),
        pytest.param([5.01], "within", "within", id="one of 5.01 cm"),
        pytest.param([8.0], "within", "within", id="one of 8.0 cm"),
        pytest.param([8.01], "beyond", "beyond", id="one of 8.01 cm"),
        pytest.param([3.1, 2.0], "within", "within", id="two, largest 3.1 cm"),
        pytest.param([3.0, 2.0], NA, "within", id="two, largest 3.0 cm"),
        pytest.param([2.9, 2.0], NA, NA, id="two, both below 3 cm"),
        pytest.param([5.0, 2.9], "within", "within", id="two, largest 5.0 cm, total 7.9 cm"),
        pytest.param([5.0, 3.0], "within", "beyond", id="two, total 8.0 cm"),
        pytest.param([5.0, 3.1], "beyond", "beyond", id="two, total 8.1 cm"),
        pytest.param([5.1, 1.0], "beyond", "beyond", id="two, largest 5.1 cm"),
        pytest.param([4.0, 2.0, 1.9], "within", "within", id="three, total 7.9 cm"),
        pytest.param([2.0, 2.0, 2.0, 1.9], "within", "within", id="four, total 7.9 cm"),
        pytest.param([2.0, 2.0, 2.0, 2.0], "within", "beyond", id="four, total 8.0 cm"),
        pytest.param([3.0, 1.0, 1.0, 1.0], "within", "beyond", id="four, largest 3.0 cm"),
        pytest.param([3.1, 1.0, 1.0, 1.0], "beyond", "beyond", id="four, largest 3.1 cm"),
        pytest.param([1.0] * 5, "within", "within", id="five"),
        pytest.param([1.0] * 6, "beyond", "beyond", id="six"),
        pytest.param([2.7, 2.6, 1.9, 0.8], "within", "beyond", id="four, total 8.0 cm in binary fractions"),
    ],
)
def test_downstaging_in_both_readings(sizes, published, printed):
    assert (judged(unos_downstaging, sizes), judged(source_000_downstaging, sizes)) == (published, printed)


@pytest.mark.parametrize("rule", [unos_downstaging, source_000_downstaging], ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(
    ("sizes", "count", "values", "expected"),
    [
        pytest.param([6.0], None, {"portal_vein_invasion": "vp2"}, "beyond", id="invasion"),
        pytest.param([6.0], None, {"extrahepatic_spread": True}, "beyond", id="spread"),
        pytest.param([6.0], None, {"portal_vein_invasion": None}, "unknown", id="invasion not documented"),
        pytest.param([9.0], None, {"portal_vein_invasion": None}, "beyond", id="too large whatever the portal vein"),
        pytest.param([5.5, 1.0], None, {"portal_vein_invasion": None}, "beyond",
                     id="two, one above 5 cm, whatever the portal vein"),
        pytest.param([4.0], None, {"portal_vein_invasion": None}, "unknown", id="within Milan by size, invasion not told"),
        pytest.param([4.0], 2, {}, "unknown", id="one of two measured"),
        pytest.param([8.5], 2, {}, "beyond", id="one of two measured, above 8 cm"),
        pytest.param([], 6, {}, "beyond", id="six, none measured"),
        pytest.param([], 1, {}, "unknown", id="one, not measured"),
    ],
)  # fmt: skip
def test_downstaging_left_open_and_decided(rule, sizes, count, values, expected):
    assert judged(rule, sizes, count, **values) == expected


@pytest.mark.parametrize("tumor", ["icc", "neuroendocrine-metastasis", "colorectal-metastasis", "melanoma-metastasis",
                                   "other-metastasis", "other-primary"])  # fmt: skip
def test_hcc_systems_are_never_applied_to_other_tumors(tumor):
    from cards.assess import assess
    from tests.cards.build import TODAY, candidate

    said = assessment_json(assess(candidate(tumor=tumor), TODAY))
    assert case(candidate(tumor=tumor)).bclc is None
    assert "stage" not in said
    assert set(said["burden"]) == {"count", "largestCm"}


def test_with_the_tumor_type_unknown_every_limit_is_unknown():
    from cards.assess import assess
    from tests.cards.build import EMPTY, TODAY

    said = assessment_json(assess(EMPTY, TODAY))
    assert said["stage"]["bclc"]["status"] == "unknown"
    assert {said["burden"][name] for name in ("milan", "ucsf", "upToSeven", "unosDownstaging", "sixAndTwelve")} == {
        "unknown"
    }


@pytest.mark.parametrize("rule", [unos_downstaging, source_000_downstaging], ids=lambda rule: rule.__name__)
def test_three_of_3_cm_are_within_milan_though_their_sum_is_above_8(rule):
    assert judged(rule, [3.0, 3.0, 3.0]) == NA


def test_hcc_systems_are_applied_to_hcc():
    from cards.assess import assess
    from tests.cards.build import TODAY, candidate

    said = assessment_json(assess(candidate(), TODAY))
    assert said["stage"]["bclc"]["stage"] == "B"
    assert said["burden"] | {"count": 0, "largestCm": 0} == {
        "milan": "beyond", "ucsf": "within", "upToSeven": "within", "unosDownstaging": "within",
        "source000Downstaging": "within", "sixAndTwelve": "1", "count": 0, "largestCm": 0,
    }  # fmt: skip
