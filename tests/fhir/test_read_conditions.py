"""Conditions: which tumor it is, which findings are present, which are stated to be absent."""

import pytest

from cards.facts import Absent, Why
from tests.fhir.build import (
    CLINICAL,
    ICD10,
    ICD10CM,
    ICD10GM,
    PRIMARY,
    SNOMED,
    SUBJECT,
    coded,
    condition,
    icd,
    now,
    order,
    own,
    problems,
    read,
    status_word,
)


def kind(*conditions, **more):
    return read(*conditions, **more).tumor.kind


def sct(code, **more):
    return condition(coded(SNOMED, code), **more)


# The kind of tumor

KINDS = [
    ("hcc", ICD10CM, "C22.0"),
    ("hcc", ICD10CM, "C220"),
    ("hcc", ICD10CM, " c22.0 "),
    ("hcc", ICD10, "C22.0"),
    ("hcc", ICD10GM, "C22.0"),
    ("hcc", ICD10GM, "C22.0 G"),
    ("hcc", "urn:oid:2.16.840.1.113883.6.90", "C22.0"),
    ("hcc", SNOMED, "109841003"),
    ("hcc", SNOMED, "25370001"),
    ("hcc", SNOMED, "1197204009"),
    ("hcc", SNOMED, "1186612004"),
    ("icc", ICD10CM, "C22.1"),
    ("icc", SNOMED, "109842005"),
    ("other-primary", SNOMED, "274902006"),
    ("other-primary", ICD10CM, "C22.2"),
    ("other-primary", ICD10CM, "C22.3"),
    ("other-primary", ICD10CM, "C24.0"),
    ("neuroendocrine-metastasis", ICD10CM, "C7B.02"),
    ("neuroendocrine-metastasis", ICD10CM, "C7B02"),
    ("other-metastasis", ICD10CM, "C78.7"),
    ("other-metastasis", ICD10, "C787"),
    ("other-metastasis", SNOMED, "94381002"),
    ("unknown", ICD10CM, "C22.9"),
    ("unknown", ICD10CM, "C22.8"),
    ("unknown", ICD10CM, "D37.6"),
    ("unknown", SNOMED, "93870000"),
    ("unknown", SNOMED, "312104005"),
    ("unknown", ICD10CM, "C78.00"),
    ("unknown", ICD10CM, "K74.60"),
    ("unknown", "", "C22.0"),
]


@pytest.mark.parametrize(("expected", "system", "code"), KINDS)
def test_kind_of_tumor(expected, system, code):
    assert kind(condition(coded(system, code))) == expected


@pytest.mark.parametrize("code", ["C22.9", "C22.8", "D37.6"])
def test_an_ambiguous_code_is_asked_about_and_never_classified(code):
    tumor = read(icd(code)).tumor
    assert tumor.stated
    assert "not told" in tumor.because


def test_a_settled_diagnosis_stands_before_an_ambiguous_one():
    assert kind(icd("C22.9", id="a"), icd("C22.0", id="b")) == "hcc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hepatocellular carcinoma", "hcc"),
        ("HCC", "hcc"),
        ("hepatoma", "hcc"),
        ("Multifocal hepatocellular carcinoma (HCC)", "hcc"),
        ("Hepatocellular carcinoma, segment 8", "hcc"),
        ("Intrahepatic cholangiocarcinoma", "icc"),
        ("Colorectal liver metastases", "colorectal-metastasis"),
        ("Liver metastasis", "other-metastasis"),
        ("Family history of hepatocellular carcinoma", "unknown"),
        ("rule out HCC", "unknown"),
        ("HCC screening", "unknown"),
        ("No evidence of HCC", "unknown"),
    ],
)
@pytest.mark.parametrize("place", ["text", "display"])
def test_text_only(text, expected, place):
    code = {"text": text} if place == "text" else {"coding": [{"system": "urn:local", "code": "7", "display": text}]}
    tumor = read(condition(code)).tumor
    assert tumor.kind == expected
    assert ("text only, please code: Condition/c" in tumor.notes) == (expected != "unknown")


def test_any_coding_tells():
    code = {
        "coding": [{"system": "urn:local", "code": "LIVCA"}, {"system": ICD10CM, "code": "C22.0"}],
        "text": "liver ca",
    }
    assert kind(condition(code)) == "hcc"
    assert read(condition(code)).tumor.notes == ()


# Status


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"clinicalStatus": ...}, "hcc"),
        ({"clinicalStatus": status_word(CLINICAL, "recurrence")}, "hcc"),
        ({"clinicalStatus": status_word(CLINICAL, " Active ")}, "hcc"),
        ({"clinicalStatus": status_word(CLINICAL, "inactive")}, "unknown"),
        ({"clinicalStatus": status_word(CLINICAL, "Resolved ")}, "unknown"),
        ({"clinicalStatus": status_word(CLINICAL, "remission")}, "unknown"),
        ({"clinicalStatus": {"text": "Resolved"}}, "unknown"),
        ({"clinicalStatus": {"coding": [{"code": "x"}, {"code": "resolved"}]}}, "unknown"),
        ({"verificationStatus": status_word("v", "confirmed")}, "hcc"),
        ({"verificationStatus": status_word("v", "provisional")}, "unknown"),
        ({"verificationStatus": status_word("v", "differential")}, "unknown"),
        ({"verificationStatus": status_word("v", "unconfirmed")}, "unknown"),
        ({"verificationStatus": status_word("v", "refuted")}, "unknown"),
        ({"verificationStatus": status_word("v", "entered-in-error")}, "unknown"),
        ({"verificationStatus": {"text": "refuted"}}, "unknown"),
        ({"abatementDateTime": "2026-01-01"}, "unknown"),
        ({"abatementDateTime": "2027-01-01"}, "hcc"),
        ({"abatementString": "after resection"}, "unknown"),
        ({"abatementPeriod": {"start": "2026-01-01"}}, "unknown"),
        ({"abatementPeriod": {"start": "2027-01-01"}}, "hcc"),
        ({"recordedDate": "2010-01-01"}, "hcc"),
        ({"recordedDate": "2026-11-22"}, "unknown"),
        ({"recordedDate": "2026-11-21T12:01:00Z"}, "hcc"),
        ({"recordedDate": "2026-11-21T13:00:00Z"}, "unknown"),
        ({"onsetDateTime": "2026-12-01"}, "unknown"),
    ],
    ids=str,
)
def test_status_of_a_tumor(change, expected):
    assert kind(icd("C22.0", **change)) == expected


def test_an_unconfirmed_tumor_is_shown():
    tumor = read(icd("C22.0", verificationStatus=status_word("v", "provisional"))).tumor
    assert tumor.because == "tumor type not settled: HCC is recorded as provisional (Condition/c)"
    assert tumor.stated


def test_a_confirmed_tumor_stands_before_an_unconfirmed_one():
    maybe = icd("C22.1", id="a", verificationStatus=status_word("v", "differential"))
    assert kind(maybe, icd("C22.0", id="b")) == "hcc"


@pytest.mark.parametrize("form", [{"clinicalStatus": "active"}, {"verificationStatus": "confirmed"}])
def test_conditions_of_dstu2_and_stu3(form):
    assert kind(icd("C22.0", **form)) == "unknown"
    assert "FHIR DSTU2 or STU3 form; R4 is read" in problems(icd("C22.0", **form))["Condition/c"]


# Several tumors, metastasis and primary


def test_several_tumors_settle_nothing_unless_the_order_names_one():
    pair = (icd("C22.0", id="hcc"), icd("C78.7", id="met"))
    tumor = read(*pair).tumor
    assert tumor.kind == "unknown"
    assert tumor.because.startswith("several liver tumors are recorded: HCC and liver metastasis")
    by_reference = order(text="TACE", reasonReference=[{"reference": "Condition/hcc"}])
    assert kind(*pair, orders=[by_reference]) == "hcc"
    by_code = order(text="TACE", reasonCode=[coded(ICD10CM, "C22.0")])
    assert kind(*pair, orders=[by_code]) == "hcc"
    of_neither = order(text="TACE", reasonReference=[{"reference": "Condition/other"}])
    assert kind(*pair, orders=[of_neither]) == "unknown"


PRIMARIES = [
    ("C18.7", "colorectal-metastasis"),
    ("C19", "colorectal-metastasis"),
    ("C20", "colorectal-metastasis"),
    ("C7A.012", "neuroendocrine-metastasis"),
    ("C25.4", "neuroendocrine-metastasis"),
    ("D3A.8", "neuroendocrine-metastasis"),
    ("C74.10", "neuroendocrine-metastasis"),
    ("C69.31", "melanoma-metastasis"),
    ("C43.9", "melanoma-metastasis"),
    ("C50.911", "other-metastasis"),
]


@pytest.mark.parametrize(("code", "expected"), PRIMARIES)
def test_the_only_primary(code, expected):
    assert kind(icd("C78.7", id="met"), icd(code, id="primary")) == expected
    assert kind(icd(code, id="primary")) == "unknown"


@pytest.mark.parametrize(
    "over", [{"clinical": "resolved"}, {"clinical": "remission"}, {"abatementDateTime": "2024-01-01"}]
)
def test_a_resected_primary_is_still_the_primary(over):
    primary = condition(coded(ICD10CM, "C18.7"), **{"id": "primary", **over})
    assert kind(icd("C78.7", id="met"), primary) == "colorectal-metastasis"
    assert kind(icd("C78.7", id="met"), primary, icd("C69.31", id="eye")) == "melanoma-metastasis"


@pytest.mark.parametrize("word", ["refuted", "provisional", "entered-in-error"])
def test_a_primary_that_is_not_confirmed_tells_nothing(word):
    primary = icd("C18.7", id="primary", verificationStatus=status_word("v", word))
    assert kind(icd("C78.7", id="met"), primary) == "other-metastasis"


@pytest.mark.parametrize("reference", ["Condition/colon", "https://ehr.example.org/r4/Condition/colon", "urn:uuid:5"])
def test_the_primary_by_mcode_link(reference):
    linked = icd("C78.7", id="met", extension=[{"url": PRIMARY, "valueReference": {"reference": reference}}])
    found = kind(linked, icd("C18.7", id="colon"), icd("C69.31", id="eye"), full_urls={"urn:uuid:5": "Condition/colon"})
    assert found == "colorectal-metastasis"


def test_two_primaries_without_link():
    tumor = read(icd("C78.7", id="met"), icd("C18.7", id="colon"), icd("C69.31", id="eye")).tumor
    assert tumor.kind == "other-metastasis"
    assert "primary of the metastasis not told" in tumor.notes[0]


# Spread


@pytest.mark.parametrize("code", ["C77.2", "C77.9", "C78.00", "C78.6", "C79.51", "C7951"])
def test_spread(code):
    known = now(icd("C22.0", id="hcc"), icd(code, id="met")).extrahepatic_spread
    assert (known.value, known.state) == (True, True)


@pytest.mark.parametrize("code", ["C78.7", "C7B.02", "C22.0", "C50.911"])
def test_no_spread(code):
    assert isinstance(now(icd(code)).extrahepatic_spread, Absent)


def test_a_metastasis_whose_site_is_not_told_may_be_the_one_in_the_liver():
    assert now(icd("C22.0", id="hcc"), sct("128462008")).extrahepatic_spread.value is True
    assert isinstance(now(icd("C78.7", id="met"), sct("128462008")).extrahepatic_spread, Absent)


def test_refuting_one_site_is_not_refuting_all():
    refuted = {"verificationStatus": status_word("v", "refuted"), "recordedDate": "2026-11-10"}
    assert isinstance(now(icd("C78.00", **refuted)).extrahepatic_spread, Absent)
    assert now(sct("128462008", **refuted)).extrahepatic_spread.value is False


# Findings

FINDINGS = [
    ("jaundice", ICD10CM, "R17"),
    ("jaundice", SNOMED, "18165001"),
    ("hepatorenal_syndrome", ICD10CM, "K76.7"),
    ("varices_at_risk", ICD10CM, "I85.10"),
    ("active_bleeding", ICD10CM, "I85.11"),
    ("active_bleeding", ICD10CM, "K92.1"),
    ("biliary_obstruction", ICD10CM, "K83.1"),
    ("active_infection", ICD10CM, "K65.2"),
    ("anticoagulated", ICD10CM, "Z79.01"),
    ("symptomatic", ICD10CM, "E34.00"),
]


@pytest.mark.parametrize(("fact", "system", "code"), FINDINGS)
def test_findings(fact, system, code):
    assert now(condition(coded(system, code)))[fact].value is True
    assert isinstance(now(condition(coded(system, code), "resolved"))[fact], Absent)
    assert isinstance(now(condition(coded(system, code), verification="provisional"))[fact], Absent)
    assert isinstance(now()[fact], Absent)


@pytest.mark.parametrize(
    "fact", ["jaundice", "hepatorenal-syndrome", "varices-at-risk", "biliary-obstruction", "active-infection"]
)
def test_findings_by_observation(fact):
    name = fact.replace("-", "_")
    assert now(own(fact, True))[name].value is True
    assert now(own(fact, False))[name].value is False


@pytest.mark.parametrize(
    ("fact", "code"), [("jaundice", "R17"), ("hepatorenal_syndrome", "K76.7"), ("biliary_obstruction", "K83.1")]
)
def test_a_refuted_finding_is_absent_and_ages(fact, code):
    refuted = {"verificationStatus": status_word("v", "refuted")}
    assert now(icd(code, **refuted, recordedDate="2026-11-10"))[fact].value is False
    assert now(icd(code, **refuted, recordedDate="2026-01-10"))[fact].why is Why.TOO_OLD
    assert now(icd(code, **refuted))[fact].why is Why.UNDATED


def test_refuting_peritonitis_does_not_exclude_infection():
    refuted = icd("K65.2", verificationStatus=status_word("v", "refuted"), recordedDate="2026-11-10")
    assert isinstance(now(refuted).active_infection, Absent)


def test_a_condition_beside_a_no():
    known = now(icd("K83.1"), own("biliary-obstruction", False)).biliary_obstruction
    assert known.value is True
    assert "conflict" in known.notes[-1]


@pytest.mark.parametrize(
    ("code", "value"),
    [("R18.8", "present"), ("K70.31", "present"), ("K70.11", "present"), ("R18", None), ("R18.0", None)],
)
def test_ascites_icd_10_cm(code, value):
    known = now(icd(code)).ascites_grade
    assert (None if isinstance(known, Absent) else known.value) == value


@pytest.mark.parametrize("system", [ICD10, ICD10GM])
def test_ascites_elsewhere(system):
    assert now(condition(coded(system, "R18"))).ascites_grade.value == "present"


def test_malignant_ascites_is_noted_and_not_scored():
    facts = read(icd("C22.0", id="hcc"), icd("R18.0"))
    assert "ascites_grade" not in facts.states
    assert any("malignant ascites" in note for note in facts.tumor.notes)


@pytest.mark.parametrize(("code", "value"), [("K76.82", "present"), ("K72.91", 4), ("K72.90", None), ("K72.10", None)])
def test_encephalopathy(code, value):
    known = now(icd(code)).encephalopathy_grade
    assert (None if isinstance(known, Absent) else known.value) == value


def test_hepatic_failure_without_coma_is_noted():
    assert any("hepatic failure" in note for note in read(icd("K72.90")).tumor.notes)


def test_coma_beside_encephalopathy():
    assert now(icd("K76.82", id="a"), icd("K72.91", id="b")).encephalopathy_grade.value == 4
    assert now(icd("K72.91", id="b"), icd("K76.82", id="a")).encephalopathy_grade.value == 4


def test_thrombosis_of_the_portal_vein_is_of_unknown_nature():
    facts = read(icd("I81"))
    assert "portal_vein_thrombosis" in facts.states
    assert "portal_vein_invasion" not in facts.series


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Ruptured hepatocellular carcinoma", "tumor_rupture"),
        ("Spontaneous rupture of liver tumor", "tumor_rupture"),
        ("Bilioenteric anastomosis status", "bilioenteric_anastomosis"),
        ("Dependence on hemodialysis", "dialysis_twice_weekly"),
    ],
)
def test_findings_by_name(text, fact):
    assert now(condition({"text": text}))[fact].value is True


@pytest.mark.parametrize("text", ["No ruptured HCC", "Rupture of spleen", "Risk of ruptured HCC"])
def test_names_that_are_none(text):
    assert isinstance(now(condition({"text": text})).tumor_rupture, Absent)


# Broken ones


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"subject": ...}, "subject is missing"),
        ({"recordedDate": "last year"}, "recordedDate is not what FHIR R4 has there"),
        ({"unheardOf": 1}, "unheardOf is not an element of FHIR R4"),
        ({"subject": {"reference": "Patient/2"}}, "its subject is another patient"),
        ({"modifierExtension": [{"url": "x"}]}, "it carries a modifierExtension, which may change its meaning"),
    ],
)
def test_what_is_not_usable_is_named(change, words):
    facts = read(icd("C22.0", **change), icd("C22.1", id="other"))
    assert {u.resource: u.because for u in facts.unusable} == {"Condition/c": words}
    assert facts.tumor.kind == "icc"


@pytest.mark.parametrize("code", [None, "C22.0", [], [{"coding": []}], {"coding": "C22.0"}, {"coding": [None, 3, "x"]}])
def test_codes_of_another_shape(code):
    assert read({"resourceType": "Condition", "id": "c", "subject": SUBJECT, "code": code}).tumor.kind == "unknown"
