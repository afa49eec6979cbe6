"""Values, dates and lists for people, at their edges."""

from datetime import date

import pytest

from cards.words import ago, day, fitted, listed, number, span

MISSING = "Missing: "


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (lambda: day(date(2026, 1, 31)), "31 Jan 2026"),
        (lambda: day(date(2026, 12, 1)), "1 Dec 2026"),
        (lambda: day(None), "undated"),
        (lambda: ago(date(2026, 10, 3), date(2026, 10, 3)), "0 days old"),
        (lambda: ago(date(2026, 10, 1), date(2026, 10, 3)), "2 days old"),
        (lambda: number(10.0), "10"),
        (lambda: number(100.5), "100.5"),
        (lambda: number(0.126), "0.13"),
        (lambda: number(0.126, 1), "0.1"),
        (lambda: number(99.996), "100"),
        (lambda: number(0.0), "0"),
        (lambda: number(100.0, 0), "100"),
        (lambda: listed([]), ""),
        (lambda: listed(["a"]), "a"),
        (lambda: listed(["a", "b"], "or"), "a or b"),
        (lambda: listed(["a", "b", "c"]), "a, b and c"),
        (lambda: span(None, 3, "cm"), "at most 3 cm"),
        (lambda: span(None, None), "at most 0"),
        (lambda: span(4, None), "4 or more"),
        (lambda: span(4, 4, "cm"), "4 cm"),
        (lambda: span(4, 5.5, "cm"), "4–5.5 cm"),
        (lambda: fitted(MISSING, ["a", "b"], limit=14), "Missing: a, b."),
        (lambda: fitted(MISSING, ["bilirubin", "b"], limit=20), "Missing: 2 more."),
        (lambda: fitted(MISSING, ["a", "bilirubin"], limit=19), "Missing: a, 1 more."),
        (lambda: fitted(MISSING, ["a", "bilirubin"], "!", limit=19), "Missing: a, 1 more!"),
        (lambda: fitted("Not known", [], "", limit=9), "Not known"),
        (lambda: fitted("Not known", [], "", limit=8), "Not kno…"),
        (lambda: fitted("Not known", [], "", limit=5), "Not…"),
    ],
)
def test_words(words, text):
    assert words() == text


def test_a_summary_has_139_characters_at_most():
    assert fitted("a" * 138, []) == "a" * 138 + "."
    assert fitted("a" * 139, []) == "a" * 138 + "…"
