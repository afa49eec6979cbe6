"""The axes: first days of months and years, powers of ten, and what stands at their ends."""

from datetime import date, timedelta

import pytest

from cards.timeline.axis import Days, days_over, decades_over

LEFT, RIGHT = 92.0, 708.0


def ticks(start, end, right=RIGHT):
    return [(when.isoformat(), words) for when, words in Days(start, end, LEFT, right).ticks()]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(date(2026, 1, 1), date(2026, 3, 2),
                     [("2026-01-01", "Jan 2026"), ("2026-02-01", "Feb"), ("2026-03-01", "Mar")], id="from a first of a month"),
        pytest.param(date(2026, 1, 2), date(2026, 3, 1), [("2026-02-01", "Feb 2026"), ("2026-03-01", "Mar")],
                     id="the month that had begun is not marked"),
        pytest.param(date(2025, 11, 20), date(2026, 2, 10),
                     [("2025-12-01", "Dec 2025"), ("2026-01-01", "Jan 2026"), ("2026-02-01", "Feb")], id="January has its year"),
        pytest.param(date(2026, 1, 5), date(2026, 2, 10), [("2026-01-05", "5 Jan 2026"), ("2026-02-10", "10 Feb 2026")],
                     id="fewer than two: the ends"),
        pytest.param(date(2016, 6, 1), date(2026, 6, 1), [(f"{year}-01-01", str(year)) for year in range(2017, 2027)],
                     id="years"),
        pytest.param(date.min, date(1, 3, 15), [("0001-01-01", "Jan 1"), ("0001-02-01", "Feb"), ("0001-03-01", "Mar")],
                     id="from the first day there is"),
        pytest.param(date(9999, 9, 15), date.max, [("9999-10-01", "Oct 9999"), ("9999-11-01", "Nov"), ("9999-12-01", "Dec")],
                     id="to the last one"),
    ],
)  # fmt: skip
def test_days_that_are_marked(start, end, expected):
    assert ticks(start, end) == expected


def test_labels_stand_apart():
    """Half the room: every second year."""
    assert [words for _, words in ticks(date(2016, 6, 1), date(2026, 6, 1), 380.0)] == [
        "2018",
        "2020",
        "2022",
        "2024",
        "2026",
    ]


@pytest.mark.parametrize(
    ("days", "margin"),
    [
        pytest.param(0, 15, id="one day: a month"),
        pytest.param(29, 15, id="less than a month"),
        pytest.param(30, 2, id="a month: two days at least"),
        pytest.param(59, 2, id="one in twenty, whole days"),
        pytest.param(60, 3, id="one in twenty"),
        pytest.param(400, 20, id="one in twenty of more than a year"),
    ],
)
def test_margin(days, margin):
    last = date(2026, 6, 1)
    over = days_over([last, last - timedelta(days)], LEFT, RIGHT)
    assert (over.start, over.end) == (last - timedelta(days + margin), last + timedelta(margin))
    assert (over.left, over.right) == (LEFT, RIGHT)


def test_no_day_before_the_first_and_after_the_last_that_there_is():
    over = days_over([date.min + timedelta(1), date.max - timedelta(1)], LEFT, RIGHT)
    assert (over.start, over.end) == (date.min, date.max)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([3, 50000], ["1", "10", "100", "1,000", "10,000", "100,000"], id="around all"),
        pytest.param([3, 500000], ["1", "100", "10,000", "1 M"], id="every second of seven"),
        pytest.param([0.5, 0.9], ["0.1", "1"], id="below one"),
        pytest.param([0.01, 0.02], ["0.1", "1"], id="at the bottom"),
        pytest.param([0.5, 50000], ["0.1", "10", "1,000", "100,000"], id="every second from below one"),
        pytest.param([10, 10], ["10", "100"], id="one power: the next one too"),
        pytest.param([200000, 20000000], ["100,000", "1 M", "10 M", "100 M"], id="millions"),
    ],
)
def test_powers_that_are_marked(values, expected):
    assert [words for _, words in decades_over(values, 100, 0).ticks()] == expected


def test_up_is_more():
    scale = decades_over([1, 1000], 100, 10)
    assert [scale.y(value) for value in (0.001, 1, 10, 1000)] == [100, 100, 70, 10]
    assert [value for value, _ in scale.ticks()] == [1, 10, 100, 1000]
