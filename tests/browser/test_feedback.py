"""What a person did with a card arrives in the store."""

import sqlite3

import pytest
from playwright.sync_api import expect


@pytest.fixture
def opened(page, base):
    page.goto(base)
    expect(page.locator("article.card")).to_have_count(3)
    return page


def kept(store_file, outcome):
    """The last row of that outcome: service, suggestions, reason, comment."""
    with sqlite3.connect(store_file) as store:
        return store.execute(
            "select service, suggestions, reason_code, comment from feedback where outcome = ? order by id desc",
            [outcome],
        ).fetchone()


def test_accepting(opened, store_file):
    opened.get_by_role("button", name="Request tumor-board review").first.click()
    expect(opened.locator("#cards .done").first).to_contain_text("Feedback stored.")
    service, suggestions, _, _ = kept(store_file, "accepted")
    assert service == "tace-order-sign"
    assert len(suggestions) > 30, "the uuid of what was accepted"


def test_overriding_with_a_reason(opened, store_file):
    card = opened.locator("article.card").first
    card.get_by_text("Override", exact=True).click()
    card.get_by_label("Tumor board decided to continue").check()
    card.get_by_label("Comment").fill("seen on Tuesday")
    card.get_by_role("button", name="Override this card").click()
    expect(card).to_contain_text("Overridden: Tumor board decided to continue.")
    expect(card).to_contain_text("Feedback stored.")
    assert kept(store_file, "overridden") == ("tace-order-sign", "[]", "tumor-board-decision", "seen on Tuesday")


def test_overriding_without_a_reason(opened, store_file):
    card = opened.locator("article.card").last
    card.get_by_text("Override", exact=True).click()
    card.get_by_role("button", name="Override this card").click()
    expect(card).to_contain_text("Feedback stored.")
    assert kept(store_file, "overridden")[2:] == (None, None)


def test_feedback_that_is_not_kept_is_said(opened, watched):
    opened.route("**/feedback", lambda route: route.fulfill(status=503, json={"resourceType": "OperationOutcome"}))
    opened.get_by_role("button", name="Request tumor-board review").first.click()
    expect(opened.locator("#cards")).to_contain_text("The feedback was not stored.")
    watched.console.clear()
