"""Small cells, and what would give them away."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cohort.report import suppression
from service.cohort.report.suppression import is_small, linked, overlap, partition, share, total

CELLS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12), min_size=1)


@pytest.mark.parametrize(("number", "small"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_to_four_is_small(number, small):
    assert is_small(number) is small


@given(CELLS)
def test_no_small_cell_is_shown(cells):
    assert not any(n is not None and is_small(n) for n in partition(cells).values())


@given(CELLS)
def test_nothing_withheld_can_be_worked_out_from_the_total(cells):
    """Every withheld cell has at least two values that fit what is shown."""
    shown = partition(cells)
    hidden = [name for name, number in shown.items() if number is None]
    of = total(cells, shown)
    if not hidden or of is None:
        return
    rest = of - sum(n for n in shown.values() if n is not None)
    assert len(hidden) > 1
    fits = [v for v in product(range(1, rest + 1), repeat=min(len(hidden), 3)) if sum(v) <= rest]
    if len(hidden) <= 3:
        fits = [v for v in fits if sum(v) == rest]
    assert len({v[0] for v in fits}) > 1


@given(CELLS)
def test_zeros_are_always_shown(cells):
    assert all(partition(cells)[name] == 0 for name, number in cells.items() if number == 0)


@given(CELLS, CELLS)
def test_what_is_withheld_in_one_table_is_not_shown_under_another_name(one, other):
    tables = {"one": one, "other": other}
    shown = linked(tables)
    hidden = {tables[t][c] for t, cells in shown.items() for c, n in cells.items() if n is None}
    assert not hidden & {n for cells in shown.values() for n in cells.values() if n}


def test_two_small_cells_that_together_are_small_take_a_third_with_them():
    assert partition({"a": 1, "b": 2, "c": 30, "d": 9}) == {"a": None, "b": None, "c": 30, "d": None}


def test_a_total_that_would_give_a_cell_away_is_withheld():
    cells = {"a": 3, "b": 0}
    assert total(cells, partition(cells)) is None


@pytest.mark.parametrize(
    ("number", "of", "shown"), [(5, 10, 5), (4, 50, None), (46, 50, None), (45, 50, 45), (0, 50, 0), (50, 50, 50)]
)
def test_a_share_is_withheld_where_either_side_is_small(number, of, shown):
    assert share(number, of) == shown


@pytest.mark.parametrize(
    ("both", "one", "other", "shown"),
    [(10, 20, 30, 10), (10, 12, 30, None), (10, 20, 13, None), (3, 20, 30, None), (10, None, 30, None), (0, 9, 9, 0)],
)
def test_an_overlap_is_withheld_where_a_part_of_it_is_small(both, one, other, shown):
    assert overlap(both, one, other) == shown


def test_the_limit_is_five():
    assert suppression.SMALLEST == 5
