"""The features of the BCLC B subgroups: stated, stated otherwise, not stated."""

import pytest

from cards.liver.child_pugh import child_pugh
from cards.staging.bclc import bclc
from cards.staging.bclc_b import b2_features, b3_features, b_subgroup_remark, stage_migration
from cards.staging.burden import burden
from cards.verdict import Verdict
from tests.cards.build import CANDIDATE, facts, liver, state_of

IN, OUT, OPEN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
B2 = {"portal_flow": "preserved", "growth_pattern": "nodular", "selective_access": True}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({}, IN, id="all three stated"),
        pytest.param({"portal_flow": "reduced"}, OUT, id="flow reduced"),
        pytest.param({"growth_pattern": "massive"}, OUT, id="not well-defined"),
        pytest.param({"selective_access": False}, OUT, id="no selective access"),
        pytest.param({"portal_flow": None}, OPEN, id="flow not stated"),
        pytest.param({"portal_flow": ("preserved", 121)}, OPEN, id="flow too old"),
    ],
)
def test_b2(changed, verdict):
    assert b2_features(state_of(facts(**{**B2, **changed}))) is verdict


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        ({"diffuse": True}, IN), ({"growth_pattern": "infiltrative"}, IN), ({"diffuse": False}, OPEN), ({}, OPEN),
        ({"diffuse": False, "growth_pattern": "nodular"}, OUT),
    ],
)  # fmt: skip
def test_b3(stated, verdict):
    assert b3_features(state_of(facts(**stated))) is verdict


def remark(sizes=(4.0, 2.0), **changed):
    state = state_of(facts(sizes=list(sizes), **{**CANDIDATE, "nodule_count": len(sizes), **changed}))
    b = burden(state)
    return b_subgroup_remark(state, b, bclc(state, liver(bilirubin=0.9, albumin=4.2, inr=1.0), b))


def test_remark_of_a_b_tumor_only():
    assert "B2" in remark()
    assert "B3" in remark(growth_pattern="infiltrative")
    assert remark(sizes=(2.0,)) == ""
    assert remark(portal_flow=None) == ""


@pytest.mark.parametrize("changed", [{"portal_vein_invasion": "vp2"}, {"extrahepatic_spread": True}])
@pytest.mark.parametrize("growth", ["nodular", "infiltrative"])
def test_subgroups_of_b_are_not_named_with_invasion_or_spread(changed, growth):
    assert remark(growth_pattern=growth, **changed) == ""


@pytest.mark.parametrize("growth", ["nodular", "infiltrative"])
def test_subgroups_of_b_are_not_named_in_stage_d(growth):
    assert remark(growth_pattern=growth, ecog=3) == ""


def migration(sizes=(4.0, 2.0), failed=False, **changed):
    values = {**CANDIDATE, "nodule_count": len(sizes), **changed}
    state = state_of(facts(sizes=list(sizes), **values))
    b = burden(state)
    return stage_migration(state, bclc(state, child_pugh(state), b), failed)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param(
            {"sizes": (2.0,), "unresectable": True}, "BCLC 0 by tumor", id="0, curative treatment not possible"
        ),
        pytest.param(
            {"sizes": (6.0,), "unresectable": True}, "(TACE) is considered", id="A, curative treatment not possible"
        ),
        pytest.param({"sizes": (6.0,), "unresectable": False}, "", id="A, curative treatment possible"),
        pytest.param({"sizes": (6.0,)}, "", id="A, not stated"),
        pytest.param({"sizes": (6.0,), "unresectable": (True, 91)}, "", id="A, stated too long ago"),
        pytest.param({"sizes": (), "nodule_count": 2, "unresectable": True}, "", id="A or B: not told"),
        pytest.param({}, "", id="B, selective access feasible"),
        pytest.param({"selective_access": False}, "selective access is not feasible", id="B, no selective access"),
        pytest.param({"selective_access": None}, "", id="B, access not stated"),
        pytest.param({"failed": True}, "ordered lesion is refractory", id="B, TACE failed"),
        pytest.param(
            {"sizes": (6.0,), "unresectable": True, "failed": True}, "(systemic)", id="A migrated, TACE failed"
        ),
        pytest.param({"failed": True, "extrahepatic_spread": True}, "", id="spread: stage C already"),
        pytest.param({"failed": True, "ecog": 3}, "", id="stage D"),
        pytest.param({"failed": True, "bridge_to_transplant": True}, "", id="a bridge: the transplant team decides"),
        pytest.param({"failed": True, "bridge_to_transplant": False}, "(systemic)", id="no bridge"),
        pytest.param({"selective_access": False, "tumor_rupture": True}, "", id="ruptured: an emergency"),
    ],
)
def test_stage_migration(changed, words):
    found = migration(**changed)
    assert words in found
    assert bool(found) is bool(words)


def migrates(sizes=(4.0, 2.0), failed=None, **changed):
    state = state_of(facts(sizes=list(sizes), **{**CANDIDATE, "nodule_count": len(sizes) or None, **changed}))
    b = burden(state)
    stage = bclc(state, liver(bilirubin=0.9, albumin=4.2, inr=1.0, ascites_grade="none", encephalopathy_grade=0), b)
    return stage_migration(state, stage) if failed is None else stage_migration(state, stage, failed)


NEXT = "curative treatment stated as not possible: treatment stage migration, the therapy of the next stage (TACE) is considered"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({}, "", id="nothing failed"),
        pytest.param({"sizes": (4.0,), "unresectable": True}, f"BCLC A by tumor, {NEXT}", id="A, not resectable"),
        pytest.param(
            {"nodule_count": 1, "sizes": (), "unresectable": True}, f"BCLC 0 or A by tumor, {NEXT}", id="0 or A"
        ),
        pytest.param({"unresectable": True}, "", id="B: not resectable is no news"),
        pytest.param({"sizes": (4.0,), "unresectable": True, "bridge_to_transplant": True}, "", id="a bridge"),
    ],
)
def test_stage_migration_unless_tace_has_failed(changed, words):
    assert migrates(**changed) == words


def test_stage_migration_after_failure():
    assert migrates(failed=True).startswith("the ordered lesion is refractory to TACE: treatment stage migration")
    assert migrates(selective_access=False).startswith("selective access is not feasible: treatment stage migration")
