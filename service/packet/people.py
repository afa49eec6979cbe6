"""Who a packet is about and from: read from plain JSON, as far as it is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from cards.markdown import plain
from cards.record import record

Resource = Mapping[str, Any]
_SHORT = 120


@record(frozen=True, slots=True)
class People:
    """Each "" where it is not told."""

    name: str = ""
    born: str = ""
    sex: str = ""
    record_number: str = ""
    member: str = ""
    payer: str = ""
    requester: str = ""


def people(resources: Iterable[Resource], patient: str, order: Resource | None, payer: str) -> People:
    """The patient of the assessment, the member's coverage, and who ordered."""
    resources = list(resources)
    person = next((r for r in resources if _kind(r) == "Patient" and f"Patient/{r.get('id')}" == patient), {})
    covers = [r for r in resources if _kind(r) == "Coverage" and _reference(r.get("beneficiary")).endswith(patient)]
    coverage = covers[0] if covers else {}
    return People(
        name=_name(person),
        born=_text(person.get("birthDate")),
        sex=_text(person.get("gender")),
        record_number=_identifier(person),
        member=_text(coverage.get("subscriberId")) or _identifier(coverage),
        payer=payer or _display(_first(coverage.get("payor"))),
        requester=_display((order or {}).get("requester")),
    )


def _kind(resource: Resource) -> str:
    return str(resource.get("resourceType"))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    return plain(value)[:_SHORT] if isinstance(value, str) else ""


def _reference(value: Any) -> str:
    return _text(value.get("reference")) if isinstance(value, dict) else ""


def _display(value: Any) -> str:
    return _text(value.get("display")) if isinstance(value, dict) else ""


def _identifier(resource: Resource) -> str:
    found = _first(resource.get("identifier"))
    return _text(found.get("value")) if isinstance(found, dict) else ""


def _name(person: Resource) -> str:
    name = _first(person.get("name"))
    if not isinstance(name, dict):
        return ""
    if isinstance(name.get("text"), str):
        return _text(name["text"])
    given = name.get("given")
    parts = [*(given if isinstance(given, list) else []), name.get("family")]
    return " ".join(part for part in map(_text, parts) if part)
