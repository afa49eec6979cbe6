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
