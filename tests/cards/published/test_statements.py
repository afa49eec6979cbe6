"""Published statements: each with a source, figures with population and period, only for the patients they are about."""

import re

import pytest

from cards.assess import assess
from cards.assessment_json import as_json
from cards.eligibility.card import eligibility_card
from cards.eligibility.verdict import eligibility
from cards.facts import FACTS
from cards.published.selection import STATEMENTS, published
from cards.published.statement import NO_NNT
from cards.sources import SOURCES
from cards.text import assessment_text
from tests.cards.build import EMPTY, LESION, TODAY, candidate, case, order, session

BY_KEY = {s.key: s for s in STATEMENTS}
POPULATION = re.compile(r"HCC|patients|cholangiocarcinoma|metastases|population[^)]* not given", re.IGNORECASE)
DATED = re.compile(r"not given|\b20\d\d\b|not named")
KINDS = ("icc", "neuroendocrine-metastasis", "colorectal-metastasis", "melanoma-metastasis", "other-metastasis")


def keys(on=None, **changes):
    return {s.key for s in published(case(candidate(**changes), on))}


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.key)
def test_statement_names_a_known_source_and_the_place_in_it(statement):
    assert statement.source in SOURCES
    assert statement.locator
    assert len(statement.said) <= 520


def test_keys_are_different():
    assert len(BY_KEY) == len(STATEMENTS)


@pytest.mark.parametrize("statement", [s for s in STATEMENTS if s.outcome], ids=lambda s: s.key)
def test_outcome_has_population_period_and_the_sentence_on_the_number_needed_to_treat(statement):
    assert POPULATION.search(statement.text)
    assert DATED.search(statement.text)
    assert statement.said.endswith(NO_NNT)


@pytest.mark.parametrize("statement", [s for s in STATEMENTS if not s.outcome], ids=lambda s: s.key)
def test_what_is_not_called_an_outcome_has_no_figure_of_survival(statement):
    assert not re.search(r"(median|-year) survival|HR \d|risk of death", statement.text)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.key)
def test_nothing_is_said_of_a_patient_without_a_known_tumor(statement):
    assert statement not in published(case(EMPTY))


# Whom each is about: patient in whom it is said, patient in whom it is not

ABOUT = {
    "technical_success": ({}, None),
    "clinical_success": ({}, None),
    "near_criteria_for_surgery": ({}, None),
    "downstaging_21_of_30": ({"sizes": (8.0,), "nodule_count": 1}, {"sizes": (8.1,), "nodule_count": 1}),
    "downstaging_34_of_62": ({"sizes": (5.0,), "nodule_count": 1}, {"sizes": (4.9,), "nodule_count": 1}),
    "survival_tace_embolization_supportive_care": ({}, {"tumor": "icc"}),
    "trials_against_supportive_care": ({}, {"tumor": "icc"}),
    "disadvantages_of_tace": ({}, {"tumor": "icc"}),
    "arterial_supply_isolated": ({}, {"tumor": "icc"}),
    "half_of_the_liver_per_session": ({}, None),
    "drug_eluting_beads": ({}, None),
    "responders_live_longer": ({"sessions": [session(40, LESION)]}, {"sessions": [session(40, LESION, kind="y90")]}),
    "deterioration_may_preclude_systemic_therapy": ({}, {"tumor": "icc"}),
    "portal_invasion_sources_differ": ({"portal_vein_invasion": "vp1"}, {"portal_vein_invasion": "none"}),
    "branch_against_main_trunk": ({"portal_vein_invasion": "vp4"}, {"portal_vein_invasion": None}),
    "main_trunk_recanalized": ({"portal_vein_invasion": "vp4"}, {"portal_vein_invasion": "vp3"}),
    "surgery_after_downstaging_of_invasion": ({"portal_vein_invasion": "vp2"}, {"portal_vein_invasion": "none"}),
    "advanced_disease_in_practice": ({"extrahepatic_spread": True}, {}),
    "spread_sources_differ": ({"extrahepatic_spread": True}, {"extrahepatic_spread": None}),
    "limited_spread_against_sorafenib": ({"extrahepatic_spread": True}, {"extrahepatic_spread": (True, 121)}),
    "who_gains_with_spread": ({"extrahepatic_spread": True}, {"extrahepatic_spread": False}),
    "cholangiocarcinoma_resection_first": ({"tumor": "icc"}, {"tumor": "icc", "unresectable": True}),
    "cholangiocarcinoma_unresectable": ({"tumor": "icc", "unresectable": True}, {"tumor": "icc"}),
    "cholangiocarcinoma_after_tace": ({"tumor": "icc"}, {}),
    "neuroendocrine_response_without_survival": ({"tumor": "neuroendocrine-metastasis"}, {}),
    "neuroendocrine_after_tace": ({"tumor": "neuroendocrine-metastasis"}, {"tumor": "colorectal-metastasis"}),
    "appendiceal_goblet_tumors": ({"tumor": "colorectal-metastasis"}, {"tumor": "melanoma-metastasis"}),
    "colorectal_selected_for_embolization": ({"tumor": "colorectal-metastasis"}, {}),
    "colorectal_acr": ({"tumor": "colorectal-metastasis"}, {}),
    "colorectal_after_tace": ({"tumor": "colorectal-metastasis"}, {}),
    "breast_after_tace": ({"tumor": "other-metastasis"}, {"tumor": "melanoma-metastasis"}),
}  # fmt: skip


def test_every_statement_has_its_patient():
    assert ABOUT.keys() == BY_KEY.keys()


@pytest.mark.parametrize("key", ABOUT)
def test_statement_is_said_of_the_patients_it_is_about(key):
    about, not_about = ABOUT[key]
    assert key in keys(**about)
    assert not_about is None or key not in keys(**not_about)


@pytest.mark.parametrize("tumor", KINDS)
def test_hcc_figures_are_never_carried_over(tumor):
    said = " ".join(s.text for s in published(case(candidate(tumor=tumor, portal_vein_invasion="vp4"))))
    assert "HCC" not in said
    assert "BCLC" not in said


@pytest.mark.parametrize(("kind", "said"), [("tace", True), ("tae", True), ("embolization", True), ("y90", False),
                                           ("systemic", False)])  # fmt: skip
def test_statements_stand_beside_orders_for_embolization(kind, said):
    assert bool(keys(order(kind))) is said


# Where a user finds them


@pytest.mark.parametrize("key", ABOUT)
def test_statement_is_reached_in_the_assessment_and_at_the_terminal(key):
    found = assess(candidate(**ABOUT[key][0]), TODAY)
    context = {each.get("statement"): each for each in as_json(found)["eligibility"]["context"]}
    assert context[key]["text"] == BY_KEY[key].said
    assert (context[key]["source"], context[key]["locator"]) == (BY_KEY[key].source, BY_KEY[key].locator)
    assert BY_KEY[key].text[:60] in assessment_text(found)


def test_lines_of_a_y90_order_are_in_the_assessment_too():
    context = as_json(assess(candidate(), TODAY, order("y90")))["eligibility"]["context"]
    assert any("TRACE 2022" in each["text"] for each in context)


def card(**changes):
    found = case(candidate(**changes))
    made = eligibility_card(found, eligibility(found))
    assert made is not None
    return made.detail


@pytest.mark.parametrize(
    ("changes", "words", "shown"),
    [
        pytest.param({}, "1-year survival 82 %", True, id="intermediate stage, candidate"),
        pytest.param({"ecog": 1}, "1-year survival 82 %", False, id="BCLC C by ECOG"),
        pytest.param({}, "21 of 30", True, id="within the downstaging limits"),
        pytest.param({"sizes": (4.0, 4.0), "nodule_count": 2}, "21 of 30", False,
                     id="within UNOS's limits alone: the figure is of patients within those that are printed"),
        pytest.param({"bilirubin": 4.0}, "21 of 30", False, id="contraindicated: no figure of success"),
        pytest.param({"lobar_distribution": "bilobar"}, "50 % of the liver volume in one session", True, id="both lobes"),
        pytest.param({"lobar_distribution": "unilobar"}, "in one session", False, id="one lobe"),
        pytest.param({"portal_vein_invasion": "vp2"}, "Sources differ on portal vein invasion", True, id="vp2"),
        pytest.param({"portal_vein_invasion": "vp4"}, "Sources differ on portal vein invasion", True, id="vp4"),
        pytest.param({"extrahepatic_spread": True}, "Sources differ on spread", True, id="spread"),
        pytest.param({"tumor": "icc"}, "Resection is the only treatment", True, id="cholangiocarcinoma"),
        pytest.param({}, "98 %", False, id="a standard for a department stands in the assessment only"),
    ],
)  # fmt: skip
def test_what_the_card_shows(changes, words, shown):
    assert (words in card(**changes)) is shown


@pytest.mark.parametrize("changes", [{}, {"tumor": "icc"}, {"tumor": "neuroendocrine-metastasis"}])
def test_sentence_on_the_number_needed_to_treat_stands_once_on_the_card(changes):
    assert card(**changes).count(NO_NNT) == 1


@pytest.mark.parametrize(
    "changes", [{}, {"portal_vein_invasion": "vp2", "extrahepatic_spread": True}, {"tumor": "icc"}]
)
def test_statements_take_no_more_than_four_lines_of_the_card(changes):
    lines = [line for line in card(**changes).splitlines() if any(s.text[:40] in line for s in STATEMENTS)]
    assert len(lines) <= 4


def test_predicates_read_facts_that_exist():
    assert {"unresectable", "lobar_distribution", "portal_vein_invasion", "extrahepatic_spread"} <= FACTS.keys()
