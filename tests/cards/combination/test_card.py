"""The combination card: a summary that can be read alone, no more than a screen, no choice made for the reader."""

import pytest

from cards.assess import assess
from cards.card import SUMMARY_LIMIT
from cards.combination.card import combination_card
from cards.combination.drugs import CHECKPOINT_INHIBITORS, TYROSINE_KINASE_INHIBITORS
from tests.cards.build import EMPTY, LESION, TODAY, candidate, drug, facts, order, present, response, session

TACE = order("tace", LESION)
FIRST, SECOND = session(200, LESION), session(100, LESION)
SCREEN_WORDS = 500  # the fullest: immunotherapy and lenvatinib in a large tumor, five trials


def card(ordered, *, patient=candidate, orders=(), **changes):
    found = assess(patient(orders=orders or (ordered,), **changes), TODAY, ordered)
    return combination_card(found.case, found.combination)


def concurrent(*drugs, **changes):
    return card(TACE, treatments=[drug(label) for label in drugs], **changes)


def sequential(*drugs, said=("SD", "PD"), **changes):
    told = [response(s, c) for s, c in zip((FIRST, SECOND), said, strict=True) if c]
    return card(order("systemic", drugs=drugs), sessions=[FIRST, SECOND], responses=told, **changes)


B7, B8 = {"albumin": 2.7}, {"albumin": 2.7, "bilirubin": 2.0}


@pytest.mark.parametrize(
    ("drugs", "changes", "words"),
    [
        (["lenvatinib"], {}, "TACE with lenvatinib: unreviewed 2026 summary advises TACE alone; newer trials against"),
        (["lenvatinib"], {"sizes": (6.0, 2.0)}, "large tumor burden: EASL 2025 as quoted advises against; newer"),
        (["lenvatinib"], {"ecog": 2}, "advises against combining; newer trials"),
        (["atezolizumab", "bevacizumab"], {"sizes": (6.0, 2.0)}, "unreviewed 2026 summary advises against combining"),
        (["atezolizumab", "bevacizumab"], B7, "in Child-Pugh B7: unreviewed 2026 summary advises against"),
        (["sorafenib"], {}, "sources differ on its trials (TACTICS; SPACE, TACE-2)"),
        (["cabozantinib"], {}, "no trial of it was read"),
        (["atezolizumab", "bevacizumab", "lenvatinib"], {}, "TACE with 3 systemic drugs"),
    ],
)
def test_summary_of_a_combination(drugs, changes, words):
    found = concurrent(*drugs, **changes)
    assert words in found.summary
    assert found.indicator == "warning"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Lenvatinib after the TACE of 13 Aug 2026, no TACE ordered: the sequence that the 2026 summary advises"),
        ({"said": ("SD", "CR")}, "a sequence, advised after TACE without response (Child-Pugh A5, ECOG 0)"),
        (B8, "the 2026 summary asks for Child-Pugh A, ECOG 0–1; here Child-Pugh B8, ECOG 0"),
        ({"inr": None}, "asks for Child-Pugh A, ECOG 0–1: cannot tell"),
    ],
)
def test_summary_of_a_sequence(changes, words):
    found = sequential("lenvatinib", **changes)
    assert words in found.summary
    assert found.indicator == "info"
    assert found.override == ()


ALL_DRUGS = sorted(CHECKPOINT_INHIBITORS | TYROSINE_KINASE_INHIBITORS | {"bevacizumab", "ramucirumab"})
PAIRS = [(one, other) for one in ALL_DRUGS for other in ALL_DRUGS if one < other]


@pytest.mark.parametrize("changes", [{}, B7, {"inr": None}, {"sizes": (6.0, 2.0)}], ids=["A5", "B7", "open", "large"])
@pytest.mark.parametrize("make", [concurrent, sequential])
def test_no_summary_is_cut(make, changes):
    cut = [
        drugs for drugs in (*((each,) for each in ALL_DRUGS), *PAIRS) if make(*drugs, **changes).summary.endswith("…")
    ]
    assert cut == []


@pytest.mark.parametrize("drugs", [("lenvatinib", "pembrolizumab"), ("atezolizumab", "bevacizumab"), ("sorafenib",)])
@pytest.mark.parametrize("changes", [{}, {"sizes": (6.0, 2.0), **B8}], ids=["A5", "large, B8"])
def test_detail_is_no_more_than_a_screen(drugs, changes):
    assert len(concurrent(*drugs, **changes).detail.split()) <= SCREEN_WORDS


@pytest.mark.parametrize("said", [("SD", "PD"), ("CR", "CR"), ("", "")])
@pytest.mark.parametrize("changes", [{}, B8, {"ecog": 3}, {"ecog": None}])
@pytest.mark.parametrize("drugs", [("atezolizumab", "bevacizumab"), ("regorafenib",)])
def test_a_sequence_is_never_advised_against(said, changes, drugs):
    found = sequential(*drugs, said=said, **changes)
    text = f"{found.summary} {found.detail}".lower()
    assert [words for words in ("do not", "not combine", "advises against", "never", "must") if words in text] == []
    assert "not judged here" in text


def test_detail_keeps_survivals_apart_and_says_where_sources_differ():
    detail = concurrent("durvalumab", "bevacizumab").detail
    assert "| PFS, months | OS, months |" in detail
    assert "fits: Child-Pugh A5, ECOG 0, no portal vein invasion" in detail
    assert "newer trials show longer PFS than with TACE alone, OS is not shown" in detail
    assert "No trial of the combination against the sequence was found" in detail
    assert "No number needed to treat has been published" in detail


def test_detail_has_other_trials_in_one_line():
    detail = concurrent("sorafenib").detail
    assert "SPACE and TACE-2: negative, figures not read. Of other drugs: EMERALD-1, TALENTACE" in detail
    assert "Zhang 2022 names TACTICS" in detail
    assert "None of TACE with these drugs was read" in concurrent("regorafenib").detail


def test_sentence_of_easl_on_tkis_is_not_shown_with_immunotherapy():
    detail = concurrent("atezolizumab", "bevacizumab", sizes=(6.0, 2.0)).detail
    assert "No TKI" not in detail
    assert "own extension of the sentence quoted from EASL 2025, which is on TKIs" in detail


def test_what_is_not_documented_is_named():
    detail = concurrent("bevacizumab", varices_at_risk=False).detail
    assert "**Not checked: not documented:** active bleeding, anticoagulation, listed for transplant" in detail
    assert "**Documented, not judged:** untreated varices at risk of bleeding no (11 Nov 2026)" in detail


def test_questions_are_not_those_of_the_eligibility_card():
    assert concurrent("bevacizumab", inr=None, ecog=None).questions == (
        "varices_at_risk", "active_bleeding", "anticoagulated", "transplant_listed")  # fmt: skip
    assert sequential("lenvatinib", inr=None, ecog=None).questions == ("inr", "ecog")


def test_two_drugs_of_one_call_are_one_sequence():
    two = [order("systemic", drugs=("atezolizumab",)), order("systemic", drugs=("bevacizumab",))]
    first, second = (card(each, orders=two, sessions=[FIRST]) for each in two)
    assert (first.summary, first.detail) == (second.summary, second.detail)
    assert first.summary.startswith("Atezolizumab and bevacizumab after")


def test_nothing_recorded_still_makes_a_warning():
    found = concurrent("lenvatinib", patient=facts)
    assert "advises TACE alone" in found.summary
    assert "**cannot tell**" in found.detail
    assert "**Would decide:**" in found.detail
    assert "ECOG" in found.detail


def test_no_card_without_a_combination():
    assert card(TACE) is None
    assert card(TACE, patient=lambda orders: EMPTY) is None


def test_a_combination_without_an_order():
    """A drug is being taken, and TACE is asked about as if it were considered."""
    found = assess(candidate(orders=[TACE], treatments=[drug("lenvatinib")]), TODAY)
    assert found.combination.verdict == "not-applicable"
    assert combination_card(found.case, found.combination) is None
    assert concurrent("lenvatinib").orders == (TACE.reference,)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"ecog": None, "states": [present("ecog", 2)]}, "; ECOG 2; ", id="a state, which has no day"),
        pytest.param({}, "; ECOG 0 (11 Nov 2026); ", id="with its day"),
        pytest.param({"ecog": None}, "; ECOG performance status: not documented; ", id="not documented"),
    ],
)
def test_performance_status_in_the_detail(changes, words):
    assert words in concurrent("lenvatinib", **changes).detail


@pytest.mark.parametrize(
    "drugs",
    [("lenvatinib",), ("sorafenib",), ("atezolizumab", "bevacizumab"), ("durvalumab", "tremelimumab"), ("cabozantinib",),
     ("pembrolizumab", "lenvatinib"), ("ipilimumab", "nivolumab")],
    ids=" and ".join,
)  # fmt: skip
@pytest.mark.parametrize("changes", [{}, B7, {"sizes": (6.0, 2.0)}, {"ecog": 2}], ids=["A", "B7", "large", "ECOG 2"])
def test_a_summary_says_as_much_as_fits(drugs, changes):
    found = concurrent(*drugs, **changes).summary
    assert found.startswith("TACE with ")
    assert len(found) <= SUMMARY_LIMIT
    assert found.endswith(".")


def test_the_longest_wording_that_fits_is_taken():
    assert len(concurrent("durvalumab", "lenvatinib").summary) == SUMMARY_LIMIT
    assert _ends(concurrent("durvalumab", "lenvatinib")) == "newer trials against TACE alone: PFS longer, OS not shown."
    assert _ends(concurrent("lenvatinib")) == "newer trials against TACE alone: PFS longer, OS not shown."
    assert _ends(concurrent("atezolizumab", "bevacizumab", **B7)) == "newer trials: PFS longer, OS not shown."


def _ends(made):
    return made.summary.rpartition("; ")[2]
