"""What the fixtures hold, as a FHIR server would: every resource once, by type and id."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from service.fhir import bundle
from service.fhir.bundle import Resource
from service.sandbox.fixtures import examples, stamp

Records = dict[str, dict[str, Resource]]


def resources_of(body: Any) -> list[Resource]:
    """The resources of one hook request: prefetch and draft orders."""
    prefetch = body.get("prefetch") or {}
    found: list[Resource] = []
    for part in (*prefetch.values(), (body.get("context") or {}).get("draftOrders")):
        found += bundle.flatten(part)[0]
    return bundle.without_repetition(found)


def records(folder: Path) -> Records:
    """Type → id → resource, of all fixtures in the folder."""
    return _records(folder, stamp(folder))


@lru_cache(maxsize=2)
def _records(folder: Path, _: tuple[tuple[str, int], ...]) -> Records:
    return by_type(resource for each in examples(folder) for resource in resources_of(each.body()))


def by_type(resources: Iterable[Resource]) -> Records:
    found: Records = {}
    for resource in resources:
        identifier = resource.get("id")
        if isinstance(identifier, str) and identifier:
            found.setdefault(str(resource["resourceType"]), {})[identifier] = resource
    return found
