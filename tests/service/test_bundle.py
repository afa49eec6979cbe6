"""Containers of every kind become the resources in them."""

import pytest

from service.fhir.bundle import bare_id, flatten, next_link, patients_of, without_repetition

A = {"resourceType": "Observation", "id": "a"}
B = {"resourceType": "Condition", "id": "b"}


@pytest.mark.parametrize(
    "value",
    [
        {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": A}, {"resource": B}]},
        {"resourceType": "Bundle", "entry": [{"resource": A}, {"resource": B}]},
        {"entry": [{"resource": A}, {"resource": B}]},
        {"resourceType": "Bundle", "entry": [A, B]},
        {"resourceType": "Bundle", "entry": [None, {"resource": A}, {}, {"resource": None}, 7, {"resource": B}]},
        [A, None, B, "text", 5],
        [[A], [B]],
        {"response": {"status": "200"}, "resource": {"resourceType": "Bundle", "entry": [{"resource": A}, B]}},
        [
            {"resourceType": "Bundle", "entry": [{"resource": A}]},
            {"resourceType": "Bundle", "entry": [{"resource": B}]},
        ],
        [A, {"resourceType": "OperationOutcome"}, {"resourceType": "Parameters"}, B, {"resourceType": 5}],
        [A, A, B, B],
    ],
    ids=[
        "searchset",
        "no type",
        "no resourceType",
        "resources as entries",
        "null and empty entries",
        "array",
        "arrays in an array",
        "wrapped",
        "several Bundles",
        "messages left out",
        "sent twice",
    ],
)
def test_resources_are_found_in_order(value):
    assert flatten(value) == ([A, B], {})


@pytest.mark.parametrize("value", [None, "text", 5, True, {}, [], {"resourceType": "Bundle", "entry": "x"}, {"a": A}])
def test_nothing_is_found_where_nothing_is(value):
    assert flatten(value) == ([], {})


def test_one_resource_is_itself():
    assert flatten(A) == ([A], {})


def test_full_urls_name_their_resources_and_give_a_missing_id():
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:1-2", "resource": {"resourceType": "Patient"}},
            {"fullUrl": "https://ehr.example.org/fhir/Condition/b", "resource": {"resourceType": "Condition"}},
            {"fullUrl": "urn:uuid:3", "resource": A},
        ],
    }
    resources, full_urls = flatten(bundle)
    assert [each["id"] for each in resources] == ["1-2", "b", "a"]
    assert full_urls == {
        "urn:uuid:1-2": "Patient/1-2",
        "https://ehr.example.org/fhir/Condition/b": "Condition/b",
        "urn:uuid:3": "Observation/a",
    }
    assert "id" not in bundle["entry"][0]["resource"]


def test_two_versions_of_a_resource_stay_two():
    later = {**A, "status": "final"}
    assert flatten([A, later]) == ([A, later], {})


def test_results_inside_a_report_take_its_patient_and_time():
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-10-01",
        "contained": [
            {"resourceType": "Observation", "id": "undated"},
            {"resourceType": "Observation", "id": "dated", "effectiveDateTime": "2026-09-01"},
            {"resourceType": "Specimen", "id": "s"},
        ],
    }
    _, undated, dated = flatten(report)[0]
    assert undated["id"] == "r.undated"
    assert undated["subject"] == {"reference": "Patient/p"}
    assert undated["effectiveDateTime"] == "2026-10-01"
    assert dated["effectiveDateTime"] == "2026-09-01"


def test_other_contained_resources_stay_where_they_are():
    order = {"resourceType": "ServiceRequest", "id": "o", "contained": [B]}
    assert flatten(order) == ([order], {})


def test_deep_and_cyclic_nesting_ends():
    value: list = [A]
    for _ in range(5000):
        value = [value]
    assert flatten(value) == ([], {})
    cycle: dict = {"resourceType": "Bundle", "entry": []}
    cycle["entry"].append({"resource": cycle})
    assert flatten(cycle) == ([], {})


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("123", "123"),
        ("Patient/123", "123"),
        (" Patient/123 ", "123"),
        ("https://ehr.example.org/fhir/Patient/123", "123"),
        ("Patient/123/_history/4", "123"),
        ("Group/123", ""),
        ("urn:uuid:1-2", "urn:uuid:1-2"),
    ],
)
def test_bare_id(reference, expected):
    assert bare_id(reference) == expected


def test_patients_of_prefers_the_patient_resources():
    about = {"resourceType": "Observation", "subject": {"reference": "urn:uuid:1"}}
    assert patients_of([about], {"urn:uuid:1": "Patient/x"}) == ["x"]
    assert patients_of([about, {"resourceType": "Patient", "id": "y"}], {}) == ["y"]
    assert patients_of([A, B], {}) == []


@pytest.mark.parametrize("value", [None, [], {"link": None}, {"link": [None, {"relation": "self", "url": "x"}]}])
def test_no_next_link(value):
    assert next_link(value) == ""


def test_many_versions_of_one_resource_are_told_apart_and_repetitions_left_out():
    versions = [{"resourceType": "Observation", "id": "o", "valueInteger": number} for number in range(3000)]
    assert without_repetition([*versions, *reversed(versions)]) == versions
