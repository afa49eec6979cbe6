"""Units: every spelling, every factor against a UCUM library, what is refused, and exact arithmetic."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.facts import FACTS
from service.fhir.read import units
from service.fhir.read.units import Converted, UnitConflict, canonical, check, convert, measured

STEPS = [(fact, unit, step) for fact, steps in units._TABLE.items() for unit, step in steps.items()]
QUANTITIES = [name for name, spec in FACTS.items() if spec.kind == "quantity"]

MOLAR_MASS = {"bilirubin": 584.66, "creatinine": 113.12, "albumin": 66438.0}  # g/mol
# Exchanged by convention of the laboratory, not by UCUM: an enzyme's U and IU, AFP's U, and DCP's arbitrary unit.
AS_WRITTEN = {
    "10*9/L": "10*9/L",
    "IU/mL": "[IU]/mL",
    "mAU/mL": "[arb'U]/L",
    "AU/L": "[arb'U]/L",
    "AU/mL": "[arb'U]/mL",
    "": "1",
}
UNIT_IS_IU = {"afp_units", "alt", "ast"}


def ucum(fact: str, unit: str) -> str:
    name = AS_WRITTEN.get(unit, unit)
    return name.replace("[IU]", "U") if fact in UNIT_IS_IU else name


@pytest.fixture(scope="module")
def registry():
    return pytest.importorskip("ucumvert").PintUcumRegistry()


@pytest.mark.parametrize(("fact", "unit", "step"), STEPS)
def test_every_factor_against_ucum(registry, fact, unit, step):
    given_unit = registry.from_ucum(ucum(step.fact, unit))
    wanted = registry.from_ucum(ucum(step.fact, FACTS[step.fact].unit))
    if unit.startswith("meq"):
        given_unit = registry.from_ucum("mmol/L")  # sodium carries one charge
    if given_unit.check("[substance]/[length]**3") and fact in MOLAR_MASS:
        given_unit = given_unit * MOLAR_MASS[fact] * registry.from_ucum("g/mol")
    assert step.factor == pytest.approx((1 * given_unit).to(wanted).magnitude, rel=1e-4)


@pytest.mark.parametrize("fact", QUANTITIES)
def test_every_quantity_takes_its_own_unit_as_it_is(fact):
    assert convert(fact, 1.1, FACTS[fact].unit) == Converted(
        fact, 1.1, FACTS[fact].unit, 1.0, 1.1, FACTS[fact].unit, ""
    )


@pytest.mark.parametrize(("fact", "unit", "step"), STEPS)
def test_every_unit_of_the_table_is_read_as_itself(fact, unit, step):
    assert canonical(unit) == unit
    converted = convert(fact, 12, unit)
    assert isinstance(converted, Converted)
    assert (converted.fact, converted.unit) == (step.fact, FACTS[step.fact].unit)
    assert converted.value == pytest.approx(12 * converted.factor)


@pytest.mark.parametrize(
    ("unit", "spelling"), [(unit, word) for unit, words in units._SPELLINGS.items() for word in words.split()]
)
def test_every_spelling_belongs_to_a_unit_of_the_table(unit, spelling):
    assert unit in units._UNITS
    assert canonical(spelling) == canonical(f" {spelling.upper()} ") == unit


def test_no_spelling_belongs_to_two_units():
    words = [word for words in units._SPELLINGS.values() for word in words.split()]
    assert len(words) == len(set(words))
    own_names = {unit.lower() for unit in units._UNITS}
    assert not own_names & set(words)


SEEN = {  # strings that laboratories send, and near ones
    "mg/dL": ("mg/dl", "MG/DL", "mg / dL", "mg/100mL"),
    "g/dL": ("g/dl", "G/DL", "gram per deciliter", "g%"),
    "g/L": ("g/l", "gm/L"),
    "umol/L": ("umol/l", "UMOL/L", "µmol/L", "μmol/L", "mcmol/L", "umol / L"),
    "mmol/L": ("MMOL/L", "mmol/l"),
    "meq/L": ("mEq/L", "MEQ/L", "meq/l"),
    "10*3/uL": ("K/uL", "k/uL", "K/µL", "10^3/uL", "x10^3/µL", "x10E3/uL", "10³/µL", "Thousands Per MicroLiter",
                "10*3/uL{platelets}"),
    "10*9/L": ("x10^9/L", "x10*9/L", "10^9/L", "10⁹/L", "× 10⁹/L", "10E9/L", "G/L"),
    "/uL": ("#/mm3", "/mm3", "cells/uL", "{cells}/uL", "/µL"),
    "10*4/uL": ("x10^4/µL", "10*4/uL"),
    "[IU]/mL": ("IU/mL", "[iU]/mL", "[IU]/mL"),
    "k[IU]/L": ("kIU/L",),
    "kU/L": ("KU/L", "ku/l"),
    "U/L": ("u/l", "unit/L", "units/L"),
    "[IU]/L": ("IU/L", "[iU]/L"),
    "s": ("sec", "seconds", "S", "s"),
    "1": ("{INR}", "INR", "ratio", "{ratio}", "{score}", "{anything at all}"),
    "%": ("percent", "%"),
}  # fmt: skip


@pytest.mark.parametrize(("unit", "spelling"), [(unit, word) for unit, words in SEEN.items() for word in words])
def test_units_as_laboratories_send_them(unit, spelling):
    assert canonical(spelling) == unit


@pytest.mark.parametrize(
    ("fact", "value", "unit", "wanted"),
    [
        ("albumin", 28, "g/L", 2.8),
        ("albumin", 35.0, "g/L", 3.5),
        ("albumin", 3.5, "g/dL", 3.5),
        ("albumin", 34.9, "g/L", 3.49),
        ("bilirubin", 17.104, "umol/L", 1.0),
        ("bilirubin", 34.208, "umol/L", 2.0),
        ("bilirubin", 51.312, "umol/L", 3.0),
        ("creatinine", 88.4, "umol/L", 1.0),
        ("creatinine", 0.0884, "mmol/L", 1.0),
        ("sodium", 138, "mEq/L", 138),
        ("platelets", 150, "K/uL", 150),
        ("platelets", 150000, "#/mm3", 150),
        ("platelets", 9.8, "x10^4/uL", 98),
        ("nodule_size", 31, "mm", 3.1),
        ("nodule_size", 0.3, "mm", 0.03),
        ("afp", 400, "ug/L", 400),
        ("afp_l3", 15.5, "%", 15.5),
        ("alt", 1, "ukat/L", 60),
        ("pt", 14.2, "sec", 14.2),
        ("viable_percent", 50, "%", 50),
    ],
)
def test_exact(fact, value, unit, wanted):
    converted = convert(fact, value, unit)
    assert isinstance(converted, Converted)
    assert converted.value == wanted
    assert converted.fact == fact


@given(st.integers(1, 1000))
def test_grams_per_liter_have_no_float_noise(tenths):
    converted = convert("albumin", tenths / 10, "g/L")
    assert isinstance(converted, Converted)
    assert len(repr(converted.value)) <= 5


@given(st.sampled_from(STEPS), st.floats(1e-6, 1e9))
def test_there_and_back(step, value):
    fact, unit, _ = step
    converted = convert(fact, value, unit)
    assert isinstance(converted, Converted)
    assert converted.value / converted.factor == pytest.approx(value, rel=1e-12)
    again = convert(converted.fact, converted.value, converted.unit)
    assert isinstance(again, Converted)
    assert again.value == converted.value


@given(st.sampled_from(STEPS), st.floats(0.001, 1e6), st.floats(0.001, 1e6))
def test_order_is_kept(step, one, other):
    fact, unit, _ = step
    low, high = (convert(fact, value, unit) for value in sorted((one, other)))
    assert isinstance(low, Converted)
    assert isinstance(high, Converted)
    assert low.value <= high.value


@given(st.sampled_from(sorted(FACTS)), st.text(max_size=40))
def test_any_text_is_a_unit_or_a_conflict(fact, unit):
    assert isinstance(convert(fact, 1.0, unit), Converted | UnitConflict)


def test_the_conversion_in_words():
    converted = convert("bilirubin", 34.0, "umol/L")
    assert converted == Converted(
        "bilirubin", pytest.approx(1.98784, abs=1e-5), "mg/dL", pytest.approx(1 / 17.104), 34.0, "umol/L",
        "34 umol/L ÷ 17.104",
    )  # fmt: skip
    assert convert("albumin", 600, "umol/L").note == "600 umol/L × 0.0066438 (approximate: molar mass)"
    assert convert("albumin", 28, "g/L").note == "28 g/L ÷ 10"


@pytest.mark.parametrize(
    ("asked", "unit", "fact"),
    [
        ("afp", "IU/mL", "afp_units"),
        ("afp", "kU/L", "afp_units"),
        ("afp_units", "ng/mL", "afp"),
        ("afp_units", "IU/mL", "afp_units"),
        ("dcp", "mAU/mL", "dcp_units"),
        ("dcp", "AU/L", "dcp_units"),
        ("dcp", "arb'U/mL", "dcp_units"),
        ("dcp_units", "ug/L", "dcp"),
    ],
)
def test_mass_and_arbitrary_units_are_two_facts(asked, unit, fact):
    converted = convert(asked, 20, unit)
    assert isinstance(converted, Converted)
    assert converted.fact == fact
    assert converted.unit == FACTS[fact].unit


@pytest.mark.parametrize(
    ("fact", "unit"),
    [
        ("bilirubin", "g/dL"),
        ("bilirubin", "s"),
        ("bilirubin", "%"),
        ("albumin", "%"),
        ("albumin", "ug/mL"),
        ("inr", "%"),
        ("inr", "s"),
        ("pt", "%"),
        ("pt", "{INR}"),
        ("sodium", "mg/dL"),
        ("creatinine", "mL/min"),
        ("platelets", "g/L"),
        ("platelets", "fL"),
        ("afp", "nmol/L"),
        ("afp", "mAU/mL"),
        ("afp", "{MoM}"),
        ("dcp", "IU/mL"),
        ("nodule_size", "m"),
        ("nodule_size", "[in_i]"),
        ("nodule_size", "cm2"),
        ("afp_l3", "1"),
        ("ecog", "%"),
        ("jaundice", "1"),
        ("bilirubin", "furlong"),
    ],
)
def test_another_kind_of_quantity_is_refused_without_its_value(fact, unit):
    refused = convert(fact, 12345.678, unit)
    assert isinstance(refused, UnitConflict)
    assert "12345" not in refused.because
    assert FACTS[fact].label in refused.because


@pytest.mark.parametrize("fact", sorted(FACTS))
@pytest.mark.parametrize("unit", ["", "  "])
def test_a_missing_unit_only_for_inr_and_scores(fact, unit):
    accepted = fact == "inr" or FACTS[fact].kind == "integer"
    assert isinstance(convert(fact, 1, unit), Converted) == accepted


def test_what_a_unit_measures():
    assert [measured(unit) for unit in ("mg/dL", "µmol/L", "IU/mL", "kU/L", "mAU/mL", "%", "?")] == [
        "mass",
        "moles",
        "units",
        "units",
        "units",
        "",
        "",
    ]


@pytest.mark.parametrize("name", [name for name, spec in FACTS.items() if spec.kind in ("quantity", "integer")])
def test_limits(name):
    spec = FACTS[name]
    low, high = spec.limits
    assert check(name, high) is None
    assert check(name, high * 1.01 + 1) is not None
    assert check(name, low - 0.001) is not None
    if low > 0:
        assert check(name, low) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", sorted(FACTS))
def test_not_a_number(name, value):
    assert check(name, value) == f"{FACTS[name].label} is not a finite number"


@pytest.mark.parametrize("name", sorted(units._POSITIVE))
@pytest.mark.parametrize("value", [0, -1])
def test_above_zero_where_a_ratio_or_a_logarithm_is_taken(name, value):
    assert "not above zero" in str(check(name, value))


def test_zero_is_a_value_of_a_marker():
    assert check("afp", 0) is None


def test_memo_is_bounded():
    units.canonical.cache_clear()
    for number in range(units._MEMO_SIZE + 10):
        canonical(f"unit {number}")
    assert units.canonical.cache_info().currsize <= units._MEMO_SIZE
