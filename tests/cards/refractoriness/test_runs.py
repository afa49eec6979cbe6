"""Consecutive failures, and sessions of which it is not told whether they treated the lesion."""

from itertools import product

import pytest

from cards.refractoriness.runs import over_told_sessions, run_of
from cards.response.history import Outcome
from cards.verdict import Verdict
from tests.cards.build import LESION, session

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
F, R, N = True, False, None  # failed, responded, not told


@pytest.mark.parametrize(
    ("length", "failures", "expected"),
    [
        (2, [], NOT_MET),
        (2, [F], NOT_MET),
        (2, [F, F], MET),
        (2, [F, R, F], NOT_MET),
        (2, [R, F, F], MET),
        (2, [F, F, R], MET),
        (2, [F, N], UNKNOWN),
        (2, [N, N], UNKNOWN),
        (2, [F, N, F], UNKNOWN),
        (2, [R, N], NOT_MET),
        (3, [F, F], NOT_MET),
        (3, [F, N, F], UNKNOWN),
        (3, [F, F, F], MET),
    ],
)
def test_run(length, failures, expected):
    assert run_of(length, failures) is expected


@pytest.mark.parametrize("length", [1, 2, 3])
def test_run_is_what_every_completion_says(length):
    for size in range(6):
        for failures in product((F, R, N), repeat=size):
            completed = product(*((F, R) if each is None else (each,) for each in failures))
            answers = {run_of(length, each) for each in completed}
            assert run_of(length, failures) is (answers.pop() if len(answers) == 1 else UNKNOWN)


def outcome(category, told=True):
    return Outcome(session(100, LESION), LESION, category, told=told)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        pytest.param([outcome("SD"), outcome("SD")], MET, id="both told"),
        pytest.param([outcome("SD", False), outcome("SD", False)], UNKNOWN, id="neither told"),
        pytest.param([outcome("SD"), outcome("SD", False)], UNKNOWN, id="one told"),
        pytest.param(
            [outcome("SD"), outcome("PR", False), outcome("SD")], UNKNOWN, id="a response of one not told between"
        ),
        pytest.param(
            [outcome("SD"), outcome("", False), outcome("SD")], UNKNOWN, id="one without any response between"
        ),
        pytest.param([outcome("SD"), outcome("SD"), outcome("PR", False)], MET, id="one not told afterwards"),
        pytest.param([outcome("SD"), outcome("PR", False)], NOT_MET, id="one failure, whatever the other treated"),
        pytest.param([], NOT_MET, id="no session"),
    ],
)
def test_sessions_whose_target_is_not_told(history, expected):
    assert over_told_sessions(history, lambda h: run_of(2, [o.failed for o in h])) is expected
