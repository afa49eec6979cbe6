"""Procedures: what is a session, which lesions and findings belong to it, and other treatments."""

from datetime import date, timedelta

import pytest

from tests.fhir.build import (
    CPT,
    ICD10PCS,
    INTENT,
    OWN_SYSTEM,
    SNOMED,
    coded,
    icd,
    now,
    own,
    problems,
    procedure,
    read,
    target,
)

HCC = icd("C22.0", id="hcc")
TACE = coded(SNOMED, "441525007")
CHEMO, OCCLUSION = coded(ICD10PCS, "3E05305"), coded(ICD10PCS, "04L33DZ")


def kinds(*resources, **more):
    return [s.kind for s in read(HCC, *resources, **more).sessions]


# What a session is

KINDS = [
    ("tace", coded(SNOMED, "441525007")),
    ("tace", coded(SNOMED, "314617008")),
    ("tace", coded("http://loinc.org", "88935-2")),
    ("tace", coded(CPT, "37243", "TACE segment 8")),
    ("tace", coded(CPT, "37243", "Chemoembolization, hepatic artery")),
    ("tace", coded(CPT, "37243", "Embolization with doxorubicin drug-eluting beads")),
    ("tae", coded(CPT, "37243", "Bland embolization of liver tumor")),
    ("y90", coded(CPT, "37243", "Y-90 radioembolization")),
    ("y90", {"coding": [{"system": CPT, "code": "37243"}, {"system": CPT, "code": "79445"}]}),
    ("y90", coded(CPT, "37243", "Y-90 after prior TACE")),
    ("tace", coded(CPT, "37243", "TACE after prior Y-90")),
    ("embolization", coded(CPT, "37243")),
    ("tace", {"coding": [{"system": ICD10PCS, "code": "3E05305"}, {"system": ICD10PCS, "code": "04V33ZZ"}]}),
    ("embolization", OCCLUSION),
    ("tace", {"text": "DEB-TACE"}),
    ("tace", {"text": "Transarterial chemoembolisation of liver"}),
    ("tae", {"text": "Bland embolization, hepatic artery"}),
    ("y90", {"text": "SIRT with TheraSphere"}),
    ("y90", coded(SNOMED, "764677008")),
]


@pytest.mark.parametrize(("kind", "code"), KINDS)
def test_kind_of_session(kind, code):
    assert kinds(procedure(code)) == [kind]


@pytest.mark.parametrize(
    "code",
    [
        {"text": "Uterine artery embolization"},
        {"text": "Bland embolization of renal angiomyolipoma"},
        coded(CPT, "37243", "Embolization of uterine fibroids"),
        coded(CPT, "37243", "Renal tumor embolization"),
        {"text": "Chemoembolization of lung metastasis"},
        {"text": "CT abdomen after TACE"},
        {"text": "MRI liver for TACE response"},
        {"text": "Post-TACE clinic visit"},
        {"text": "No TACE performed"},
        {"text": "Bland diet"},
        CHEMO,
        coded(SNOMED, "57238002"),
        {"coding": "TACE"},
        None,
    ],
    ids=str,
)
def test_what_is_no_session(code):
    assert kinds(procedure(code)) == []


def test_the_site_tells_the_organ():
    assert kinds(procedure(coded(CPT, "37243"), bodySite=[{"text": "Uterus"}])) == []
    assert kinds(procedure(coded(CPT, "37243"), bodySite=[{"text": "Liver"}])) == ["embolization"]
    assert kinds(procedure({"text": "TACE of liver metastases of kidney cancer"})) == ["tace"]


def test_37243_alone_is_a_session_only_beside_a_liver_tumor():
    bill = procedure(coded(CPT, "37243"))
    assert read(bill).sessions == ()
    assert read(procedure(OCCLUSION)).sessions == ()
    assert [s.kind for s in read(procedure(TACE)).sessions] == ["tace"]


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("completed", True),
        (" Completed ", True),
        ("preparation", False),
        ("in-progress", False),
        ("not-done", False),
        ("stopped", False),
        ("entered-in-error", False),
        ("unknown", False),
    ],
)
def test_status(status, counts):
    assert bool(kinds(procedure(TACE, status=status))) is counts
    assert problems(procedure(TACE, status=status)) == {}


@pytest.mark.parametrize(
    ("broken", "open_"),
    [
        (procedure(TACE, notDone=False), True),
        (procedure(TACE, performedDateTime="04.07.2026"), True),
        (procedure(coded(CPT, "37243"), notDone=False), True),
        (procedure(TACE, status="not-done", notDone=True), False),
        (procedure(coded(SNOMED, "426830009"), notDone=False), False),
    ],
    ids=["element of STU3", "date of another form", "embolization of a kind not told", "not done", "an ablation"],
)
def test_session_that_cannot_be_used_leaves_the_history_open(broken, open_):
    found = read(HCC, broken)
    assert found.sessions == ()
    assert ("treatment_history" in found.refused) is open_


@pytest.mark.parametrize("status", [..., "", "done", None])
def test_a_status_that_is_none_is_said(status):
    assert problems(procedure(TACE, status=status)) == {"Procedure/p": "its status is missing or none of FHIR R4"}


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        ({"performedDateTime": "2026-06-01"}, date(2026, 6, 1), date(2026, 6, 1)),
        ({"performedDateTime": "2026-06"}, date(2026, 6, 1), date(2026, 6, 30)),
        ({"performedDateTime": "2026-11"}, date(2026, 11, 1), date(2026, 11, 21)),
        ({"performedPeriod": {"start": "2026-06-01", "end": "2026-06-02"}}, date(2026, 6, 2), date(2026, 6, 2)),
        ({"performedPeriod": {"start": "2026-06-01"}}, date(2026, 6, 1), date(2026, 6, 1)),
        ({"performedString": "in spring"}, None, None),
        ({}, None, None),
    ],
)
def test_dates(when, first, last):
    (session,) = read(procedure(TACE, None, **when)).sessions
    assert (session.when, session.latest) == (first, last)


def test_a_planned_one_is_none():
    assert kinds(procedure(TACE, "2026-12-01")) == []


# One day is one session


def test_procedures_of_one_day_are_one_session():
    (session,) = read(procedure(TACE, id="a"), procedure(TACE, "2026-06-01T15:00:00Z", id="b")).sessions
    assert session.evidence == ("Procedure/a", "Procedure/b")
    assert len(read(procedure(TACE, id="a"), procedure(TACE, "2026-06-02", id="b")).sessions) == 2


def test_the_bill_takes_the_kind_of_the_report():
    assert kinds(procedure(TACE, id="a"), procedure(coded(CPT, "37243"), id="b")) == ["tace"]
    assert kinds(procedure({"text": "Y-90"}, id="a"), procedure(coded(CPT, "37243"), id="b")) == ["y90"]


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ((CHEMO, OCCLUSION), ["tace"]),
        ((CHEMO, coded(ICD10PCS, "04V33DZ")), ["tace"]),
        ((CHEMO, coded(CPT, "37243")), ["tace"]),
        ((CHEMO, CHEMO), []),
        ((OCCLUSION, OCCLUSION), ["embolization"]),
        ((OCCLUSION, TACE), ["tace"]),
    ],
)
def test_pairs_of_pcs_codes(pair, expected):
    assert kinds(*(procedure(code, id=name) for code, name in zip(pair, "ab", strict=True))) == expected


def test_pcs_codes_of_two_days_are_no_pair():
    assert kinds(procedure(CHEMO, id="a"), procedure(OCCLUSION, "2026-06-09", id="b")) == ["embolization"]


def test_oldest_first_undated_last():
    found = read(
        procedure(TACE, None, id="u"), procedure(TACE, "2026-05-01", id="b"), procedure(TACE, "2025-05", id="a")
    )
    assert [s.evidence[0] for s in found.sessions] == ["Procedure/a", "Procedure/b", "Procedure/u"]


@pytest.mark.parametrize(("done", "read_", "open_"), [(99, 99, False), (100, 100, False), (101, 100, True)])
def test_more_than_one_patient_can_have_had(done, read_, open_):
    """The last are read, the history stays open."""
    first = date(2020, 1, 1)
    found = read(*(procedure(TACE, f"{first + timedelta(n)}", id=f"p{n}") for n in range(done)))
    assert len(found.sessions) == read_
    assert found.sessions[-1].when == first + timedelta(done - 1)
    said = "101 treatments of the liver tumor are recorded, of which the last 100 are read"
    assert dict(found.refused) == ({"treatment_history": said} if open_ else {})


# Lesions, intent, and what is said of a session


@pytest.mark.parametrize(
    ("more", "lesions"),
    [
        ({"extension": [target("BodyStructure/b")]}, ("BodyStructure/b",)),
        ({"bodySite": [{"extension": [target("BodyStructure/b")]}]}, ("BodyStructure/b",)),
        ({"bodySite": [{"extension": [target("https://x.org/BodyStructure/b")]}]}, ("BodyStructure/b",)),
        ({"extension": [target("BodyStructure/a"), target("BodyStructure/b")]}, ("BodyStructure/a", "BodyStructure/b")),
        ({"extension": [target("BodyStructure/b")], "bodySite": [{"text": "segment 8"}]}, ("BodyStructure/b",)),
        ({"bodySite": [coded(SNOMED, "277962002")]}, ("segment-8",)),
        ({"bodySite": [{"text": "Segment VIII"}, {"text": "segment 5"}]}, ("segment-8", "segment-5")),
        ({"bodySite": [{"text": "liver segments 5 and 8"}]}, ("segment-5", "segment-8")),
        ({"bodySite": [{"text": "liver"}]}, ()),
        ({}, ()),
    ],
)
def test_target_lesions(more, lesions):
    assert [s.lesions for s in read(procedure({"text": "TACE"}, **more)).sessions] == [lesions]


def test_lesions_of_one_day_are_joined():
    (session,) = read(
        procedure(TACE, id="a", extension=[target("BodyStructure/a")]),
        procedure(TACE, id="b", extension=[target("BodyStructure/b")]),
    ).sessions
    assert session.lesions == ("BodyStructure/a", "BodyStructure/b")


@pytest.mark.parametrize(("code", "word"), [("373808002", "curative"), ("363676003", "palliative"), ("1", "")])
def test_intent(code, word):
    extension = [{"url": INTENT, "valueCodeableConcept": coded(SNOMED, code)}]
    assert read(procedure(TACE, extension=extension)).sessions[0].intent == word


FLAGS = [
    ("selective-session", "selective"),
    ("technique-changed", "technique_changed"),
    ("technical-success", "technical_success"),
]


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(("code", "flag"), FLAGS)
def test_what_is_said_of_a_session(code, flag, told):
    by_extension = procedure(TACE, extension=[{"url": f"{OWN_SYSTEM}/{code}", "valueBoolean": told}])
    assert getattr(read(by_extension).sessions[0], flag) is told
    plain = procedure(TACE)
    named = own(code, told, partOf=[{"reference": "Procedure/p"}])
    assert getattr(read(plain, named).sessions[0], flag) is told
    of_that_day = own(code, told, effectiveDateTime="2026-06-01T18:00:00Z")
    assert getattr(read(plain, of_that_day).sessions[0], flag) is told
    of_another = own(code, told, partOf=[{"reference": "Procedure/other"}], effectiveDateTime="2026-06-01")
    assert getattr(read(plain, of_another).sessions[0], flag) is None
    assert getattr(read(plain).sessions[0], flag) is None
    contradicted = own(code, not told, partOf=[{"reference": "Procedure/p"}])
    assert getattr(read(by_extension, contradicted).sessions[0], flag) is None


# Other treatments


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (coded(SNOMED, "426830009"), "ablation"),
        (coded(SNOMED, "433876005"), "ablation"),
        (coded(SNOMED, "71273005"), "resection"),
        (coded(ICD10PCS, "0FT10ZZ"), "resection"),
        (coded(SNOMED, "18027006"), "transplant"),
        (coded(CPT, "47135"), "transplant"),
        (coded(CPT, "77373"), "radiotherapy"),
        ({"text": "Right hepatectomy"}, "resection"),
        ({"text": "Microwave ablation of liver"}, "ablation"),
    ],
)
def test_other_treatments(code, kind):
    facts = read(procedure(code))
    assert [t.kind for t in facts.treatments] == [kind]
    assert facts.sessions == ()


def test_whipple_and_anastomosis_stay():
    for text in ("Whipple procedure", "Pancreaticoduodenectomy", "Hepaticojejunostomy"):
        assert now(procedure({"text": text}, "2015-01-01")).bilioenteric_anastomosis.value is True


@pytest.mark.parametrize(
    ("days", "dialysis"),
    [
        (("2026-11-16", "2026-11-19"), True),
        (("2026-11-19", "2026-11-19"), False),
        (("2026-11-01", "2026-11-19"), False),
    ],
)
def test_dialysis_twice_in_the_last_week(days, dialysis):
    done = [procedure({"text": "Hemodialysis"}, day, id=f"d{n}") for n, day in enumerate(days)]
    assert ("dialysis_twice_weekly" in read(*done).states) is dialysis


def test_what_is_not_usable_is_named():
    assert problems(procedure(TACE, unheardOf=1)) == {"Procedure/p": "unheardOf is not an element of FHIR R4"}
    assert problems(procedure(TACE, subject={"reference": "Patient/2"})) == {
        "Procedure/p": "its subject is another patient"
    }
    assert problems(procedure("TACE")) == {"Procedure/p": "code is not a CodeableConcept"}
    assert problems(procedure(TACE, "in June")) == {"Procedure/p": "performedDateTime is not what FHIR R4 has there"}
    assert kinds(procedure(TACE, notDone=True)) == []
