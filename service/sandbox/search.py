"""FHIR search over resources in memory: the parameters that prefetch templates and the public sandbox use."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from cards.record import record
from service.fhir.bundle import Resource, bare_id

Test = Callable[[Resource, str], bool]
COMMON = ("_id", "patient", "subject", "code", "category", "date", "status")
CONTROL = ("_count", "_sort", "_offset")
PAGE = 50
LARGEST_PAGE = 1000
_PREFIX = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4}.*)")
_WHEN = (
    "effectiveDateTime", "effectivePeriod", "effectiveInstant", "performedDateTime", "performedPeriod", "authoredOn",
    "authored", "recordedDate", "onsetDateTime", "dateAsserted", "issued", "occurrenceDateTime", "birthDate",
)  # fmt: skip
_FORMS = ("%Y", "%Y-%m", "%Y-%m-%d")


class NotSearchable(Exception):
    """A parameter with a value that cannot be read; names the parameter."""

    def __init__(self, parameter: str, send: str) -> None:
        self.parameter, self.send = parameter, send
        super().__init__(parameter)


@record(frozen=True, slots=True)
class Found:
    """One page. used: the parameters that were understood, as the self link repeats them; following: next offset."""

    total: int
    page: tuple[Resource, ...]
    used: tuple[tuple[str, str], ...]
    following: int | None


def search(resources: Iterable[Resource], parameters: Sequence[tuple[str, str]]) -> Found:
    """The page that the parameters ask for. Parameters of one name are all to hold, values after commas any of them.

    Unknown parameters are left out, as FHIR allows, and do not stand in `used`. NotSearchable for a value that is none.
    """
    used = tuple((name, value) for name, value in parameters if name in TESTS or name in CONTROL)
    found = [each for each in resources if all(_any(name, value, each) for name, value in used if name in TESTS)]
    control = dict(used)
    found = _sorted(found, control.get("_sort", ""))
    start = _number("_offset", control.get("_offset", "0"))
    size = min(_number("_count", control.get("_count", str(PAGE))), LARGEST_PAGE)
    following = start + size if size and start + size < len(found) else None
    return Found(len(found), tuple(found[start : start + size]), used, following)


def _any(name: str, value: str, resource: Resource) -> bool:
    return any(TESTS[name](resource, each.replace("\\,", ",")) for each in re.split(r"(?<!\\),", value) if each)


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdecimal() or len(value) > 9:
        raise NotSearchable(name, "a whole number")
    return int(value)


def _sorted(found: list[Resource], keys: str) -> list[Resource]:
    for key in reversed([each for each in keys.split(",") if each]):
        name = key.removeprefix("-")
        if name == "_id":
            found.sort(key=lambda resource: str(resource["id"]), reverse=key != name)
        elif name in ("date", "_lastUpdated", *DATES):
            # what has no date comes last, whichever way is asked
            dated = [each for each in found if _span(each) is not None]
            dated.sort(key=_start, reverse=key != name)
            found = dated + [each for each in found if _span(each) is None]
        else:
            raise NotSearchable("_sort", "date or _id, with - before it for newest first")
    return found


def _start(resource: Resource) -> datetime:
    span = _span(resource)
    return span[0] if span else datetime.min.replace(tzinfo=UTC)


def _is(resource: Resource, value: str) -> bool:
    return str(resource["id"]) == value


def _patient(resource: Resource, value: str) -> bool:
    wanted = bare_id(value)
    if resource["resourceType"] == "Patient":
        return bool(wanted) and resource["id"] == wanted
    for name in ("subject", "patient", "beneficiary"):
        stated = resource.get(name)
        if isinstance(stated, dict) and isinstance(stated.get("reference"), str):
            return bool(wanted) and bare_id(stated["reference"]) == wanted
    return False


def _codings(resource: Resource, *names: str) -> Iterator[tuple[str, str]]:
    for name in names:
        held = resource.get(name)
        for concept in held if isinstance(held, list) else [held]:
            if isinstance(concept, str):
                yield "", concept
            for coding in (concept.get("coding") or ()) if isinstance(concept, dict) else ():
                if isinstance(coding, dict):
                    yield str(coding.get("system", "")), str(coding.get("code", ""))


def _token(*names: str) -> Test:
    """ "code", "system|code", "|code" (no system) or "system|" (any code of it)."""

    def test(resource: Resource, value: str) -> bool:
        system, bar, code = value.rpartition("|")
        return any(
            (not code or found == code) and (not bar or stated == system)
            for stated, found in _codings(resource, *names)
        )

    return test


def _family(resource: Resource, value: str) -> bool:
    names = resource.get("name")
    words = [str(w) for n in (names if isinstance(names, list) else ()) if isinstance(n, dict)
             for w in (n.get("family", ""), *(n.get("given") or ()), n.get("text", ""))]  # fmt: skip
    return any(word.lower().startswith(value.lower()) for word in words if word)


def _identifier(resource: Resource, value: str) -> bool:
    system, bar, wanted = value.rpartition("|")
    held = resource.get("identifier")
    return any(
        each.get("value") == wanted and (not bar or each.get("system") == system)
        for each in (held if isinstance(held, list) else ())
        if isinstance(each, dict)
    )


def _date(name: str) -> Test:
    def test(resource: Resource, value: str) -> bool:
        read = _PREFIX.fullmatch(value)
        wanted = _moment(read[2]) if read else None
        if read is None or wanted is None:
            raise NotSearchable(name, "a date such as ge2026-01-31")
        span = _span(resource)
        return span is not None and _COMPARED[read[1] or "eq"](span, wanted)

    return test


Span = tuple[datetime, datetime]
_COMPARED: Mapping[str, Callable[[Span, Span], bool]] = {
    "eq": lambda held, asked: asked[0] <= held[0] and held[1] <= asked[1],
    "ne": lambda held, asked: not (asked[0] <= held[0] and held[1] <= asked[1]),
    "gt": lambda held, asked: held[1] > asked[1],
    "lt": lambda held, asked: held[0] < asked[0],
    "ge": lambda held, asked: held[1] > asked[0],
    "le": lambda held, asked: held[0] < asked[1],
    "sa": lambda held, asked: held[0] >= asked[1],
    "eb": lambda held, asked: held[1] <= asked[0],
    "ap": lambda held, asked: held[0] < asked[1] and held[1] > asked[0],
}


def _span(resource: Resource) -> Span | None:
    """From when to before when the resource's first stated time lies."""
    for name in _WHEN:
        stated = resource.get(name)
        if isinstance(stated, dict):
            ends = [_moment(str(stated[end])) for end in ("start", "end") if stated.get(end)]
            known = [end for end in ends if end is not None]
            if known:
                return known[0][0], known[-1][1]
        elif isinstance(stated, str) and (span := _moment(stated)) is not None:
            return span
    return None


def _moment(text: str) -> Span | None:
    """A FHIR date of any precision as from–before; without a time zone it is UTC."""
    for form in _FORMS:
        try:
            start = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return start, _after(start, form)
    try:
        exact = datetime.fromisoformat(text)
    except ValueError:
        return None
    exact = exact if exact.tzinfo else exact.replace(tzinfo=UTC)
    return exact, exact + timedelta(seconds=1)


def _after(start: datetime, form: str) -> datetime:
    if form == "%Y":
        return start.replace(year=start.year + 1)
    if form == "%Y-%m":
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=1)


DATES = ("date", "authored", "authoredon", "recorded-date", "onset-date", "effective", "performed", "birthdate")
TESTS: Mapping[str, Test] = {
    "_id": _is,
    "patient": _patient,
    "subject": _patient,
    "code": _token("code", "medicationCodeableConcept"),
    "category": _token("category"),
    "status": _token("status", "clinicalStatus"),
    "clinical-status": _token("clinicalStatus"),
    "verification-status": _token("verificationStatus"),
    "name": _family,
    "identifier": _identifier,
    **{name: _date(name) for name in DATES},
}
