"""Codings of a CodeableConcept, read leniently from plain JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.fhir.read import codes

Json = Mapping[str, Any]


def codings(concept: object) -> Iterator[tuple[str, str]]:
    """(system, code) of every coding that has a code; a missing system is ""."""
    if not isinstance(concept, Mapping):
        return
    listed = concept.get("coding")
    for coding in listed if isinstance(listed, list) else ():
        if isinstance(coding, Mapping):
            code, system = coding.get("code"), coding.get("system")
            if isinstance(code, str) and code:
                yield (system if isinstance(system, str) else ""), code


def concepts(concept: object) -> set[str]:
    """What the verified and own codes of a CodeableConcept say."""
    return {name for system, code in codings(concept) for name in codes.lookup(system, code)}


def texts(concept: object) -> list[str]:
    """Every text of a CodeableConcept: its own and its codings' displays."""
    if not isinstance(concept, Mapping):
        return []
    found = [concept.get("text")]
    listed = concept.get("coding")
    found += [c.get("display") for c in listed if isinstance(c, Mapping)] if isinstance(listed, list) else []
    return [text.strip() for text in found if isinstance(text, str) and text.strip()]


def as_list(value: object) -> list[Any]:
    """A list as it is, one object as a list of one (clients send both), anything else as none."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, Mapping) else []


def reference(value: object) -> str:
    """The reference of a Reference, "" where there is none."""
    found = value.get("reference") if isinstance(value, Mapping) else None
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
    """The first code of a CodeableConcept, or the string that DSTU2 and STU3 had there; lower case without blanks."""
    if isinstance(concept, str):
        return concept.strip().lower()
    return next((code.strip().lower() for _, code in codings(concept)), "")


def segment(concept: object) -> str:
    """ "segment-8" where a body site names one Couinaud segment by code or by text; "" otherwise."""
    coded = {value for system, code in codings(concept) if (value := codes.value_of(system, code))}
    named = {value for value in coded if value.startswith("segment-")}
    if len(named) == 1:
        return named.pop()
    told = {found for text in texts(concept) if (found := _segment_in(text))} if not named else set()
    return told.pop() if len(told) == 1 else ""


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8}


def _segment_in(text: str) -> str:
    words = text.lower().replace("couinaud", "").replace("hepatic", "").replace("liver", "").replace("of", "").split()
    if len(words) == 2 and words[0] in ("segment", "seg", "seg."):
        number = words[1].rstrip(".,;")
        if number.isdecimal() and 1 <= int(number) <= 8:
            return f"segment-{int(number)}"
        if number in _ROMAN:
            return f"segment-{_ROMAN[number]}"
    return ""
