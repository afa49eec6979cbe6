"""The value of an Observation or of a questionnaire's answer → a value of FACTS, or why there is none."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from cards.facts import FACTS, FactSpec, Scalar
from cards.record import record
from cards.words import number
from service.fhir.read import codes, units
from service.fhir.read.codings import as_list, codings, texts
from service.memo import memo

COMPARATORS = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=",
               "lt": "<", "le": "<=", "gt": ">", "ge": ">="}  # fmt: skip
_NUMBER = re.compile(
    r"\s*(?P<comparator><=|>=|≤|≥|<|>|LT|LE|GT|GE)?\s*(?P<value>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>[^\d\s<>].*?)?\s*", re.I
)
_LONGEST = 60  # characters of a text that may be a number
_TRANSLATION = "translation"  # iso21090-PQ-translation
_GRADE = re.compile(r"(?:ecog|who|ps|performance status|grade|west haven|score|\s|:|=)*(\d{1,3})", re.I)
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}


@record(frozen=True, slots=True)
class Read:
    """One value in the unit of FACTS, and what must be said of it."""

    fact: str
    value: Scalar
    shown: str
    comparator: str = ""
    sent: tuple[float, str] | None = None
    notes: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class NoValue:
    """missing: nothing was sent (dataAbsentReason); else something that cannot be used."""

    because: str
    missing: bool = False


def value_of(spec: FactSpec, holder: Mapping[str, Any], measured: str = "") -> Read | NoValue:
    """The value[x] of `holder` as a value of the fact.

    measured   what the laboratory code says it measures (mass, moles, units), to flag a unit that contradicts it
    """
    if holder.get("dataAbsentReason") and any(name.startswith("value") for name in holder):
        return NoValue("it has a value and says that the value is absent")
    if spec.kind == "quantity":
        return _quantity(spec, holder, measured)
    if spec.kind == "integer":
        return _integer(spec, holder)
    return _boolean(spec, holder) if spec.kind == "boolean" else _coded(spec, holder)


# Quantities


def _quantity(spec: FactSpec, holder: Mapping[str, Any], measured: str) -> Read | NoValue:
    problem: NoValue | None = None
    for value, comparator, unit in _numbers(holder):
        read = _converted(spec, value, comparator, unit, measured)
        if isinstance(read, Read):
            said = _two_units(spec.name, holder.get("valueQuantity"), unit)
            return replace(read, notes=(*read.notes, *said)) if said else read
        problem = problem or read
    return problem or _nothing(holder)


def _numbers(holder: Mapping[str, Any]) -> Iterator[tuple[float, str, str]]:
    """Every number with comparator and unit that value[x] holds: the quantity, then what else tells it."""
    return chain(_amount(holder.get("valueQuantity")), _told_otherwise(holder))


def _told_otherwise(holder: Mapping[str, Any]) -> Iterator[tuple[float, str, str]]:
    """The translations of the quantity, then numbers without unit, then text."""
    quantity = holder.get("valueQuantity")
    if isinstance(quantity, dict):
        for translation in _translations(quantity):
            yield from _amount(translation)
    for name in ("valueInteger", "valueDecimal"):
        whole = finite(holder.get(name))
        if whole is not None:
            yield whole, "", ""
    text = holder.get("valueString")
    concept = texts(holder.get("valueCodeableConcept"))
    for said in (text, *concept):
        if isinstance(said, str):
            yield from _parsed(said, "")


def _amount(quantity: object) -> tuple[tuple[float, str, str], ...]:
    """The number of a quantity, or none."""
    if not isinstance(quantity, dict):
        return ()
    sent = quantity.get("value")
    value = finite(sent)
    if value is not None:
        comparator = quantity.get("comparator")
        known = COMPARATORS.get(comparator.strip().lower(), "?") if isinstance(comparator, str) else ""
        return ((value, known, _unit(quantity)),)
    return _parsed(sent, _unit(quantity)) if isinstance(sent, str) else ()


def _translations(quantity: Mapping[str, Any]) -> list[object]:
    listed = as_list(quantity.get("extension"))
    return [e.get("valueQuantity") for e in listed if isinstance(e, dict) and _TRANSLATION in str(e.get("url"))]


_NUMBERS = (int, float)


def finite(value: object) -> float | None:
    """A JSON number as a float; None for anything else, NaN and what no float can hold among it."""
    if not isinstance(value, _NUMBERS) or isinstance(value, bool):
        return None
    try:
        plain = float(value)
    except OverflowError:
        return None
    return plain if math.isfinite(plain) else None


def _parsed(text: str, unit: str) -> tuple[tuple[float, str, str], ...]:
    match = _NUMBER.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match and math.isfinite(float(match["value"])):
        comparator = COMPARATORS.get((match["comparator"] or "").lower(), "")
        return ((float(match["value"]), comparator, match["unit"] or unit),)
    return ()


def _unit(quantity: Mapping[str, Any]) -> str:
    """The unit: UCUM code first, else unit."""
    code, unit = quantity.get("code"), quantity.get("unit")
    system = quantity.get("system")
    code = code.strip() if isinstance(code, str) else ""
    unit = unit.strip() if isinstance(unit, str) else ""
    if code and isinstance(system, str) and system.strip() and "unitsofmeasure" not in system:
        return unit or code
    if not code or not unit or code == unit:
        return code or unit
    return code if units.canonical(code) else unit


def _two_units(fact: str, quantity: object, used: str) -> tuple[str, ...]:
    """What must be said where code and unit of a quantity are two amounts: 10*3/uL and 10*9/L are one."""
    written = quantity.get("unit") if isinstance(quantity, dict) else None
    if not isinstance(written, str) or written.strip() == used or not units.canonical(written):
        return ()
    read = (units.convert(fact, 1.0, unit) for unit in (used, written))
    amounts = [(each.fact, each.value) for each in read if isinstance(each, units.Converted)]
    if len(amounts) == 2 and amounts[0] == amounts[1]:
        return ()
    return (f"conflict: its unit is {written.strip()} by text and {used} by code; the code is used",)


@memo(512)
def _written(unit: str) -> str:
    """A unit as clinicians write it.

    >>> _written("umol/L"), _written("10*3/uL")
    ('µmol/L', '×10³/µL')
    """
    plain = unit.replace("[IU]", "IU").replace("umol", "µmol")
    return {"10*3/uL": "×10³/µL", "10*9/L": "×10⁹/L"}.get(plain, plain.replace("ug", "µg").replace("/uL", "/µL"))


def _converted(spec: FactSpec, value: float, comparator: str, unit: str, measured: str) -> Read | NoValue:
    if comparator == "?":
        return NoValue("its comparator is not one of FHIR R4")
    converted = units.convert(spec.name, value, unit)
    if isinstance(converted, units.UnitConflict):
        return NoValue(f"unit conflict: {converted.because}")
    problem = units.check(converted.fact, converted.value)
    if problem and not (comparator in ("<", "<=") and converted.value > 0):
        return NoValue(problem)
    canonical = units.canonical(unit)
    notes = []
    written = _written(canonical or unit)
    as_sent = f"{comparator}{number(value)}" + (f" {written}" if written not in ("", "1") else "")
    shown = as_sent
    if converted.note:
        notes.append(f"converted: {converted.note}")
        shown = f"{as_sent} ({comparator}{number(converted.value)} {converted.unit})"
    if measured and (of_unit := units.measured(unit)) and of_unit != measured:
        notes.append(f"the unit is one of {of_unit}, the code one of {measured}")
    return Read(converted.fact, converted.value, shown, comparator, (value, canonical or unit), tuple(notes))


# Grades, counts, yes/no and words


def _integer(spec: FactSpec, holder: Mapping[str, Any]) -> Read | NoValue:
    quantity = holder.get("valueQuantity")
    if isinstance(quantity, dict):
        if quantity.get("comparator"):
            return NoValue(f"{spec.label} has a comparator")
        if isinstance(units.convert(spec.name, 1.0, _unit(quantity)), units.UnitConflict):
            return NoValue(f"unit conflict: its unit is not one of {spec.label}")
    found = [n for n in _grades(spec.name, holder) if n is not None]
    if not found:
        return _nothing(holder)
    low, high = map(int, spec.limits)
    usable = [n for n in found if n == int(n) and low <= n <= high]
    if not usable:
        return NoValue(f"{spec.label} is not a whole number from {low} to {high}")
    worst = int(max(usable))
    notes = (f"conflict: {spec.label} is told as {min(usable):g} and {worst}",) if len(set(usable)) > 1 else ()
    return Read(spec.name, worst, str(worst), notes=notes)


def _grades(fact: str, holder: Mapping[str, Any]) -> Iterator[float | None]:
    yield finite(holder.get("valueInteger"))
    quantity = holder.get("valueQuantity")
    if isinstance(quantity, dict):
        yield finite(quantity.get("value"))
    yield finite(holder.get("valueDecimal"))
    answered = _coded_values(holder)
    if fact == "ecog":  # mCODE has the answer code there
        answered += as_list(holder.get("interpretation"))
    for concept in answered:
        coded = [n for system, code in codings(concept) if (n := _grade_code(system, code)) is not None]
        yield from coded
        if not coded:
            yield from (_grade(text) for text in texts(concept))
    text = holder.get("valueString")
    yield _grade(text) if isinstance(text, str) else None


def _grade_code(system: str, code: str) -> float | None:
    own = codes.normalized_system(system) == codes.OWN_SYSTEM
    word = codes.value_of(system, code) or (code.strip() if own else "")
    return float(word) if word.isdecimal() and len(word) <= _DIGITS else None


_DIGITS = 3


def _grade(text: str) -> float | None:
    match = _GRADE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    return float(match[1]) if match else None


def _boolean(spec: FactSpec, holder: Mapping[str, Any]) -> Read | NoValue:
    value = holder.get("valueBoolean")
    if not isinstance(value, bool):
        words = {_YES_NO[w] for w in _words(holder) if w in _YES_NO}
        if len(words) != 1:
            return _nothing(holder)
        value = words.pop()
    return Read(spec.name, value, "yes" if value else "no")


def _coded(spec: FactSpec, holder: Mapping[str, Any]) -> Read | NoValue:
    permitted = _PERMITTED[spec.name]
    told = [permitted.get(word) or codes.VALUE_ALIASES.get((spec.name, word)) for word in _words(holder)]
    found = sorted({value for value in told if value is not None}, key=spec.values.index)
    if not found:
        return _nothing(holder)
    worst = found[-1] if spec.worse == "high" else found[0]
    notes = (f"conflict: {spec.label} is told as {' and '.join(found)}",) if len(found) > 1 else ()
    return Read(spec.name, worst, worst, notes=notes)


_PERMITTED = {name: {str(v).lower(): str(v) for v in spec.values} for name, spec in FACTS.items()}


def _words(holder: Mapping[str, Any]) -> list[str]:
    """Words that may be a value: own codes, then strings; lower case."""
    found: list[str] = []
    for concept in _coded_values(holder):
        own = [code for system, code in codings(concept) if codes.normalized_system(system) == codes.OWN_SYSTEM]
        text = concept.get("text") if isinstance(concept, dict) else None
        found += own or ([text] if isinstance(text, str) else [])
    text = holder.get("valueString")
    found += [text] if isinstance(text, str) else []
    return [word.strip().lower() for word in found]


def _coded_values(holder: Mapping[str, Any]) -> list[object]:
    """valueCodeableConcept, and valueCoding in the form of one."""
    concept, coding = holder.get("valueCodeableConcept"), holder.get("valueCoding")
    found: list[object] = [concept] if concept is not None else []
    return [*found, {"coding": [coding]}] if coding is not None else found


def _nothing(holder: Mapping[str, Any]) -> NoValue:
    if holder.get("dataAbsentReason") or not any(name.startswith("value") for name in holder):
        return NoValue("no value was recorded", missing=True)
    return NoValue("its value is not one this service reads")
