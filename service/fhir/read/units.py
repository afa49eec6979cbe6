"""Units: each laboratory value and size in the one unit of FACTS, with the conversion in words.

A small table of factors, not a unit library: every pair of units that may be exchanged is named here, and anything
else is refused. Arithmetic is decimal, so that 28 g/L is 2.8 g/dL and not 2.8000000000000003.

Where the factors come from
    bilirubin    584.66 g/mol (C33H36N4O6): 10,000 / 584.66 = 17.104 umol/L per mg/dL
    creatinine   113.12 g/mol (C4H7N3O):    10,000 / 113.12 = 88.4 umol/L per mg/dL
    albumin      66,438 g/mol, mature human serum albumin: 1 umol/L = 0.0066438 g/dL; approximate, as circulating
                 albumin carries ligands
    ALT, AST     1 U = 1 umol/min, 1 kat = 1 mol/s: 1 ukat/L = 60 U/L
    sodium       one charge: 1 mEq = 1 mmol
    AFP, DCP     mass and arbitrary units are never exchanged: the factor depends on the assay. A value in units
                 belongs to another fact (afp_units, dcp_units), and `Converted.fact` says so.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from cards.facts import FACTS
from cards.record import record
from service.memo import memo


@record(frozen=True, slots=True)
class Converted:
    """A value in the unit of FACTS[fact].

    fact      the fact it belongs to: not the one asked where the unit tells mass from arbitrary units
    factor    value = from_value × factor
    note      the conversion in words, "34 umol/L ÷ 17.104"; "" where none was needed
    """

    fact: str
    value: float
    unit: str
    factor: float
    from_value: float
    from_unit: str
    note: str = ""


@record(frozen=True, slots=True)
class UnitConflict:
    """A unit that cannot be used, and why, in words and without the value."""

    because: str


@dataclass(frozen=True)
class _Step:
    """How one unit becomes that of the fact: sign "×" or "÷" and a number; sign "" where it is the same."""

    fact: str
    sign: str = ""
    number: Decimal = Decimal(1)
    approximate: bool = False

    def apply(self, value: float) -> float:
        exact = Decimal(repr(value))
        return float(exact * self.number if self.sign == "×" else exact / self.number)

    @cached_property
    def factor(self) -> float:
        return float(1 / self.number if self.sign == "÷" else self.number)


def _step(fact: str, text: str) -> _Step:
    bare = text.lstrip("~")
    return _Step(fact, bare[:1], Decimal(bare[1:] or 1), approximate=text.startswith("~"))


def _steps(fact: str, units: Mapping[str, str]) -> dict[str, _Step]:
    return {unit: _step(fact, text) for unit, text in units.items()}


_ENZYME = {"U/L": "", "[IU]/L": "", "mU/mL": "", "m[IU]/mL": "", "U/mL": "×1000", "ukat/L": "×60", "nkat/L": "×0.06"}
_MARKER = {
    "ng/mL": "",
    "ug/L": "",
    "ng/L": "÷1000",
    "pg/mL": "÷1000",
    "ng/dL": "÷100",
    "ug/dL": "×10",
    "ug/mL": "×1000",
    "mg/L": "×1000",
}
_AFP_UNITS = {
    "[IU]/mL": "",
    "k[IU]/L": "",
    "U/mL": "",
    "kU/L": "",
    "[IU]/L": "÷1000",
    "U/L": "÷1000",
    "m[IU]/mL": "÷1000",
}
_DCP_UNITS = {"mAU/mL": "", "AU/L": "", "AU/mL": "×1000"}  # UCUM has no thousandth of its arbitrary unit
_PLATELETS = {
    "10*9/L": "",
    "10*3/uL": "",
    "10*6/mL": "",
    "/nL": "",
    "10*4/uL": "×10",
    "/uL": "÷1000",
    "10*6/L": "÷1000",
}
_AFP = _steps("afp", _MARKER) | _steps("afp_units", _AFP_UNITS)
_DCP = _steps("dcp", _MARKER) | _steps("dcp_units", _DCP_UNITS)
_COUNTS = tuple(name for name, spec in FACTS.items() if spec.kind == "integer")

# fact → unit → how it becomes the unit of FACTS; "" as it is, "~" approximate
_TABLE: Mapping[str, Mapping[str, _Step]] = {
    "bilirubin": _steps(
        "bilirubin",
        {"mg/dL": "", "mg/L": "÷10", "ug/mL": "÷10", "umol/L": "÷17.104", "mmol/L": "÷0.017104", "nmol/L": "÷17104"},
    ),
    "albumin": _steps(
        "albumin",
        {"g/dL": "", "g/L": "÷10", "mg/mL": "÷10", "mg/dL": "÷1000", "umol/L": "~×0.0066438", "mmol/L": "~×6.6438"},
    ),
    "creatinine": _steps(
        "creatinine", {"mg/dL": "", "mg/L": "÷10", "ug/mL": "÷10", "umol/L": "÷88.4", "mmol/L": "÷0.0884"}
    ),
    "sodium": _steps("sodium", {"mmol/L": "", "meq/L": "", "mol/L": "×1000"}),
    "platelets": _steps("platelets", _PLATELETS),
    "inr": _steps("inr", {"1": ""}),
    "pt": _steps("pt", {"s": ""}),
    "pt_control": _steps("pt_control", {"s": ""}),
    "alt": _steps("alt", _ENZYME),
    "ast": _steps("ast", _ENZYME),
    "afp": _AFP,
    "afp_units": _AFP,
    "afp_l3": _steps("afp_l3", {"%": ""}),
    "dcp": _DCP,
    "dcp_units": _DCP,
    "nodule_size": _steps("nodule_size", {"cm": "", "mm": "÷10"}),
    "liver_involvement_percent": _steps("liver_involvement_percent", {"%": ""}),
    "viable_diameter": _steps("viable_diameter", {"cm": "", "mm": "÷10"}),
    "viable_percent": _steps("viable_percent", {"%": ""}),
    **{name: _steps(name, {"1": ""}) for name in _COUNTS},
}
_UNITS = tuple(dict.fromkeys(unit for steps in _TABLE.values() for unit in steps))
_NO_UNIT_NEEDED = frozenset({"inr", *_COUNTS})

# Spellings, lower case and without blanks, by canonical unit. Annotations ("{platelets}") are gone.
_SPELLINGS = {
    "g/L": "gram/l grams/l gramperliter gramsperliter gm/l g.l-1",
    "g/dL": "gm/dl g% gm% g/100ml gramperdeciliter gramsperdeciliter gram/deciliter gram/dl g/deciliter",
    "mg/dL": "mg% mg/100ml milligramperdeciliter milligramsperdeciliter milligram/dl mgs/dl",
    "mg/L": "milligramsperliter milligramperliter",
    "ug/L": "mcg/l microgram/l microgramsperliter",
    "ug/dL": "mcg/dl",
    "ug/mL": "mcg/ml",
    "ng/mL": "nanogram/ml nanogramspermilliliter nanogrampermilliliter nanogram/milliliter ngs/ml",
    "umol/L": "mcmol/l micromol/l micromole/l micromoles/l micromoleperliter micromolesperliter umole/l umol.l-1",
    "mmol/L": "millimole/l millimoles/l millimoleperliter millimolesperliter mmole/l mmoles/l mmol.l-1",
    "meq/L": "milliequivalent/l milliequivalents/l milliequivalentsperliter milliequivalentperliter mval/l",
    "[IU]/mL": "iu/ml i.u./ml intunit/ml internationalunitspermilliliter units[iu]/ml",
    "[IU]/L": "iu/l i.u./l internationalunits/l internationalunitsperliter intunit/l",
    "k[IU]/L": "kiu/l",
    "m[IU]/mL": "miu/ml",
    "U/L": "unit/l units/l unitsperliter unitperliter u.l-1 enzymeunitsperliter",
    "U/mL": "unit/ml units/ml unitspermilliliter",
    "kU/L": "kilounit/l kilounits/l kunit/l",
    "AU/L": "arb'u/l [arb'u]/l arbu/l",
    "AU/mL": "arb'u/ml [arb'u]/ml arbu/ml",
    "mAU/mL": "marb'u/ml m[arb'u]/ml marbu/ml milliarbitraryunitspermilliliter",
    "ukat/L": "mckat/l microkat/l",
    "10*9/L": "10^9/l x10^9/l x10*9/l 10e9/l x10e9/l 10(9)/l x10(9)/l 10**9/l 109/l x109/l e9/l giga/l billion/l "
    "billions/l bil/l mrd/l gpt/l",
    "10*6/L": "10^6/l x10^6/l x10*6/l 10e6/l x10e6/l 10(6)/l million/l",
    "10*6/mL": "10^6/ml x10^6/ml x10*6/ml 10e6/ml million/ml",
    "10*3/uL": "10^3/ul x10^3/ul x10*3/ul 10e3/ul x10e3/ul 10(3)/ul x10(3)/ul 10**3/ul 103/ul x103/ul e3/ul k/ul k/mcl "
    "k/mm3 k/mm^3 k/cumm thousand/ul thousands/ul thous/ul thou/ul tsd/ul tsd./ul thousandspermicroliter "
    "thousandpermicroliter 1000/ul x1000/ul 10*3/mm3 10^3/mm3 x10^3/mm3 x10*3/mm3 10e3/mm3 x10e3/mm3 thou/mm3 "
    "thousand/mm3 thousands/mm3 10*3/mcl 10^3/mcl x10^3/mcl x10*3/mcl 10e3/mcl x10e3/mcl thousand/mcl thou/mcl "
    "10*3/mm^3 10^3/mm^3",
    "10*4/uL": "10^4/ul x10^4/ul x10*4/ul 10e4/ul x10e4/ul 10^4/mcl 万/ul",
    "/uL": "#/ul /mcl #/mcl /mm3 #/mm3 /mm^3 #/mm^3 /cmm #/cmm /cumm #/cumm cells/ul cells/mcl cells/mm3 count/ul "
    "1/ul permicroliter cellspermicroliter cells/cumm",
    "/nL": "#/nl 1/nl",
    "s": "sec secs sec. second seconds",
    "cm": "centimeter centimeters centimetre centimetres cms",
    "mm": "millimeter millimeters millimetre millimetres mms",
    "%": "percent pct percentage",
    "1": "inr ratio [ratio] score count # points",
}
# Capitals tell giga from gram.
_AS_WRITTEN = {"G/L": "10*9/L", "G/l": "10*9/L"}
_ALIASES = {
    **{unit.lower(): unit for unit in _UNITS},
    **{spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()},
}
_LETTERS = str.maketrans(
    {"µ": "u", "μ": "u", "³": "3", "⁹": "9", "⁶": "6", "⁴": "4", "×": "x", "·": "", "’": "'", "㎕": "ul"}
)
_MASS, _MOLES, _ARBITRARY = ("g", "mg", "ug", "ng", "pg"), ("mol", "mmol", "umol", "nmol"), ("U", "U]")


def _kind(unit: str) -> str:
    amount = unit.partition("/")[0]
    if amount in _MASS:
        return "mass"
    if amount in _MOLES:
        return "moles"
    return "units" if amount.endswith(_ARBITRARY) else ""


_KINDS = {unit: _kind(unit) for unit in _UNITS}
_MEMO_SIZE = 2048
_ANNOTATION = re.compile(r"\{[^{}]*\}")


@memo(_MEMO_SIZE)
def canonical(unit: str) -> str:
    """The usual spelling (UCUM's, where it has one) of a unit as it came; "" for one this table does not know.

    >>> canonical("µmol/l"), canonical("Thousands Per MicroLiter"), canonical("furlong")
    ('umol/L', '10*3/uL', '')
    """
    bare = _ANNOTATION.sub("", "".join(unit.split())) or "1"
    return _AS_WRITTEN.get(bare) or _ALIASES.get(bare.translate(_LETTERS).lower(), "")


def measured(unit: str) -> str:
    """What a unit measures, in the words of `codes.Row.measured`: "mass", "moles", "units" or "".

    >>> measured("umol/L"), measured("mg/dl"), measured("kU/L"), measured("s")
    ('moles', 'mass', 'units', '')
    """
    return _KINDS.get(canonical(unit), "")


def convert(fact: str, value: float, unit: str) -> Converted | UnitConflict:
    """A value in the unit of FACTS, or why its unit cannot be used.

    Inputs
        fact     a quantity, a count or a grade of FACTS
        unit     `valueQuantity.code` when its system is UCUM, else `valueQuantity.unit`; "" where none came
    Result
        Converted, with the fact it belongs to: AFP in IU/mL is "afp_units" whatever was asked
        UnitConflict for a unit of another kind of quantity, an unknown one, or none (but for INR and grades)

    >>> convert("bilirubin", 34, "umol/L").note
    '34 umol/L ÷ 17.104'
    >>> convert("albumin", 28, "g/L").value
    2.8
    >>> convert("bilirubin", 34, "s")
    UnitConflict(because='the unit "s" is not one of total bilirubin')
    """
    spec = FACTS[fact]
    if not unit or unit.isspace():
        if fact in _NO_UNIT_NEEDED:
            return Converted(fact, value, spec.unit, 1.0, value, "")
        return UnitConflict(f"{spec.label} came without a unit")
    step = _TABLE.get(fact, {}).get(canonical(unit))
    if step is None:
        return UnitConflict(f'the unit "{unit.strip()[:24]}" is not one of {spec.label}')
    own = FACTS[step.fact].unit
    if not step.sign:
        return Converted(step.fact, value, own, 1.0, value, unit)
    return Converted(step.fact, step.apply(value), own, step.factor, value, unit, _note(step, value, unit))


def _note(step: _Step, value: float, unit: str) -> str:
    words = f"{_number(value)} {unit.strip()} {step.sign} {step.number}"
    return f"{words} (approximate: molar mass)" if step.approximate else words


def _number(value: float) -> str:
    """A number as a reader writes it: 34, not 34.0.

    >>> _number(34.0), _number(0.95)
    ('34', '0.95')
    """
    return repr(value).removesuffix(".0")


# A ratio or a logarithm is taken of these: zero is an entry error.
_POSITIVE = frozenset(
    {"bilirubin", "albumin", "inr", "pt", "pt_control", "creatinine", "sodium", "platelets", "nodule_size"}
)


def check(fact: str, value: float) -> str | None:
    """Why a value (in the unit of FACTS) is taken for an entry error; None where it is usable.

    >>> check("albumin", 3.5), check("albumin", 35)
    (None, 'albumin is outside 0.5 to 10 g/dL, which looks like an entry error')
    """
    spec = FACTS[fact]
    if not math.isfinite(value):
        return f"{spec.label} is not a finite number"
    if fact in _POSITIVE and value <= 0:
        return f"{spec.label} is not above zero"
    low, high = spec.limits
    if spec.kind in ("quantity", "integer") and not low <= value <= high:
        unit = f" {spec.unit}" if spec.unit not in ("", "1") else ""
        return f"{spec.label} is outside {low:g} to {high:g}{unit}, which looks like an entry error"
    return None
