"""The eligibility card at its edges: how many findings, what is not usable, what is suggested, what is stated otherwise."""

from dataclasses import replace

import pytest

from cards.eligibility.card import eligibility_card
from cards.eligibility.detail import detail
from cards.eligibility.verdict import eligibility
from cards.facts import Unusable
from cards.verdict import Finding, Verdict
from tests.cards.build import candidate, case, order, session, value

DANGER = {"hepatorenal_syndrome": True}


def card(ordered=None, unusable=(), **changes):
    on = case(replace(candidate(**changes), unusable=tuple(unusable)), ordered)
    return eligibility_card(on, eligibility(on))


@pytest.mark.parametrize(
    ("number", "named", "more"),
    [pytest.param(5, 5, "", id="five"), pytest.param(6, 6, "", id="six"), pytest.param(7, 6, "; 1 more below", id="seven"),
     pytest.param(9, 6, "; 3 more below", id="nine")],
)  # fmt: skip
def test_six_findings_are_named_first(number, named, more):
    on = case(candidate(**DANGER))
    found = tuple(Finding("active_infection", Verdict.MET, f"reason {n}", "crad-tace", "") for n in range(number))
    first, *_ = detail(on, replace(eligibility(on), deciding=found)).split("\n")
    assert first.count("reason") == named
    assert first.endswith(f"reason {named - 1}{more}. Assessed 21 Nov 2026.")


@pytest.mark.parametrize(
    ("number", "named", "more"),
    [pytest.param(1, 1, "", id="one"), pytest.param(8, 8, "", id="eight"), pytest.param(9, 8, "- 1 more", id="nine"),
     pytest.param(12, 8, "- 4 more", id="twelve")],
)  # fmt: skip
def test_eight_resources_that_are_not_usable_are_named(number, named, more):
    bad = [Unusable(f"Observation/x{n}", "no value") for n in range(number)]
    lines = card(unusable=bad).detail.partition("**Not usable:**\n")[2].split("\n\n")[0].splitlines()
    assert lines == [*(f"- Observation/x{n}: no value" for n in range(named)), *([more] if more else [])]


@pytest.mark.parametrize(
    ("label", "words"),
    [("TACE (37243)", "Remove this TACE order"), ("bland embolization (37243)", "Remove this bland embolization order"),
     ("TACE", "Remove this TACE order")],
)  # fmt: skip
def test_order_that_is_suggested_to_be_removed(label, words):
    found = card(replace(order("tace"), label=label), **DANGER)
    assert words in [each.label for each in found.suggestions]


BOUNDED = {"inr": None}  # Child-Pugh 5-7


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        pytest.param({**BOUNDED, "child_pugh_score": 5}, False, id="the lowest that it can be"),
        pytest.param({**BOUNDED, "child_pugh_score": 7}, False, id="the highest"),
        pytest.param({**BOUNDED, "child_pugh_score": 8}, True, id="above"),
        pytest.param({"child_pugh_score": 5}, False, id="the same"),
        pytest.param({"child_pugh_score": 6}, True, id="another"),
    ],
)
def test_a_stated_score_is_spoken_of_where_it_differs(stated, said):
    assert ("the record states Child-Pugh" in card(**stated).detail) is said


def test_how_a_value_was_read_is_told():
    notes = ("converted: 1 mg/dL is 17.104 µmol/L", "the unit is one of mass, the code one of substance", "as recorded")
    told = replace(value("bilirubin", 0.9), notes=notes)
    assert f"; {notes[0]}; {notes[1]}" in card(bilirubin=[told]).detail
    assert "as recorded" not in card(bilirubin=[told]).detail.split("converted:")[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"sessions": [session(20)], "ecog": (0, 30), "bilirubin": (0.9, 10), "extrahepatic_spread": None},
                     "not documented since the treatment of 1 Nov 2026", id="before it, in the recovery, and not at all"),
        pytest.param({"ecog": None}, "not documented", id="not documented"),
        pytest.param({"ecog": (0, 100)}, "too old", id="too old"),
        pytest.param({"ecog": None, "bilirubin": (0.9, 100)}, "missing, old or not usable", id="two reasons"),
    ],
)  # fmt: skip
def test_why_it_cannot_be_assessed(changes, words):
    assert words in card(**changes).summary
