"""Medications: which systemic therapy was given, and anticoagulation."""

import pytest

from cards.facts import Absent
from tests.fhir.build import RXNORM, coded, icd, medication, now, order, problems, read

SORAFENIB = coded(RXNORM, "495881")
KINDS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")


def drugs(*resources, **more):
    return [t.label for t in read(*resources, **more).treatments if t.kind == "systemic"]


# How a drug is named


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("concept", "named"),
    [
        (SORAFENIB, ["sorafenib"]),
        (coded(RXNORM, "1792776"), ["atezolizumab"]),
        (coded("http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "J9347"), ["tremelimumab"]),
        ({"text": "Sorafenib 200 MG Oral Tablet [Nexavar]"}, ["sorafenib"]),
        ({"text": "bevacizumab-awwb 25 mg/mL"}, ["bevacizumab"]),
        (coded(RXNORM, "1", display="LENVIMA 12 mg capsule"), ["lenvatinib"]),
        (coded("http://hl7.org/fhir/sid/ndc", "0000", "tremelimumab-actl"), ["tremelimumab"]),
        ({"text": "doxorubicin"}, []),
        (coded(RXNORM, "3639"), []),
        ({"text": "pantoprazole"}, []),
        ({"text": "non-sorafenib"}, []),
    ],
)
def test_names(kind, concept, named):
    assert drugs(medication(kind, medicationCodeableConcept=concept)) == named


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("reference", "urls"),
    [
        ("Medication/x", {}),
        ("https://ehr.example.org/r4/Medication/x", {}),
        ("Medication/x/_history/4", {}),
        ("urn:uuid:8", {"urn:uuid:8": "Medication/x"}),
    ],
)
def test_by_reference(kind, reference, urls):
    named = medication(kind, medicationReference={"reference": reference})
    for content in ({"code": SORAFENIB}, {"ingredient": [{"itemCodeableConcept": SORAFENIB}]}):
        assert drugs(named, {"resourceType": "Medication", "id": "x", **content}, full_urls=urls) == ["sorafenib"]
    assert drugs(named) == []


def test_contained_and_display():
    inside = [{"resourceType": "Medication", "id": "1", "code": SORAFENIB}]
    assert drugs(medication(contained=inside, medicationReference={"reference": "#1"})) == ["sorafenib"]
    assert drugs(medication(medicationReference={"display": "Nexavar"})) == ["sorafenib"]


# Status


@pytest.mark.parametrize(
    ("kind", "status", "given", "active"),
    [
        ("MedicationRequest", "active", True, True),
        ("MedicationRequest", " Active ", True, True),
        ("MedicationRequest", "on-hold", True, False),
        ("MedicationRequest", "completed", True, False),
        ("MedicationRequest", "stopped", True, False),
        ("MedicationRequest", "cancelled", False, False),
        ("MedicationRequest", "entered-in-error", False, False),
        ("MedicationRequest", "unknown", False, False),
        ("MedicationStatement", "active", True, True),
        ("MedicationStatement", "completed", True, False),
        ("MedicationStatement", "intended", False, False),
        ("MedicationStatement", "not-taken", False, False),
        ("MedicationAdministration", "completed", True, False),
        ("MedicationAdministration", "in-progress", True, False),
        ("MedicationAdministration", "not-done", False, False),
    ],
)
def test_status(kind, status, given, active):
    found = read(medication(kind, "sorafenib", status=status)).treatments
    assert [t.active for t in found] == ([active] if given else [])


@pytest.mark.parametrize(
    "change",
    [
        {"intent": "proposal"},
        {"intent": "plan"},
        {"doNotPerform": True},
        {"authoredOn": "2026-12-01"},
        {"subject": {"reference": "Patient/2"}},
        {"modifierExtension": [{"url": "x"}]},
    ],
)
def test_what_was_not_given(change):
    assert drugs(medication(text="sorafenib", **change)) == []


def test_a_statement_whose_period_is_over_is_not_active():
    over = medication("MedicationStatement", "sorafenib", effectivePeriod={"start": "2025-01-01", "end": "2025-06-01"})
    (found,) = read(over).treatments
    assert (found.active, str(found.when)) == (False, "2025-01-01")


def test_the_order_itself_is_not_given_already():
    draft = medication(text="sorafenib", status="active", id="m")
    assert drugs(draft, orders=[dict(draft)]) == []
    assert drugs(medication(text="sorafenib", status="draft")) == []


def test_an_order_of_another_is_no_reason_to_forget_what_is_given():
    assert drugs(medication(text="sorafenib"), orders=[order(text="TACE")]) == ["sorafenib"]


# Anticoagulation


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (medication(text="Eliquis 5 mg"), True),
        (medication(text="warfarin 2 MG", status="completed"), False),
        (medication("MedicationStatement", "Marcumar"), True),
        (medication("MedicationStatement", "apixaban", effectivePeriod={"end": "2026-01-01"}), False),
        (medication("MedicationAdministration", "enoxaparin"), False),
        (medication(text="heparin lock flush"), False),
        (icd("Z79.01"), True),
    ],
)
def test_anticoagulants(resource, told):
    known = now(resource).anticoagulated
    assert (not isinstance(known, Absent) and known.value is True) is told


def test_what_is_not_usable_is_named():
    assert problems(medication(text="sorafenib", unheardOf=1)) == {
        "MedicationRequest/m": "unheardOf is not an element of FHIR R4"
    }


@pytest.mark.parametrize(
    "concept", [None, "sorafenib", [], [{"text": "sorafenib"}], {"coding": {"code": 3}}, {"text": 3}]
)
def test_other_shapes(concept):
    assert drugs(medication(medicationCodeableConcept=concept)) == []
