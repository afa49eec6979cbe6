"""What a person did with a card is posted as CDS Hooks feedback."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def posted(page, base):
    """The opened sandbox, and the feedback bodies it posts."""
    bodies = []
    page.on(
        "request",
        lambda request: request.url.endswith("/feedback") and bodies.append((request.url, request.post_data_json)),
    )
    page.goto(base)
    expect(page.locator("article.card")).to_have_count(3)
    return page, bodies


def answered(page, status=200):
    page.route("**/feedback", lambda route: route.fulfill(status=status, json={}))


def test_accepting(posted, base):
    page, bodies = posted
    answered(page)
    page.get_by_role("button", name="Request tumor-board review").click()
    expect(page.locator("article.card").nth(1)).to_contain_text("Feedback stored.")
    ((url, body),) = bodies
    assert url == f"{base}/cds-services/tace-order-sign/feedback"
    (item,) = body["feedback"]
    assert item["outcome"] == "accepted"
    assert item["card"]
    assert item["acceptedSuggestions"][0]["id"]
    assert item["outcomeTimestamp"].endswith("Z")


def test_overriding_with_a_reason(posted):
    page, bodies = posted
    answered(page)
    card = page.locator("article.card").first
    card.get_by_text("Override", exact=True).click()
    card.get_by_label("Tumor board decided to continue").check()
    card.get_by_label("Comment").fill("seen on Tuesday")
    card.get_by_role("button", name="Override this card").click()
    expect(card).to_contain_text("Overridden: Tumor board decided to continue.")
    (item,) = bodies[0][1]["feedback"]
    assert item["outcome"] == "overridden"
    assert item["overrideReason"]["reason"]["code"] == "tumor-board-decision"
    assert item["overrideReason"]["userComment"] == "seen on Tuesday"


def test_a_service_without_feedback_is_said(posted, watched):
    page, _ = posted
    answered(page, status=404)
    page.get_by_role("button", name="Request tumor-board review").click()
    expect(page.locator("article.card").nth(1)).to_contain_text("The feedback was not stored.")
    watched.console.clear()
