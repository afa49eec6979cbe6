"""Which patients a statement is about."""

import pytest

from cards.published.statement import of_kind
from tests.cards.build import candidate, case


@pytest.mark.parametrize(
    ("kind", "expected"), [("hcc", True), ("icc", True), ("colorectal-metastasis", False), ("", False)]
)
def test_of_kind(kind, expected):
    assert of_kind("hcc", "icc")(case(candidate(tumor=kind))) is expected
