"""The rows of the worksheet: each value with its origin, or why there is none."""

from dataclasses import replace

import pytest

from cards.derived import derived
from cards.facts import Fact, Tumor
from tests.cards.build import EMPTY, TODAY, candidate, case
from tests.golden import request_of, sandbox


def rows(case):
    with sandbox() as client:
        (found,) = client.post("/assess?with=worksheet", json=request_of(case)).get_json()
    return {row["label"]: row for row in found["values"]}


def test_a_converted_value_shows_from_and_to():
    bilirubin = rows("bilirubin-38-umol-si-units")["total bilirubin"]
    assert bilirubin["shown"] == "38 µmol/L (2.22 mg/dL)"
    assert bilirubin["converted"] == {"from": "38 umol/L", "to": "2.22 mg/dL"}
    assert bilirubin["evidence"] == ["Observation/ebony-bilirubin"]
    assert bilirubin["date"] == "2026-11-10"


def test_a_value_in_the_unit_of_the_rules_is_not_called_converted():
    assert "converted" not in rows("first-tace-bclc-b-entry-criteria-met")["total bilirubin"]


def test_what_is_too_old_says_so_with_its_resource():
    inr = rows("laboratory-values-too-old")["INR"]
    assert (inr["status"], inr["why"]) == ("absent", "too old")
    assert inr["evidence"]


def test_nothing_recorded_is_a_row_a_fact_and_each_says_why():
    found = rows("nothing-recorded")
    assert {row["status"] for row in found.values()} == {"absent"}
    assert all(row["because"] for row in found.values())


def test_sizes_are_one_a_lesion():
    found = rows("third-tace-segment-8-jsh-refractory")
    assert found["size, segment 8"]["shown"] == "4.4 cm"
    assert len([label for label in found if label.startswith("size, ")]) == 2


def row(fact, patient):
    (found,) = [each for each in derived(case(patient)) if each["fact"] == fact]
    return found


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        pytest.param(Fact("bilirubin", 2.0, TODAY, "Observation/b", "34.2 µmol/L", sent=(34.2, "umol/L")),
                     {"from": "34.2 umol/L", "to": "2 mg/dL"}, id="another unit"),
        pytest.param(Fact("bilirubin", 2.0, TODAY, "Observation/b", "2 mg/dL", sent=(2.0, "mg/dL")), None, id="the same unit"),
        pytest.param(Fact("bilirubin", 2.0, TODAY, "Observation/b", "2", sent=(2.0, "")), None, id="no unit"),
        pytest.param(Fact("inr", 1.0, TODAY, "Observation/i", "1", sent=(1.0, "{INR}")), None, id="a ratio has no unit"),
        pytest.param(Fact("nodule_count", 2, TODAY, "Observation/n", "2", sent=(2.0, "{count}")), None, id="nor has a number"),
    ],
)  # fmt: skip
def test_what_was_converted(fact, expected):
    assert row(fact.name, candidate(**{fact.name: [fact]})).get("converted") == expected


def test_a_value_without_words_of_its_own():
    assert row("bilirubin", candidate(bilirubin=[Fact("bilirubin", 1.25, TODAY, "Observation/b")]))["shown"] == "1.25"


@pytest.mark.parametrize(
    ("tumor", "expected"),
    [
        pytest.param(Tumor("hcc", "coded (Condition/t)", ("Condition/t",), ("two codes",), True),
                     {"status": "known", "shown": "hcc", "evidence": ["Condition/t"], "notes": ["two codes"]}, id="known"),
        pytest.param(Tumor("unknown", "only provisional (Condition/t)", ("Condition/t",), (), True),
                     {"status": "absent", "because": "only provisional (Condition/t)", "evidence": ["Condition/t"]},
                     id="not known"),
    ],
)  # fmt: skip
def test_row_of_the_tumor(tumor, expected):
    found = row("tumor_type", replace(candidate(), tumor=tumor))
    assert found == {
        "fact": "tumor_type", "linkId": "tumor-type", "label": "liver tumor", "section": "Tumor", **expected
    }  # fmt: skip


@pytest.mark.parametrize("patient", [candidate(), EMPTY], ids=["candidate", "empty"])
def test_members_without_a_value_are_left_out(patient):
    assert [
        each for each in derived(case(patient)) if any(value in (None, "", [], ()) for value in each.values())
    ] == []


def test_no_size_is_a_row_that_says_why():
    found = row("nodule_size", candidate(sizes=(), refused={"nodule_size": "size: unit not known (Observation/s)"}))
    assert (found["status"], found["because"]) == ("absent", "size: unit not known (Observation/s)")
    assert row("nodule_size", EMPTY)["status"] == "absent"
