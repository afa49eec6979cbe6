"""Report text by strict patterns: what is offered to a person, and above all what is not."""

import base64
from datetime import UTC, date, datetime

import pytest

from service.fhir.read import read_facts
from service.fhir.read.report_text import said_in
from service.fhir.read.reports import found_in_reports

ASKED = datetime(2026, 11, 21, 12, tzinfo=UTC)


def said(text):
    return [(each.fact, each.value) for each in said_in(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two HCC nodules in segments 5 and 8.", [("nodule_count", 2)]),
        ("Two HCC nodules measuring 2.1 cm and 4.4 cm.", [("nodule_count", 2)]),
        ("There are 3 enhancing liver lesions, LR-5.", [("nodule_count", 3)]),
        ("Solitary HCC lesion in segment 6, measuring 38 mm.", [("nodule_count", 1), ("nodule_size", 3.8)]),
        ("Two HCC nodules, the largest measuring 4.4 x 3.9 cm.", [("nodule_count", 2), ("nodule_size", 4.4)]),
        ("Hepatocellular carcinoma in segment 8 with a diameter of 2,4 cm", [("nodule_size", 2.4)]),
        ("Single HCC nodule measuring 21 x 34 x 28 mm in segment 4.", [("nodule_count", 1), ("nodule_size", 3.4)]),
        ("No portal vein invasion.", [("portal_vein_invasion", "none")]),
        ("No evidence of portal vein tumor thrombus.", [("portal_vein_invasion", "none")]),
        ("No evidence of tumor thrombus in the portal vein.", [("portal_vein_invasion", "none")]),
        ("Enhancing tumor thrombus in the main portal vein.", [("portal_vein_invasion", "vp4")]),
        ("Tumour thrombosis within the left portal vein.", [("portal_vein_invasion", "vp3")]),
        ("Portal vein invasion Vp2.", [("portal_vein_invasion", "vp2")]),
        ("Treated lesion in segment 8: partial response by mRECIST.", [("mrecist_response", "PR")]),
        ("mRECIST: SD", [("mrecist_response", "SD")]),
        ("The treated lesion is 60 % viable.", [("viable_percent", 60)]),
        ("Viable portion of 25 % in segment 8.", [("viable_percent", 25)]),
    ],
)
def test_offered(text, found):
    assert said(text) == found


NOT_OFFERED = {
    "thrombosis denied says nothing of tumor": "No portal vein thrombosis.",
    "cannot be excluded": "Portal vein tumor thrombus cannot be excluded.",
    "not excluded": "Tumor thrombus in the main portal vein is not excluded.",
    "possible": "Possible tumor thrombus in the right portal vein.",
    "suspicious": "Filling defect suspicious for tumor thrombus in the main portal vein.",
    "question mark": "Tumor thrombus in the main portal vein?",
    "no definite": "No definite portal vein invasion.",
    "patent": "The portal vein is patent.",
    "bland": "Bland thrombus in the main portal vein.",
    "adjacent to the vein": "HCC adjacent to the main portal vein, Vp3 threatened.",
    "two grades": "Portal vein invasion Vp2 or Vp3.",
    "denied and stated": "No portal vein invasion but tumor thrombus in the hepatic vein and IVC with no flow.",
    "prior study": "On the prior study two HCC nodules were present.",
    "previously": "Previously seen two HCC nodules measuring 4 cm.",
    "compared": "Compared with the last examination, single HCC nodule measuring 3 cm.",
    "date of another day": "CT of 12 May 2026: two HCC nodules.",
    "numeric date": "MRI 2026-05-12: two HCC nodules.",
    "slash date": "MRI 5/12/26: single HCC nodule measuring 3 cm.",
    "history": "History of 3 HCC nodules.",
    "status post": "Two HCC nodules known since the spring.",
    "about": "HCC nodule measuring about 4 cm.",
    "at least": "At least three HCC nodules.",
    "multiple": "Multiple HCC nodules in both lobes.",
    "range of a number": "2-3 HCC nodules.",
    "range of a size": "HCC nodules measuring 2 to 3 cm.",
    "the liver is measured": "The liver measures 17 cm, HCC in segment 8.",
    "the liver is measured after the tumor": "HCC in segment 8, the liver measuring 17 cm.",
    "a thrombus is measured": "HCC with a thrombus measuring 2 cm.",
    "an ablation zone is measured": "HCC treated in segment 8, ablation zone measuring 4 cm.",
    "no unit": "HCC nodule measuring 4.4 in segment 8.",
    "kidney": "Two renal lesions; liver tumor in segment 8 next to the kidney.",
    "lung": "Two lung nodules in a patient with HCC.",
    "cyst": "Three hepatic cysts beside the HCC.",
    "hemangioma": "Hepatic hemangioma measuring 4.4 cm.",
    "not said to be tumor": "Two liver nodules measuring 2 cm.",
    "indeterminate category": "Two LR-3 lesions, no LR-5 lesion.",
    "denied": "No HCC nodule.",
    "conditional": "If three HCC nodules are confirmed, transplant is an option.",
    "planned": "TACE of two HCC nodules is recommended.",
    "two categories": "mRECIST: PR in segment 8, SD in segment 5.",
    "response without criteria": "Partial response.",
    "response of something else": "Stable disease by RECIST 1.1 of the lung.",
    "necrosis is not turned around": "60 % necrosis of the treated lesion.",
    "viable range": "30-40 % viable.",
    "viable denied": "No viable tumor.",
    "over hundred": "The lesion is 160 % viable.",
    "size of a child": "HCC nodule measuring 440 cm.",
    "the liver's own size": "The liver measures 17 cm, HCC in segment 8 measuring 3 cm.",
}


@pytest.mark.parametrize("text", NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_not_offered(text):
    assert said(text) == []


def test_a_decimal_point_ends_no_sentence():
    (found,) = said_in("HCC in segment 8 measuring 4.4 cm. Spleen 12.3 cm.")
    assert (found.fact, found.value, found.quote) == ("nodule_size", 4.4, "HCC in segment 8 measuring 4.4 cm.")


def report(text="Two HCC nodules.", when="2026-11-10", **more):
    return {"resourceType": "DiagnosticReport", "id": "ct", "status": "final", "code": {"text": "CT"},
            "subject": {"reference": "Patient/p"}, "effectiveDateTime": when, "conclusion": text} | more  # fmt: skip


def offered(*reports, since=None):
    return [
        (each.said.value, each.report, each.when)
        for each in found_in_reports(reports, patient="p", asked=ASKED, zone=UTC, since=since, days=120)
    ]


def test_a_report_is_quoted_with_its_day():
    (found,) = found_in_reports([report()], patient="p", asked=ASKED, zone=UTC, since=None, days=120)
    assert (found.said.quote, found.report, found.when) == (
        "Two HCC nodules.",
        "DiagnosticReport/ct",
        date(2026, 11, 10),
    )


def test_a_form_in_plain_text_is_read_and_no_other():
    data = base64.b64encode(b"Two HCC nodules.").decode()
    form = {"contentType": "text/plain; charset=utf-8", "data": data}
    assert offered(report("", presentedForm=[form]))
    assert not offered(report("", presentedForm=[form | {"contentType": "text/html"}]))
    assert not offered(report("", presentedForm=[form | {"data": "%%%"}]))


@pytest.mark.parametrize(
    "more",
    [
        {"status": "preliminary"}, {"status": "entered-in-error"}, {"subject": {"reference": "Patient/other"}},
        {"effectiveDateTime": "2026-11-22"}, {"effectiveDateTime": "2026-11"}, {"effectiveDateTime": None},
        {"effectiveDateTime": "2026-07-23"},
    ],
    ids=["preliminary", "in error", "another patient", "later", "month only", "undated", "121 days old"],
)  # fmt: skip
def test_a_report_that_is_not_of_today(more):
    assert not offered(report(**more))


def test_the_last_day_of_the_window_counts():
    assert offered(report(when="2026-07-24"))


def test_a_report_of_before_the_last_treatment_is_not_offered():
    assert not offered(report(), since=date(2026, 11, 10))
    assert offered(report(), since=date(2026, 11, 9))


def test_the_newest_report_speaks_and_contradictions_of_one_day_are_both_offered():
    older = report("Three HCC nodules.", "2026-10-01", id="older")
    assert [value for value, _, _ in offered(older, report())] == [2]
    other = report("Three HCC nodules.", id="other")
    assert sorted(value for value, _, _ in offered(other, report())) == [2, 3]


def test_report_text_never_becomes_a_fact():
    facts = read_facts([report("Two HCC nodules. No portal vein invasion.")], patient="p", asked=ASKED, zone=UTC)
    assert "nodule_count" not in facts.series
    assert "portal_vein_invasion" not in facts.series
