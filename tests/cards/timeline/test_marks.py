"""Rows of marks: where the words of a mark stand, and what goes one lane down."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from cards.timeline.axis import Days
from cards.timeline.marks import LANE_PX, Mark, row
from cards.timeline.svg import width_of

START = date(2026, 1, 1)
LEFT, RIGHT = 100.0, 500.0
DAYS = Days(START, START + timedelta(400), LEFT, RIGHT)  # a day a pixel


def drawn(*marks, name="row", days=DAYS, top=0.0):
    """(words, left end, lane) of each text beside a mark, and the height in lanes."""
    elements, height = row(name, [Mark(START + timedelta(day), words) for day, words in marks], days, top)
    texts = [each for each in map(ElementTree.fromstring, elements) if each.tag == "text"][1:]
    wide = {"start": 0.0, "end": 1.0}
    found = [(t.text, float(t.get("x")) - wide[t.get("text-anchor")] * width_of(t.text), (float(t.get("y")) - top - 12) / LANE_PX)
             for t in texts]  # fmt: skip
    return found, (height - 3) / LANE_PX


WORDS = "ten or so."
WIDE = width_of(WORDS)  # 69


@pytest.mark.parametrize(
    ("day", "words", "left"),
    [
        pytest.param(0, WORDS, 108, id="to the right"),
        pytest.param(400 - 8 - 69, WORDS, 100 + 400 - 69, id="to the right up to the edge"),
        pytest.param(400 - 8 - 68, WORDS, 100 + 400 - 8 - 68 - 8 - 69, id="to the left where it has no room"),
        pytest.param(400, WORDS, 500 - 8 - 69, id="to the left of the last day"),
        pytest.param(200, "x" * 27, 308, id="as wide as the room"),
        pytest.param(200, "x" * 40, 308, id="no room on either side of the middle: cut, to the right"),
        pytest.param(150, "x" * 60, 258, id="cut on the wider side: the right one"),
    ],
)
def test_where_words_stand(day, words, left):
    ((shown, at, _),), _ = drawn((day, words))
    assert at == pytest.approx(left, abs=0.1)
    assert shown == words or (shown.endswith("…") and words.startswith(shown[:-1]))
    assert at + width_of(shown) <= RIGHT


def test_cut_on_the_wider_side_the_left_one():
    ((shown, at, _),), _ = drawn((250, "x" * 60))
    assert shown.endswith("…")
    assert at >= LEFT
    assert at + width_of(shown) == pytest.approx(350 - 8, abs=0.1)
    assert len(shown) == int((250 - 8) / width_of("x"))


def test_words_as_wide_as_the_left_side_stand_there_whole():
    narrow = Days(START, START + timedelta(100), 100.0, 100.0 + 8 + 69)
    ((shown, at, _),), _ = drawn((100, WORDS), days=narrow)
    assert (shown, at) == (WORDS, 100.0)


@pytest.mark.parametrize(
    ("days", "lanes"),
    [
        pytest.param((0, 200), [0, 0], id="apart: one lane"),
        pytest.param((0, 40), [0, 1], id="over another: one down"),
        pytest.param((0, 86), [0, 0], id="a little room between the words and the next mark"),
        pytest.param((0, 85), [0, 1], id="less than that"),
        pytest.param((0, 20, 40), [0, 1, 2], id="three"),
        pytest.param((0, 40, 120), [0, 1, 0], id="the first lane is free again"),
    ],
)
def test_lanes(days, lanes):
    found, height = drawn(*((day, WORDS) for day in days))
    assert [lane for _, _, lane in found] == lanes
    assert height == max(lanes) + 1


def test_marks_to_the_left_of_which_words_stand_take_that_room():
    found, _ = drawn((330, "seen"), (400, WORDS))
    assert [lane for _, _, lane in found] == [0, 1]


def test_mark_without_words():
    elements, height = row("row", [Mark(START, "")], DAYS, 0.0)
    assert [ElementTree.fromstring(each).tag for each in elements] == ["text", "circle"]
    assert height == LANE_PX + 3


def test_row_without_marks_and_a_long_name():
    elements, height = row("a name that is longer than the edge", [], DAYS, 0.0)
    assert height == LANE_PX + 3
    assert [ElementTree.fromstring(each).text for each in elements] == ["a name that …"]


@pytest.mark.parametrize(("day", "lane"), [(344, 0), (343, 1)])
def test_a_mark_beside_one_whose_words_stand_to_the_left(day, lane):
    elements, _ = row("row", [Mark(START + timedelta(330), WORDS), Mark(START + timedelta(day), "")], DAYS, 0.0)
    *_, last = [each for each in map(ElementTree.fromstring, elements) if each.tag == "circle"]
    assert float(last.get("cy")) == lane * LANE_PX + 8


def test_words_that_do_not_fit_by_a_pixel_are_cut():
    narrow = Days(START, START + timedelta(100), 100.0, 100.0 + 8 + 68)
    ((shown, at, _),), _ = drawn((100, WORDS), days=narrow)
    assert shown == "ten or s…"
    assert at >= 100.0


@pytest.mark.parametrize(("left", "shown"), [(95.8, "13 characters"), (95.6, "13 character…")])
def test_room_for_the_name_of_a_row(left, shown):
    elements, _ = row("13 characters", [], Days(START, START + timedelta(400), left, 500.0), 0.0)
    assert ElementTree.fromstring(elements[0]).text in (shown, shown.replace("r…", "…"))
