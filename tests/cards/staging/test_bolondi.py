"""Bolondi's substages: the whole table, what it leaves out, and what missing values leave open."""

import pytest

from cards.liver.child_pugh import child_pugh
from cards.staging.bclc import bclc
from cards.staging.bolondi import bolondi, substage
from cards.staging.burden import burden
from tests.cards.build import CANDIDATE, facts, state_of

WITHIN, BEYOND = (4.0, 2.0), (5.0, 4.0, 3.0)


@pytest.mark.parametrize(
    ("score", "within", "ecog", "expected"),
    [
        (5, True, 0, "B1"), (6, True, 0, "B1"), (7, True, 0, "B1"), (5, False, 0, "B2"), (6, False, 0, "B2"),
        (7, False, 0, "B3"), (8, True, 0, "B4"), (8, False, 1, "B4"), (9, True, 1, "B4"), (9, False, 0, "B4"),
        (10, True, 0, "none"), (5, True, 1, "none"), (7, False, 1, "none"), (8, True, 2, "none"),
    ],
)  # fmt: skip
def test_table(score, within, ecog, expected):
    assert substage(score, within, ecog) == expected


def judged(sizes=WITHIN, **changed):
    state = state_of(facts(sizes=list(sizes), **{**CANDIDATE, "nodule_count": len(sizes), **changed}))
    liver, b = child_pugh(state), burden(state)
    return bolondi(state, liver, b, bclc(state, liver, b))


@pytest.mark.parametrize(
    ("changed", "status", "candidates"),
    [
        pytest.param({}, "known", ("B1",), id="within, A5, ECOG 0"),
        pytest.param({"sizes": BEYOND}, "known", ("B2",), id="beyond, A5, ECOG 0"),
        pytest.param({"ecog": None}, "bounded", ("B1", "none"), id="ECOG missing"),
        pytest.param({"portal_vein_invasion": None}, "bounded", ("B1", "B2", "none"), id="portal vein not documented"),
        pytest.param({"extrahepatic_spread": None}, "bounded", ("B1", "none"), id="spread not documented"),
        pytest.param({"sizes": (), "nodule_count": 2}, "bounded", ("B1", "B2", "none"), id="A or B by tumor"),
        pytest.param(
            {"sizes": (), "nodule_count": 2, "ecog": 1}, "known", ("none",), id="A or B by tumor, ECOG 1: in no row"
        ),
        pytest.param({"sizes": (2.0,)}, "not-applicable", (), id="BCLC 0 by tumor"),
        pytest.param({"portal_vein_invasion": "vp2"}, "not-applicable", (), id="portal vein invasion"),
        pytest.param({"extrahepatic_spread": True}, "not-applicable", (), id="spread"),
    ],
)
def test_of_a_patient(changed, status, candidates):
    found = judged(**changed)
    assert (found.status, found.candidates) == (status, candidates)


def test_what_would_settle_it_is_named():
    assert judged(ecog=None).missing == ("ecog",)
    assert judged(portal_vein_invasion=None, extrahepatic_spread=None).missing == (
        "portal_vein_invasion",
        "extrahepatic_spread",
    )


def test_unknown_where_every_substage_is_possible():
    found = judged(sizes=(), nodule_count=None, ecog=None, bilirubin=None, albumin=None)
    assert (found.status, found.candidates) == ("unknown", ("B1", "B2", "B3", "B4", "none"))
