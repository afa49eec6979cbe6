"""The assessment at a terminal: every score and system, the combination, and what the documents report."""

from dataclasses import replace

import pytest

from cards.assess import assess
from cards.facts import Tumor
from cards.text import assessment_text
from cards.words import day
from tests.cards.build import EMPTY, LESION, TODAY, candidate, drug, order, session


def said(on=None, **changes):
    return assessment_text(assess(candidate(**changes), TODAY, on))


@pytest.mark.parametrize(
    "line",
    ["Child-Pugh      5 (A)", "EZ-ALBI         -36.9", "HAP", "mHAP-II", "Bolondi         B1", "six-and-twelve 1",
     "UNOS downstaging within", "downstaging as source 000 prints it within", "BCLC 2022       B"],
)  # fmt: skip
def test_scores_and_systems_of_hcc(line):
    assert line in said()


def test_limits_for_pbc_and_psc_are_named_where_they_change_the_score():
    assert "PBC or PSC      Child-Pugh 5 by the limits for these" in said(bilirubin=2.5)
    assert "PBC or PSC" not in said(bilirubin=0.9)


@pytest.mark.parametrize("words", ["BCLC", "Bolondi", "HAP", "Milan", "UNOS"])
def test_systems_of_hcc_are_not_shown_of_metastases(words):
    assert words not in said(tumor="colorectal-metastasis")


def test_concurrent_combination_is_told_with_every_statement():
    text = said(order(), orders=[order()], treatments=[drug("lenvatinib")])
    assert "Combination with lenvatinib: concurrent" in text
    assert "LoE 2, strong recommendation, 82 % consensus" in text
    assert "HR 0.12 (0.03–0.42)" in text


def test_sequence_is_told_and_nothing_without_both():
    systemic = order("systemic", drugs=("atezolizumab",))
    assert "Combination with atezolizumab: sequential" in said(
        systemic, orders=[systemic], sessions=[session(60, LESION)]
    )
    assert "Combination" not in said()


def test_empty_record():
    text = assessment_text(assess(EMPTY, TODAY))
    assert "INDETERMINATE" in text
    assert "Published" not in text


def test_patient_without_a_name_and_text_that_would_steer_a_terminal():
    patient = replace(candidate(), patient="", tumor=Tumor("hcc", "HCC\x1b[31m  (Condition/1)", (), (), True))
    first, _, tumor, *_ = assessment_text(assess(patient, TODAY)).split("\n")
    assert first == f"Patient not named, {day(TODAY)}, TACE as if considered"
    assert tumor == "Tumor           hcc: HCC[31m  (Condition/1)"


def test_grades_that_are_open():
    assert "(modified grade 2a or 2b or 3)" in said(albumin="<3.6")
