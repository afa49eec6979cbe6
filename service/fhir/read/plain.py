"""Resources that are plainly valid: the common forms of the elements read here, checked in microseconds.

What is plain is valid by fhir.resources too (a test holds that over all data at hand and over generated data). Anything
else is not judged here: fhir.resources decides it and says what is wrong. Decision: docs/decisions/0002.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from service.memo import LONGEST, memo

Check = Callable[[Any], object]  # true where the value is plain; a pattern raises TypeError on what is no string

_DAY = (
    r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"  # Feb 29 is asked
)
_TIME = r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)"
_DATE_TIME = re.compile(rf"(?:19|20)\d\d(?:-{_DAY}(?:{_TIME})?|-(?:0[1-9]|1[0-2]))?")
_DATE = re.compile(rf"(?:19|20)\d\d(?:-{_DAY}|-(?:0[1-9]|1[0-2]))?")
_INSTANT = re.compile(rf"(?:19|20)\d\d-{_DAY}{_TIME}")
_CODE = re.compile(r"[\x21-\x7e]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]*")


def _text(value: Any) -> bool:
    """A string that starts and ends with something visible and has no control characters."""
    return isinstance(value, str) and value.isprintable() and value == value.strip() and value != ""


def _number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e12


def _whole(value: Any) -> bool:
    return type(value) is int and abs(value) < 2**31


def _yes_no(value: Any) -> bool:
    return value is True or value is False


def _object(required: str = "", **checks: Check) -> Check:
    def check(value: Any) -> bool:
        if type(value) is not dict or not value or (required and required not in value):
            return False
        for name, held in value.items():
            of_element = checks.get(name)
            if of_element is None or not of_element(held):
                return False
        return True

    return check


def _list(item: Check) -> Check:
    return lambda value: type(value) is list and bool(value) and all(map(item, value))


@memo(4096)
def _dated(text: str) -> bool:
    """A panel's values share one time."""
    return _DATE_TIME.fullmatch(text) is not None


@memo(4096)
def _at(text: str) -> bool:
    return _INSTANT.fullmatch(text) is not None


_coding_checks = _object(
    system=_URI.fullmatch, code=_CODE.fullmatch, display=_text, version=_text, userSelected=_yes_no
)  # fmt: skip
_unit_checks = _object(
    unit=_text, system=_URI.fullmatch, code=_CODE.fullmatch, comparator=lambda value: value in ("<", "<=", ">", ">=")
)
_KNOWN_LIMIT = 4096


def _remembered(check: Check) -> Check:
    """The same few codings and units come again and again: what was plain once is plain. Saves a third of the checks."""
    known: set[tuple[Any, ...]] = set()

    def seen(value: Any) -> object:
        if type(value) is not dict or "userSelected" in value:  # True and 1 would be one key
            return check(value)
        key = tuple(value.items())
        if key in known:  # TypeError where something is nested: not one of the common forms
            return True
        plain = check(value)
        if plain and len(known) < _KNOWN_LIMIT and sum(map(len, value.values())) <= LONGEST:
            known.add(key)
        return plain

    return seen


_coding = _remembered(_coding_checks)
_unit = _remembered(_unit_checks)


def _quantity(value: Any) -> bool:
    if type(value) is not dict or not _number(value.get("value")):
        return False
    rest = value.copy()
    del rest["value"]
    return not rest or bool(_unit(rest))


def _concept(value: Any) -> bool:
    if type(value) is not dict or not value:
        return False
    for name, held in value.items():
        if name == "coding":
            if type(held) is not list or not held:
                return False
            for coding in held:
                if not _coding(coding):
                    return False
        elif name != "text" or not _text(held):
            return False
    return True


def _target(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and value != "" and " " not in value


_ref = _object(reference=_target, display=_text)
_period = _object(start=_dated, end=_dated)
_value = {
    "valueQuantity": _quantity, "valueInteger": _whole, "valueBoolean": _yes_no, "valueString": _text,
    "valueCodeableConcept": _concept, "dataAbsentReason": _concept,
}  # fmt: skip
_VALUES = frozenset(_value) - {"dataAbsentReason"}
_status = re.compile(r"[a-z-]+").fullmatch
_component = _object("code", code=_concept, interpretation=_list(_concept), **_value)

_OBSERVATION: dict[str, Check] = {
    "status": _status,
    "code": _concept,
    "subject": _ref,
    "effectiveDateTime": _dated,
    "effectivePeriod": _period,
    "issued": _at,
    "interpretation": _list(_concept),
    "bodySite": _concept,
    "method": _concept,
    "component": _list(_component),
    "focus": _list(_ref),
    "partOf": _list(_ref),
    **_value,
}
_CONDITION: dict[str, Check] = {
    "clinicalStatus": _concept, "verificationStatus": _concept, "code": _concept,
    "subject": _ref, "onsetDateTime": _dated, "recordedDate": _dated, "severity": _concept, "bodySite": _list(_concept),
}  # fmt: skip
_ELEMENTS: Mapping[str, tuple[Mapping[str, Check], frozenset[str]]] = {
    "Observation": (_OBSERVATION, frozenset({"status", "code"})),
    "Condition": (_CONDITION, frozenset({"subject"})),
    "Patient": ({"gender": _status, "birthDate": _DATE.fullmatch}, frozenset()),
}


def is_plain(resource: Mapping[str, Any], unread: frozenset[str] = frozenset()) -> bool:
    """Whether a resource, but for its `unread` elements and those that begin with "_", is plainly valid.

    >>> is_plain({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueInteger": 1})
    True
    >>> is_plain({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueInteger": "1"})
    False
    """
    known = _ELEMENTS.get(str(resource.get("resourceType")))
    if known is None:
        return False
    checks, required = known
    try:
        return _is_plain(resource, checks, required, unread)
    except TypeError:
        return False


def _is_plain(
    resource: Mapping[str, Any], checks: Mapping[str, Check], required: frozenset[str], unread: frozenset[str]
) -> bool:
    for name, value in resource.items():
        check = checks.get(name)
        if check is not None:
            if not check(value):
                return False
        elif name not in unread and name != "resourceType" and not name.startswith("_"):
            return False
    return (
        required <= resource.keys()
        and len(_VALUES.intersection(resource)) <= 1
        and not ("effectiveDateTime" in resource and "effectivePeriod" in resource)
    )
