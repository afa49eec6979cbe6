"""Liver function before each TACE and today, and ART on the first two sessions."""

import pytest

from cards.current import Windows
from cards.response.liver_course import art, liver_course
from tests.cards.build import TODAY, ago, facts, present, response, session

FIRST, SECOND = session(ago(120)), session(ago(60))
TWO = [FIRST, SECOND]


def at(first, second, today):
    """One laboratory value before each session, and one of today."""
    return [(first, 125), (second, 65), (today, 5)]


def patient(sessions=TWO, responses=(), **changed):
    values = {
        "bilirubin": at(1.0, 1.0, 1.0),
        "albumin": at(4.0, 4.0, 4.0),
        "inr": at(1.0, 1.0, 1.0),
        "ascites_grade": at("none", "none", "none"),
        "encephalopathy_grade": at(0, 0, 0),
        "ast": at(40, 40, 40),
    }
    return facts(sessions=sessions, responses=responses, **{**values, **changed})


def scores(**changed):
    return [(p.child_pugh.low, p.child_pugh.high) for p in liver_course(patient(**changed), TODAY)]


def art_of(**changed):
    this = patient(**changed)
    return art(this, liver_course(this, TODAY))


def test_one_point_a_session_and_one_for_today():
    course = liver_course(patient(), TODAY)
    assert [(p.when, p.before) for p in course] == [(ago(120), FIRST), (ago(60), SECOND), (TODAY, None)]


def test_no_course_before_the_first_session():
    assert liver_course(patient(sessions=[]), TODAY) == ()


def test_deterioration_over_the_sessions():
    assert scores(albumin=at(4.0, 3.0, 2.5)) == [(5, 5), (6, 6), (7, 7)]


def test_a_value_of_the_recovery_period_is_no_function_to_compare_with():
    assert scores(bilirubin=[(1.0, 125), (4.0, 110), (1.0, 5)])[1] == (5, 7)


def test_a_value_after_the_session_does_not_count_before_it():
    assert scores(bilirubin=[(1.0, 119), (1.0, 5)])[0] == (5, 7)


def test_values_too_old_on_the_day_of_the_session_leave_it_open():
    assert scores(bilirubin=[(1.0, 211), (1.0, 65), (1.0, 5)])[0] == (5, 7)
    assert scores(bilirubin=[(1.0, 210), (1.0, 65), (1.0, 5)])[0] == (5, 5)


@pytest.mark.parametrize(
    ("changed", "points"),
    [
        pytest.param({}, 0, id="nothing worse"),
        pytest.param({"albumin": at(4.0, 3.0, 3.0)}, 1.5, id="Child-Pugh one point more"),
        pytest.param({"albumin": at(4.0, 2.7, 2.7)}, 3, id="two points more"),
        pytest.param({"albumin": at(3.0, 4.0, 4.0)}, 0, id="better"),
        pytest.param({"ast": at(40, 50, 50)}, 0, id="AST at +25 %"),
        pytest.param({"ast": at(40, 50.1, 50)}, 4, id="AST above +25 %"),
        pytest.param({"ast": at(40, 60, 60), "albumin": at(4.0, 2.7, 2.7)}, 7, id="both"),
    ],
)
def test_art(changed, points):
    score = art_of(responses=[response(FIRST, "PR")], **changed)
    assert (score.status, score.value) == ("known", points)


@pytest.mark.parametrize(("category", "points"), [("CR", 0), ("PR", 0), ("SD", 1), ("PD", 1)])
def test_art_counts_no_response_to_the_first_session(category, points):
    assert art_of(responses=[response(FIRST, category)]).value == points


def test_art_without_a_response_is_a_range():
    score = art_of()
    assert (score.low, score.high, score.missing) == (0, 1, ("mrecist_response",))


def test_art_without_ast_is_a_range():
    score = art_of(ast=None, responses=[response(FIRST, "CR")])
    assert (score.low, score.high, score.missing) == (0, 4, ("ast",))


@pytest.mark.parametrize(("days", "judged"), [(90, True), (91, False)])
def test_art_needs_two_sessions_within_90_days(days, judged):
    sessions = [session(ago(150)), session(ago(150 - days))]
    this = patient(sessions=sessions)
    assert (art(this, liver_course(this, TODAY)) is not None) is judged


def test_art_needs_a_second_session():
    assert art_of(sessions=[FIRST]) is None


@pytest.mark.parametrize(
    ("days_ago", "points"),
    [
        pytest.param(125, (0, 4), id="AST from before the first session alone is no AST before the second"),
        pytest.param(110, (0, 4), id="AST of the recovery after the first session"),
        pytest.param(65, (4, 4), id="AST after the recovery"),
    ],
)
def test_art_compares_ast_after_the_recovery_of_the_first_session(days_ago, points):
    score = art_of(
        ast=[(40, 126), (60, days_ago)] if days_ago != 125 else [(40, 125)], responses=[response(FIRST, "PR")]
    )
    assert (score.low, score.high) == points


@pytest.mark.parametrize(
    ("before", "after", "points"),
    [
        pytest.param(">50", 40, (0, 0), id="fell from whatever it was"),
        pytest.param("<50", 40, (0, 4), id="fell, or rose from less"),
        pytest.param("<50", 70, (4, 4), id="rose from whatever it was"),
        pytest.param("<100", 80, (0, 4), id="rose, or fell"),
        pytest.param(40, ">60", (4, 4), id="rose to above a limit"),
        pytest.param(40, ">45", (0, 4), id="rose by how much is not told"),
    ],
)
def test_art_with_ast_as_a_limit(before, after, points):
    score = art_of(ast=at(before, after, 40), responses=[response(FIRST, "PR")])
    assert (score.low, score.high) == points
    assert score.missing == (("ast",) if points == (0, 4) else ())


def test_art_misses_nothing_that_would_not_change_it():
    """Two points more or up to four: 3 points either way."""
    score = art_of(bilirubin=at(1.0, 4.0, 4.0), inr=at(1.0, None, 1.0)[:1], responses=[response(FIRST, "PR")])
    assert (score.low, score.high, score.missing) == (3, 3, ())


def test_a_value_of_the_day_of_treatment_is_from_before_it():
    """Also one before the second session: the day itself is known."""
    course = liver_course(patient(inr=[(1.0, 120), (1.0, 60), (1.0, 5)]), TODAY)
    assert [p.child_pugh.missing for p in course] == [(), (), ()]


def test_a_condition_of_the_day_of_treatment_is_known_before_it():
    told = {"ascites_grade": None, "states": [present("ascites_grade", "mild", 120)]}
    assert next(p.child_pugh.missing for p in liver_course(patient(**told), TODAY)) == ()


def test_a_value_refused_today_is_not_refused_then():
    """What could not be read has no day: the sessions before are judged by what was read."""
    course = liver_course(patient(refused={"inr": "INR: unit not known (Observation/x)"}), TODAY)
    assert [p.child_pugh.missing for p in course][:2] == [(), ()]


def test_windows_are_those_of_the_site():
    long = Windows(laboratory=400)
    this = patient(bilirubin=[(1.0, 300), (1.0, 65), (1.0, 5)])
    assert next(p.child_pugh.missing for p in liver_course(this, TODAY)) == ("bilirubin",)
    assert next(p.child_pugh.missing for p in liver_course(this, TODAY, long)) == ()
