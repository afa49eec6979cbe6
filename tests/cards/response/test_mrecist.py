"""mRECIST by viable diameters: limits, baseline, nadir, and the stated category beside it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.assess import assess
from cards.assessment_json import as_json
from cards.facts import NOT_TOLD, OVERALL, LesionSize
from cards.refractoriness.card import refractoriness_card
from cards.refractoriness.verdict import refractoriness
from cards.response.card import imaging_card
from cards.response.history import lesion_history, measured_responses
from cards.response.mrecist import mrecist
from cards.response.readings import readings
from cards.text import assessment_text
from tests.cards.build import LESION, TODAY, ago, case, facts, order, response, session, value

FIRST, SECOND = session(200, LESION), session(100, LESION)
OTHER = "segment-2"


@pytest.mark.parametrize(
    ("now", "baseline", "nadir", "expected"),
    [
        # as a registry's three readers measured
        pytest.param(69.91, 100, 100, "PR", id="-30.09 %"),
        pytest.param(70.08, 100, 100, "SD", id="-29.92 %"),
        pytest.param(120.08, 100, 100, "PD", id="+20.08 %"),
        pytest.param(119.04, 100, 100, "SD", id="+19.04 %"),
        pytest.param(70, 100, 100, "PR", id="-30 %: inclusive"),
        pytest.param(120, 100, 100, "PD", id="+20 %: inclusive"),
        pytest.param(119.9, 100, 100, "SD", id="+19.9 %"),
        pytest.param(70.1, 100, 100, "SD", id="-29.9 %"),
        pytest.param(2.1, 3.0, 3.0, "PR", id="-30 % in binary fractions"),
        pytest.param(3.96, 3.3, 3.3, "PD", id="+20 % in binary fractions"),
        pytest.param(0, 100, 100, "CR", id="no viable tumor"),
        pytest.param(48, 100, 40, "PD", id="+20 % of the nadir, still below the baseline"),
        pytest.param(47.9, 100, 40, "PR", id="just below +20 % of the nadir"),
        pytest.param(10, 100, 0, "PD", id="viable again after a complete response"),
        pytest.param(100, 100, 100, "SD", id="unchanged"),
    ],
)
def test_category(now, baseline, nadir, expected):
    assert mrecist(now, baseline, nadir) == expected


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(0.1, 10))
def test_category_does_not_depend_on_the_unit(now, baseline, less):
    nadir = min(baseline, less)
    limits = [baseline * 0.7, nadir * 1.2]
    if all(abs(now - limit) > 1e-6 for limit in limits):
        assert mrecist(now, baseline, nadir) == mrecist(now * 10, baseline * 10, nadir * 10)


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(0, 20), st.floats(0, 20))
def test_more_viable_tumor_is_never_a_better_category(baseline, less, one, other):
    rank = ["CR", "PR", "SD", "PD"]
    nadir, (smaller, larger) = min(baseline, less), sorted((one, other))
    assert rank.index(mrecist(smaller, baseline, nadir)) <= rank.index(mrecist(larger, baseline, nadir))


def found(viable, sessions=(FIRST,), lesion=LESION, **more):
    patient = facts(sessions=sessions, viable=viable, **more)
    return [m.category for _, m in measured_responses(patient, lesion)]


BASE = (5.0, 210, LESION)


@pytest.mark.parametrize(
    ("viable", "more", "expected"),
    [
        pytest.param([BASE, (3.5, 150, LESION)], {}, ["PR"], id="baseline and one imaging"),
        pytest.param([(3.5, 150, LESION)], {}, [], id="no baseline"),
        pytest.param([(3.5, 150, LESION)], {"sizes": [BASE]}, ["PR"], id="whole diameter before treatment as baseline"),
        pytest.param([(4.0, 210, LESION), (3.5, 150, LESION)], {"sizes": [BASE]}, ["SD"],
                     id="the viable baseline goes before the whole one"),
        pytest.param([BASE], {"sizes": [(3.0, 150, LESION)]}, [], id="a whole diameter afterward is not viable tumor"),
        pytest.param([BASE, (3.5, 150, OTHER)], {}, [], id="another lesion"),
        pytest.param([(9.0, 400, LESION), BASE, (3.5, 150, LESION)], {}, ["PR"], id="the last baseline before treatment"),
        pytest.param([(5.0, 200, LESION), (3.5, 150, LESION)], {}, ["PR"], id="baseline of the day of treatment"),
        pytest.param([BASE, (3.5, 173, LESION)], {}, [], id="day 27: too early"),
        pytest.param([BASE, (3.5, 172, LESION)], {}, ["PR"], id="day 28"),
        pytest.param([BASE, (1.0, 173, LESION), (3.5, 150, LESION)], {}, ["PR"], id="an early diameter is no nadir"),
        pytest.param([BASE, (1.0, 160, LESION), (3.5, 150, LESION)], {}, ["PR", "PD"], id="PD against the nadir"),
        pytest.param([BASE, ("<1.0", 150, LESION)], {}, [], id="a limit is no measurement"),
        pytest.param([(0.0, 210, LESION), (3.5, 150, LESION)], {}, [], id="nothing viable before treatment"),
        pytest.param([BASE, (0.0, 150, LESION)], {}, ["CR"], id="nothing viable after it"),
        pytest.param([(3.5, 150, LESION)], {"sizes": [(9.0, 400, LESION), BASE]}, ["PR"], id="the last whole diameter"),
        pytest.param([(3.5, 150, LESION)], {"sizes": [(5.0, 210, OTHER)]}, [], id="the whole diameter of another lesion"),
        pytest.param([(3.5, 150, LESION)], {"sizes": [LesionSize(LESION, value("nodule_size", 5.0, 210, preliminary=True))]},
                     [], id="a preliminary whole diameter"),
    ],
)  # fmt: skip
def test_baseline_and_nadir(viable, more, expected):
    assert found(viable, **more) == expected


def test_each_measurement_belongs_to_the_session_before_it():
    patient = facts(sessions=[FIRST, SECOND], viable=[BASE, (4.5, 150, LESION), (3.0, 50, LESION)])
    assert [(s, m.category) for s, m in measured_responses(patient, LESION)] == [(FIRST, "SD"), (SECOND, "PR")]


def test_baseline_is_from_before_the_first_session_that_may_have_treated_the_lesion():
    """After a session whose target is not told a diameter is no baseline."""
    assert found([(5.0, 150, LESION), (3.5, 50, LESION)], (session(200), SECOND)) == []


MEASURED_STABLE = [BASE, (4.0, 158, LESION)]  # -20 %, day 42


def outcome(responses, viable=MEASURED_STABLE, **more):
    return lesion_history(facts(sessions=[FIRST], responses=responses, viable=viable, **more), LESION)[0]


@pytest.mark.parametrize(
    ("responses", "category", "by_diameter", "differs"),
    [
        pytest.param([], "SD", True, "", id="none stated: the measured one counts"),
        pytest.param([response(FIRST, "SD")], "SD", False, "", id="both agree"),
        pytest.param([response(FIRST, "PR")], "PR", False, "stated PR; by diameters", id="the stated one counts"),
        pytest.param([response(FIRST, "PR", lesion=OVERALL)], "SD", True, "of the whole liver",
                     id="of the lesion before that of the whole liver"),
        pytest.param([response(FIRST, "PR", day=56)], "PR", False, "stated PR", id="14 days apart: one imaging"),
        pytest.param([response(FIRST, "PR", day=57)], "PR", False, "", id="15 days apart: another imaging"),
        pytest.param([response(FIRST, viable=60.0)], "SD", True, "", id="only the viable part is stated"),
    ],
)  # fmt: skip
def test_stated_and_measured(responses, category, by_diameter, differs):
    told = outcome(responses)
    assert (told.category, told.by_diameter) == (category, by_diameter)
    assert (differs in told.disagreement) if differs else told.disagreement == ""


def test_measured_category_is_used_by_the_definitions_and_said():
    patient = facts(sessions=[FIRST, SECOND], viable=[BASE, (4.0, 150, LESION), (4.2, 50, LESION)])
    judged = refractoriness(case(patient, order("tace", LESION)))
    assert [f.rule for f in judged.deciding] == ["source_003_steps"]
    assert "SD by diameters" in judged.deciding[0].because


def differing():
    return facts(sessions=[FIRST, SECOND], responses=[response(FIRST, "SD"), response(SECOND, "PR")],
                 viable=[BASE, (4.5, 158, LESION), (4.0, 58, LESION)])  # fmt: skip


def test_disagreement_is_on_the_card_with_what_it_would_change():
    on = case(differing(), order("tace", LESION))
    judged = refractoriness(on)
    assert judged.deciding == ()
    assert judged.if_measured == ("easl-2025-quoted", "source-003-steps")
    detail = refractoriness_card(on, judged).detail
    assert "**Stated and measured response differ:** stated PR; by diameters of 24 Sep 2026 viable 5 cm" in detail
    assert "By the diameters also met: EASL 2025 as quoted and 2026 summary steps." in detail


def test_two_disagreements_stand_one_after_the_other():
    patient = facts(sessions=[FIRST, SECOND], responses=[response(FIRST, "PR"), response(SECOND, "PR")],
                    viable=[BASE, (4.5, 158, LESION), (4.0, 58, LESION)])  # fmt: skip
    on = case(patient, order("tace", LESION))
    said = refractoriness_card(on, refractoriness(on)).detail.partition("**Stated and measured response differ:** ")[2]
    assert [part.split(" viable")[0] for part in said.split("; stated ")] == [
        "stated PR; by diameters of 16 Jun 2026", "PR; by diameters of 24 Sep 2026"
    ]  # fmt: skip


def test_disagreement_is_in_the_json_and_the_text():
    a = assess(differing(), TODAY)
    assert [row["measured"]["agrees"] for row in as_json(a)["response"]] == [True, False]
    assert "stated and measured category differ" in assessment_text(a)


def test_no_card_speaks_of_a_disagreement_that_is_none():
    on = case(facts(sessions=[FIRST], responses=[response(FIRST, "SD")], viable=MEASURED_STABLE))
    assert "differ:" not in refractoriness_card(on, refractoriness(on)).detail


def test_diameters_of_a_day_stand_beside_the_stated_category_or_alone():
    both = readings(facts(sessions=[FIRST], responses=[response(FIRST, "PR")], viable=MEASURED_STABLE))
    assert [(r.category, r.measured.category, r.agrees) for r in both] == [("PR", "SD", False)]
    alone = readings(facts(sessions=[FIRST], viable=MEASURED_STABLE))
    assert [(r.category, r.measured.category, r.agrees) for r in alone] == [("", "SD", None)]
    assert alone[0].on == FIRST.when + timedelta(42)


def test_measured_diameters_are_response_imaging():
    assert imaging_card(case(facts(sessions=[FIRST]))) is not None
    assert imaging_card(case(facts(sessions=[FIRST], viable=MEASURED_STABLE))) is None


def test_imaging_of_the_day_of_the_next_session_is_response_to_the_one_before():
    patient = facts(sessions=[FIRST, SECOND], viable=[BASE, (3.5, 100, LESION)])
    assert [(s, m.category) for s, m in measured_responses(patient, LESION)] == [(FIRST, "PR")]


@pytest.mark.parametrize("lesion", [NOT_TOLD, OVERALL])
def test_diameters_of_no_lesion_are_no_response(lesion):
    """Two diameters of lesions that are not told apart may be of two lesions."""
    assert found([(5.0, 210, lesion), (3.5, 150, lesion)], lesion=lesion) == []


@pytest.mark.parametrize(("more", "whole"), [({"viable": [BASE, (4.0, 158, LESION)]}, False),
                                             ({"viable": [(4.0, 158, LESION)], "sizes": [BASE]}, True)])  # fmt: skip
def test_whether_the_baseline_is_a_whole_diameter(more, whole):
    ((_, told),) = measured_responses(facts(sessions=[FIRST], **more), LESION)
    assert told.whole is whole


TWICE = [BASE, (3.0, 158, LESION), (4.0, 140, LESION)]  # PR on day 42, PD on day 60


@pytest.mark.parametrize(
    ("stated", "measured_on", "differs"),
    [
        pytest.param([], 140, "", id="none stated: the latest"),
        pytest.param([response(FIRST, "PR", day=43)], 158, "", id="beside a stated one the nearest: the earlier"),
        pytest.param([response(FIRST, "PR", day=59)], 140, "stated PR; by diameters of 4 Jul 2026", id="the later"),
        pytest.param([response(FIRST, "PR", day=51)], 158, "", id="as near: the earlier"),
    ],
)
def test_which_measurement_stands_beside_a_stated_category(stated, measured_on, differs):
    told = outcome(stated, viable=TWICE)
    assert told.measured.on == ago(measured_on)
    assert told.disagreement.startswith(differs) if differs else told.disagreement == ""


def test_what_is_said_of_a_measured_outcome():
    told = outcome([])
    assert told.because == "by diameters of 16 Jun 2026: viable 5 cm to viable 4 cm (-20 %): SD"
    assert told.on == ago(158)
    beside = outcome([response(FIRST, "PR")])
    assert (beside.because, beside.on) == ("day 42 after the session", ago(158))
    liver = outcome([response(FIRST, "PR", lesion=OVERALL, day=50)])
    assert (liver.because, liver.on, liver.evidence) == (told.because, told.on, told.evidence)
    late = outcome([response(FIRST, "PR", day=60)], viable=[BASE, (3.0, 130, LESION)])
    assert (late.because, late.on) == ("day 60 after the session", ago(140))


def test_readings_stand_in_the_order_of_the_sessions():
    """A late one of the first session, which it names, stands before an earlier one of the second."""
    late = response(FIRST, "SD", day=170)
    two = readings(facts(sessions=[FIRST, SECOND], responses=[late, response(SECOND, "PR")]))
    assert [(r.session, r.category) for r in two] == [(FIRST, "SD"), (SECOND, "PR")]


def test_a_measured_reading_has_no_conflict():
    (alone,) = readings(facts(sessions=[FIRST], viable=MEASURED_STABLE))
    assert (alone.conflict, alone.because) == ("", "day 42 after the session")
