"""Laboratory values: every code, every way a number and its unit arrive, and what is refused."""

import json

import pytest

from cards.facts import FACTS
from cards.liver.child_pugh import child_pugh
from service.fhir.read.codes import codes_of
from tests.fhir.build import (
    LOINC,
    UCUM,
    bilirubin,
    coded,
    facts_named,
    lab,
    now,
    observation,
    problems,
    quantity,
    read,
    values_of,
)

# fact → code, (value, unit) as sent, value in the unit of the fact
LABS = [
    ("bilirubin", "1975-2", (1.1, "mg/dL"), 1.1),
    ("bilirubin", "14631-6", (34.208, "umol/L"), 2.0),
    ("bilirubin", "42719-5", (2, "mg/dl"), 2.0),
    ("albumin", "1751-7", (3.8, "g/dL"), 3.8),
    ("albumin", "1751-7", (38, "g/L"), 3.8),
    ("albumin", "54347-0", (602, "umol/L"), 3.9995676),
    ("inr", "6301-6", (1.1, "{INR}"), 1.1),
    ("inr", "34714-6", (1.3, "ratio"), 1.3),
    ("pt", "5902-2", (15.2, "s"), 15.2),
    ("pt", "5902-2", (15.2, "sec"), 15.2),
    ("pt_control", "5901-4", (12, "s"), 12.0),
    ("creatinine", "2160-0", (0.9, "mg/dL"), 0.9),
    ("creatinine", "14682-9", (88.4, "µmol/L"), 1.0),
    ("sodium", "2951-2", (138, "mmol/L"), 138.0),
    ("sodium", "2947-0", (138, "mEq/L"), 138.0),
    ("platelets", "777-3", (120, "10*3/uL"), 120.0),
    ("platelets", "26515-7", (120, "K/uL"), 120.0),
    ("platelets", "777-3", (120000, "#/mm3"), 120.0),
    ("alt", "1742-6", (40, "U/L"), 40.0),
    ("ast", "1920-8", (45, "IU/L"), 45.0),
    ("afp", "1834-1", (311.7, "ng/mL"), 311.7),
    ("afp", "53962-7", (20, "ug/L"), 20.0),
    ("afp_units", "19176-7", (20, "[IU]/mL"), 20.0),
    ("afp_l3", "42332-7", (12, "%"), 12.0),
    ("dcp", "34444-0", (7.5, "ng/mL"), 7.5),
    ("dcp_units", "93768-0", (864, "mAU/mL"), 864.0),
]


@pytest.mark.parametrize(("fact", "code", "sent", "value"), LABS)
def test_every_laboratory_value(fact, code, sent, value):
    assert values_of(fact, lab(code, quantity(*sent))) == [pytest.approx(value)]


CODES = [
    (fact, row)
    for fact, concept in (
        ("bilirubin", "lab.bilirubin_total"),
        ("albumin", "lab.albumin"),
        ("inr", "lab.inr"),
        ("creatinine", "lab.creatinine"),
        ("sodium", "lab.sodium"),
        ("platelets", "lab.platelets"),
        ("alt", "lab.alt"),
        ("ast", "lab.ast"),
    )
    for row in codes_of(concept)
]


@pytest.mark.parametrize(("fact", "row"), CODES, ids=lambda x: x if isinstance(x, str) else x.code)
def test_only_verified_codes_decide(fact, row):
    value = (FACTS[fact].limits[0] + 1, FACTS[fact].unit)
    assert len(values_of(fact, lab(row.code, quantity(*value)))) == row.verified


@pytest.mark.parametrize(
    ("code", "unit", "fact"),
    [
        ("1968-7", "mg/dL", "bilirubin"),
        ("14629-0", "umol/L", "bilirubin"),
        ("1971-1", "mg/dL", "bilirubin"),
        ("1754-1", "mg/L", "albumin"),
        ("14957-5", "mg/L", "albumin"),
        ("5894-1", "%", "inr"),
        ("5894-1", "%", "pt"),
        ("31993-9", "ng/mL", "afp"),
        ("83074-5", "ng/mL", "afp"),
        ("42332-7", "%", "afp"),
        ("33914-3", "mL/min", "creatinine"),
    ],
)
def test_what_is_never_read_as_the_other(code, unit, fact):
    facts = read(lab(code, quantity(1.2, unit)))
    assert fact not in facts.series
    assert facts.unusable == ()


def test_direct_bilirubin_stands_beside_total():
    direct = lab("1968-7", quantity(0.9, "mg/dL"), id="direct")
    assert values_of("bilirubin", direct, bilirubin(2.4, id="total")) == [2.4]


# Codings


def test_any_coding_counts_not_only_the_first():
    code = {"coding": [{"system": "urn:local", "code": "BILI"}, {"system": LOINC, "code": "1975-2"}]}
    assert values_of("bilirubin", observation(code, quantity(1.1, "mg/dL"))) == [1.1]


@pytest.mark.parametrize("system", [LOINC, "https://loinc.org/", "urn:oid:2.16.840.1.113883.6.1", f"{LOINC}|2.77"])
@pytest.mark.parametrize("code", ["1975-2", " 1975-2 "])
def test_spellings_of_system_and_code(system, code):
    assert values_of("bilirubin", observation(coded(system, code), quantity(1.1, "mg/dL"))) == [1.1]


@pytest.mark.parametrize(
    "others", [("1975-2", "1968-7"), ("1975-2", "1751-7")], ids=["total and direct", "bilirubin and albumin"]
)
def test_codes_of_two_measurements_are_refused(others):
    code = {"coding": [{"system": LOINC, "code": other} for other in others]}
    resource = observation(code, quantity(1.1, "mg/dL"))
    assert read(resource).series == {}
    assert problems(resource) == {"Observation/o": "its codes name two different measurements"}


def test_a_code_without_system_says_nothing():
    assert read(observation({"coding": [{"code": "1975-2"}]}, quantity(1.1, "mg/dL"))).series == {}


# Units


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ({"code": "mg/dL", "system": UCUM}, 1.1),
        ({"unit": "mg/dL"}, 1.1),
        ({"unit": "milligrams per deciliter", "code": "mg/dL", "system": UCUM}, 1.1),
        ({"unit": "mg/dL", "code": "258797006", "system": "http://snomed.info/sct"}, 1.1),
        ({"unit": "mg/dL", "code": "??"}, 1.1),
        ({"unit": " MG/DL "}, 1.1),
        ({"unit": "", "code": "mg/dL"}, 1.1),
    ],
    ids=["code", "unit", "long unit", "code of another system", "unknown code", "capitals", "empty unit"],
)
def test_the_unit_is_the_code_else_the_unit(told, value):
    assert values_of("bilirubin", bilirubin(1.1, None, valueQuantity={"value": 1.1, **told})) == [value]


def test_code_and_unit_that_are_one_amount():
    sent = {"value": 120, "code": "10*3/uL", "unit": "k/uL", "system": UCUM}
    assert values_of("platelets", lab("777-3", {"valueQuantity": sent})) == [120]
    sent = {"value": 120, "code": "10*9/L", "unit": "10*3/uL", "system": UCUM}
    assert values_of("platelets", lab("777-3", {"valueQuantity": sent})) == [120]


@pytest.mark.parametrize(
    ("quantity_", "words"),
    [
        ({"value": 34, "code": "s", "unit": "mg/dL", "system": UCUM}, "unit conflict"),
        ({"value": 1.1, "unit": "s"}, "unit conflict"),
        ({"value": 1.1, "unit": "furlong"}, "unit conflict"),
        ({"value": 1.1}, "unit conflict: total bilirubin came without a unit"),
        ({"value": 1.1, "unit": "  "}, "unit conflict: total bilirubin came without a unit"),
        ({"value": 400, "unit": "mg/dL"}, "looks like an entry error"),
        ({"value": 0, "unit": "mg/dL"}, "total bilirubin is not above zero"),
        ({"value": -1, "unit": "mg/dL"}, "total bilirubin is not above zero"),
        ({"value": 1.1, "unit": "mg/dL", "comparator": "~"}, "its comparator is not one of FHIR R4"),
        ({"value": 1.1, "unit": "mg/dL", "comparator": "ad"}, "its comparator is not one of FHIR R4"),
    ],
)
def test_what_is_not_used_is_said(quantity_, words):
    resource = bilirubin(valueQuantity=quantity_)
    facts = read(resource)
    assert "bilirubin" not in facts.series
    assert words in facts.refused["bilirubin"]
    assert words in problems(resource)["Observation/o"]
    assert str(quantity_["value"]) not in problems(resource)["Observation/o"].replace("0.01", "").replace("100", "")


def test_a_contradicting_unit_of_the_same_analyte_is_converted_and_flagged():
    (fact,) = facts_named("bilirubin", bilirubin(34.208, "umol/L"))
    assert fact.value == pytest.approx(2.0)
    assert any("code one of mass" in note for note in fact.notes)
    assert any("34.208 umol/L ÷ 17.104" in note for note in fact.notes)
    assert fact.sent == (34.208, "umol/L")


def test_of_code_and_unit_that_are_two_amounts_the_code_counts_and_it_is_said():
    sent = {"value": 34.208, "code": "umol/L", "unit": "mg/dL", "system": UCUM}
    (fact,) = facts_named("bilirubin", bilirubin(valueQuantity=sent))
    assert fact.value == pytest.approx(2.0)
    assert "conflict: its unit is mg/dL by text and umol/L by code; the code is used" in fact.notes


def test_inr_needs_no_unit():
    for value in ({"valueQuantity": {"value": 1.2}}, {"valueInteger": 1}, {"valueString": "1.2"}):
        assert len(values_of("inr", lab("6301-6", value))) == 1
    assert "unit conflict" in problems(lab("6301-6", quantity(98, "%")))["Observation/o"]
    assert "unit conflict" in problems(lab("6301-6", quantity(12, "s")))["Observation/o"]


def test_implausible_albumin_in_the_wrong_unit():
    resource = lab("1751-7", quantity(2.7, "mg/dL"))
    assert read(resource).series == {}
    assert "outside 0.5 to 10 g/dL" in problems(resource)["Observation/o"]


# Values


@pytest.mark.parametrize(
    ("value", "number", "comparator"),
    [
        ({"valueQuantity": {"value": 45, "unit": "ng/mL", "comparator": ">"}}, 45, ">"),
        ({"valueQuantity": {"value": 45, "unit": "ng/mL", "comparator": ">="}}, 45, ">="),
        ({"valueQuantity": {"value": 45, "unit": "ng/mL", "comparator": " < "}}, 45, "<"),
        ({"valueQuantity": {"value": "45", "unit": "ng/mL"}}, 45, ""),
        ({"valueString": "GT 45 ng/mL"}, 45, ">"),
        ({"valueString": "<2.0 ng/mL"}, 2.0, "<"),
        ({"valueString": "≤ 2 ug/L"}, 2.0, "<="),
        ({"valueString": " 1.2 ng/mL "}, 1.2, ""),
        ({"valueCodeableConcept": {"text": "< 2.0 ng/mL"}}, 2.0, "<"),
        ({"valueCodeableConcept": {"coding": [{"display": "3.1 ng/mL"}]}}, 3.1, ""),
        (
            {
                "valueQuantity": {
                    "value": 3,
                    "unit": "tubes",
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/iso21090-PQ-translation",
                            "valueQuantity": {"value": 3.1, "unit": "ng/mL"},
                        }
                    ],
                }
            },
            3.1,
            "",
        ),
    ],
)
def test_numbers_in_every_form(value, number, comparator):
    (fact,) = facts_named("afp", lab("1834-1", value))
    assert (fact.value, fact.comparator) == (number, comparator)


def test_a_translation_is_not_any_extension():
    extension = {"url": "http://example.org/uncertainty", "valueQuantity": {"value": 9, "unit": "ng/mL"}}
    value = {"valueQuantity": {"value": 3, "unit": "tubes", "extension": [extension]}}
    assert read(lab("1834-1", value)).series == {}


@pytest.mark.parametrize(
    "text",
    [
        "pending",
        "1,2 mg/dL",
        "1.2.3 mg/dL",
        "about 2 mg/dL",
        "2-3 mg/dL",
        "normal",
        "",
        "mg/dL",
        "1e400 mg/dL",
        "9" * 400,
    ],
)
def test_texts_that_are_no_number(text):
    facts = read(bilirubin(valueQuantity=..., valueString=text))
    assert facts.series == {}
    assert "bilirubin" in facts.refused


def test_number_without_unit_in_a_text_is_not_guessed():
    assert "came without a unit" in read(bilirubin(valueQuantity=..., valueString="GT 45")).refused["bilirubin"]
    assert "came without a unit" in read(bilirubin(valueQuantity=..., valueInteger=2)).refused["bilirubin"]


def test_very_long_text_is_answered_at_once():
    assert read(bilirubin(valueQuantity=..., valueString="1a" + " " * 2_000_000 + "x")).series == {}


@pytest.mark.parametrize("value", [10**400, float("nan"), float("inf"), True, None, [], {}, "NaN"])
def test_numbers_that_are_none(value):
    facts = read(bilirubin(valueQuantity={"value": value, "unit": "mg/dL"}))
    assert facts.series == {}


def test_data_absent_reason_is_missing_and_an_older_value_stands():
    absent = bilirubin(
        valueQuantity=..., dataAbsentReason={"text": "hemolyzed"}, id="new", effectiveDateTime="2026-11-20"
    )
    assert values_of("bilirubin", absent, bilirubin(2.0, id="old")) == [2.0]
    facts = read(absent)
    assert facts.unusable == ()
    assert facts.refused == {"bilirubin": "total bilirubin: no value was recorded (Observation/new)"}


def test_a_value_beside_a_data_absent_reason_is_not_used():
    assert "absent" in problems(bilirubin(dataAbsentReason={"text": "error"}))["Observation/o"]


def test_a_comparator_is_scored_where_the_interval_is_in_one_band():
    limited = lab("1975-2", quantity(0.2, "mg/dL", comparator="<"))
    assert facts_named("bilirubin", limited)[0].shown == "<0.2 mg/dL"
    assert child_pugh(now(limited)).points["bilirubin"] == (1, 1)
    assert child_pugh(now(lab("1975-2", quantity(2.5, "mg/dL", comparator="<")))).points["bilirubin"] == (1, 2)


def test_reference_range_of_a_marker_in_its_own_unit():
    range_ = [{"high": {"value": 10, "unit": "ug/L"}}]
    assert facts_named("afp", lab("1834-1", quantity(0.5, "ug/mL"), referenceRange=range_))[0].normal_high == 10
    range_ = [{"high": {"value": 10}}]
    assert facts_named("afp", lab("1834-1", quantity(20, "ug/L"), referenceRange=range_))[0].normal_high == 10
    range_ = [{"high": {"value": 10, "unit": "furlong"}}, {"high": None}, None]
    assert facts_named("afp", lab("1834-1", quantity(20, "ug/L"), referenceRange=range_))[0].normal_high is None


def test_no_patient_value_in_the_words():
    secret = "K7-SECRET"
    ruined = bilirubin(effectiveDateTime=secret, id="a")
    other = bilirubin(valueQuantity={"value": secret, "unit": "mg/dL"}, id="b")
    assert secret not in json.dumps(problems(ruined, other))
