"""The history as a table: what each line says, in the order of time."""

from datetime import date

from cards.assess import assess
from cards.text import assessment_text
from cards.timeline.history import timeline_rows, undated_words
from tests.cards.build import LESION, TODAY, response, session
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
