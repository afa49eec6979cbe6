"""What a card may be on the wire: its summary is one line of at most 139 characters, its indicator one of three."""

import pytest

from cards.card import Card


def card(summary="TACE entry criteria met.", indicator="info"):
    return Card("eligibility", "guideline", indicator, summary, "", "bclc-2022")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        pytest.param("a" * 138, "a" * 138, id="below"),
        pytest.param("a" * 139, "a" * 139, id="at the limit"),
        pytest.param("a" * 140, "a" * 138 + "…", id="above"),
        pytest.param("a" * 137 + " bcd", "a" * 137 + "…", id="no space before the dots"),
    ],
)
def test_a_summary_fits(words, shown):
    assert card(words).summary == shown


@pytest.mark.parametrize("indicator", ["critical", "warning", "info"])
def test_indicator(indicator):
    assert card(indicator=indicator).indicator == indicator


def test_another_indicator_is_refused_and_named():
    with pytest.raises(ValueError, match=r"^hard-stop$"):
        card(indicator="hard-stop")
