"""Which response belongs to which session and lesion, and whether it counts (day 28 to 92, later late)."""

from datetime import timedelta

import pytest

from cards.facts import NOT_TOLD, OVERALL, Response
from cards.response.history import lesion_history, lesion_name, same_lesion, target_lesions, timed
from tests.cards.build import LESION, ago, facts, order, response, session

FIRST, SECOND = session(200, LESION), session(100, LESION)
OTHER = "segment-2"


def history(responses, sessions=(FIRST,), lesion=LESION, **changes):
    return lesion_history(facts(sessions=sessions, responses=responses, **changes), lesion)


def at(category, days_ago, lesion=LESION, *, ref="", session=""):
    return Response(lesion, ago(days_ago), f"Observation/{category}{days_ago}{ref}", category, None, session)


@pytest.mark.parametrize(
    ("day", "counts", "words"),
    [
        pytest.param(-1, None, "", id="before the session"),
        pytest.param(0, None, "", id="imaging of the day of treatment is from before it"),
        pytest.param(1, False, "day 1 after the session: too early, not counted", id="day 1"),
        pytest.param(27, False, "day 27 after the session: too early, not counted", id="day 27"),
        pytest.param(28, True, "day 28 after the session", id="day 28"),
        pytest.param(92, True, "day 92 after the session", id="day 92"),
        pytest.param(93, True, "day 93 after the session: late", id="day 93"),
    ],
)
def test_day_of_a_response(day, counts, words):
    found = timed(facts(sessions=[FIRST], responses=[at("SD", 200 - day)]), LESION)
    assert [t.counts for t in found] == ([] if counts is None else [counts])
    assert [t.because for t in found] == ([] if counts is None else [words])


def test_response_belongs_to_the_session_it_names():
    late = at("SD", 50, session=FIRST.evidence[0])
    assert [o.category for o in history([late], (FIRST, SECOND))] == ["SD", ""]


def test_response_without_a_session_belongs_to_the_last_one_before_it():
    assert [o.category for o in history([at("SD", 60)], (FIRST, SECOND))] == ["", "SD"]


def test_response_soon_after_the_second_session_is_none_of_the_first():
    assert [o.category for o in history([at("SD", 90)], (FIRST, SECOND))] == ["", ""]


def test_session_of_another_lesion_takes_no_response():
    other = session(100, OTHER)
    assert [o.category for o in history([at("SD", 60)], (FIRST, other))] == ["SD"]


def test_undated_response_is_not_used():
    undated = Response(LESION, None, "Observation/x", "SD", None, FIRST.evidence[0])
    assert history([undated])[0].category == ""


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        pytest.param([at("PR", 150), at("SD", 140)], "SD", id="the later one"),
        pytest.param([at("PD", 150), at("PR", 140)], "PR", id="the later one, also where it is the better one"),
        pytest.param([at("PR", 150, ref="a"), at("PD", 150, ref="b")], "PD", id="of one day the more cautious"),
        pytest.param([at("SD", 150), at("NE", 140)], "SD", id="not evaluable does not replace"),
        pytest.param([at("SD", 190), at("PR", 150)], "PR", id="the early one does not count"),
        pytest.param([at("PR", 150), at("SD", 195)], "PR", id="the early one does not count, in any order"),
        pytest.param([], "", id="none"),
    ],
)
def test_category_of_a_session(responses, expected):
    assert history(responses)[0].category == expected
    assert history(list(reversed(responses)))[0].category == expected


@pytest.mark.parametrize(
    ("lesions", "category", "expected", "overall"),
    [
        pytest.param((LESION,), "SD", "SD", True, id="one lesion: it stands in"),
        pytest.param((LESION, OTHER), "SD", "", False, id="two lesions: it does not tell which"),
        pytest.param((LESION, OTHER), "PD", "", False, id="two lesions, progression: nor that"),
        pytest.param((LESION, OTHER), "CR", "CR", True, id="complete response holds for each"),
    ],
)
def test_overall_response(lesions, category, expected, overall):
    found = history([at(category, 150, OVERALL)], (session(200, *lesions),))[0]
    assert (found.category, found.overall) == (expected, overall)


def test_own_response_goes_before_the_overall_one():
    assert history([at("PR", 150), at("PD", 150, OVERALL)])[0].category == "PR"


@pytest.mark.parametrize(
    ("category", "failed"), [("CR", False), ("PR", False), ("SD", True), ("PD", True), ("NE", None), ("", None)]
)
def test_failure_is_stable_or_progressive_disease(category, failed):
    found = history([response(FIRST, category)] if category else [])[0]
    assert found.failed is failed


def test_session_that_names_no_lesion_may_have_treated_it():
    assert [o.told for o in history([], (FIRST, session(100)))] == [True, False]


def test_other_treatments_are_no_tace():
    assert history([], (FIRST, session(100, LESION, kind="y90"), session(50, LESION, kind="embolization")))[1:] == ()


@pytest.mark.parametrize(
    ("segments", "one", "other", "expected"),
    [
        pytest.param({}, LESION, LESION, True, id="the same key"),
        pytest.param({}, LESION, OTHER, False, id="two segments"),
        pytest.param({"BodyStructure/a": LESION}, "BodyStructure/a", LESION, True, id="the only lesion of a segment"),
        pytest.param({"BodyStructure/a": LESION, "BodyStructure/b": LESION}, "BodyStructure/a", LESION, False,
                     id="one of two lesions of a segment"),
        pytest.param({"BodyStructure/a": LESION, "BodyStructure/b": LESION}, "BodyStructure/a", "BodyStructure/b", False,
                     id="two lesions of a segment"),
        pytest.param({"BodyStructure/a": "right-lobe"}, "BodyStructure/a", "right-lobe", False, id="a lobe is no lesion"),
    ],
)  # fmt: skip
def test_same_lesion(segments, one, other, expected):
    assert same_lesion(facts(segments=segments), one, other) is expected


@pytest.mark.parametrize(
    ("sessions", "orders", "expected"),
    [
        pytest.param([FIRST, SECOND], [], (LESION,), id="one lesion treated twice"),
        pytest.param([session(200, LESION, OTHER)], [], (LESION, OTHER), id="two at once"),
        pytest.param([FIRST], [order("tace", OTHER)], (LESION, OTHER), id="another one ordered"),
        pytest.param([session(200)], [], (NOT_TOLD,), id="none named"),
        pytest.param([], [], (NOT_TOLD,), id="nothing"),
    ],
)
def test_target_lesions(sessions, orders, expected):
    assert target_lesions(facts(sessions=sessions, orders=orders)) == expected


OPEN = session(200)  # names no lesion


@pytest.mark.parametrize(
    ("sessions", "responses", "expected"),
    [
        pytest.param([FIRST], [at("SD", 150, OTHER)], (LESION,), id="what was not treated is no target"),
        pytest.param([FIRST], [at("SD", 150, OVERALL)], (LESION,), id="the whole liver beside a named lesion"),
        pytest.param([OPEN], [at("SD", 150, OTHER)], (OTHER,), id="what was imaged may have been treated"),
        pytest.param([OPEN, SECOND], [at("SD", 50, LESION)], (LESION,), id="of the named lesion alone"),
        pytest.param(
            [OPEN, SECOND], [at("SD", 50, OVERALL)], (LESION, NOT_TOLD), id="the whole liver beside an open one"
        ),
        pytest.param([OPEN], [at("SD", 150, LESION), at("SD", 150, NOT_TOLD)], (LESION, NOT_TOLD), id="both"),
    ],
)
def test_target_lesions_of_what_was_imaged(sessions, responses, expected):
    assert target_lesions(facts(sessions=sessions, responses=responses)) == expected


@pytest.mark.parametrize(
    ("others", "category"),
    [
        pytest.param([], "SD", id="of the only lesion: it holds for the liver"),
        pytest.param([at("CR", 140, OTHER)], "", id="of one of two: it does not"),
    ],
)
def test_what_is_said_of_the_only_lesion_holds_for_the_whole_liver(others, category):
    found = history([at("SD", 150), *others], (OPEN,), NOT_TOLD)
    assert [o.category for o in found] == [category]


def test_lesion_is_named_by_its_segment():
    located = facts(segments={"BodyStructure/a": LESION})
    assert lesion_name(located, "BodyStructure/a") == "segment 8"
    assert lesion_name(located, "BodyStructure/left-one") == "BodyStructure/left-one"
    assert "not told" in lesion_name(located, NOT_TOLD)


def test_viable_part_and_category_come_from_their_own_observations():
    both = [response(FIRST, "SD", day=42), response(FIRST, viable=60.0, day=45)]
    found = history(both)[0]
    assert (found.category, found.viable, found.on) == ("SD", 60.0, FIRST.when + timedelta(45))


def viable(percent, days_ago, lesion=LESION, *, ref=""):
    return Response(lesion, ago(days_ago), f"Observation/viable{days_ago}{ref}", "", percent, "")


@pytest.mark.parametrize(
    ("told", "percent", "on"),
    [
        pytest.param([viable(60.0, 150), viable(20.0, 140)], 20.0, 140, id="the later one"),
        pytest.param([viable(20.0, 150), viable(60.0, 150, ref="b")], 60.0, 150, id="of one day the larger one"),
        pytest.param(
            [viable(0.0, 150), viable(0.5, 150, ref="b")], 0.5, 150, id="of one day the larger one, beside none"
        ),
        pytest.param([viable(60.0, 150), viable(20.0, 190)], 60.0, 150, id="too early does not count"),
        pytest.param([viable(60.0, 150, OVERALL)], 60.0, 150, id="of the whole liver, for the only lesion"),
        pytest.param(
            [viable(60.0, 150, OVERALL), viable(20.0, 150)], 20.0, 150, id="of the lesion before that of the liver"
        ),
    ],
)
def test_viable_part_after_a_session(told, percent, on):
    for given in (told, told[::-1]):
        (found,) = history(given)
        assert (found.viable, found.on) == (percent, ago(on))


def test_viable_part_of_the_whole_liver_does_not_tell_of_one_of_two_lesions():
    (found,) = history([viable(60.0, 150, OVERALL)], (session(200, LESION, OTHER),))
    assert (found.viable, found.evidence) == (None, ())


@pytest.mark.parametrize(
    ("responses", "because", "evidence"),
    [
        pytest.param([], "no response imaging is recorded", (), id="none"),
        pytest.param([at("SD", 150)], "day 50 after the session", ("Observation/SD150",), id="one"),
        pytest.param([at("SD", 190)], "day 10 after the session: too early, not counted", (), id="too early"),
        pytest.param([at("SD", 190), at("PR", 180)],
                     "day 10 after the session: too early, not counted; day 20 after the session: too early, not counted", (),
                     id="twice too early"),
        pytest.param([at("SD", 190), at("PR", 150)], "day 50 after the session", ("Observation/PR150",),
                     id="the early one is not spoken of where another counts"),
        pytest.param([at("NE", 150)], "no response imaging is recorded", (), id="not evaluable"),
        pytest.param([at("SD", 190, OVERALL)], "day 10 after the session: too early, not counted", (), id="of the whole liver"),
        pytest.param([at("SD", 150), viable(60.0, 145)], "day 50 after the session; day 55 after the session",
                     ("Observation/SD150", "Observation/viable145"), id="category and viable part"),
    ],
)  # fmt: skip
def test_what_an_outcome_stands_on(responses, because, evidence):
    (found,) = history(responses)
    assert (found.because, found.evidence) == (because, evidence)
