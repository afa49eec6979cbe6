"""The pictures of the README and the docs. A plain run takes them into a temporary folder; `make screenshots` renews docs/."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.golden import request_of

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
CASE = "third-tace-segment-8-jsh-refractory"
PNG = b"\x89PNG\r\n"
NAMES = ("order-sign-card.png", "sandbox.png", "sandbox-phone.png", "worksheet.png", "worksheet-dark.png",
         "worksheet-timeline.png", "rules.png")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if os.environ.get("WRITE_SCREENSHOTS") != "1":
        return tmp_path_factory.mktemp("pictures")
    PICTURES.mkdir(exist_ok=True)
    return PICTURES


def taken(folder, name, target, **more):
    target.screenshot(path=folder / name, **more)
    assert name in NAMES
    assert (folder / name).read_bytes().startswith(PNG)


def test_sandbox(page, base, folder):
    page.goto(base)
    expect(page.locator("article.card")).to_have_count(3)
    page.evaluate("document.getElementById('said').textContent = ''")
    taken(folder, "sandbox.png", page)
    card = page.locator("article.card").first
    card.get_by_text("Details").click()
    taken(folder, "order-sign-card.png", card)
    page.set_viewport_size({"width": 390, "height": 844})
    taken(folder, "sandbox-phone.png", page)


def test_worksheet(page, base, folder):
    page.goto(f"{base}/rules")
    page.evaluate(
        "body => sessionStorage.setItem('tace-cds.request', JSON.stringify({request: body}))", request_of(CASE)
    )
    page.goto(f"{base}/worksheet")
    expect(page.locator("#form wc-lhc-form")).to_be_visible()
    taken(folder, "worksheet.png", page)
    taken(folder, "worksheet-timeline.png", page.locator("#timeline-part"))
    page.emulate_media(color_scheme="dark")
    taken(folder, "worksheet-dark.png", page)


def test_rules(page, base, folder):
    page.goto(f"{base}/rules")
    page.get_by_label("Search").fill("child_pugh_b8")
    expect(page.locator("#child_pugh_b8_or_worse .exercised")).to_be_visible()
    taken(folder, "rules.png", page)


def test_every_picture_stands_in_the_docs():
    assert {file.name for file in PICTURES.glob("*.png")} == set(NAMES)
