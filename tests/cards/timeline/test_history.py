"""The history as a table: what each line says, in the order of time."""

from dataclasses import replace
from datetime import date

import pytest

from cards.assess import assess
from cards.facts import Response
from cards.response.liver_course import liver_course
from cards.text import assessment_text
from cards.timeline.history import appearances, child_pugh_words, timeline_rows, undated_words
from tests.cards.build import LESION, TODAY, ago, facts, present, response, session
from tests.cards.refractoriness.course import AFTER, BEFORE, FIRST, course, on, step


def rows(patient):
    return [(r.when, r.what, r.of, r.found) for r in timeline_rows(assess(patient, TODAY))]


def test_sessions_responses_and_markers_in_order():
    patient = course(step("SD", 60.0, success=True), step("", selective=None, changed=None, intent=""),
                     afp=on("afp", (61.0, BEFORE), (41250.0, AFTER)))  # fmt: skip
    assert rows(patient) == [
        (BEFORE, "AFP", "", "61 ng/mL"),
        (FIRST, "TACE 1", "segment 8",
         "selective, agent or feeder changed, technical success, palliative intent"),
        (date(2026, 3, 16), "Response", "segment 8", "SD, 60 % viable (day 42 after the session)"),
        (date(2026, 3, 30), "TACE 2", "segment 8", "technique not documented"),
        (AFTER, "AFP", "", "41,250 ng/mL"),
    ]  # fmt: skip


def test_what_appeared_stands_with_its_day():
    found = rows(course("CR", portal_vein_invasion=on("portal_vein_invasion", ("none", BEFORE), ("vp2", AFTER))))
    assert (AFTER, "Appeared", "", "portal vein invasion vp2") in found


def test_two_categories_of_one_day_the_more_cautious_and_it_is_said():
    treated = session(FIRST, LESION)
    two = [response(treated, "PR"), response(treated, "PD")]
    for order in (two, two[::-1]):
        found = [words for _, what, _, words in rows(course(more=[treated], responses=order)) if what == "Response"]
        assert found == ["PD (day 42 after the session); PR was stated on the same day; the more cautious counts"]


def test_other_treatments_are_not_numbered_as_tace():
    patient = course("SD", more=[session(date(2026, 3, 1), LESION, kind="y90")])
    assert [what for _, what, _, _ in rows(patient) if what not in ("AFP", "Response")] == ["TACE 1", "Y-90"]


def test_session_without_a_date_is_named_below_the_table():
    patient = course("SD", more=[session(None, "segment-2")])
    assert undated_words(patient) == ("TACE of segment 2 without a date (Procedure/tace-None)",)
    assert "without a date" in assessment_text(assess(patient, TODAY))


def test_text_shows_the_table():
    text = assessment_text(assess(course(step("SD", 60.0)), TODAY))
    assert "  2 Feb 2026   TACE 1    segment 8  selective, agent or feeder changed, palliative intent\n" in text
    assert "  16 Mar 2026  Response  segment 8  SD, 60 % viable (day 42 after the session)\n" in text


def test_text_has_no_history_before_the_first_treatment():
    assert "Treatment history" not in assessment_text(assess(course(), TODAY))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({"portal_vein_invasion": [("none", 300), ("vp2", 200), ("vp3", 100)]},
                     [(ago(200), "portal vein invasion vp2", "Observation/portal_vein_invasion-1")], id="the first day"),
        pytest.param({"extrahepatic_spread": [(True, 100), (True, 200)]},
                     [(ago(200), "extrahepatic spread", "Observation/extrahepatic_spread-1")], id="the first day, of two yes"),
        pytest.param({"extrahepatic_spread": [(False, 100)], "portal_vein_invasion": [("none", 100)]}, [], id="not there"),
        pytest.param({"states": [present("portal_vein_invasion", "present", 150)]},
                     [(ago(150), "portal vein invasion", "Condition/portal_vein_invasion-0")], id="a Condition"),
        pytest.param({"states": [present("portal_vein_invasion", "present", 150)], "portal_vein_invasion": [("vp3", 100)]},
                     [(ago(150), "portal vein invasion", "Condition/portal_vein_invasion-0")], id="a Condition before imaging"),
        pytest.param({"states": [present("portal_vein_invasion", "present")]}, [], id="a Condition without a date"),
        pytest.param({"extrahepatic_spread": [(True, 100)], "hepatic_vein_invasion": [(True, 200)]},
                     [(ago(200), "hepatic vein or caval invasion", "Observation/hepatic_vein_invasion-0"),
                      (ago(100), "extrahepatic spread", "Observation/extrahepatic_spread-0")], id="in the order of time"),
    ],
)  # fmt: skip
def test_what_appeared(told, expected):
    assert [(a.when, a.words, a.evidence) for a in appearances(facts(**told))] == expected


def test_undated_sessions_in_words():
    nowhere = replace(session(None, kind="tae"), evidence=("Procedure/a", "Procedure/b"))
    assert undated_words(facts(sessions=[nowhere, session(None, LESION, "segment-2")])) == (
        "Bland embolization of a lesion not told without a date (Procedure/a, Procedure/b)",
        "TACE of segment 8 and segment 2 without a date (Procedure/tace-None)",
    )


def test_response_of_which_nothing_is_told():
    treated = session(FIRST, LESION)
    silent = Response(LESION, date(2026, 3, 16), "Observation/silent", "", None, treated.evidence[0])
    found = rows(course(more=[treated], responses=[silent]))
    assert (date(2026, 3, 16), "Response", "segment 8", "not told (day 42 after the session)") in found


@pytest.mark.parametrize(
    ("told", "words"),
    [
        pytest.param({}, "not known", id="nothing"),
        pytest.param({"bilirubin": 1.0, "albumin": 4.0, "inr": 1.0, "ascites_grade": "none", "encephalopathy_grade": 0}, "A5",
                     id="known"),
        pytest.param({"bilirubin": 1.0, "albumin": 4.0, "ascites_grade": "none", "encephalopathy_grade": 0}, "5–7 (A or B)",
                     id="two classes"),
        pytest.param({"bilirubin": 4.0, "albumin": 2.0, "inr": 1.0, "ascites_grade": "none"}, "9–11 (B or C)", id="B or C"),
    ],
)  # fmt: skip
def test_child_pugh_in_words(told, words):
    *_, today = liver_course(facts(sessions=[session(100)], **told), TODAY)
    assert child_pugh_words(today) == words
