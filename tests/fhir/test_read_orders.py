"""Draft orders: which are ours, of which kind, for which lesion; real clients omit required elements."""

import pytest

from service.advice import order_is_ours
from service.fhir.read.order import kind_of_order, selected
from tests.fhir.build import (
    BILLING,
    CPT,
    ICD10CM,
    RXNORM,
    SNOMED,
    coded,
    medication,
    order,
    read,
    target,
)

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
E37243 = coded(CPT, "37243")

KINDS = [
    ("tace", order(text="DEB-TACE segment 8")),
    ("tace", order(text="cTACE")),
    ("tace", order(text="Transarterial chemoembolization")),
    ("tace", order(text="IR hepatic chemo-embolisation")),
    ("tace", order(coded(SNOMED, "441525007"))),
    ("tace", order(coded("http://loinc.org", "88935-2"))),
    ("tace", order(E37243, "TACE")),
    ("tace", order(E37243, "Embolization of tumor, doxorubicin")),
    ("tace", order(E37243, orderDetail=[{"text": "DEB-TACE"}])),
    ("tace", order(E37243, note=[{"text": "TACE of segment 8"}])),
    ("tace", order(text="IR procedure", note=[{"text": "TACE of segment 8"}])),
    ("tace", order(text="TACE", note=[{"text": "post-TACE imaging in 4 weeks"}])),
    ("tace", order(text="TACE after prior Y-90")),
    ("tace", order(text="TACE instead of Y-90")),
    ("tace", order(text="TACE (not bland embolization)")),
    ("tace", order(text="Repeat TACE, previous TACE 2025")),
    ("tae", order(E37243, "Bland embolization")),
    ("tae", order(text="Transarterial embolization of HCC")),
    ("y90", order(E37243, "Y-90 radioembolization")),
    ("y90", order(E37243, "Y90 after prior TACE")),
    ("y90", order(text="TARE")),
    ("y90", order(text="SIRT of the right lobe")),
    ("y90", order(coded(HCPCS, "C2616"))),
    ("y90", order({"coding": [*E37243["coding"], *coded(HCPCS, "S2095")["coding"]]})),
    ("embolization", order(E37243)),
    ("embolization", order(E37243, "Vascular embolization")),
    ("embolization", order(E37243, reasonCode=[coded(ICD10CM, "C22.0")])),
    ("", order(E37243, "Embolization of uterine fibroids")),
    ("", order(E37243, bodySite=[{"text": "Uterus"}])),
    ("", order(E37243, bodySite=[{"text": "Left kidney"}])),
    ("", order(E37243, reasonCode=[{"text": "renal angiomyolipoma"}])),
    ("embolization", order(E37243, reasonCode=[{"text": "liver metastases of kidney cancer"}])),
    ("", order(text="Uterine artery embolization")),
    ("", order(text="CT abdomen, s/p TACE")),
    ("", order(text="MRI liver: TACE response")),
    ("", order(text="MRI liver", note=[{"text": "TACE planned"}])),
    ("", order(text="Hepatic function panel", note=[{"text": "TACE scheduled for tomorrow"}])),
    ("", order(text="TACE follow-up visit")),
    ("", order(text="Post-TACE laboratory")),
    ("", order(text="Bland diet")),
    ("", order(text="no TACE")),
    ("", order(text="SBRT after TACE")),
    ("", order(coded(CPT, "71046", "Chest X-ray"))),
    ("", order()),
    ("systemic", medication(text="Nexavar 200 mg", status="draft")),
    ("systemic", medication(medicationCodeableConcept=coded(RXNORM, "1792776"), status="draft")),
    ("", medication(text="doxorubicin", status="draft")),
    ("", medication(text="metformin", status="draft")),
]


@pytest.mark.parametrize(
    ("kind", "resource"),
    KINDS,
    ids=lambda x: None if isinstance(x, str) else str(x["code"])[:60] if "code" in x else None,
)
def test_kinds(kind, resource):
    assert kind_of_order(resource) == kind
    assert order_is_ours([resource], None) is bool(kind)
    assert [o.kind for o in read(orders=[resource]).orders] == ([kind] if kind else [])


@pytest.mark.parametrize("status", ["draft", "active", " Draft ", "on-hold", "completed", ..., None, "bogus"])
def test_a_status_that_can_be_signed(status):
    """A re-sign is `active`; the hook says that it is being ordered."""
    assert kind_of_order(order(text="TACE", status=status)) == "tace"


@pytest.mark.parametrize(
    "change", [{"status": s} for s in ("revoked", "entered-in-error", "Revoked ")] + [{"doNotPerform": True}]
)
def test_what_is_withdrawn(change):
    assert kind_of_order(order(text="TACE", **change)) == ""


def test_only_drafts_are_orders_where_no_hook_names_them():
    assert [o.kind for o in read(order(text="TACE"), order(text="TACE", id="b", status="active")).orders] == ["tace"]
    assert read(order(text="TACE"), orders=[]).orders == ()


@pytest.mark.parametrize("place", ["code", "coding", "order"])
@pytest.mark.parametrize("form", ["concept", "coding"])
def test_billing_options_of_crd(place, form):
    value = {"valueCodeableConcept": E37243} if form == "concept" else {"valueCoding": E37243["coding"][0]}
    options = [{"url": BILLING, **value}]
    local = {"system": "urn:local", "code": "IR77"}
    resource = {
        "code": order({"coding": [local], "extension": options}),
        "coding": order({"coding": [local | {"extension": options}]}),
        "order": order({"coding": [local]}, extension=options),
    }[place]
    (found,) = read(orders=[resource]).orders
    assert (found.kind, found.code) == ("embolization", "37243")


# Targets


@pytest.mark.parametrize(
    ("more", "lesions"),
    [
        ({"bodySite": [coded(SNOMED, "277962002")]}, ("segment-8",)),
        ({"bodySite": [{"text": "Liver segment VIII"}]}, ("segment-8",)),
        ({"bodySite": [{"text": "segments 5 and 8"}]}, ("segment-5", "segment-8")),
        ({"bodySite": {"text": "segment 5"}}, ("segment-5",)),
        ({"extension": [target("BodyStructure/b")]}, ("BodyStructure/b",)),
        ({"bodySite": [{"extension": [target("BodyStructure/b")]}]}, ("BodyStructure/b",)),
        ({"supportingInfo": [{"reference": "BodyStructure/b"}, {"reference": "Observation/o"}]}, ("BodyStructure/b",)),
        ({"text": "DEB-TACE segment 8 via radial access"}, ("segment-8",)),
        ({"text": "TACE S5/8"}, ("segment-5", "segment-8")),
        ({"bodySite": [{"text": "liver"}]}, ()),
        ({"bodySite": None, "supportingInfo": "x", "extension": {}}, ()),
        ({}, ()),
    ],
)
def test_targets(more, lesions):
    assert read(orders=[order(**{"text": "TACE"} | more)]).orders[0].lesions == lesions


def test_the_target_by_its_full_url():
    resource = order(text="TACE", supportingInfo=[{"reference": "urn:uuid:4"}])
    assert read(orders=[resource], full_urls={"urn:uuid:4": "BodyStructure/4"}).orders[0].lesions == (
        "BodyStructure/4",
    )


# What the order says


def test_approach_and_agent():
    (found,) = read(orders=[order(E37243, "DEB-TACE, superselective", note=[{"text": "doxorubicin 75 mg"}])]).orders
    assert (found.approach, found.agent, found.code) == ("superselective", "doxorubicin", "37243")


def test_an_order_for_another_patient():
    other = order(text="TACE", subject={"reference": "Patient/2"})
    assert [o.subject_matches for o in read(orders=[other]).orders] == [False]
    for ours in ("Patient/1", "https://ehr.example.org/r4/Patient/1", "Patient/1/_history/3"):
        assert read(orders=[order(text="TACE", subject={"reference": ours})]).orders[0].subject_matches
    assert read(orders=[order(text="TACE", subject=...)]).orders[0].subject_matches


@pytest.mark.parametrize("missing", ["status", "intent", "subject", "id"])
def test_required_elements_may_be_missing(missing):
    assert [o.kind for o in read(orders=[order(text="TACE", **{missing: ...})]).orders] == ["tace"]


@pytest.mark.parametrize("code", [None, "TACE", [], [{"text": "TACE"}], {"text": 3}, {"coding": {"code": "37243"}}])
def test_codes_of_another_shape_are_not_ours(code):
    assert kind_of_order({"resourceType": "ServiceRequest", "code": code}) == ""


@pytest.mark.parametrize("kind", ["Task", "NutritionOrder", "DeviceRequest", "", None, 3])
def test_other_resources_are_not_ours(kind):
    assert kind_of_order({"resourceType": kind, "code": {"text": "TACE"}}) == ""


# Selections


@pytest.mark.parametrize(
    ("selections", "names"),
    [
        (None, ["a", "b"]),
        ([], ["a", "b"]),
        (["ServiceRequest/a"], ["a"]),
        (["a"], ["a"]),
        ([" ServiceRequest/b "], ["b"]),
        (["https://ehr.example.org/r4/ServiceRequest/b"], ["b"]),
        (["MedicationRequest/a"], []),
        (["c"], []),
    ],
)
def test_selections(selections, names):
    both = [order(text="TACE", id="a"), order(text="TACE", id="b")]
    assert [o["id"] for o in selected(both, selections)] == names
