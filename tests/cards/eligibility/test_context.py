"""What is said beside the verdict: alternatives and outcomes, each with its source; nothing that no source says."""

import pytest

from cards.eligibility.card import eligibility_card
from cards.eligibility.context import alternatives, outcomes
from cards.eligibility.verdict import eligibility
from cards.published.statement import NO_NNT
from cards.sources import SOURCES
from tests.cards.build import CANDIDATE, CANDIDATE_SIZES, case, facts


def patient(sizes=CANDIDATE_SIZES, **changed):
    return case(facts(sizes=list(sizes), **{**CANDIDATE, "nodule_count": len(sizes), **changed}))


def said(lines):
    return " | ".join(line.text for line in lines)


@pytest.mark.parametrize(
    ("sizes", "word"),
    [
        pytest.param((5.0,), "within Milan", id="single 5 cm"),
        pytest.param((5.1,), "downstaging", id="single 5.1 cm"),
        pytest.param((8.0,), "downstaging", id="single 8 cm"),
    ],
)
def test_transplant_referral_only_where_criteria_are_met(sizes, word):
    assert word in said(alternatives(patient(sizes)))


def test_no_transplant_beyond_the_limits():
    assert "transplant" not in said(alternatives(patient((8.1,))))


def test_a_listed_patient_stays_with_the_transplant_team():
    assert "transplant (listed" in said(alternatives(patient((8.1,), transplant_listed=True)))
    assert "transplant" not in said(alternatives(patient((8.1,), transplant_listed=False)))
    assert "transplant" not in said(alternatives(patient((8.1,), transplant_listed=True, tumor="icc")))


def test_diffuse_disease_limits_radiation():
    assert "diffuse disease is stated" in said(alternatives(patient(diffuse=True)))
    assert "diffuse disease is stated" not in said(alternatives(patient()))


def test_every_line_has_a_known_source():
    lines = (*alternatives(patient()), *outcomes(patient()))
    assert lines
    assert all(line.source in SOURCES for line in lines)


def test_outcomes_carry_population_and_no_number_needed_to_treat():
    text = said(outcomes(patient()))
    assert "BCLC B" in text
    assert NO_NNT in text


@pytest.mark.parametrize("sizes", [(2.0,), (6.0,)], ids=["BCLC 0", "BCLC A"])
def test_no_outcome_for_another_stage(sizes):
    assert outcomes(patient(sizes)) == ()


def test_alternatives_stand_on_the_card_only_where_tace_is_not_advised():
    for changed, shown in (
        ({}, False),
        ({"extrahepatic_spread": True}, True),
        ({"bilirubin": 3.1}, True),
        ({"ecog": None}, False),
    ):
        this = patient(**changed)
        card = eligibility_card(this, eligibility(this))
        assert ("Alternatives that the sources name" in card.detail) is shown


def test_metastases_have_no_hcc_figures():
    this = case(facts(sizes=[3.0], **{**CANDIDATE, "nodule_count": 1}, tumor="colorectal-metastasis"))
    assert "BCLC" not in said((*alternatives(this), *outcomes(this)))
