"""Plots: grades between their limits, and words beside the points that overlap nothing."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from cards.timeline.axis import Days
from cards.timeline.plots import Point, graded_plot, marker_plot

START = date(2026, 1, 1)
DAYS = Days(START, START + timedelta(400), 100.0, 500.0)  # a day a pixel


def points(*values, every=100, words=None):
    return [Point(START + timedelta(every * n), v, v, words or f"{v:g}") for n, v in enumerate(values)]


def child_pugh(*values, **options):
    elements, height = graded_plot(
        "Child-Pugh", points(*values, **options), (6.5, 9.5), ("A", "B", "C"), (5, 10), DAYS, 0.0
    )
    assert height == 98
    return [ElementTree.fromstring(each) for each in elements]


def texts(elements, anchor):
    return [each.text for each in elements if each.get("text-anchor") == anchor]


@pytest.mark.parametrize(
    ("ends", "value", "grades"),
    [
        pytest.param((5, 10), 5, ["A", "B", "C"], id="all"),
        pytest.param((7, 10), 7, ["B", "C"], id="above the first limit"),
        pytest.param((6.5, 10), 7, ["B", "C"], id="from the first limit"),
        pytest.param((5, 9), 5, ["A", "B"], id="below the last limit"),
        pytest.param((5, 9.5), 5, ["A", "B"], id="up to the last limit"),
        pytest.param((5, 9), 15, ["A", "B", "C"], id="widened by a value"),
    ],
)
def test_grades_that_are_shown(ends, value, grades):
    elements, _ = graded_plot("Child-Pugh", points(value), (6.5, 9.5), ("A", "B", "C"), ends, DAYS, 0.0)
    drawn = [ElementTree.fromstring(each) for each in elements]
    assert texts(drawn, "end") == grades
    dashed = [each for each in drawn if each.get("stroke-dasharray")]
    assert len(dashed) == len(grades) - 1


def test_words_stand_above_the_points():
    drawn = child_pugh(5, 7, 10)
    circles = {each[0].text: float(each.get("cy")) for each in drawn if each.tag == "circle"}
    words = {each.text: float(each.get("y")) for each in drawn if each.get("text-anchor") == "middle"}
    assert {name: circles[name] - y for name, y in words.items()} == {"5": 7, "7": 7, "10": 7}


def test_words_stand_below_a_point_whose_upper_side_is_taken():
    """The last is named above, the highest beside it and the first below what is near them."""
    drawn = child_pugh(7, 7, 7, every=6, words="seven")
    (y,) = {float(each.get("cy")) for each in drawn if each.tag == "circle"}
    assert [float(each.get("y")) - y for each in drawn if each.get("text-anchor") == "middle"] == [-7, 6 + 11]


def test_words_that_fit_nowhere_are_left_out_and_stand_on_the_point():
    drawn = child_pugh(7, 7, 7, 7, every=3, words="seven")
    assert len(texts(drawn, "middle")) == 2
    assert [each[0].text for each in drawn if each.tag == "circle"] == ["seven"] * 4


def test_the_last_and_the_highest_are_named_first():
    """Four points in a small room: of those that overlap the highest keeps its words."""
    drawn = [ElementTree.fromstring(each) for each in marker_plot("AFP", points(3, 4, 9000, 5, every=8), DAYS, 0.0)[0]]
    assert texts(drawn, "middle")[:2] == ["5", "9000"]


def test_a_span_is_a_line_and_its_words_stand_at_its_ends():
    one = Point(START + timedelta(200), 5, 7, "5-7")
    elements, _ = graded_plot("Child-Pugh", [one], (6.5, 9.5), ("A", "B", "C"), (5, 10), DAYS, 0.0)
    (thick,) = [each for each in map(ElementTree.fromstring, elements) if each.get("stroke-width") == "5"]
    low, high = float(thick.get("y1")), float(thick.get("y2"))
    (y,) = [
        float(each.get("y")) for each in map(ElementTree.fromstring, elements) if each.get("text-anchor") == "middle"
    ]
    assert high < low
    assert y == high - 7


SCALE = (0.0, 42.0)  # a unit a pixel
WIDE = "x" * 20  # 138 pixels


def named(value, *dots):
    """How far its words stand below a point in the middle (above: less than zero); None where they are left out. Each dot is a
    point so many pixels to the right of it and below it.
    """
    named = [Point(START + timedelta(100), value, value, WIDE)]
    silent = [Point(START + timedelta(100 + right), value - below, value - below, "") for right, below in dots]
    elements, _ = graded_plot("score", sorted([*named, *silent], key=lambda p: p.when), (), (), SCALE, DAYS, 0.0)
    drawn = [ElementTree.fromstring(each) for each in elements]
    (y,) = [float(each.get("cy")) for each in drawn if each.tag == "circle" and len(each)]
    found = [float(each.get("y")) - y for each in drawn if each.text == WIDE and each.get("text-anchor") == "middle"]
    return found[0] if found else None


ABOVE, BELOW = -7, 17


@pytest.mark.parametrize(
    ("dot", "expected"),
    [
        pytest.param((72, -10), BELOW, id="to the right: under the words"),
        pytest.param((73, -10), ABOVE, id="to the right: beside them"),
        pytest.param((-72, -10), BELOW, id="to the left: under the words"),
        pytest.param((-73, -10), ABOVE, id="to the left: beside them"),
        pytest.param((-20, -2), BELOW, id="lower: under the words"),
        pytest.param((-20, -1), ABOVE, id="lower: below them"),
        pytest.param((-20, -21), BELOW, id="higher: under the words"),
        pytest.param((-20, -22), ABOVE, id="higher: above them"),
    ],
)
def test_words_leave_a_point_free(dot, expected):
    assert named(15, dot) == expected


def test_words_below_the_lowest_point():
    assert named(0, (-20, -10)) == BELOW
