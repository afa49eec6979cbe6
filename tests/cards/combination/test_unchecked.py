"""Varices, bleeding and transplant listing: named with every drug, never judged."""

import pytest

from cards.combination.unchecked import unchecked
from cards.verdict import Verdict
from tests.cards.build import candidate, case, present

BEV = ("bevacizumab",)
ALL = ["varices_documented", "bleeding_documented", "anticoagulation_documented", "transplant_listing_documented"]


def named(drugs, **changes):
    return {f.rule: f for f in unchecked(case(candidate(**changes)), drugs)}


@pytest.mark.parametrize(
    "drugs", [BEV, ("pembrolizumab",), ("lenvatinib",), ()], ids=lambda drugs: " ".join(drugs) or "not told"
)
def test_all_are_named_with_every_drug(drugs):
    assert list(named(drugs)) == ALL


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        pytest.param(
            {}, Verdict.UNKNOWN, "untreated varices at risk of bleeding not checked: not documented", id="silent"
        ),
        pytest.param({"varices_at_risk": False}, Verdict.NOT_MET, "no (11 Nov 2026)", id="documented as absent"),
        pytest.param({"varices_at_risk": True}, Verdict.MET, "yes (11 Nov 2026)", id="documented"),
        pytest.param(
            {"varices_at_risk": (False, 200)}, Verdict.UNKNOWN, "is too old", id="too old: said, with its date"
        ),
        pytest.param({"states": [present("varices_at_risk")]}, Verdict.MET, "yes", id="a Condition"),
    ],
)
def test_varices(changes, verdict, words):
    found = named(BEV, **changes)["varices_documented"]
    assert found.verdict is verdict
    assert words in found.because
    assert found.missing == (("varices_at_risk",) if verdict is Verdict.UNKNOWN else ())


@pytest.mark.parametrize(
    ("fact", "rule"),
    [("active_bleeding", ALL[1]), ("anticoagulated", ALL[2]), ("transplant_listed", ALL[3])],
)
@pytest.mark.parametrize(("told", "verdict"), [(True, Verdict.MET), (False, Verdict.NOT_MET), (None, Verdict.UNKNOWN)])
def test_the_others(fact, rule, told, verdict):
    assert named(BEV, **{fact: told})[rule].verdict is verdict
