"""What source 002 reports of TACE with sorafenib or lenvatinib in advanced disease, and what the summary gives as reasons."""

import pytest

from cards.combination.advanced import (
    ADVANCED,
    lenvatinib_over_sorafenib_with_portal_invasion,
    sorafenib_in_advanced_disease,
    sorafenib_with_vascular_invasion,
)
from cards.combination.card import combination_card
from cards.combination.evidence import (
    kudo_2019_lenvatinib_then_tace,
    source_003_reasons_for_caution,
    source_003_survival_after_earlier_tace,
)
from cards.combination.verdict import combination
from cards.verdict import Verdict
from tests.cards.build import LESION, candidate, case, drug, order, session

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
SORAFENIB, LENVATINIB, IMMUNE = ("sorafenib",), ("lenvatinib",), ("atezolizumab", "bevacizumab")


@pytest.mark.parametrize(
    ("rule", "drugs", "changes", "verdict"),
    [
        (sorafenib_with_vascular_invasion, SORAFENIB, {"portal_vein_invasion": "vp1"}, MET),
        (sorafenib_with_vascular_invasion, SORAFENIB, {"hepatic_vein_invasion": True}, MET),
        (sorafenib_with_vascular_invasion, SORAFENIB, {}, NOT_MET),
        (sorafenib_with_vascular_invasion, SORAFENIB, {"portal_vein_invasion": None}, UNKNOWN),
        (sorafenib_with_vascular_invasion, SORAFENIB, {"portal_vein_invasion": ("vp1", 121)}, UNKNOWN),
        (sorafenib_with_vascular_invasion, LENVATINIB, {"portal_vein_invasion": "vp1"}, NOT_MET),
        (sorafenib_in_advanced_disease, SORAFENIB, {"extrahepatic_spread": True}, MET),
        (sorafenib_in_advanced_disease, SORAFENIB, {"portal_vein_invasion": "vp4"}, MET),
        (sorafenib_in_advanced_disease, SORAFENIB, {}, NOT_MET),
        (sorafenib_in_advanced_disease, SORAFENIB, {"extrahepatic_spread": None}, UNKNOWN),
        (sorafenib_in_advanced_disease, IMMUNE, {"extrahepatic_spread": True}, NOT_MET),
        (lenvatinib_over_sorafenib_with_portal_invasion, LENVATINIB, {"portal_vein_invasion": "vp3"}, MET),
        (lenvatinib_over_sorafenib_with_portal_invasion, SORAFENIB, {"portal_vein_invasion": "vp3"}, MET),
        (lenvatinib_over_sorafenib_with_portal_invasion, LENVATINIB, {}, NOT_MET),
        (lenvatinib_over_sorafenib_with_portal_invasion, LENVATINIB, {"portal_vein_invasion": None}, UNKNOWN),
        (lenvatinib_over_sorafenib_with_portal_invasion, IMMUNE, {"portal_vein_invasion": "vp3"}, NOT_MET),
        (source_003_reasons_for_caution, SORAFENIB, {}, MET),
        (source_003_reasons_for_caution, (), {}, NOT_MET),
        (source_003_survival_after_earlier_tace, IMMUNE, {}, MET),
        (source_003_survival_after_earlier_tace, LENVATINIB, {}, NOT_MET),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {}, NOT_MET),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"sizes": (5.0, 2.0)}, NOT_MET),  # 2 + 5: on the line is in
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"sizes": (5.1, 2.0)}, MET),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"albumin": 3.3}, MET),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"albumin": 2.8, "bilirubin": 1.99}, MET),  # ALBI -1.37: grade 3
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"growth_pattern": "massive"}, MET),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"growth_pattern": "infiltrative"}, MET),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"growth_pattern": None}, UNKNOWN),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"growth_pattern": None, "sizes": (6.0, 2.0)}, MET),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"albumin": None}, UNKNOWN),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"nodule_count": None, "sizes": ()}, UNKNOWN),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"sizes": (6.0, 2.0), "inr": None}, UNKNOWN),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"sizes": (6.0, 2.0), "albumin": 2.7}, NOT_MET),  # Child-Pugh B7
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"sizes": (6.0, 2.0), "portal_vein_invasion": "vp3"}, NOT_MET),
        (kudo_2019_lenvatinib_then_tace, LENVATINIB, {"sizes": (6.0, 2.0), "extrahepatic_spread": None}, UNKNOWN),
        (kudo_2019_lenvatinib_then_tace, SORAFENIB, {"sizes": (6.0, 2.0)}, NOT_MET),
        (kudo_2019_lenvatinib_then_tace, ("lenvatinib", "pembrolizumab"), {"sizes": (6.0, 2.0)}, NOT_MET),
        (kudo_2019_lenvatinib_then_tace, (), {"sizes": (6.0, 2.0)}, NOT_MET),
    ],
)
def test_statement(rule, drugs, changes, verdict):
    found = rule(case(candidate(**changes)), drugs)
    assert (found.rule, found.verdict) == (rule.__name__, verdict)
    assert bool(found.missing) is (verdict is UNKNOWN)


def detail(on, **changes):
    this = case(candidate(**changes), on)
    card = combination_card(this, combination(this))
    assert card is not None
    return card.detail


def test_card_says_it_in_advanced_disease_only():
    drugs = [drug("lenvatinib")]
    assert "HR 0.12" in detail(order(), orders=[order()], treatments=drugs, portal_vein_invasion="vp2")
    assert "In advanced disease" not in detail(order(), orders=[order()], treatments=drugs)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sizes": (6.0, 2.0)}, "Child-Pugh A5, up-to-seven out"),
        ({"growth_pattern": "massive"}, "Child-Pugh A5, growth not nodular"),
        ({"albumin": 2.8, "bilirubin": 1.99}, "Child-Pugh A6, modified ALBI 2b or 3"),
        ({}, "Child-Pugh A5, none of the three groups is shown"),
    ],
)
def test_the_groups_that_are_shown_are_named(changes, named):
    because = kudo_2019_lenvatinib_then_tace(case(candidate(**changes)), LENVATINIB).because
    assert because.endswith(f"; here {named}")


def test_single_large_nodule_leaves_the_intermediate_stage_open():
    found = kudo_2019_lenvatinib_then_tace(case(candidate(sizes=(8.0,), nodule_count=1)), LENVATINIB)
    assert found.verdict is UNKNOWN


def test_card_names_the_proposed_sequence_in_its_population_only():
    lenvatinib, sorafenib = ({"orders": [order()], "treatments": [drug(name)]} for name in ("lenvatinib", "sorafenib"))
    large = {"sizes": (6.0, 2.0)}
    assert "lenvatinib first, then selective TACE" in detail(order(), **lenvatinib, **large)
    assert "Kudo 2019" not in detail(order(), **lenvatinib)
    assert "Kudo 2019" not in detail(order(), **sorafenib, **large)


def test_sequence_says_what_the_summary_reports_of_earlier_tace():
    earlier = {"sessions": [session(60, LESION)]}
    immune, other = (order("systemic", drugs=names) for names in (IMMUNE, LENVATINIB))
    assert "alike with and without earlier TACE" in detail(immune, orders=[immune], **earlier)
    assert "earlier TACE" not in detail(other, orders=[other], **earlier)


@pytest.mark.parametrize("rule", ADVANCED, ids=lambda rule: rule.__name__)
def test_comparison_is_named(rule):
    assert " vs " in rule(case(candidate()), SORAFENIB).because
