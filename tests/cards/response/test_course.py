"""The course of the whole liver: invasion and spread, number of nodules, markers; verdict, words, evidence, what is missing."""

import pytest

from cards.response.course import Course, afp_above_baseline, appeared, markers_rise, number_rises
from cards.verdict import Verdict
from tests.cards.build import LESION, facts, present, session, value

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
FIRST, SECOND, THIRD = session(200, LESION), session(120, LESION), session(40, LESION)
VEIN, WORDS = "portal_vein_invasion", "portal vein invasion"
AFP = "Observation/afp-"


def vein(*stated, sessions=(FIRST,), states=()):
    return appeared(facts(sessions=sessions, portal_vein_invasion=[*stated] or None, states=states), VEIN, WORDS)


def ref(number):
    return f"Observation/{VEIN}-{number}"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([("vp2", 210), ("vp2", 100)],
                     Course(NOT_MET, f"{WORDS} was already there before the first TACE", (ref(0),)), id="there before"),
        pytest.param([("none", 210), ("vp2", 200)],
                     Course(NOT_MET, f"{WORDS} was already there before the first TACE", (ref(0), ref(1))),
                     id="imaging of the day of treatment is from before it"),
        pytest.param([("none", 210), ("vp2", 199), ("vp3", 50)],
                     Course(MET, f"{WORDS} first documented on 6 May 2026", (ref(1),)), id="the first day on which it is there"),
        pytest.param([("vp2", 100)],
                     Course(MET, f"{WORDS} first documented on 13 Aug 2026; its absence before the first TACE is not documented",
                            (ref(0),)), id="nothing told before"),
        pytest.param([("none", 100), ("none", 50)], Course(NOT_MET, f"no {WORDS} up to 2 Oct 2026", (ref(1),)), id="not there"),
        pytest.param([("none", 200)], Course(UNKNOWN, f"{WORDS} not documented since the first TACE", (), (VEIN,)),
                     id="not there on the day of treatment, and nothing since"),
        pytest.param([], Course(UNKNOWN, f"{WORDS} not documented since the first TACE", (), (VEIN,)), id="nothing"),
    ],
)  # fmt: skip
def test_what_appeared(found, expected):
    assert vein(*found) == expected


CONDITION = f"Condition/{VEIN}-0"


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(100, Course(MET, f"{WORDS} first documented on 13 Aug 2026; its absence before the first TACE is not "
                                      "documented", (CONDITION,)), id="since the treatment"),
        pytest.param(210, Course(NOT_MET, f"{WORDS} was already there before the first TACE", (CONDITION,)), id="before it"),
        pytest.param(None, Course(UNKNOWN, f"{WORDS} is present, since when is not documented", (CONDITION,), (VEIN,)),
                     id="since when is not told"),
    ],
)  # fmt: skip
def test_what_appeared_as_a_condition(since, expected):
    assert vein(states=[present(VEIN, "present", since)]) == expected


def test_nothing_appears_without_a_session():
    assert vein(("vp2", 100), sessions=[]) == Course(NOT_MET, f"no TACE session to compare {WORDS} with")


def rises(sessions=(FIRST,), **told):
    return [rose for _, rose in number_rises(facts(sessions=sessions, **told))]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({"nodule_count": [(1, 210), (2, 150)]}, True, id="one more"),
        pytest.param({"nodule_count": [(2, 210), (2, 150)]}, False, id="as many"),
        pytest.param({"nodule_count": [(1, 200), (2, 150)]}, True, id="counted on the day of treatment"),
        pytest.param({"nodule_count": [(1, 210), (2, 172)]}, True, id="day 28"),
        pytest.param({"nodule_count": [(1, 210), (2, 173)]}, None, id="day 27: too early"),
        pytest.param({"nodule_count": [(3, 210), (1, 205), (2, 150)]}, True, id="against the last count before treatment"),
        pytest.param({"nodule_count": [(1, 210), (3, 170), (1, 150)]}, False, id="the last count decides"),
        pytest.param({"nodule_count": [(2, 150)]}, None, id="no count before"),
        pytest.param({"new_intrahepatic_lesion": [(True, 150)]}, True, id="a new lesion"),
        pytest.param({"new_intrahepatic_lesion": [(True, 172)]}, True, id="a new lesion on day 28"),
        pytest.param({"new_intrahepatic_lesion": [(False, 150)]}, False, id="no new lesion"),
        pytest.param({"new_intrahepatic_lesion": [(False, 173)]}, None, id="no new lesion, too early"),
        pytest.param({"new_intrahepatic_lesion": [(True, 150)], "nodule_count": [(2, 210), (2, 150)]}, True,
                     id="a new lesion goes before the count"),
        pytest.param({}, None, id="not told"),
    ],
)  # fmt: skip
def test_number_of_nodules_after_a_session(told, expected):
    assert rises(**told) == [expected]


def test_number_of_nodules_is_compared_session_by_session():
    counts = [(1, 210), (2, 120), (2, 60), (3, 41), (4, 15)]
    assert rises((FIRST, SECOND), nodule_count=counts[:3]) == [True, False]
    assert rises((FIRST, SECOND, THIRD), nodule_count=counts) == [True, True, None]


def afp(*dated, limit=None, name="afp"):
    return {name: [value(name, what, days, number=n, limit=limit) for n, (what, days) in enumerate(dated)]}


def marker(sessions=(FIRST,), **told):
    return markers_rise(facts(sessions=sessions, **told))


def refs(*numbers, name="afp"):
    return tuple(f"Observation/{name}-{n}" for n in numbers)


ROW = "10 (25 Apr 2026), {} (14 Jul 2026), {} (2 Oct 2026)"


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        pytest.param(20.0, 30.0, Course(MET, f"AFP rises continuously: {ROW.format(20, 30)}", refs(0, 1, 2)), id="rises"),
        pytest.param(5.0, 30.0, Course(MET, f"AFP rises continuously: {ROW.format(5, 30)}", refs(0, 1, 2)),
                     id="rises above the baseline after a dip"),
        pytest.param(20.0, 20.0, Course(NOT_MET, f"AFP does not rise continuously: {ROW.format(20, 20)}", refs(0, 1, 2)),
                     id="no higher than the one before"),
        pytest.param(30.0, 20.0, Course(NOT_MET, f"AFP does not rise continuously: {ROW.format(30, 20)}", refs(0, 1, 2)),
                     id="falls again"),
        pytest.param(5.0, 10.0, Course(NOT_MET, f"AFP not above its baseline: {ROW.format(5, 10)}", refs(0, 2)),
                     id="back at the baseline"),
        pytest.param(5.0, 9.0, Course(NOT_MET, f"AFP not above its baseline: {ROW.format(5, 9)}", refs(0, 2)), id="below it"),
    ],
)  # fmt: skip
def test_course_of_a_marker(one, two, expected):
    assert marker(**afp((10.0, 210), (one, 130), (two, 50))) == expected


@pytest.mark.parametrize(("limit", "verdict"), [(30.0, NOT_MET), (29.9, MET)])
def test_a_rise_within_the_normal_range_does_not_count(limit, verdict):
    found = marker(**afp((10.0, 210), (20.0, 130), (30.0, 50), limit=limit))
    assert found.verdict is verdict
    if verdict is NOT_MET:
        assert found == Course(NOT_MET, f"AFP rises within the normal range: {ROW.format(20, 30)}", refs(2))


def test_one_value_is_not_continuous():
    said = "AFP rose once: 10 (25 Apr 2026), 20 (14 Jul 2026); one value is not continuous"
    assert marker(**afp((10.0, 210), (20.0, 130))) == Course(UNKNOWN, said, refs(1), ("afp",))


def test_each_marker_has_its_name():
    assert marker(**afp((10.0, 210), (20.0, 130), name="dcp")).because.startswith("DCP rose once")
    assert marker(**afp((10.0, 210), (20.0, 130), name="afp_units")).because.startswith("AFP rose once")
    assert marker(**afp((1.0, 210), name="dcp")) == Course(UNKNOWN, "no DCP since the TACE of 5 May 2026", (), ("dcp",))
    assert marker() == Course(UNKNOWN, "no tumor marker is documented", (), ("afp",))


def test_a_marker_is_judged_by_the_last_session_where_none_meets():
    """Before the first it was not measured; since the second it fell; since the third it was not measured."""
    found = marker((FIRST, SECOND, THIRD), **afp((30.0, 130), (20.0, 50)))
    assert found == Course(UNKNOWN, "no AFP since the TACE of 12 Oct 2026", (), ("afp",))


def test_a_value_of_the_day_of_treatment_is_the_baseline():
    assert marker(**afp((10.0, 200), (20.0, 130), (30.0, 50))).verdict is MET
    assert marker(**afp((10.0, 200))).because == "no AFP since the TACE of 5 May 2026"


@pytest.mark.parametrize(
    ("told", "verdict", "words"),
    [
        pytest.param(afp((100.0, 210), (120.0, 50)), MET, "AFP 100 (25 Apr 2026) to 120 (2 Oct 2026)", id="at the limit"),
        pytest.param(afp((100.0, 210), (119.9, 50)), NOT_MET, "AFP 100 (25 Apr 2026) to 119.9 (2 Oct 2026)", id="below it"),
        pytest.param(afp((100.0, 210), (300.0, 130), (110.0, 50)), NOT_MET, "AFP 100 (25 Apr 2026) to 110 (2 Oct 2026)",
                     id="the last value"),
        pytest.param(afp((1.0, 210), (1.5, 50)), MET, "AFP 1 (25 Apr 2026) to 1.5 (2 Oct 2026)", id="a low baseline"),
        pytest.param(afp((0.0, 210), (0.0, 50)), NOT_MET, "AFP 0 (25 Apr 2026) to 0 (2 Oct 2026)", id="of zero no percent"),
        pytest.param(afp((100.0, 210), (200.0, 50), name="afp_units"), MET, "AFP 100 (25 Apr 2026) to 200 (2 Oct 2026)",
                     id="in IU/mL"),
        pytest.param({**afp((100.0, 210)), **afp((100.0, 210), (90.0, 50), name="afp_units")}, NOT_MET,
                     "AFP 100 (25 Apr 2026) to 90 (2 Oct 2026)", id="the unit of both sides decides"),
        pytest.param(afp((5.0, 210), (7.0, 50), limit=7.0), MET, "AFP 5 (25 Apr 2026) to 7 (2 Oct 2026), within the normal "
                     "range of the laboratory", id="within the normal range, which is said"),
        pytest.param(afp((5.0, 210), (7.1, 50), limit=7.0), MET, "AFP 5 (25 Apr 2026) to 7.1 (2 Oct 2026)",
                     id="above the normal range"),
        pytest.param(afp((5.0, 200), (7.1, 50)), MET, "AFP 5 (5 May 2026) to 7.1 (2 Oct 2026)", id="of the day of treatment"),
        pytest.param(afp((5.0, 200)), UNKNOWN, "no AFP since the first TACE", id="of the day of treatment alone"),
        pytest.param(afp((5.0, 50)), UNKNOWN, "no AFP before the first TACE", id="afterwards alone"),
    ],
)  # fmt: skip
def test_afp_above_its_baseline(told, verdict, words):
    found = afp_above_baseline(facts(sessions=[FIRST], **told), 20)
    assert (found.verdict, found.because) == (verdict, words)
    assert found.missing == (("afp",) if verdict is UNKNOWN else ())


def test_no_baseline_without_a_session():
    assert afp_above_baseline(facts(), 20) == Course(NOT_MET, "no TACE session")
