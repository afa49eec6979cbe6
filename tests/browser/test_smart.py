"""The worksheet as a SMART app: launched by an EHR, reading with the user's token, writing where the user may."""

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from playwright.sync_api import expect

from service.sandbox.records import resources_of
from tests.browser.conftest import WAIT_MS, Watched, served, watch
from tests.browser.smart_ehr import Ehr, smart_ehr
from tests.golden import request_of

CASE = "inr-missing-child-pugh-bounded"


@pytest.fixture
def ehr(request):
    body = request_of(CASE)
    del body["context"]["draftOrders"]
    with smart_ehr(Ehr(body["context"]["patientId"], resources_of(body), **getattr(request, "param", {}))) as made:
        yield made


@pytest.fixture
def launched(context, ehr):
    """The worksheet as the EHR opens it; the service runs as it serves, not as a sandbox."""
    settings = {"mode": "serve", "smart_client_id": "tace-worksheet", "smart_issuers": (ehr.base,), "fhir_servers": ()}
    with served(**settings) as base:
        page = context.new_page()
        watched = Watched()
        watch(page, watched)
        page.goto(f"{base}/worksheet/launch?iss={ehr.base}&launch=of-this-patient")
        page.wait_for_url(f"{base}/worksheet**")
        yield page, base, watched
        page.close()


def opened(page):
    expect(page.locator("#verdict .words")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#form wc-lhc-form")).to_be_visible()


def test_the_record_is_read_with_the_users_token(launched, ehr):
    page, base, watched = launched
    opened(page)
    expect(page.locator("#verdict")).to_contain_text("Spruce Sample")
    expect(page.locator("#values tr").filter(has_text="albumin").first).to_contain_text("g/dL")
    assert {path.split("/")[2] for path, _ in ehr.asked} >= {"Patient", "Condition", "Observation", "Procedure"}
    assert all(right for _, right in ehr.asked)
    assert ehr.token not in "".join(watched.asked)
    assert [url for url in watched.asked if url.startswith(base) and "spruce" in url] == []
    assert page.url == f"{base}/worksheet"
    assert watched.console == []


def test_answers_are_written_and_the_next_launch_reads_them(launched, ehr):
    page, base, watched = launched
    opened(page)
    page.locator("#form input[id^='inr/']").fill("1.1")
    page.locator("#form input[id^='inr/']").blur()
    page.get_by_role("button", name="Write to the record").click()
    expect(page.locator("#said")).to_have_text("Written to the record as QuestionnaireResponse/written-1.")
    (written,) = ehr.created
    QuestionnaireResponse.model_validate(written)
    page.goto(f"{base}/worksheet/launch?iss={ehr.base}&launch=of-this-patient")
    page.wait_for_url(f"{base}/worksheet**")
    opened(page)
    expect(page.locator("#values tr").filter(has_text="INR").first).to_contain_text("1.1")
    assert watched.console == []


@pytest.mark.parametrize("ehr", [{"scope": "launch patient/*.read"}], indirect=True)
def test_who_may_not_write_is_not_offered_to(launched):
    page, _, _ = launched
    opened(page)
    expect(page.get_by_role("button", name="Write to the record")).to_be_hidden()
    expect(page.get_by_role("button", name="Download answers")).to_be_visible()


@pytest.mark.parametrize("ehr", [{"refused": frozenset({"Procedure"})}], indirect=True)
def test_what_the_user_may_not_read_is_a_gap_and_is_said(launched):
    page, _, _ = launched
    opened(page)
    page.get_by_role("radio", name="all", exact=True).check()
    expect(page.locator("#gaps")).to_contain_text("procedures could not be fetched")


def test_an_ehr_that_is_not_on_the_list_is_refused(context, ehr):
    with served(
        mode="serve", smart_client_id="x", smart_issuers=("https://ehr.example.org/fhir",), fhir_servers=()
    ) as base:
        page = context.new_page()
        page.goto(f"{base}/worksheet/launch?iss={ehr.base}&launch=of-this-patient")
        expect(page.get_by_role("alert")).to_contain_text("not on the list")
        expect(page.get_by_role("alert")).to_contain_text("TACE_CDS_SMART_ISSUERS")
        page.close()
    assert ehr.asked == []
