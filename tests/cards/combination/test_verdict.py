"""TACE with systemic therapy: concurrent, sequential, none (source-003)."""

import pytest

from cards.combination.verdict import combination
from cards.verdict import Verdict
from tests.cards.build import LESION, candidate, case, drug, order, session

TACE, SYSTEMIC = order("tace", LESION), order("systemic", drugs=("lenvatinib",))
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
        pytest.param(None, {"treatments": [drug()]}, "not-applicable", id="no order"),
        pytest.param(TACE, {"treatments": [drug()], "tumor": "colorectal-metastasis"}, "not-applicable", id="not HCC"),
    ],
)  # fmt: skip
def test_combination(ordered, changes, expected):
    assert judged(ordered, **changes).verdict == expected


def test_concurrent_names_the_drugs_once_and_its_evidence():
    found = judged(TACE, orders=(TACE, SYSTEMIC), treatments=[drug("lenvatinib")]).findings[0]
    assert found.because.startswith("TACE together with lenvatinib: ")
    assert set(found.evidence) == {"ServiceRequest/tace", "ServiceRequest/systemic", "MedicationRequest/lenvatinib"}


@pytest.mark.parametrize(("ordered", "changes"), [(TACE, {"treatments": [drug()]}), (SYSTEMIC, {"sessions": TREATED})])
def test_what_is_found_is_met(ordered, changes):
    assert [f.verdict for f in judged(ordered, **changes).findings] == [Verdict.MET]


def test_sequence_says_which_tace():
    assert "lenvatinib after the TACE of 13 Aug 2026" in judged(SYSTEMIC, sessions=TREATED).findings[0].because


def test_extrapolation_to_immunotherapy_is_never_attributed_to_easl():
    said = judged(TACE, treatments=[drug("atezolizumab")]).findings[0].because
    assert "EASL 2025 as it quotes advises against TKIs" in said
    assert "immunotherapy" not in said


def test_nothing_is_found_without_a_combination():
    assert judged(TACE).findings == ()
