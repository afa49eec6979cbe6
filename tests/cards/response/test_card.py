"""When response imaging is due: counted from the last day of the last TACE."""

from dataclasses import replace

import pytest

from cards.response.card import imaging_card
from tests.cards.build import LESION, ago, case, facts, response, session

LAST = session(40, LESION)
IN_STEPS = replace(session(60, LESION), steps=(ago(60), ago(40)), latest=ago(40))


@pytest.mark.parametrize(
    "sessions",
    [
        pytest.param([LAST], id="one"),
        pytest.param([session(200, LESION), LAST], id="the last of two"),
        pytest.param([IN_STEPS], id="the last step of one in steps"),
        pytest.param([session(300, LESION), session(200, LESION), IN_STEPS], id="in steps, after others"),
    ],
)
def test_day_of_the_last_session(sessions):
    card = imaging_card(case(facts(sessions=sessions)))
    assert card.summary == "Response imaging due: day 40 after the TACE of 12 Oct 2026, no response recorded."
    assert "The last TACE was on 12 Oct 2026;" in card.detail


def test_a_month_alone_is_counted_from_its_last_day_and_named_by_its_first():
    vague = replace(session(60, LESION), latest=ago(40))
    assert "day 40 after the TACE of 22 Sep 2026" in imaging_card(case(facts(sessions=[vague]))).summary


@pytest.mark.parametrize(("day", "word"), [(27, None), (28, "due"), (42, "due"), (43, "overdue")])
def test_when_it_is_due(day, word):
    card = imaging_card(case(facts(sessions=[session(day, LESION)])))
    assert (card and card.summary.split(":")[0]) == (word and f"Response imaging {word}")


def test_a_response_to_an_earlier_session_is_none_to_the_last():
    earlier = session(200, LESION)
    assert imaging_card(case(facts(sessions=[earlier, LAST], responses=[response(earlier, "PR")]))) is not None
