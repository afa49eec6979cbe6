"""The packet as a FHIR document: a Composition of its sections, and the resources of the record that they stand on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from importlib import import_module
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError

from cards.prior_auth.packet import Row, Section
from cards.words import day

Json = dict[str, Any]
_XHTML = "http://www.w3.org/1999/xhtml"
_DEVICE = {
    "resourceType": "Device",
    "id": "tace-cds",
    "deviceName": [{"name": "tace-cds", "type": "user-friendly-name"}],
    "type": {"text": "clinical decision support software"},
}


def document(
    sections: Sequence[Section],
    resources: Iterable[Mapping[str, Any]],
    patient: Mapping[str, Any],
    title: str,
    asked: datetime,
) -> Json:
    """A Bundle of type document. A resource of the record that is not valid FHIR R4 is named in the text and left out."""
    named = {reference: None for section in sections for row in section.rows for reference in row.sources}
    there = {f"{r.get('resourceType')}/{r.get('id')}": dict(r) for r in resources if r.get("id")}
    evidence = {ref: there[ref] for ref in named if ref in there and is_valid(there[ref])}
    subject = f"Patient/{patient['id']}"
    composition = _composition(sections, evidence, subject, title, asked)
    entries = [composition, dict(patient), _DEVICE, *evidence.values()]
    identity = uuid5(NAMESPACE_URL, f"{subject}|{title}|{asked.isoformat()}")
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{identity}"},
        "timestamp": asked.isoformat(timespec="seconds"),
        "entry": [{"fullUrl": _full_url(each), "resource": each} for each in entries],
    }


def _full_url(resource: Mapping[str, Any]) -> str:
    return f"https://tace-cds.example.org/fhir/{resource['resourceType']}/{resource['id']}"


def is_valid(resource: Mapping[str, Any]) -> bool:
    """Whether a resource is valid FHIR R4 as a whole: only such a one is sent on."""
    kind = str(resource.get("resourceType"))
    try:
        model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
        model.model_validate(resource)
    except (ImportError, AttributeError, ValidationError, KeyError, TypeError, RecursionError, ValueError):
        return False
    return True


def _composition(
    sections: Sequence[Section], evidence: Mapping[str, Json], subject: str, title: str, asked: datetime
) -> Json:
    return {
        "resourceType": "Composition",
        "id": "packet",
        "status": "preliminary",
        "type": {"text": "Prior authorization packet"},
        "subject": {"reference": subject},
        "date": asked.isoformat(timespec="seconds"),
        "author": [{"reference": "Device/tace-cds"}],
        "title": f"Prior authorization request: {title}",
        "section": [_section(section, evidence) for section in sections],
    }


def _section(section: Section, evidence: Mapping[str, Json]) -> Json:
    named = dict.fromkeys(ref for row in section.rows for ref in row.sources if ref in evidence)
    rows = "".join(map(_row, section.rows))
    text = {"status": "generated", "div": f'<div xmlns="{_XHTML}"><table><tbody>{rows}</tbody></table></div>'}
    wire: Json = {"title": section.title, "text": text}
    return wire | ({"entry": [{"reference": ref} for ref in named]} if named else {})


def _row(row: Row) -> str:
    when = day(row.when) if row.when is not None else ""
    cells = (row.label, row.value, when, ", ".join(row.sources))
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
