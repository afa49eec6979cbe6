"""EZ-ALBI, and Child-Pugh by the limits for PBC/PSC: second values beside the score."""

import pytest

from cards.liver.albi import ez_albi
from cards.liver.child_pugh import child_pugh, cholestatic_total
from tests.cards.build import LIVER, facts, state_of


@pytest.mark.parametrize(
    ("bilirubin", "albumin", "score"),
    [(1.0, 4.0, -35.0), (0.5, 3.5, -31.0), (3.0, 2.8, -22.2), ("34.208 umol/L", 3.0, -25.0)],
)
def test_ez_albi_is_bilirubin_minus_nine_times_albumin(bilirubin, albumin, score):
    found = ez_albi(state_of(facts(bilirubin=bilirubin, albumin=albumin)))
    assert (found.status, round(found.value, 2)) == ("known", score)


@pytest.mark.parametrize("name", ["bilirubin", "albumin"])
def test_ez_albi_needs_both(name):
    found = ez_albi(state_of(facts(**{"bilirubin": 1.0, "albumin": 4.0, name: None})))
    assert (found.status, found.missing) == ("unknown", (name,))


@pytest.mark.parametrize(
    ("bilirubin", "ordinary", "cholestatic"),
    [
        pytest.param(1.9, 5, 5, id="below 2"),
        pytest.param(2.0, 6, 5, id="2.0: ordinary middle, cholestatic low"),
        pytest.param(3.1, 7, 5, id="above 3"),
        pytest.param(3.9, 7, 5, id="below 4"),
        pytest.param(4.0, 7, 6, id="4.0: cholestatic middle"),
        pytest.param(10.0, 7, 6, id="10.0: cholestatic middle"),
        pytest.param(10.1, 7, 7, id="above 10"),
    ],
)
def test_cholestatic_limits(bilirubin, ordinary, cholestatic):
    state = state_of(facts(**{**LIVER, "bilirubin": bilirubin}))
    liver = child_pugh(state)
    assert (liver.low, cholestatic_total(liver, state)) == (ordinary, (cholestatic, cholestatic))


def test_a_missing_bilirubin_leaves_both_open():
    state = state_of(facts(**{**LIVER, "bilirubin": None}))
    assert cholestatic_total(child_pugh(state), state) == (5, 7)
