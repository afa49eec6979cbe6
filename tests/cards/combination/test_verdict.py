"""TACE with systemic therapy: concurrent, sequential, none (source-003)."""

from dataclasses import replace

import pytest

from cards.assess import assess
from cards.combination.verdict import combination
from cards.sources import SOURCES
from cards.verdict import Verdict
from tests.cards.build import LESION, TODAY, candidate, case, drug, order, session

TACE, SYSTEMIC = order("tace", LESION), order("systemic", drugs=("lenvatinib",))
FOREIGN = replace(TACE, reference="ServiceRequest/foreign", subject_matches=False)
TREATED = [session(100, LESION)]


def judged(ordered, *, orders=(), **changes):
    return combination(case(candidate(orders=orders or ((ordered,) if ordered else ()), **changes), ordered))


@pytest.mark.parametrize(
    ("ordered", "changes", "expected"),
    [
        pytest.param(TACE, {"treatments": [drug()]}, "concurrent", id="TACE while a drug is active"),
        pytest.param(TACE, {"orders": (TACE, SYSTEMIC)}, "concurrent", id="both ordered, of the TACE"),
        pytest.param(SYSTEMIC, {"orders": (TACE, SYSTEMIC)}, "concurrent", id="both ordered, of the drug"),
        pytest.param(order("embolization"), {"treatments": [drug()]}, "concurrent", id="37243 while a drug is active"),
        pytest.param(TACE, {"treatments": [drug(active=False)]}, "none", id="TACE after a drug that was stopped"),
        pytest.param(TACE, {}, "none", id="TACE alone"),
        pytest.param(order("y90"), {"treatments": [drug()]}, "none", id="Y-90 while a drug is active"),
        pytest.param(SYSTEMIC, {"sessions": TREATED}, "sequential", id="a drug after TACE, none ordered"),
        pytest.param(SYSTEMIC, {"sessions": TREATED, "treatments": [drug()]}, "sequential",
                     id="a second drug after TACE, none ordered"),
        pytest.param(SYSTEMIC, {"sessions": [session(None, LESION)]}, "sequential", id="a drug after a TACE without a date"),
        pytest.param(SYSTEMIC, {}, "none", id="a drug alone"),
        pytest.param(SYSTEMIC, {"sessions": [session(100, kind="y90")]}, "none", id="a drug after Y-90"),
        pytest.param(SYSTEMIC, {"sessions": TREATED, "orders": (SYSTEMIC, TACE)}, "concurrent", id="another TACE with it"),
        pytest.param(order("y90"), {"orders": (order("y90"), TACE, SYSTEMIC)}, "none", id="a Y-90 beside a combination"),
        pytest.param(order("tae"), {"treatments": [drug()]}, "none", id="bland embolization while a drug is active"),
        pytest.param(FOREIGN, {"treatments": [drug()]}, "not-applicable", id="an order that names another patient"),
        pytest.param(SYSTEMIC, {"orders": (SYSTEMIC, FOREIGN)}, "none", id="the TACE order names another patient"),
        pytest.param(None, {"treatments": [drug()]}, "not-applicable", id="no order"),
        pytest.param(TACE, {"treatments": [drug()], "tumor": "colorectal-metastasis"}, "not-applicable", id="not HCC"),
    ],
)  # fmt: skip
def test_combination(ordered, changes, expected):
    assert judged(ordered, **changes).verdict == expected


def test_concurrent_names_the_drugs_once_and_its_evidence():
    found = judged(TACE, orders=(TACE, SYSTEMIC), treatments=[drug("lenvatinib")]).findings[0]
    assert found.because == (
        "TACE together with lenvatinib: TACE ordered, lenvatinib active (22 Oct 2026), lenvatinib ordered with it"
    )
    assert set(found.evidence) == {"ServiceRequest/tace", "ServiceRequest/systemic", "MedicationRequest/lenvatinib"}


def test_concurrent_takes_the_earliest_record_of_a_drug_and_sorts_the_names():
    drugs = [drug("sorafenib"), drug("bevacizumab", days_ago=5), drug("bevacizumab", days_ago=40)]
    found = judged(TACE, treatments=drugs)
    assert found.drugs == ("bevacizumab", "sorafenib")
    assert "bevacizumab active (12 Oct 2026), sorafenib active (22 Oct 2026)" in found.findings[0].because
    assert found == judged(TACE, treatments=drugs[::-1])


def test_ordered_together():
    assert (
        judged(TACE, orders=(TACE, SYSTEMIC)).findings[0].because == "TACE together with lenvatinib: ordered together"
    )


@pytest.mark.parametrize(
    ("ordered", "changes", "rule"),
    [
        (TACE, {"treatments": [drug()]}, "concurrent_systemic_therapy"),
        (SYSTEMIC, {"sessions": TREATED}, "sequential_systemic_therapy"),
    ],
)
def test_what_is_found_stands_first(ordered, changes, rule):
    found = judged(ordered, **changes).findings
    assert (found[0].rule, found[0].verdict) == (rule, Verdict.MET)
    assert len({f.rule for f in found}) == len(found)
    assert [f.rule for f in found if f.source not in SOURCES or not f.locator] == []


def test_combination_tells_guidance_evidence_trials_and_what_was_not_checked():
    found = judged(TACE, treatments=[drug("atezolizumab"), drug("bevacizumab")])
    rules = {f.rule for f in found.findings}
    assert rules >= {"source_003_tace_alone", "easl_2025_tki_in_large_burden", "source_003_cohort",
                     "emerald_1_population", "varices_documented"}  # fmt: skip
    assert "tactics_population" not in rules
    assert found.says("source_003_cohort") is Verdict.MET
    assert found.says("tactics_population") is Verdict.NOT_MET


def test_sequence_tells_the_precondition_and_nothing_against_combining():
    rules = [f.rule for f in judged(SYSTEMIC, sessions=TREATED).findings]
    assert rules == ["sequential_systemic_therapy", "easl_2025_other_therapy", "source_003_systemic_precondition",
                     "source_003_survival_after_earlier_tace", "varices_documented", "bleeding_documented",
                     "anticoagulation_documented", "transplant_listing_documented"]  # fmt: skip


def test_sequence_says_which_tace():
    assert "lenvatinib after the TACE of 13 Aug 2026" in judged(SYSTEMIC, sessions=TREATED).findings[0].because
    undated = judged(SYSTEMIC, sessions=[session(None, LESION)]).findings[0].because
    assert "lenvatinib after a TACE without a date" in undated


def test_refractoriness_reaches_the_sequence():
    found = assess(candidate(orders=(SYSTEMIC,), sessions=TREATED), TODAY, SYSTEMIC).combination
    assert found.of("easl_2025_other_therapy").missing == ("mrecist_response",)


def test_nothing_is_found_without_a_combination():
    assert judged(TACE).findings == ()
