"""Every limit just below, at and just above; every limit on a fact also with the fact missing and too old."""

import pytest

from cards.current import DEFAULT_WINDOWS
from cards.facts import FACTS
from cards.systems import LIMITS
from tests.cards.boundaries import EDGES

OF_FACTS = [edge for edge in EDGES if edge.fact]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.limit)
@pytest.mark.parametrize("side", [0, 1, 2], ids=["just below", "at", "just above"])
def test_edge(edge, side):
    whole = float(edge.values[1]).is_integer() and float(edge.step).is_integer()
    value = edge.values[side]
    assert edge.judge(int(value) if whole else value) == edge.results[side]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.limit)
def test_limit_is_the_one_printed_and_it_matters(edge):
    assert LIMITS[edge.limit].value == edge.value
    assert len(set(map(str, edge.results))) > 1


@pytest.mark.parametrize("edge", OF_FACTS, ids=lambda edge: edge.limit)
def test_missing_fact_leaves_it_open(edge):
    assert edge.judge(None) == edge.open


@pytest.mark.parametrize("edge", OF_FACTS, ids=lambda edge: edge.limit)
def test_fact_holds_to_the_last_day_of_its_window_and_no_longer(edge):
    days = DEFAULT_WINDOWS.days(FACTS[edge.fact].window)
    value = int(edge.values[1]) if FACTS[edge.fact].kind == "integer" else edge.values[1]
    assert edge.judge((value, days)) == edge.results[1]
    assert edge.judge((value, days + 1)) == edge.open
