"""Whose record it is, which version of a resource counts, questionnaire answers, and local codes."""

from datetime import date

import pytest

from service.fhir.read.local_codes import Entry, LocalCodes
from tests.fhir.build import (
    LOINC,
    OWN_SYSTEM,
    RECENT,
    answer,
    answers,
    bilirubin,
    coded,
    condition,
    facts_named,
    icd,
    now,
    observation,
    order,
    problems,
    procedure,
    quantity,
    read,
    values_of,
)

PATIENT = {"resourceType": "Patient", "id": "1", "gender": "female", "birthDate": "1960-05-01"}

# Whose


@pytest.mark.parametrize(
    ("subject", "urls"),
    [
        ({"reference": "Patient/1"}, {}),
        ({"reference": " Patient/1 "}, {}),
        ({"reference": "https://ehr.example.org/r4/Patient/1"}, {}),
        ({"reference": "Patient/1/_history/7"}, {}),
        ({"reference": "urn:uuid:abc"}, {"urn:uuid:abc": "Patient/1"}),
        ({"display": "the patient"}, {}),
        ({}, {}),
        (None, {}),
        (..., {}),
    ],
)
def test_subjects_that_are_this_patient(subject, urls):
    assert values_of("bilirubin", bilirubin(subject=subject), full_urls=urls) == [1.1]


@pytest.mark.parametrize(
    "subject", ["Patient/2", "https://ehr.example.org/r4/Patient/2", "urn:uuid:zzz", "Group/1", "Patient/11"]
)
def test_subjects_that_are_somebody_else(subject):
    other = {"reference": subject}
    for resource in (bilirubin(subject=other), icd("C22.0", subject=other), procedure({"text": "TACE"}, subject=other)):
        facts = read(resource)
        assert (facts.series, facts.sessions, facts.tumor.kind) == ({}, (), "unknown")
        assert [u.because for u in facts.unusable] == ["its subject is another patient"]


@pytest.mark.parametrize("patient", ["1", "Patient/1"])
def test_the_patient_with_or_without_type(patient):
    assert values_of("bilirubin", bilirubin(), patient=patient) == [1.1]
    assert read(patient=patient).patient == "Patient/1"


def test_a_list_of_subjects_is_not_ours_by_its_shape():
    assert read(bilirubin(subject=[{"reference": "Patient/2"}])).series == {}


def test_sex_and_birth_date():
    facts = read(PATIENT)
    assert (facts.sex, facts.birth_date) == ("female", date(1960, 5, 1))
    assert read(PATIENT | {"gender": " Male "}).sex == "male"
    assert read(PATIENT | {"gender": "other", "birthDate": "1960"}).birth_date is None
    assert read(PATIENT | {"gender": 3}).sex == ""


def test_another_patient_resource_is_reported():
    facts = read(PATIENT | {"id": "2"})
    assert facts.sex == ""
    assert facts.unusable[0].resource == "Patient/2"


# Which version


def versions(older, newer):
    return bilirubin(1.0, meta=older), bilirubin(2.0, meta=newer)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"lastUpdated": "2026-11-10T08:00:00Z"}, {"lastUpdated": "2026-11-10T09:00:00Z"}),
        ({"lastUpdated": "2026-11-10T09:30:00+02:00"}, {"lastUpdated": "2026-11-10T08:00:00Z"}),
        ({"versionId": "9"}, {"versionId": "10"}),
        ({}, {"lastUpdated": "2026-11-10T09:00:00Z"}),
    ],
)
def test_of_two_versions_the_latest(older, newer, swapped):
    pair = versions(older, newer)
    assert values_of("bilirubin", *(reversed(pair) if swapped else pair)) == [2.0]


def test_of_two_versions_without_order_the_withdrawn_one():
    assert values_of("bilirubin", bilirubin(), bilirubin(status="entered-in-error")) == []
    wrong = icd("C22.0", verificationStatus={"coding": [{"code": "entered-in-error"}]})
    assert read(wrong, icd("C22.0")).tumor.kind == read(icd("C22.0"), wrong).tumor.kind == "unknown"


@pytest.mark.parametrize("meta", [None, "x", [], {"lastUpdated": 3}, {"versionId": "latest"}, {"versionId": 2}])
def test_broken_meta_changes_nothing(meta):
    assert values_of("bilirubin", bilirubin(meta=meta), bilirubin(meta=meta)) == [1.1]


def test_sent_twice_is_once():
    tace = procedure({"text": "TACE"})
    assert len(read(tace, dict(tace)).sessions) == 1
    assert len(read(tace | {"id": ""}, tace | {"id": None}, tace).sessions[0].evidence) == 2


def test_the_order_of_resources_changes_nothing():
    resources = [
        PATIENT,
        icd("C22.0"),
        bilirubin(id="a"),
        bilirubin(2.5, id="b"),
        procedure({"text": "TACE"}),
        order(text="TACE"),
    ]
    one, other = read(*resources), read(*reversed(resources))
    assert (one.tumor, one.sessions, one.orders) == (other.tumor, other.sessions, other.orders)
    assert now(*resources).bilirubin.value == now(*reversed(resources)).bilirubin.value


@pytest.mark.parametrize(
    "strange", [{}, {"resourceType": None}, {"resourceType": 3}, {"resourceType": "Unheard"}, {"id": "x"}]
)
def test_unknown_resources_are_skipped(strange):
    facts = read(strange, bilirubin())
    assert (facts.unusable, [f.value for f in facts.series["bilirubin"]]) == ((), [1.1])


# Questionnaires


@pytest.mark.parametrize(
    ("link", "value", "fact", "told"),
    [
        ("ascites-grade", {"valueCoding": {"system": OWN_SYSTEM, "code": "mild"}}, "ascites_grade", "mild"),
        ("ascites-grade", {"valueString": "none"}, "ascites_grade", "none"),
        ("encephalopathy-grade", {"valueInteger": 2}, "encephalopathy_grade", 2),
        ("encephalopathy-grade", {"valueDecimal": 2.0}, "encephalopathy_grade", 2),
        ("extrahepatic-spread", {"valueBoolean": False}, "extrahepatic_spread", False),
        ("liver-involvement-percent", quantity(40, "%"), "liver_involvement_percent", 40),
        ("nodule-count", {"valueInteger": 3}, "nodule_count", 3),
        ("ecog", {"valueInteger": 1}, "ecog", 1),
        ("89247-1", {"valueCoding": {"system": LOINC, "code": "LA9623-5"}}, "ecog", 1),
        ("bilirubin", quantity(34.208, "umol/L"), "bilirubin", 2.0),
        ("1975-2", quantity(2, "mg/dL"), "bilirubin", 2.0),
        ("inr", {"valueDecimal": 1.2}, "inr", 1.2),
        ("ast", quantity(55, "U/L"), "ast", 55),
        ("alt", quantity(41, "U/L"), "alt", 41),
        ("afp-l3", quantity(12.5, "%"), "afp_l3", 12.5),
        ("dcp", quantity(60, "ng/mL"), "dcp", 60),
        ("dcp", quantity(60, "mAU/mL"), "dcp_units", 60),
        ("pt", quantity(14.5, "s"), "pt", 14.5),
        ("pt-control", quantity(12, "s"), "pt_control", 12),
        (" tace#jaundice ", {"valueBoolean": True}, "jaundice", True),
    ],
)
def test_answers(link, value, fact, told):
    flat = answers(answer(link, value))
    in_group = answers({"linkId": "g", "item": [{"linkId": "h", "item": [answer(link, value)]}]})
    under_answer = answers(answer("other", {"valueString": "x", "item": [answer(link, value)]}))
    for form in (flat, in_group, under_answer):
        (found,) = facts_named(fact, form)
        assert (found.value, found.when, found.evidence) == (told, date(2026, 11, 10), f"Observation/q.{link.strip()}")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "in-progress"},
        {"status": "entered-in-error"},
        {"status": "stopped"},
        {"status": ...},
        {"subject": {"reference": "Patient/2"}},
        {"modifierExtension": [{"url": "x"}]},
        {"item": [{"linkId": "jaundice"}]},
        {"item": [{"linkId": "unheard-of", "answer": [{"valueBoolean": True}]}]},
        {"item": {"linkId": "jaundice", "answer": "yes"}},
        {"item": None},
    ],
)
def test_answers_that_do_not_count(change):
    assert read(answers(answer("jaundice", {"valueBoolean": True}), **change)).series == {}


def test_several_answers():
    sizes = answers(
        answer("nodule-size", quantity(3, "cm"), quantity(2, "cm")), answer("nodule-size", quantity(1, "cm"))
    )
    assert sorted(s.size.value for s in read(sizes).sizes) == [1, 2, 3]
    both = answers(answer("ascites-grade", {"valueString": "none"}), answer("ascites-grade", {"valueString": "mild"}))
    assert now(both).ascites_grade.value == "mild"


def test_an_undated_answer_is_not_scored():
    assert facts_named("jaundice", answers(answer("jaundice", {"valueBoolean": True}), authored=...))[0].when is None


def test_the_newest_answer():
    older = answers(answer("ecog", {"valueInteger": 3}), id="a", authored="2026-10-01")
    assert now(older, answers(answer("ecog", {"valueInteger": 1}), id="b")).ecog.value == 1


# Local codes

LOCAL = "urn:oid:2.999.1"
MAP = LocalCodes(
    (
        Entry(LOCAL, "asc", "fact", "ascites_grade", None, {"slight": "mild", "no": "none", "3": "refractory"}),
        Entry(LOCAL, "asc-mild", "fact", "ascites_grade", "mild"),
        Entry(LOCAL, "pvi", "fact", "portal_vein_invasion", None, {"vp4": "vp4", "left branch": "vp3"}),
        Entry(LOCAL, "ecog", "fact", "ecog"),
        Entry(LOCAL, "jaundice", "fact", "jaundice"),
        Entry(LOCAL, "bili", "fact", "bilirubin"),
        Entry(LOCAL, "hcc", "tumor", "hcc"),
        Entry(LOCAL, "tace", "procedure", "tace"),
        Entry(LOCAL, "abl", "procedure", "ablation"),
        Entry(LOCAL, "whipple", "procedure", "bilioenteric-anastomosis"),
        Entry(LOCAL, "mrec", "fact", "mrecist_response", None, {"progress": "PD"}),
    )
)


def local(code, value, **more):
    return observation(coded(LOCAL, code), value, **more)


@pytest.mark.parametrize(
    ("code", "value", "fact", "told"),
    [
        ("asc", {"valueString": " Slight "}, "ascites_grade", "mild"),
        ("asc", {"valueCodeableConcept": {"text": "no"}}, "ascites_grade", "none"),
        ("asc", {"valueCodeableConcept": coded("urn:x", "3")}, "ascites_grade", "refractory"),
        ("asc", {"valueInteger": 3}, "ascites_grade", "refractory"),
        ("asc", {"valueQuantity": {"value": 3}}, "ascites_grade", "refractory"),
        ("asc", {"valueString": "tense"}, "ascites_grade", None),
        ("asc", {}, "ascites_grade", None),
        ("asc-mild", {}, "ascites_grade", "mild"),
        ("asc-mild", {"valueBoolean": True}, "ascites_grade", "mild"),
        ("asc-mild", {"valueBoolean": False}, "ascites_grade", None),
        ("asc-mild", {"valueString": "none"}, "ascites_grade", None),
        ("asc-mild", {"dataAbsentReason": {"text": "unknown"}}, "ascites_grade", None),
        ("pvi", {"valueString": "left branch"}, "portal_vein_invasion", "vp3"),
        ("ecog", {"valueString": "2"}, "ecog", 2),
        ("ecog", {"valueString": "ECOG 2"}, "ecog", 2),
        ("jaundice", {"valueBoolean": True}, "jaundice", True),
        ("jaundice", {"valueString": "no"}, "jaundice", False),
        ("bili", quantity(34.208, "umol/L"), "bilirubin", 2.0),
        ("bili", {"valueQuantity": {"value": 2}}, "bilirubin", None),
    ],
)
def test_local_codes(code, value, fact, told):
    found = facts_named(fact, local(code, value), local_codes=MAP)
    assert [f.value for f in found] == ([] if told is None else [told])
    assert all(f"local code {code} mapped to" in " ".join(f.notes) for f in found)
    assert facts_named(fact, local(code, value)) == ()


def test_a_word_that_is_not_in_the_map_is_said():
    words = problems(local("asc", {"valueString": "tense"}), local_codes=MAP)["Observation/o"]
    assert words == "local code asc mapped to ascites grade: its value is not in the map"


def test_local_tumor_procedure_response():
    tumor = condition(coded(LOCAL, "hcc"))
    assert read(tumor, local_codes=MAP).tumor.kind == "hcc"
    assert [s.kind for s in read(procedure(coded(LOCAL, "tace")), local_codes=MAP).sessions] == ["tace"]
    assert [t.kind for t in read(procedure(coded(LOCAL, "abl")), local_codes=MAP).treatments] == ["ablation"]
    assert "bilioenteric_anastomosis" in read(procedure(coded(LOCAL, "whipple")), local_codes=MAP).states
    (response,) = read(local("mrec", {"valueString": "Progress"}), local_codes=MAP).responses
    assert response.category == "PD"
    assert response.notes == ("local code mrec mapped to mrecist response",)


@pytest.mark.parametrize(
    ("code", "verification", "value"),
    [
        ("asc-mild", None, "mild"),
        ("asc-mild", "refuted", "none"),
        ("jaundice", None, True),
        ("jaundice", "refuted", False),
    ],
)
def test_local_codes_of_conditions(code, verification, value):
    fact = {"asc-mild": "ascites_grade"}.get(code, code)
    stated = condition(coded(LOCAL, code), verification=verification, recordedDate=RECENT)
    assert now(stated, local_codes=MAP)[fact].value == value


def test_a_local_code_beside_a_standard_one():
    code = {"coding": [{"system": LOCAL, "code": "bili"}, {"system": LOINC, "code": "1975-2"}]}
    assert values_of("bilirubin", observation(code, quantity(2, "mg/dL")), local_codes=MAP) == [2]
