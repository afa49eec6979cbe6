"""Reports and documents of the record by what they are about: evidence for documentation, never for a criterion.

DiagnosticReport by code and category, DocumentReference by type and category; the text is a report's conclusion, a document's
description, and an attachment that is plain text and stands in the resource itself. Nothing is fetched.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import date

from cards.facts import Paper
from cards.markdown import plain
from service.fhir.read.codings import as_list, codings, texts
from service.fhir.read.reading import COUNTED_STATUS, Reading, Resource, name_of, status_of
from service.fhir.read.when import observed

KINDS = ("DiagnosticReport", "DocumentReference")
_LONGEST = 20_000
_MOST = 200
_DOCUMENT_STATUS = frozenset({"current"})
# Type words, in the order in which they are tried: a tumor board's note on imaging is a tumor board's note.
_BY_WORD = (
    ("tumor-board", re.compile(r"tumou?r board|tumou?r conference|multi-?disciplinary|\bMDT\b", re.I)),
    ("mapping", re.compile(r"mapping|shunt|macro-?aggregated|\bMAA\b|hepatic angiogra|pre-?SIRT|pre-?Y-?90", re.I)),
    ("transplant", re.compile(r"transplant", re.I)),
    ("pathology", re.compile(r"patholog|biops|histolog|cytolog", re.I)),
    ("surgery", re.compile(r"surg(?:ery|ical)|hepatobiliary", re.I)),
    ("oncology", re.compile(r"oncolog", re.I)),
    ("imaging", re.compile(r"radiolog|imaging|\bC\.?T\b|\bMRI?\b|\bultraso|\bPET\b|tomograph|magnetic", re.I)),
    ("procedure", re.compile(r"procedure note|operative|operation|intervention", re.I)),
)
_LOINC = "http://loinc.org"
BY_CODE = {
    (_LOINC, "18748-4"): "imaging",
    (_LOINC, "68604-8"): "imaging",
    (_LOINC, "LP29684-5"): "imaging",
    ("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD"): "imaging",
    ("http://terminology.hl7.org/CodeSystem/v2-0074", "IMG"): "imaging",
    (_LOINC, "11526-1"): "pathology",
    (_LOINC, "60567-5"): "pathology",
    (_LOINC, "LP7839-6"): "pathology",
    ("http://terminology.hl7.org/CodeSystem/v2-0074", "SP"): "pathology",
    (_LOINC, "28570-0"): "procedure",
    (_LOINC, "11504-8"): "procedure",
}


def read_papers(resources: Sequence[Resource], reading: Reading) -> tuple[Paper, ...]:
    """Newest first, undated last; laboratory reports and what is not this patient's are left out."""
    found = [paper for resource in resources[:_MOST] if (paper := _paper(resource, reading)) is not None]
    return tuple(sorted(found, key=lambda paper: paper.when or date.min, reverse=True))


def supporting(order: Resource, known: Iterable[Paper], reading: Reading) -> tuple[Paper, ...]:
    """What an order names as supporting information and only describes: its display is all there is to read."""
    there = {paper.evidence for paper in known}
    found = []
    for named in as_list(order.get("supportingInfo")):
        display = named.get("display") if isinstance(named, dict) else None
        ref = named.get("reference") if isinstance(named, dict) else None
        if not isinstance(display, str) or not display.strip():
            continue
        evidence = reading.resolved(ref) if isinstance(ref, str) and ref else name_of(order)
        kind = _kind_by_words(display)
        if kind and evidence not in there:
            found.append(Paper(kind, plain(display)[:120], None, evidence))
    return tuple(found)


def _paper(resource: Resource, reading: Reading) -> Paper | None:
    is_report = resource.get("resourceType") == "DiagnosticReport"
    if status_of(resource) not in (COUNTED_STATUS if is_report else _DOCUMENT_STATUS):
        return None
    kind, label = _kind(resource, is_report)
    if not kind or not reading.is_ours(resource):
        return None
    moment = (observed(resource, reading.clock) if is_report else None) or reading.clock.moment(
        resource.get("issued" if is_report else "date")
    )
    if moment is not None and reading.clock.is_later(moment):
        return None
    when = moment.day if moment is not None else None
    return Paper(kind, label, when, name_of(resource), _text(resource, is_report))


def _kind(resource: Resource, is_report: bool) -> tuple[str, str]:
    """What it is about, and how it is named."""
    main = resource.get("code" if is_report else "type")
    concepts = [main, *as_list(resource.get("category"))]
    description = resource.get("description")
    words = [*texts(main), *([description] if isinstance(description, str) else []), *_titles(resource)]
    label = plain(words[0])[:120] if words else ""
    said = _kind_by_words(" ".join(words))
    if said:
        return said, label
    coded = (BY_CODE[pair] for concept in concepts for pair in codings(concept) if pair in BY_CODE)
    kind = next(coded, "") or _kind_by_words(" ".join(t for c in concepts[1:] for t in texts(c)))
    if not kind and not is_report and words:
        kind = "note"
    return kind, label or kind


def _kind_by_words(words: str) -> str:
    return next((kind for kind, pattern in _BY_WORD if pattern.search(words[:500])), "")


def _attachments(resource: Resource) -> list[dict[str, object]]:
    held = [c.get("attachment") for c in as_list(resource.get("content")) if isinstance(c, dict)]
    held += as_list(resource.get("presentedForm"))
    return [a for a in held if isinstance(a, dict)]


def _titles(resource: Resource) -> list[str]:
    return [title for a in _attachments(resource) if isinstance(title := a.get("title"), str)]


def _text(resource: Resource, is_report: bool) -> str:
    parts = [resource.get("conclusion")] if is_report else [resource.get("description")]
    parts += [_plain_text(attachment) for attachment in _attachments(resource)]
    told = [part.strip() for part in parts if isinstance(part, str) and part.strip()]
    return "\n".join(told)[:_LONGEST]


def _plain_text(attachment: dict[str, object]) -> str:
    """An attachment's text, where it is plain text and stands in the resource itself."""
    data, kind = attachment.get("data"), attachment.get("contentType")
    if not isinstance(data, str) or not isinstance(kind, str) or not kind.startswith("text/plain"):
        return ""
    try:
        return base64.b64decode(data[: 2 * _LONGEST // 4 * 4], validate=True).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return ""
