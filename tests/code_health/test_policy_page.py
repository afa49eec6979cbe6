"""The page for operators names every predicate and every kind of evidence, and its examples load."""

import re
from pathlib import Path

from cards.prior_auth.documentation import EVIDENCE, FACTS_OF
from cards.prior_auth.policy_file import load_all
from cards.prior_auth.predicates import PREDICATES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "prior-authorization.md").read_text(encoding="utf-8")


def names_after(heading: str) -> set[str]:
    paragraph = PAGE.partition(heading)[2].partition("\n\n")[0]
    return set(re.findall(r"`(\w+)`", paragraph))


def test_every_predicate_is_named():
    assert names_after("Predicates:") == set(PREDICATES)


def test_every_kind_of_evidence_is_named():
    assert names_after("Kinds of evidence:") == set(EVIDENCE)
    assert set(FACTS_OF) <= set(EVIDENCE)


def test_examples_load():
    assert len(load_all(ROOT / "docs" / "examples" / "policies").all) == 3
