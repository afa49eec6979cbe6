"""Reports and documents as evidence for documentation: by type, with their text, and never as a criterion."""

import base64
from datetime import date

import pytest

from cards.case import case_of
from cards.prior_auth.documentation import surgical_rationale, systemic_rationale
from tests.fhir.build import LOINC, SUBJECT, coded, icd, order, read, without_ellipsis

SURGERY = "Reviewed with hepatobiliary surgery. Tumor is unresectable because of bilobar disease. Follow up in clinic."


def encoded(text: str) -> dict[str, object]:
    data = base64.b64encode(text.encode()).decode()
    return {"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}


def document(type_text: str | None = "Tumor board note", text: str = "", **more):
    return without_ellipsis(
        {
            "resourceType": "DocumentReference",
            "id": "d",
            "status": "current",
            "subject": SUBJECT,
            "date": "2026-11-02T10:00:00Z",
            "type": {"text": type_text} if type_text else ...,
            "content": [encoded(text)],
            **more,
        }
    )


def report(name: str = "CT liver, three phases", conclusion: str = "", **more):
    return without_ellipsis(
        {
            "resourceType": "DiagnosticReport",
            "id": "r",
            "status": "final",
            "subject": SUBJECT,
            "effectiveDateTime": "2026-11-03",
            "code": {"text": name},
            "conclusion": conclusion or ...,
            **more,
        }
    )


def kinds(*resources, **more):
    return [paper.kind for paper in read(*resources, **more).papers]


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (document("Tumor board note"), "tumor-board"),
        (document("Multidisciplinary conference"), "tumor-board"),
        (document("Hepatobiliary surgery consult"), "surgery"),
        (document("Oncology consult"), "oncology"),
        (document("Transplant evaluation"), "transplant"),
        (document("Progress note"), "note"),
        (document(None, description="Mapping angiogram with MAA shunt study"), "mapping"),
        (report("CT liver, three phases"), "imaging"),
        (report("MRI abdomen"), "imaging"),
        (report("Liver biopsy"), "pathology"),
        (report("Hepatic angiogram"), "mapping"),
        (report("Study", code=coded(LOINC, "18748-4")), "imaging"),
        (report("Report", category=[coded("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")]), "imaging"),
    ],
)
def test_what_it_is_about(resource, kind):
    (paper,) = read(resource).papers
    assert (paper.kind, paper.when.month) == (kind, 11)


@pytest.mark.parametrize(
    "resource",
    [
        report("Comprehensive metabolic panel"),
        report(status="registered"),
        report(status="entered-in-error"),
        report(effectiveDateTime="2027-01-01"),
        report(subject={"reference": "Patient/2"}),
        document(status="superseded"),
        document(status="entered-in-error"),
        document(date="2027-01-01T00:00:00Z"),
        document(subject={"reference": "Patient/2"}),
        document(None, content=[]),
    ],
)
def test_what_does_not_count(resource):
    assert kinds(resource) == []


def test_newest_first():
    older = document(id="a", date="2026-01-01T00:00:00Z")
    assert [p.evidence for p in read(older, document(id="b")).papers] == ["DocumentReference/b", "DocumentReference/a"]


def test_supporting_information_that_is_only_described():
    ordered = order(text="TACE", supportingInfo=[{"reference": "DocumentReference/z", "display": "CT liver of 2 Nov"}])
    (paper,) = read(ordered).papers
    assert (paper.kind, paper.label, paper.evidence) == ("imaging", "CT liver of 2 Nov", "DocumentReference/z")


def test_supporting_information_that_is_there_is_read_once():
    ordered = order(text="TACE", supportingInfo=[{"reference": "DocumentReference/d", "display": "Tumor board"}])
    assert kinds(ordered, document()) == ["tumor-board"]


def shown(resource, rule=surgical_rationale):
    facts = read(icd("C22.0"), resource)
    return rule(case_of(facts, date(2026, 11, 21)))


@pytest.mark.parametrize(
    "resource", [document(text=SURGERY), report(conclusion=SURGERY), document(content=[], description=SURGERY)]
)
def test_rationale_is_quoted_with_document_and_day(resource):
    found = shown(resource)
    assert found.status == "present"
    assert found.found[0].quote == "Tumor is unresectable because of bilobar disease"
    assert found.found[0].when in (date(2026, 11, 2), date(2026, 11, 3))
    assert "Follow up" not in found.words


@pytest.mark.parametrize(
    "text",
    [
        "Surgery to determine if unresectable.",
        "Is the tumor unresectable?",
        "Whether the tumor is unresectable is open.",
        "Possibly unresectable.",
        "No longer unresectable after downstaging.",
        "The tumor is resectable.",
    ],
)
def test_what_leaves_it_open_is_no_rationale(text):
    assert shown(document(text=text)).status == "missing"


def test_why_not_systemic_therapy():
    found = shown(document("Oncology consult", "Progressed on sorafenib in May. Declines more."), systemic_rationale)
    assert (found.status, found.found[0].quote) == ("present", "Progressed on sorafenib in May")


def test_an_attachment_that_is_no_plain_text_is_not_read():
    pdf = {"attachment": {"contentType": "application/pdf", "data": base64.b64encode(SURGERY.encode()).decode()}}
    broken = {"attachment": {"contentType": "text/plain", "data": "%%%"}}
    assert shown(document(content=[pdf, broken])).status == "missing"


def test_a_document_tells_no_criterion():
    facts = read(document(text="ECOG 0. Ascites none. Unresectable HCC."))
    assert (facts.series, facts.states, facts.tumor.stated) == ({}, {}, False)
