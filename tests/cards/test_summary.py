"""The patient-view summary: what it says of refractoriness."""

import pytest

from cards.assess import assess
from cards.summary import summary_card
from tests.cards.build import TODAY
from tests.cards.refractoriness.course import course


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        pytest.param(course(), "no TACE session recorded", id="no session"),
        pytest.param(course("CR"), "not met", id="complete response"),
        pytest.param(course("SD"), "indeterminate", id="stable once"),
        pytest.param(course("SD", "SD"), "met: EASL 2025 as quoted and 2026 summary steps", id="stable twice"),
    ],
)
def test_refractoriness_in_a_line(patient, words):
    lines = summary_card(assess(patient, TODAY)).detail.splitlines()
    assert f"- **Refractoriness:** {words}" in lines
