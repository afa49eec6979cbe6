"""The page of the sandbox, as its users go through it."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, serious
from tests.golden import cases, request_of

SHOWN = "third-tace-segment-8-jsh-refractory"


@pytest.fixture
def opened(page, base):
    page.goto(base)
    expect(page.locator("article.card")).to_have_count(3)
    return page


def choose(page, case):
    page.get_by_label("Patient", exact=True).select_option(case)
    expect(page.locator("#said")).to_contain_text("tace-")


def test_a_first_look_shows_the_cards_of_a_telling_patient(opened):
    cards = opened.locator("article.card")
    expect(cards.nth(0)).to_contain_text("warning")
    expect(cards.nth(0).locator("h3")).to_contain_text("Refractory by JSH 2014")
    expect(cards.nth(1).locator("h3")).to_contain_text("TACE not recommended")
    expect(opened.locator("#patient")).to_contain_text("asked as on 26 Oct 2026")


def test_detail_is_a_table_with_met_and_not_met(opened):
    first = opened.locator("article.card").first
    first.get_by_text("Details").click()
    expect(first.locator("table th").first).to_have_text("Definition")
    expect(first.locator("td strong").first).to_have_text("met")


def test_another_patient_another_answer(opened):
    choose(opened, "nothing-recorded")
    expect(opened.locator("article.card h3").first).to_contain_text("cannot be assessed")


def test_another_hook_for_the_same_patient(opened):
    opened.get_by_role("radio", name="patient-view").check()
    expect(opened.locator("#said")).to_contain_text("tace-patient-view")
    expect(opened.locator("article.card .topic").first).to_have_text("Summary")
    opened.get_by_role("radio", name="order-select").check()
    expect(opened.locator("#said")).to_contain_text("tace-order-select")
    expect(opened.locator("article.card")).to_have_count(2)


def test_without_prefetch_the_service_reads_the_fhir_server(opened):
    before = opened.locator("article.card h3").all_inner_texts()
    opened.get_by_role("radio", name="from FHIR server").check()
    expect(opened.locator("#patient")).to_contain_text("read from the FHIR server")
    assert opened.locator("article.card h3").all_inner_texts() == before


def test_gallery_holds_every_fixture_and_filters(opened):
    rows = opened.locator("#gallery tr")
    expect(rows).to_have_count(len(cases()))
    opened.get_by_label("Filter").fill("lenvatinib")
    expect(opened.locator("#filter-count")).to_have_text(re.compile(rf"^[1-9]\d* of {len(cases())}$"))
    rows.first.get_by_role("button").click()
    expect(opened.locator("#said")).to_contain_text("tace-order-sign")
    expect(opened.locator("#fixture")).to_have_value(re.compile("lenvatinib"))


def test_the_request_is_shown_and_may_be_edited(opened):
    body = request_of(SHOWN)
    opened.locator("#request-part summary").click()
    assert json.loads(opened.get_by_label("What is sent").input_value()) == body
    body["context"]["draftOrders"]["entry"] = []
    opened.get_by_label("What is sent").fill(json.dumps(body))
    opened.get_by_role("button", name="Use this text").click()
    expect(opened.locator("#cards")).to_contain_text("No card")


def test_a_pasted_bundle_becomes_a_request(opened):
    entries = [entry for part in request_of("inr-missing-child-pugh-bounded")["prefetch"].values()
               for entry in (part.get("entry", []) if part["resourceType"] == "Bundle" else [{"resource": part}])]  # fmt: skip
    take(opened, json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    expect(opened.locator("#problem")).to_be_empty()
    expect(opened.locator("article.card").first).to_be_visible()
    expect(opened.locator("#fixture")).to_have_value("")


def test_a_dropped_file_is_taken(opened):
    text = json.dumps(request_of("nothing-recorded"))
    opened.evaluate(
        """text => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "request.json"));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        text,
    )
    expect(opened.locator("article.card h3").first).to_contain_text("cannot be assessed")


def take(page, text):
    if not page.locator("#request").is_visible():
        page.locator("#request-part summary").click()
    page.locator("#request").fill(text)
    page.get_by_role("button", name="Use this text").click()


BROKEN = [
    ('{"resourceType": "Bundle",\n "entry": [}', "not JSON", "line 2, column"),
    ('{"resourceType": "Bundle", "entry": [{"resource": {', "not JSON", "before it is complete"),
    ("", "nothing to send", "Paste a FHIR Bundle"),
    ('{"resourceType": "Bundle", "entry": []}', "no FHIR resource", "R4 Bundle"),
    (json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": n}} for n in "ab"]}),
     "2 patients", "one patient"),
    ('{"resourceType": "Observation", "id": "o"}', "which patient", "Patient resource"),
    ('{"hook": "order-sign"}', "no context", "patientId"),
    ('{"hook": "appointment-book", "context": {"patientId": "p"}}', "no service for the hook", "order-sign"),
    ('{"hook": "order-sign", "hookInstance": "i", "context": {"patientId": "p", "draftOrders": 7}}',
     "not a request", "context.draftOrders"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "what", "advice"), BROKEN, ids=[each[1] + ": " + each[2] for each in BROKEN])
def test_what_cannot_be_sent_is_explained(opened, watched, text, what, advice):
    take(opened, text)
    problem = opened.get_by_role("alert")
    expect(problem).to_contain_text(what)
    expect(problem).to_contain_text(advice)
    watched.console[:] = [each for each in watched.console if "status of 400" not in each]  # Chromium's own line


def test_a_server_that_is_not_allowed_is_explained(opened, watched):
    opened.evaluate("document.getElementById('sandbox').dataset.fhir = 'https://elsewhere.example.org/fhir'")
    opened.locator("#request-part summary").click()
    body = request_of(SHOWN) | {"fhirServer": "https://elsewhere.example.org/fhir"}
    take(opened, json.dumps({name: value for name, value in body.items() if name != "prefetch"}))
    expect(opened.get_by_role("alert")).to_contain_text("TACE_CDS_FHIR_SERVERS")
    watched.console[:] = [each for each in watched.console if "status of 412" not in each]


def test_accepting_a_suggestion_changes_the_order_list(opened):
    opened.get_by_role("button", name="Remove this TACE order").click()
    expect(opened.locator("article.card").nth(1)).to_contain_text(
        "ServiceRequest/oak-order removed from the draft orders"
    )
    assert json.loads(opened.locator("#request").input_value())["context"]["draftOrders"]["entry"] == []
    opened.get_by_role("button", name="Ask for cards").click()
    expect(opened.locator("#cards")).to_contain_text("No card")


def test_curl_line_names_the_file_of_the_fixture(opened, base, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.get_by_role("button", name="Copy curl").click()
    expect(opened.locator("#said")).to_contain_text("clipboard")
    line = opened.evaluate("navigator.clipboard.readText()")
    assert line.endswith(f"{SHOWN}/request.json {base}/cds-services/tace-order-sign")


def test_by_keyboard_alone(page, base):
    page.goto(base)
    expect(page.locator("article.card")).to_have_count(3)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Patient", exact=True)).to_be_focused()
    page.keyboard.type("nothing recorded")
    expect(page.locator("article.card h3").first).to_contain_text("cannot be assessed")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask for cards")).to_be_focused()
    page.evaluate("document.querySelector('article.card').dataset.earlier = 'yes'")
    page.keyboard.press("Enter")
    expect(page.locator("article.card[data-earlier]")).to_have_count(0)  # else what is opened may be replaced at once
    reach(page, "Details")
    page.keyboard.press("Enter")
    expect(page.locator("article.card .markdown").first).to_be_visible()
    reach(page, "Override")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Override this card").first).to_be_visible()


def reach(page, name):
    """Tab until a part of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached with Tab")


HOSTILE = (
    '<script>window.harmed = 1</script><img src=x onerror="window.harmed = 2"> [click](javascript:window.harmed=3) '
    "![x](https://elsewhere.example.org/pixel.png) <a href='https://elsewhere.example.org'>here</a> "
    "https://elsewhere.example.org/auto \u202egnp.exe\u202c `` | a | b |"
)


@pytest.fixture
def hostile():
    """A patient whose texts try to become markup: the order, the diagnosis, a laboratory value and its unit."""
    body = json.loads(json.dumps(request_of(SHOWN)))
    body["context"]["draftOrders"]["entry"][0]["resource"]["code"]["text"] = f"TACE {HOSTILE}"
    body["context"]["draftOrders"]["entry"][0]["resource"]["orderDetail"] = [{"text": HOSTILE}]
    for part in body["prefetch"].values():
        for entry in part.get("entry", []) if isinstance(part, dict) else ():
            resource = entry["resource"]
            resource.setdefault("code", {})["text"] = HOSTILE
            if "valueQuantity" in resource:
                resource["valueQuantity"]["unit"] = HOSTILE
    body["prefetch"]["patient"]["name"] = [{"family": HOSTILE, "given": ["<b>Oak</b>"]}]
    return body


def test_hostile_content_is_escaped_on_the_wire(page, base, hostile):
    answered = page.request.post(f"{base}/cds-services/tace-order-sign", data=hostile).json()
    assert answered["cards"]
    for card in answered["cards"]:
        for text in (card["summary"], card["detail"]):
            assert re.search(r"<\s*(script|img|a)\b", text, re.IGNORECASE) is None
            assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
            assert re.search(r"(?<!\\)\]\(", text) is None, "a link of the patient's"


def test_hostile_content_is_harmless_in_the_page(opened, hostile):
    take(opened, json.dumps(hostile))
    expect(opened.locator("#patient")).to_contain_text("<script>")
    for part in opened.locator("article.card").all():
        part.get_by_text("Details").click()
    unharmed(opened)


def test_hostile_markdown_of_any_service_is_harmless_in_the_page(opened):
    """The page does not trust the service either: a card whose detail is raw HTML, with links of every kind."""
    card = {"uuid": "1", "summary": HOSTILE, "indicator": "info", "source": {"label": "x", "url": "javascript:window.harmed=4"},
            "detail": f"{HOSTILE}\n\n<svg onload=window.harmed=5></svg>\n\n[a](data:text/html,x) [b](//elsewhere.example.org)",
            "links": [{"label": "go", "url": "javascript:window.harmed=6", "type": "absolute"}]}  # fmt: skip
    opened.route("**/cds-services/tace-order-sign", lambda route: route.fulfill(json={"cards": [card]}))
    opened.get_by_role("button", name="Ask for cards").click()
    expect(opened.locator("article.card")).to_have_count(1)
    expect(opened.locator("article.card .markdown")).to_contain_text("<script>")
    unharmed(opened)
    hrefs = opened.locator("article.card a[href]").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith("https://")] == []


def unharmed(page):
    assert page.evaluate("window.harmed") is None
    assert page.locator("#cards img, #cards script, #cards svg, #cards iframe").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_serious_for_accessibility(opened, scheme, size):
    opened.emulate_media(color_scheme=scheme)
    opened.set_viewport_size(size)
    opened.locator("article.card").first.get_by_text("Details").click()
    opened.locator("article.card").first.get_by_text("Override", exact=True).click()
    opened.locator("#request-part summary").click()
    assert serious(opened) == []
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
