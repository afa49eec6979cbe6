"""Y-90 context: the limits that source 001 prints, each at its boundary; the lines of each tumor type; nothing decides."""

import pytest

from cards.eligibility.card import eligibility_card
from cards.eligibility.verdict import Eligibility, eligibility
from cards.eligibility.y90 import y90_lines
from cards.eligibility.y90_criteria import (
    JUDGED,
    acr_colorectal,
    acr_hcc,
    acr_neuroendocrine,
    nccn_colorectal,
    practice_parameter,
    sir_spheres_label,
    therasphere_label,
    usual_candidate,
)
from cards.facts import FACTS
from cards.published.statement import NO_NNT
from cards.sources import SOURCES
from cards.verdict import Verdict
from tests.cards.build import CANDIDATE, EMPTY, case, facts, order

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
KINDS = ("hcc", "icc", "neuroendocrine-metastasis", "colorectal-metastasis", "melanoma-metastasis", "other-metastasis",
         "other-primary", "unknown")  # fmt: skip
SOLITARY = {**CANDIDATE, "nodule_count": 1, "unresectable": True}


def patient(sizes=(5.0,), tumor="hcc", count=None, on=None, **changed):
    """One nodule of 5 cm, unresectable; the number of nodules follows the sizes unless it is given."""
    values = {**SOLITARY, "nodule_count": len(sizes) if count is None else count, **changed}
    return case(facts(sizes=list(sizes), tumor=tumor, **values), on)


def said(this):
    return " | ".join(line.text for line in y90_lines(this))


# TheraSphere label


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({"sizes": (0.9,)}, NOT_MET, id="0.9 cm"),
        pytest.param({"sizes": (1.0,)}, MET, id="1 cm"),
        pytest.param({"sizes": (8.0,)}, MET, id="8 cm"),
        pytest.param({"sizes": (8.1,)}, NOT_MET, id="8.1 cm"),
        pytest.param({"sizes": ("<8",)}, UNKNOWN, id="below 8 cm, perhaps below 1"),
        pytest.param({"sizes": ("<1",)}, NOT_MET, id="below 1 cm"),
        pytest.param({"sizes": ("<=1.0",)}, UNKNOWN, id="at most 1 cm, perhaps 1"),
        pytest.param({"sizes": (3.0, 2.0)}, NOT_MET, id="two nodules"),
        pytest.param({"sizes": (3.0,), "count": 0}, UNKNOWN, id="number not told"),
        pytest.param({"sizes": (), "count": 1}, UNKNOWN, id="size not told"),
        pytest.param({"sizes": ((3.0, 121),)}, UNKNOWN, id="size too old"),
        pytest.param({"bilirubin": 2.5}, MET, id="Child-Pugh A6"),
        pytest.param({"bilirubin": 3.1, "albumin": 3.0}, NOT_MET, id="Child-Pugh B"),
        pytest.param({"inr": None, "albumin": 3.0}, UNKNOWN, id="Child-Pugh A or B"),
        pytest.param({"portal_vein_invasion": "vp1"}, NOT_MET, id="vp1"),
        pytest.param({"portal_vein_invasion": None}, UNKNOWN, id="portal vein not told"),
        pytest.param({"hepatic_vein_invasion": True}, NOT_MET, id="hepatic vein"),
        pytest.param({"unresectable": None}, UNKNOWN, id="resectability not told"),
        pytest.param({"unresectable": False}, NOT_MET, id="resectable"),
    ],
)
def test_therasphere_label(changed, verdict):
    found = therasphere_label(patient(**changed))
    assert found.verdict is verdict, found.because
    assert bool(found.missing) is (verdict is UNKNOWN)


def test_exemption_of_2007_is_named_where_the_portal_vein_is_invaded():
    assert "Jan 2007" in said(patient(portal_vein_invasion="vp2"))
    assert "Jan 2007" not in said(patient())
    assert "Jan 2007" not in said(patient(portal_vein_invasion=None))


@pytest.mark.parametrize(("unresectable", "verdict"), [(True, UNKNOWN), (None, UNKNOWN), (False, NOT_MET)])
def test_sir_spheres_label_is_never_met_while_floxuridine_is_not_read(unresectable, verdict):
    this = patient(tumor="colorectal-metastasis", unresectable=unresectable)
    assert sir_spheres_label(this).verdict is verdict


# ACR


@pytest.mark.parametrize(
    ("sizes", "count", "rating"),
    [
        pytest.param((2.9,), 1, "may be appropriate", id="solitary 2.9 cm"),
        pytest.param((3.0,), 1, "", id="solitary 3 cm: not printed"),
        pytest.param((4.9,), 1, "", id="solitary 4.9 cm: not printed"),
        pytest.param((5.0,), 1, "usually appropriate", id="solitary 5 cm"),
        pytest.param((5.1,), 1, "", id="solitary 5.1 cm: not printed"),
        pytest.param((5.0, 2.0), 2, "", id="two, largest 5 cm: not printed"),
        pytest.param((5.1, 2.0), 2, "usually appropriate", id="two, largest 5.1 cm"),
        pytest.param((5.1,), 3, "usually appropriate", id="three, one measured, 5.1 cm"),
        pytest.param((4.0,), 3, None, id="three, one measured, 4 cm"),
        pytest.param((), 1, None, id="size not told"),
        pytest.param((5.1,), 0, None, id="number not told"),
        pytest.param(("<3",), 1, "may be appropriate", id="solitary below 3 cm"),
        pytest.param(("<5",), 1, None, id="solitary below 5 cm"),
        pytest.param((">5",), 1, "", id="solitary above 5 cm"),
    ],
)
def test_acr_rating_of_hcc(sizes, count, rating):
    this = patient(sizes, count=count)
    found = acr_hcc(this)
    if rating is None:
        assert found.verdict is UNKNOWN
        assert found.missing
        assert "bilobar disease): cannot tell" in said(this)
    else:
        assert found.verdict is (MET if rating else NOT_MET)
        assert found.because == rating or not rating
        assert found.because in said(this)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({"sizes": (2.0,)}, MET, id="solitary"),
        pytest.param({"sizes": (5.1, 2.0), "liver_dominant": True}, MET, id="liver-dominant, 5.1 cm"),
        pytest.param({"sizes": (5.0, 2.0), "liver_dominant": True}, NOT_MET, id="liver-dominant, 5 cm"),
        pytest.param({"sizes": (5.1, 2.0), "liver_dominant": False}, NOT_MET, id="not liver-dominant"),
        pytest.param({"sizes": (5.1, 2.0)}, UNKNOWN, id="liver-dominant not told: no spread does not tell it of metastases"),
        pytest.param({"sizes": (4.0,), "count": 3, "liver_dominant": True}, UNKNOWN, id="not every nodule measured"),
        pytest.param({"sizes": (), "count": 1}, MET, id="solitary of any size"),
    ],
)  # fmt: skip
def test_acr_colorectal(changed, verdict):
    found = acr_colorectal(patient(tumor="colorectal-metastasis", **changed))
    assert found.verdict is verdict, found.because
    assert bool(found.missing) is (verdict is UNKNOWN)


@pytest.mark.parametrize(
    ("symptomatic", "systemic", "verdict"),
    [
        (True, "failed-to-control-symptoms", MET),
        (True, "failed", UNKNOWN),
        (True, "not-candidate", UNKNOWN),
        (True, None, UNKNOWN),
        (True, "candidate", NOT_MET),
        (None, "failed-to-control-symptoms", UNKNOWN),
        (False, None, NOT_MET),
    ],
)
def test_acr_neuroendocrine(symptomatic, systemic, verdict):
    this = patient(tumor="neuroendocrine-metastasis", symptomatic=symptomatic, systemic_therapy_status=systemic)
    assert acr_neuroendocrine(this).verdict is verdict


# NCCN, practice parameter, background


@pytest.mark.parametrize(
    ("systemic", "spread", "dominant", "verdict"),
    [
        ("failed", False, True, MET),
        ("failed-to-control-symptoms", False, True, UNKNOWN),
        (None, False, True, UNKNOWN),
        ("candidate", False, True, NOT_MET),
        ("failed", True, True, NOT_MET),
        ("failed", None, True, UNKNOWN),
        ("failed", False, False, NOT_MET),
        ("failed", False, None, UNKNOWN),
    ],
)
def test_nccn_colorectal(systemic, spread, dominant, verdict):
    this = patient(
        tumor="colorectal-metastasis",
        systemic_therapy_status=systemic,
        extrahepatic_spread=spread,
        liver_dominant=dominant,
    )
    assert nccn_colorectal(this).verdict is verdict


@pytest.mark.parametrize(
    ("changed", "verdict", "words"),
    [
        pytest.param({}, UNKNOWN, "life expectancy is not read; the rest is met", id="all but life expectancy"),
        pytest.param({"ecog": 1}, UNKNOWN, "life expectancy is not read; the rest is met", id="ECOG 1"),
        pytest.param({"ecog": 2}, UNKNOWN, "Karnofsky is not read", id="ECOG 2"),
        pytest.param({"ecog": None}, UNKNOWN, "ECOG", id="ECOG not told"),
        pytest.param({"unresectable": False}, NOT_MET, "no", id="resectable"),
        pytest.param({"liver_dominant": False}, NOT_MET, "liver-dominant", id="not liver-dominant"),
        pytest.param(
            {"extrahepatic_spread": True}, UNKNOWN, "liver-dominant", id="spread: dominant or not is not told"
        ),
    ],
)
def test_practice_parameter(changed, verdict, words):
    found = practice_parameter(patient(**changed))
    assert found.verdict is verdict
    assert words in found.because


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({"ecog": 2}, MET, id="ECOG 2"),
        pytest.param({"ecog": 3}, NOT_MET, id="ECOG 3"),
        pytest.param({"ecog": None}, UNKNOWN, id="ECOG not told"),
        pytest.param({"sizes": (3.0,)}, NOT_MET, id="HCC of 3 cm"),
        pytest.param({"sizes": (3.1,)}, MET, id="HCC of 3.1 cm"),
        pytest.param({"sizes": (), "count": 1}, UNKNOWN, id="size not told"),
        pytest.param({"sizes": (3.0,), "tumor": "icc"}, MET, id="3 cm is a word on HCC"),
        pytest.param({"bilirubin": 3.1, "albumin": 2.7}, MET, id="Child-Pugh B9"),
        pytest.param({"bilirubin": 3.1, "albumin": 2.7, "inr": 1.7}, NOT_MET, id="Child-Pugh C10"),
        pytest.param({"bilirubin": 3.1, "albumin": 2.7, "inr": None}, UNKNOWN, id="Child-Pugh B or C"),
        pytest.param({"tumor": "melanoma-metastasis"}, UNKNOWN, id="metastases: liver-dominant not told"),
        pytest.param({"tumor": "melanoma-metastasis", "liver_dominant": False}, NOT_MET, id="not liver-dominant"),
        pytest.param({"tumor": "melanoma-metastasis", "liver_dominant": True}, MET, id="liver-dominant"),
    ],
)
def test_usual_candidate(changed, verdict):
    assert usual_candidate(patient(**changed)).verdict is verdict


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.__name__)
def test_empty_patient_is_never_met(rule):
    found = rule(case(EMPTY))
    assert found.verdict is not MET
    assert found.rule == rule.__name__
    assert set(found.missing) <= FACTS.keys()


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.__name__)
def test_docstring_names_the_source_of_the_finding(rule):
    assert rule(case(EMPTY)).source in rule.__doc__


# Lines


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bridge", [None, True])
def test_lines_of_a_tumor(kind, bridge):
    this = patient(tumor=kind, bridge_to_transplant=bridge)
    lines = y90_lines(this)
    assert 3 <= len(lines) <= 8
    assert all(line.source in SOURCES for line in lines)
    assert all(len(line.text) <= 400 for line in lines)
    text = said(this)
    assert "Before treatment" in text
    assert "Karnofsky" in text


@pytest.mark.parametrize(
    ("kind", "words", "others"),
    [
        ("hcc", ("TheraSphere label, 17 Mar 2021", "announced July 2025", "TRACE 2022"), ("EPOCH",)),
        ("colorectal-metastasis", ("SIR-Spheres label", "EPOCH 2021", "ACR"), ("TRACE", "Child-Pugh A, no macro")),
        ("neuroendocrine-metastasis", ("Whipple", "422 TACE, 221 Y-90"), ("TRACE", "HCC above 3 cm")),
        ("icc", ("intrahepatic cholangiocarcinoma", "789 Y-90, 906 TACE"), ("TRACE", "Whipple")),
        ("melanoma-metastasis", ("uveal melanoma v.2.2022",), ("TRACE",)),
        ("other-metastasis", ("too limited",), ("TRACE",)),
        ("unknown", ("Products",), ("TRACE", "no label for this tumor")),
    ],
)
def test_lines_concern_this_tumor(kind, words, others):
    text = said(patient(tumor=kind))
    assert all(word in text for word in words)
    assert not any(word in text for word in others)


def test_bridge_has_the_comparisons_as_a_bridge():
    assert "As a bridge to transplant" in said(patient(bridge_to_transplant=True))
    assert "As a bridge to transplant" not in said(patient(bridge_to_transplant=False))


@pytest.mark.parametrize("kind", ["hcc", "colorectal-metastasis", "neuroendocrine-metastasis", "icc"])
def test_outcomes_of_tace_stand_with_the_sentence_on_the_number_needed_to_treat(kind):
    assert said(patient(tumor=kind)).count(NO_NNT) == 1
    assert said(patient(tumor=kind, bridge_to_transplant=True)).count(NO_NNT) == 1


# Card

HEAD = "**Y-90 context (Payer policy MED140):**"


@pytest.mark.parametrize(("kind", "shown"), [("y90", True), ("tace", False), ("tae", False), ("embolization", False)])
def test_lines_stand_on_the_card_of_a_y90_order_only(kind, shown):
    this = patient(on=order(kind))
    card = eligibility_card(this, eligibility(this))
    assert (HEAD in card.detail) is shown


def test_order_for_another_patient_has_no_lines():
    this = patient(on=order("y90", subject_matches=False))
    assert HEAD not in eligibility_card(this, Eligibility("indeterminate", (), ())).detail


def test_document_that_the_policy_does_not_quote_is_named():
    this = patient(on=order("y90"))
    detail = eligibility_card(this, eligibility(this)).detail
    assert "(SIR-Spheres approval 2025)" in detail
    assert "(ACR Appropriateness Criteria)" not in detail


def test_lines_change_no_verdict():
    verdicts = {eligibility(patient(on=order(kind))).verdict for kind in ("y90", "tace")}
    assert len(verdicts) == 1


@pytest.mark.parametrize(
    ("tumor", "changed", "missing"),
    [
        ("hcc", {}, ()), ("icc", {}, ()), ("other-primary", {}, ()), ("colorectal-metastasis", {}, ("liver_dominant",)),
        ("other-primary", {"extrahepatic_spread": True}, ("liver_dominant",)),
        ("other-primary", {"extrahepatic_spread": True, "liver_dominant": True}, ()),
    ],
)  # fmt: skip
def test_a_primary_tumor_without_spread_is_confined_to_the_liver(tumor, changed, missing):
    found = practice_parameter(patient(tumor=tumor, **changed))
    assert (found.verdict, found.missing) == (UNKNOWN, missing)


def test_a_primary_tumor_that_is_stated_not_to_be_liver_dominant():
    assert practice_parameter(patient(tumor="other-primary", liver_dominant=False)).verdict is NOT_MET
