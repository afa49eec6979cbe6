"""The worksheet of one patient, opened from the sandbox: what was derived, and the form for what is missing."""

import json

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, serious
from tests.golden import request_of

REFRACTORY = "third-tace-segment-8-jsh-refractory"
NO_INR = "inr-missing-child-pugh-bounded"


@pytest.fixture
def worksheet(page, base):
    """Opens the worksheet of a fixture, or of a request of one's own."""

    def opened(case, change=None):
        body = request_of(case)
        if change:
            change(body)
        page.goto(f"{base}/rules")  # any page of the service: the record is handed over in the tab's session
        page.evaluate("body => sessionStorage.setItem('tace-cds.request', JSON.stringify({request: body}))", body)
        page.goto(f"{base}/worksheet")
        expect(page.locator("#verdict .words")).to_be_visible()
        expect(page.locator("#form wc-lhc-form")).to_be_visible()
        return page

    return opened


def test_from_the_sandbox_by_its_button_and_by_the_link_on_a_card(page, base):
    page.goto(base)
    expect(page.locator("article.card")).to_have_count(3)
    page.get_by_role("button", name="Open worksheet").click()
    expect(page.locator("#verdict")).to_contain_text("Oak Specimen")
    page.get_by_role("link", name="Sandbox", exact=True).click()
    page.get_by_role("link", name="Open the worksheet").first.click()
    expect(page.locator("#verdict")).to_contain_text("not recommended")
    assert page.url == f"{base}/worksheet"


def test_no_address_carries_anything_of_the_patient(worksheet, watched):
    worksheet(REFRACTORY)
    assert watched.asked
    assert [url for url in watched.asked if "oak" in url.lower()] == []


def test_without_a_patient_it_says_how_to_open_one(page, base):
    page.goto(f"{base}/worksheet")
    expect(page.get_by_role("heading", name="No patient is open")).to_be_visible()
    assert serious(page) == []


def test_the_verdict_scores_and_history(worksheet):
    page = worksheet(REFRACTORY)
    expect(page.locator("#verdict .tag")).to_have_text("not recommended")
    tiles = page.locator("#scores .tile")
    expect(tiles.filter(has_text="Child-Pugh").locator(".number")).to_have_text("5 (A)")
    expect(tiles.filter(has_text="BCLC").locator(".number")).to_have_text("B")
    expect(page.locator("#timeline svg.wide")).to_be_visible()
    expect(page.locator("#timeline svg.narrow")).to_be_hidden()
    page.get_by_text("The same as a table").click()
    expect(page.locator("#timeline-rows")).to_contain_text("4 Jul 2026")


def test_a_score_that_is_open_shows_its_range_and_what_would_settle_it(worksheet):
    page = worksheet(NO_INR)
    tile = page.locator("#scores .tile").filter(has_text="Child-Pugh")
    expect(tile.locator(".number")).to_have_text("5–7 (A or B)")
    expect(tile).to_contain_text("missing: INR")
    expect(tile.get_by_role("img")).to_have_attribute("aria-label", "between 5 and 7 on a scale from 5 to 15")


def test_criteria_stand_by_source_and_filter(worksheet):
    page = worksheet(REFRACTORY)
    group = page.locator(".criterion-source").filter(has_text="JSH-LCSGJ 2014")
    expect(group.locator("li").first).to_contain_text("met")
    page.get_by_role("radio", name="unknown", exact=True).check()
    expect(page.locator("#criteria li .tag.met")).to_have_count(0)
    page.get_by_role("radio", name="all", exact=True).check()
    assert page.locator("#criteria li").count() > 20


def test_a_value_shows_its_conversion_and_leads_to_its_resource(worksheet):
    page = worksheet("bilirubin-38-umol-si-units")
    row = page.locator("#values tr").filter(has_text="total bilirubin")
    expect(row).to_contain_text("38 µmol/L (2.22 mg/dL)")
    expect(row).to_contain_text("converted from 38 umol/L to 2.22 mg/dL")
    expect(row).to_contain_text("10 Nov 2026")
    row.get_by_role("button", name="Observation/ebony-bilirubin").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text('"id": "ebony-bilirubin"')
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def inr(page):
    return page.locator("#form input[id^='inr/']")


def test_an_answer_turns_indeterminate_into_decided(worksheet):
    page = worksheet(NO_INR)
    expect(page.locator("#verdict .tag")).to_have_text("indeterminate")
    expect(page.get_by_role("button", name="Download answers")).to_be_disabled()
    inr(page).fill("1.1")
    inr(page).blur()
    expect(page.locator("#verdict .tag")).to_have_text("candidate")
    expect(page.locator("#verdict")).to_contain_text("not in the record yet; without them indeterminate")
    expect(page.locator("#scores .tile").filter(has_text="Child-Pugh").locator(".number")).to_have_text("5 (A)")
    inr(page).fill("")
    inr(page).blur()
    expect(page.locator("#verdict .tag")).to_have_text("indeterminate")


def test_answers_can_be_downloaded(worksheet):
    page = worksheet(NO_INR)
    inr(page).fill("1.1")
    inr(page).blur()
    expect(page.locator("#verdict .tag")).to_have_text("candidate")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download answers").click()
    response = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    QuestionnaireResponse.model_validate(response)
    assert response["status"] == "completed"
    assert response["questionnaire"].endswith("/Questionnaire/tace-worksheet|1.0.0")
    assert response["subject"] == {"reference": "Patient/spruce"}
    assert response["item"][0]["item"][0]["linkId"] == "inr"


def test_answers_go_back_to_the_record_by_a_card_and_the_next_call_reads_them(worksheet):
    page = worksheet(NO_INR)
    inr(page).fill("1.1")
    inr(page).blur()
    page.get_by_role("button", name="Cards with these answers").click()
    expect(page.locator("article.card h3").first).not_to_contain_text("cannot be assessed")
    page.get_by_role("button", name="Record the worksheet's answers").click()
    expect(page.locator("article.card").first).to_contain_text("the next call reads it")
    sent = json.loads(page.locator("#request").input_value())
    assert "tace-cds.answers" not in sent["extension"]
    assert (
        sent["prefetch"]["questionnaireResponses"]["entry"][-1]["resource"]["resourceType"] == "QuestionnaireResponse"
    )
    page.get_by_role("button", name="Ask for cards").click()
    expect(page.get_by_role("button", name="Record the worksheet's answers")).to_have_count(0)
    expect(page.locator("article.card h3").first).not_to_contain_text("cannot be assessed")


def test_a_whole_record_can_be_given_by_hand(worksheet):
    page = worksheet("nothing-recorded")
    page.get_by_role("radio", name="everything").check()
    expect(page.locator("#form")).to_contain_text("TACE session")
    page.get_by_role("radio", name="needed to decide").check()
    page.locator("#form label").filter(has_text="mild").first.click()
    expect(page.locator("#values tr").filter(has_text="ascites").first).to_contain_text("mild")
    page.locator("#form [id^='item-ecog/'] label.lhc-answer").filter(has_text="0").click()
    expect(page.locator("#scores .tile").filter(has_text="ECOG").locator(".number")).to_have_text("0")
    page.get_by_role("radio", name="everything").check()
    expect(page.locator("#form [id^='item-ecog/'] .ant-radio-wrapper-checked")).to_have_text("0")


CONCLUSION = "Two HCC nodules, the largest measuring 4.4 cm. Portal vein tumor thrombus cannot be excluded."


def with_report(body):
    patient = body["context"]["patientId"]
    report = {"resourceType": "DiagnosticReport", "id": "ct", "status": "final", "code": {"text": "CT"},
              "subject": {"reference": f"Patient/{patient}"}, "effectiveDateTime": body["extension"]["tace-cds.as-of"][:10],
              "conclusion": CONCLUSION}  # fmt: skip
    body["prefetch"]["diagnosticReports"] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": report}],
    }


def test_report_text_is_offered_with_its_sentence_and_counts_once_confirmed(worksheet):
    page = worksheet("nothing-recorded", with_report)
    offer = page.locator(".offer").filter(has_text="number of nodules")
    expect(offer.locator("blockquote")).to_have_text("Two HCC nodules, the largest measuring 4.4 cm.")
    expect(page.locator(".offer").filter(has_text="portal vein")).to_have_count(0)
    nodules = page.locator("#values tr").filter(has_text="number of nodules")
    expect(nodules).to_contain_text("not documented")
    offer.get_by_role("button", name="Confirm as answer").click()
    expect(nodules).to_contain_text("2")
    expect(page.locator("#form input[id^='nodule-count/']")).to_have_value("2")
    expect(offer).to_have_count(0)


def test_by_keyboard_alone(worksheet):
    page = worksheet(NO_INR)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id").startswith("inr/"):
            break
    page.keyboard.type("1.1")
    page.keyboard.press("Tab")
    expect(page.locator("#verdict .tag")).to_have_text("candidate")
    expect(page.get_by_role("button", name="Download answers")).to_be_enabled()
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.id") == "download":
            break
    with page.expect_download():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_serious_for_accessibility(worksheet, scheme, size):
    page = worksheet(REFRACTORY)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    expect(page.locator(f"#timeline svg.{'wide' if size is DESKTOP else 'narrow'}")).to_be_visible()
    page.get_by_role("radio", name="all", exact=True).check()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
