"""Values, dates and lists for people, at their edges."""

from datetime import date

import pytest

from cards.words import ago, day, fitted, listed, number, span


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (day(date(2026, 1, 31)), "31 Jan 2026"),
        (day(date(2026, 12, 1)), "1 Dec 2026"),
        (day(None), "undated"),
        (ago(date(2026, 10, 3), date(2026, 10, 3)), "0 days old"),
        (ago(date(2026, 10, 1), date(2026, 10, 3)), "2 days old"),
        (number(10.0), "10"),
        (number(100.5), "100.5"),
        (number(0.126), "0.13"),
        (number(0.126, 1), "0.1"),
        (number(99.996), "100"),
        (listed([]), ""),
        (listed(["a"]), "a"),
        (listed(["a", "b"], "or"), "a or b"),
        (span(None, 3, "cm"), "at most 3 cm"),
        (span(None, None), "at most 0"),
        (span(4, None), "4 or more"),
        (span(4, 4, "cm"), "4 cm"),
        (span(4, 5.5, "cm"), "4–5.5 cm"),
        (fitted("Missing: ", ["a", "b"], limit=14), "Missing: a, b."),
        (fitted("Missing: ", ["bilirubin", "b"], limit=20), "Missing: 2 more."),
        (fitted("Missing: ", ["a", "bilirubin"], limit=19), "Missing: a, 1 more."),
        (fitted("Missing: ", ["a", "bilirubin"], "!", limit=19), "Missing: a, 1 more!"),
        (fitted("Not known", [], "", limit=9), "Not known"),
        (fitted("Not known", [], "", limit=8), "Not kno…"),
        (fitted("Not known", [], "", limit=5), "Not…"),
    ],
)
def test_words(text, words):
    assert text == words


def test_a_summary_has_139_characters_at_most():
    assert fitted("a" * 138, []) == "a" * 138 + "."
    assert fitted("a" * 139, []) == "a" * 138 + "…"
