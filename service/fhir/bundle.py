"""Bundles, arrays and wrapped values → the resources in them, in order, with what their full URLs stand for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

Resource = dict[str, Any]

FEW = 8  # versions of one resource that are compared one by one; a thousand of them would take minutes
DEEPEST = 20  # Bundles in Bundles; real ones have one level, a batch response two
MESSAGES = frozenset({"OperationOutcome", "Parameters"})  # say something about the call, nothing about the patient
_NO_RESOURCE = MESSAGES | {"", "Bundle"}
_LOOKED_INTO = _NO_RESOURCE | {"DiagnosticReport"}
URN = "urn:uuid:"
_ITEM_KEYS = frozenset({"resource", "response", "fullUrl", "search", "request", "link", "id", "extension"})
_WHEN = ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming")


def flatten(value: Any) -> tuple[list[Resource], dict[str, str]]:
    """All resources of a Bundle of any type, an array, one resource or a wrapped value; full URL → "Type/id".

    A resource without id takes that of its full URL, in a copy. OperationOutcome, Parameters and what is no resource
    are left out. Contained resources stay where they are, but for the Observations of a DiagnosticReport.
    """
    resources, full_urls = collected(value)
    return without_repetition(resources), full_urls


def collected(value: Any) -> tuple[list[Resource], dict[str, str]]:
    """As `flatten`, but what is sent twice stays twice."""
    resources: list[Resource] = []
    full_urls: dict[str, str] = {}
    _collect(value, "", 0, resources, full_urls)
    return resources, full_urls


def _collect(found: Any, full_url: str, depth: int, resources: list[Resource], full_urls: dict[str, str]) -> None:
    if is_resource(found):
        resource = _with_id(found, full_url) if full_url else found
        if full_url and "id" in resource:
            full_urls[full_url] = reference_to(resource)
        resources.append(resource)
        if found["resourceType"] == "DiagnosticReport":
            resources.extend(_contained_results(resource))
    elif depth < DEEPEST:
        for item, url in _inside(found):
            kind = item.get("resourceType") if isinstance(item, dict) else None
            if not url and isinstance(kind, str) and kind not in _LOOKED_INTO:
                resources.append(item)
            else:
                _collect(item, url, depth + 1, resources, full_urls)


def without_repetition(resources: Iterable[Resource]) -> list[Resource]:
    """The same resource sent under two keys or on two pages is one; two versions of it stay two."""
    found = list(resources)
    if len({f"{resource['resourceType']}/{resource.get('id')}" for resource in found}) == len(found):
        return found
    first: dict[tuple[Any, str], Resource] = {}
    versions: dict[tuple[Any, str], _Versions] = {}
    once: list[Resource] = []
    for resource in found:
        identifier = resource.get("id")
        if isinstance(identifier, str) and identifier:
            name = (resource["resourceType"], identifier)
            earlier = first.get(name)
            if earlier is None:
                first[name] = resource
            elif not versions.setdefault(name, _Versions([earlier])).is_new(resource):
                continue
        once.append(resource)
    return once


@dataclass(slots=True)
class _Versions:
    """What came under one name: the first few to be compared one by one, of all others the digests."""

    few: list[Resource]
    others: set[bytes] = field(default_factory=set)

    def is_new(self, resource: Resource) -> bool:
        """Whether it is new; then it is remembered."""
        if resource in self.few:
            return False
        if len(self.few) < FEW:
            self.few.append(resource)
            return True
        content = _content(resource)
        is_new = content not in self.others
        self.others.add(content)
        return is_new


def _content(resource: Resource) -> bytes:
    return sha256(orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)).digest()


def is_resource(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    kind = value.get("resourceType")
    return isinstance(kind, str) and kind not in _NO_RESOURCE


def is_bundle(value: Any) -> bool:
    """A Bundle; a resourceType that is missing is tolerated where there are entries."""
    if not isinstance(value, dict):
        return False
    return _kind(value) == "Bundle" or ("resourceType" not in value and "entry" in value)


def is_wrapped(value: Any) -> bool:
    """{"response": …, "resource": …}: an entry, or a prefetch value as some clients send it."""
    return (
        isinstance(value, dict)
        and "resourceType" not in value
        and ("resource" in value or "response" in value)
        and value.keys() <= _ITEM_KEYS
    )


def reference_to(resource: Mapping[str, Any]) -> str:
    """ "Type/id"; only the type where there is no id."""
    identifier = resource.get("id")
    kind = str(resource.get("resourceType", ""))
    return f"{kind}/{identifier}" if isinstance(identifier, str) and identifier else kind


def next_link(bundle: Any) -> str:
    """The address of the next page, or ""."""
    links = bundle.get("link") if isinstance(bundle, dict) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return ""


def bare_id(reference: str, kind: str = "Patient") -> str:
    """The id in "Patient/123", in ".../Patient/123/_history/1" and in "123"; "" where another type is named."""
    parts = reference.strip().split("/_history/")[0].rstrip("/").split("/")
    if len(parts) == 1:
        return parts[0]
    return parts[-1] if parts[-2] == kind else ""


def patients_of(resources: Iterable[Resource], full_urls: Mapping[str, str]) -> list[str]:
    """Ids of the Patient resources; where there is none, of the patients the other resources are about."""
    resources = list(resources)
    there = _unique(str(r["id"]) for r in resources if _kind(r) == "Patient" and r.get("id"))
    return there or _unique(_subject(resource, full_urls) for resource in resources)


def _subject(resource: Resource, full_urls: Mapping[str, str]) -> str:
    for name in ("subject", "patient", "beneficiary"):
        stated = resource.get(name)
        reference = stated.get("reference") if isinstance(stated, dict) else None
        if isinstance(reference, str):
            return bare_id(full_urls.get(reference, reference)).removeprefix(URN)
    return ""


def _unique(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word]


def _kind(value: Mapping[str, Any]) -> str:
    kind = value.get("resourceType")
    return kind if isinstance(kind, str) else ""


def _inside(value: Any) -> list[tuple[Any, str]]:
    """What a container holds, each with its full URL; nothing where the value is no container."""
    if isinstance(value, list):
        return [(item, "") for item in value]
    if is_bundle(value):
        entries = value.get("entry")
        entries = [entries] if isinstance(entries, dict) else entries
        return [*map(_entry, entries)] if isinstance(entries, list) else []
    if is_wrapped(value):
        return [_entry(value)]
    return []


def _entry(entry: Any) -> tuple[Any, str]:
    if not isinstance(entry, dict):
        return None, ""
    if "resourceType" in entry:  # a resource directly in the array of entries
        return entry, ""
    url = entry.get("fullUrl")
    return entry.get("resource"), url if isinstance(url, str) else ""


def _with_id(resource: Resource, full_url: str) -> Resource:
    if resource.get("id"):
        return resource
    if full_url.lower().startswith(URN):
        return {**resource, "id": full_url[len(URN) :]}
    identifier = bare_id(full_url, _kind(resource)) if "/" in full_url else ""
    return {**resource, "id": identifier} if identifier else resource


def _contained_results(report: Resource) -> Iterator[Resource]:
    """Observations inside a DiagnosticReport, with the patient and the time of the report where they state none."""
    contained = report.get("contained")
    for part in contained if isinstance(contained, list) else ():
        if isinstance(part, dict) and _kind(part) == "Observation":
            yield _own_context(part) | {"id": _contained_id(report, part)} | _inherited(report, part)


def _own_context(part: Resource) -> Resource:
    return {name: value for name, value in part.items() if value is not None}


def _contained_id(report: Resource, part: Resource) -> str:
    return f"{report.get('id', 'report')}.{str(part.get('id', 'result')).removeprefix('#')}"


def _inherited(report: Resource, part: Resource) -> Resource:
    context = {name: report[name] for name in ("subject",) if name in report and name not in part}
    if any(name in part for name in _WHEN):
        return context
    dated = {name: report[name] for name in _WHEN if name in report}
    if not dated and "issued" in report and "issued" not in part:
        dated = {"issued": report["issued"]}
    return context | dated
