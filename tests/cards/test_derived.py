"""The rows of the worksheet: each value with its origin, or why there is none."""

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
