"""Codings of a CodeableConcept, read leniently from plain JSON."""

import re
from typing import Any

from service.fhir.read import codes
from service.memo import LONGEST, memo


def codings(concept: object) -> list[tuple[str, str]]:
    """(system, code) of every coding that has a code; a missing system is "".

    What is longer than any name of a code or system is none: what is asked of a code is remembered under it.
    """
    listed = concept.get("coding") if isinstance(concept, dict) else None
    if not isinstance(listed, list):
        return []
    found = []
    for coding in listed:
        if not isinstance(coding, dict):
            continue
        code, system = coding.get("code"), coding.get("system")
        if not isinstance(system, str):
            system = ""
        if isinstance(code, str) and 0 < len(code) <= LONGEST >= len(system):
            found.append((system, code))
    return found


def concepts(concept: object) -> set[str]:
    """What the verified and own codes of a CodeableConcept say."""
    return {name for system, code in codings(concept) for name in codes.lookup(system, code)}


def texts(concept: object) -> list[str]:
    """Every text of a CodeableConcept: its own and its codings' displays."""
    if not isinstance(concept, dict):
        return []
    found = [concept.get("text")]
    listed = concept.get("coding")
    found += [c.get("display") for c in listed if isinstance(c, dict)] if isinstance(listed, list) else []
    return [text.strip() for text in found if isinstance(text, str) and text.strip()]


def as_list(value: object) -> list[Any]:
    """A list as it is, one object as a list of one (clients send both), anything else as none."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def reference(value: object) -> str:
    """The reference of a Reference, "" where there is none."""
    found = value.get("reference") if isinstance(value, dict) else None
    return found.strip() if isinstance(found, str) else ""


def local(ref: str) -> str:
    """ "Type/id" of a relative, absolute or versioned reference; a urn stays as it is.

    >>> local("https://ehr.example.org/r4/Patient/7/_history/2")
    'Patient/7'
    """
    if ref.startswith("urn:") or "/" not in ref:
        return ref
    parts = ref.split("/_history/")[0].rstrip("/").split("/")
    return "/".join(parts[-2:])


def code_word(concept: object) -> str:
    """The first code of a CodeableConcept, else its text, or the string that DSTU2 and STU3 had there; lower case."""
    return next(iter(code_words(concept)), "")


def code_words(concept: object) -> list[str]:
    """Every code of a CodeableConcept, else its text, or the string that DSTU2 and STU3 had there; lower case."""
    if isinstance(concept, str):
        return [concept.strip().lower()]
    return [code.strip().lower() for _, code in codings(concept)] or [t.lower() for t in texts(concept)]


def segment(concept: object) -> str:
    """ "segment-8" where a body site names one Couinaud segment by code or by text; "" otherwise."""
    coded = {value for system, code in codings(concept) if (value := codes.value_of(system, code))}
    named = {value for value in coded if value.startswith("segment-")}
    if len(named) == 1:
        return named.pop()
    told = {found for text in texts(concept) for found in segments_in(text)} if not named else set()
    return told.pop() if len(told) == 1 else ""


def segments(concept: object) -> list[str]:
    """Every Couinaud segment that a body site names, for what may have several targets."""
    coded = (codes.value_of(system, code) for system, code in codings(concept))
    named = [value for value in coded if value.startswith("segment-")]
    return list(dict.fromkeys(named or [s for text in texts(concept) for s in segments_in(text)]))


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8}
_NUMERAL = r"(?:[1-8]|viii|vii|vi|iv|v|iii|ii|i)[ab]?(?!\w|\.\d|\s?[cm]m\b)"
_SEGMENTS = re.compile(
    rf"(?<!\w)(?:segments?|segs?\.?|s(?=[1-8]))\s{{0,3}}(?P<one>{_NUMERAL})"
    rf"(?P<more>(?:\s?(?:/|&|\+|and|,(?=[^.;]{{0,20}}(?:and|&))|[-–])\s?{_NUMERAL})*)",
    re.I,
)
_ONE = re.compile(rf"(?P<to>[-–])?\s?(?<![a-z\d])(?P<numeral>{_NUMERAL})", re.I)


@memo(1024)
def segments_in(text: str) -> tuple[str, ...]:
    """ "segment-5" … as a text names them.

    >>> segments_in("DEB-TACE, liver segments V and 8"), segments_in("S5-7"), segments_in("segment 8, 5 cm")
    (('segment-5', 'segment-8'), ('segment-5', 'segment-6', 'segment-7'), ('segment-8',))
    """
    found: list[int] = []
    for listed in _SEGMENTS.finditer(text):
        found.append(_number(listed["one"]))
        for other in _ONE.finditer(listed["more"]):
            last = _number(other["numeral"])
            found += range(found[-1] + 1, last) if other["to"] else ()
            found.append(last)
    return tuple(f"segment-{number}" for number in dict.fromkeys(found))


def _number(numeral: str) -> int:
    bare = numeral.lower().rstrip("ab")
    return _ROMAN.get(bare) or int(bare)
