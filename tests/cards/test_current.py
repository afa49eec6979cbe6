"""What of the record counts as today's: windows, recovery, nothing from before the last session."""

import pytest

from cards.current import Windows, current_state, last_treatment
from cards.facts import FACTS, Absent, After, Why
from tests.cards.build import TODAY, ago, facts, present, session, state, state_of, value

WINDOWS = [("bilirubin", 1.0, 90), ("ecog", 0, 90), ("jaundice", False, 90), ("extrahepatic_spread", False, 120),
           ("portal_flow", "preserved", 120), ("nodule_count", 2, 120)]  # fmt: skip
LIVER_FUNCTION = [("bilirubin", 1.0), ("albumin", 4.0), ("inr", 1.0), ("pt", 12.0), ("ascites_grade", "none"),
                  ("ascites_controlled", False), ("encephalopathy_grade", 0)]  # fmt: skip
SINCE_SESSION = [("ecog", 0), ("extrahepatic_spread", False), ("nodule_count", 2), ("portal_vein_invasion", "none"),
                 ("growth_pattern", "nodular"), ("selective_access", True)]  # fmt: skip
AT_ANY_TIME = [("creatinine", 1.0), ("platelets", 100.0), ("jaundice", True), ("unresectable", True)]


def why(known):
    return known.why if isinstance(known, Absent) else None


@pytest.mark.parametrize(("name", "what", "days"), WINDOWS, ids=[name for name, _, _ in WINDOWS])
def test_last_day_of_the_window_counts_and_the_next_does_not(name, what, days):
    assert state(**{name: (what, days)})[name].value == what
    assert why(state(**{name: (what, days + 1)})[name]) is Why.TOO_OLD


@pytest.mark.parametrize("days", [0, 4000])
def test_fact_without_a_window_never_ages(days):
    assert state(bilioenteric_anastomosis=(True, days)).bilioenteric_anastomosis.value is True


@pytest.mark.parametrize(
    ("windows", "name", "what"),
    [
        pytest.param(Windows(laboratory=30), "bilirubin", 1.0, id="laboratory"),
        pytest.param(Windows(clinical=30), "ecog", 0, id="clinical"),
        pytest.param(Windows(imaging=30), "portal_flow", "preserved", id="imaging"),
    ],
)
def test_each_window_is_a_setting(windows, name, what):
    assert why(current_state(facts(**{name: (what, 31)}), TODAY, windows)[name]) is Why.TOO_OLD
    assert why(current_state(facts(**{name: (what, 30)}), TODAY, windows)[name]) is None


def test_recovery_is_a_setting():
    patient = facts(bilirubin=(1.0, 10), sessions=[session(20)])
    assert why(current_state(patient, TODAY, Windows(recovery=10)).bilirubin) is Why.RECOVERY
    assert why(current_state(patient, TODAY, Windows(recovery=9)).bilirubin) is None


def test_too_old_says_value_and_date():
    assert state(bilirubin=(1.0, 91)).bilirubin.because == "total bilirubin 1.0 of 22 Aug 2026 is too old (91 days old)"


@pytest.mark.parametrize(("name", "what"), LIVER_FUNCTION, ids=[name for name, _ in LIVER_FUNCTION])
@pytest.mark.parametrize(
    ("day", "reason"),
    [
        pytest.param(-1, Why.BEFORE_SESSION, id="day before the session"),
        pytest.param(0, Why.RECOVERY, id="day of the session"),
        pytest.param(1, Why.RECOVERY, id="day 1"),
        pytest.param(28, Why.RECOVERY, id="day 28, last of recovery"),
        pytest.param(29, None, id="day 29, first after recovery"),
    ],
)
def test_liver_function_counts_after_recovery(name, what, day, reason):
    patient = facts(**{name: (what, 40 - day)}, sessions=[session(40)])
    assert why(state_of(patient)[name]) is reason


@pytest.mark.parametrize(("name", "what"), SINCE_SESSION, ids=[name for name, _ in SINCE_SESSION])
@pytest.mark.parametrize(
    ("day", "reason"),
    [
        pytest.param(-1, Why.BEFORE_SESSION, id="day before"),
        pytest.param(0, Why.BEFORE_SESSION, id="day of the session"),
        pytest.param(1, None, id="day after"),
    ],
)
def test_imaging_and_performance_status_count_after_the_session(name, what, day, reason):
    patient = facts(**{name: (what, 40 - day)}, sessions=[session(40)])
    assert why(state_of(patient)[name]) is reason


@pytest.mark.parametrize(("name", "what"), AT_ANY_TIME, ids=[name for name, _ in AT_ANY_TIME])
def test_what_a_session_does_not_change_counts_from_before_it(name, what):
    assert state_of(facts(**{name: (what, 41)}, sessions=[session(40)]))[name].value == what


@pytest.mark.parametrize(
    ("days_after", "reason"),
    [pytest.param(0, Why.BEFORE_SESSION, id="day of the session"), pytest.param(1, None, id="day after")],
)
def test_size_counts_after_the_session(days_after, reason):
    found = state_of(facts(sizes=[(3.0, 40 - days_after)], sessions=[session(40)]))
    assert (found.sizes_absent.why if found.sizes_absent else None) is reason
    assert bool(found.sizes) is (reason is None)


@pytest.mark.parametrize("kind", ["tace", "tae", "y90", "embolization"])
def test_every_kind_of_session_starts_a_recovery(kind):
    assert why(state_of(facts(bilirubin=(1.0, 20), sessions=[session(40, kind=kind)])).bilirubin) is Why.RECOVERY


def test_last_session_is_the_one_that_counts():
    assert last_treatment([session(100), session(40), session(None)]).when == ago(40)
    assert last_treatment([session(None)]) is None


def test_recovery_value_says_day_and_value():
    known = state_of(facts(bilirubin=(4.2, 38), sessions=[session(40)])).bilirubin
    assert "recovery from the treatment of 12 Oct 2026; 4.2 on day 2" in known.because


def test_older_value_is_never_taken_instead_of_a_refused_newer_one():
    patient = facts(bilirubin=[(4.2, 38), (0.9, 45)], sessions=[session(40)])
    assert why(state_of(patient).bilirubin) is Why.RECOVERY


def test_undated_is_shown_and_not_scored():
    known = state(bilirubin=(1.0, None)).bilirubin
    assert (why(known), known.because) == (Why.UNDATED, "total bilirubin 1.0 has no date")


def test_dated_value_goes_before_an_undated_one():
    assert state(bilirubin=[(1.0, 20), (9.0, None)]).bilirubin.value == 1.0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([(1.0, 20, False), (2.0, 5, True)], 1.0, id="final, though a preliminary one is newer"),
        pytest.param([(2.0, 5, True)], 2.0, id="preliminary, nothing final"),
        pytest.param([(1.0, 91, False), (2.0, 5, True)], 2.0, id="preliminary, the final one too old"),
        pytest.param([(1.0, 91, False), (2.0, 95, True)], None, id="both too old"),
    ],
)
def test_preliminary_counts_only_when_nothing_final_is_usable(values, expected):
    found = [value("bilirubin", what, days, preliminary=p) for what, days, p in values]
    known = state(bilirubin=found).bilirubin
    assert (None if isinstance(known, Absent) else known.value) == expected


def test_not_documented_unusable_and_unreachable_are_told_apart():
    assert (state().bilirubin.why, state().bilirubin.because) == (Why.NOT_DOCUMENTED, "not documented")
    refused = state_of(facts(refused={"bilirubin": "unit conflict"})).bilirubin
    assert (refused.why, refused.because) == (Why.UNUSABLE, "unit conflict")
    unreached = state_of(facts(unreached=["Observation"]))
    assert {unreached.bilirubin.why, unreached.sizes_absent.why} == {Why.UNREACHABLE}
    assert state_of(facts(unreached=["Procedure"])).bilirubin.why is Why.NOT_DOCUMENTED
    assert state_of(facts(refused={"nodule_size": "no unit"})).sizes_absent.because == "no unit"


# Conditions


def test_condition_is_a_state_that_needs_no_date_and_does_not_age():
    assert state_of(facts(states=[present("jaundice")])).jaundice.value is True
    assert state_of(facts(states=[present("jaundice", since=4000)])).jaundice.value is True


def test_condition_from_before_the_session_still_counts():
    patient = facts(states=[present("extrahepatic_spread", since=50)], sessions=[session(40)])
    assert state_of(patient).extrahepatic_spread.value is True


@pytest.mark.parametrize(
    ("condition", "values", "expected", "conflict"),
    [
        pytest.param(present("jaundice"), {"jaundice": False}, True, True, id="present beside a stated no"),
        pytest.param(present("jaundice"), {"jaundice": True}, True, False, id="both say yes"),
        pytest.param(present("jaundice"), {"jaundice": (False, 91)}, True, False, id="the stated no is too old"),
        pytest.param(present("varices_at_risk"), {"varices_at_risk": False}, False, False,
                     id="varices, stated not to be at risk"),
        pytest.param(present("ascites_grade", "present"), {"ascites_grade": "moderate-severe"}, "moderate-severe", False,
                     id="ascites, graded"),
        pytest.param(present("ascites_grade", "present"), {"ascites_grade": "none"}, "present", True,
                     id="ascites beside none"),
        pytest.param(present("ascites_grade", "refractory"), {"ascites_grade": "mild"}, "refractory", True,
                     id="refractory ascites beside mild"),
        pytest.param(present("encephalopathy_grade", "present"), {"encephalopathy_grade": 0}, "present", True,
                     id="encephalopathy beside grade 0"),
        pytest.param(present("encephalopathy_grade", 4), {"encephalopathy_grade": 2}, 4, True, id="coma beside grade 2"),
        pytest.param(present("portal_vein_invasion", "vp2"), {"portal_vein_invasion": "vp4"}, "vp4", True,
                     id="branch beside main trunk"),
        pytest.param(present("unresectable"), {"unresectable": False}, False, True,
                     id="unresectable beside a stated no: no is the more cautious"),
    ],
)  # fmt: skip
def test_condition_beside_a_dated_value(condition, values, expected, conflict):
    known = state_of(facts(states=[condition], **values))[condition.name]
    assert known.value == expected
    assert any(note.startswith("conflict") for note in known.notes) is conflict


def test_every_fact_of_liver_function_waits_for_recovery():
    waiting = {name for name, spec in FACTS.items() if spec.after is After.RECOVERY}
    assert waiting == {*(name for name, _ in LIVER_FUNCTION), "encephalopathy_controlled", "child_pugh_score", "alt", "ast",
                       "child_pugh_class"}  # fmt: skip
