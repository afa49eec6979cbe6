"""The rule book in the browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, serious


@pytest.fixture
def opened(page, base):
    page.goto(f"{base}/rules")
    expect(page.locator("#filter-count")).to_contain_text("rules")
    return page


def test_every_word_has_to_be_found(opened):
    opened.get_by_label("Search").fill("bilirubin jaundice")
    expect(opened.locator(".rule:visible")).not_to_have_count(0)
    for text in opened.locator(".rule:visible").all_inner_texts():
        assert "bilirubin" in text.lower()
        assert "jaundice" in text.lower()
    opened.get_by_label("Search").fill("no such word anywhere")
    expect(opened.locator(".rule:visible")).to_have_count(0)
    expect(opened.locator("#filter-count")).to_contain_text("0 of")
    expect(opened.get_by_role("heading", name="Sources")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_accessibility(opened, scheme):
    opened.emulate_media(color_scheme=scheme)
    assert serious(opened) == []
    opened.set_viewport_size(PHONE)
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_each_rule_names_the_patients_who_exercise_it_and_opens_them(opened):
    rule = opened.locator("#child_pugh_b8_or_worse")
    rule.get_by_text("Example patients").click()
    rule.get_by_role("button", name="child pugh b8 lists differ").click()
    expect(opened.locator("#fixture")).to_have_value("child-pugh-b8-lists-differ")
    expect(opened.locator("article.card").first).to_contain_text("critical")
