"""Resources → a transaction bundle that loads into any FHIR R4 server, in any order and more than once."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from service.fhir.bundle import Resource, reference_to

Json = dict[str, Any]

# What else these need to be FHIR R4; of status unknown, so that nobody takes them for findings
_LEAST: dict[str, Json] = {
    "Encounter": {
        "status": "unknown",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
    },
    "Observation": {"status": "unknown", "code": {"text": "not part of this example"}},
}


def transaction_of(resources: Iterable[Resource]) -> tuple[Json, list[str]]:
    """PUT of every valid resource, and of a bare one for each that is referred to and not there: servers that check
    references refuse the rest otherwise. Refused: names of resources that are not FHIR R4."""
    named = {reference_to(resource): resource for resource in resources if resource.get("id")}
    valid = {name: resource for name, resource in named.items() if _is_r4(resource)}
    missing = sorted({ref for resource in valid.values() for ref in _references(resource)} - valid.keys())
    bare = {ref: made for ref in missing if (made := _bare(ref, valid)) is not None}
    entries = [_put(name, resource) for name, resource in {**bare, **valid}.items()]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}, sorted(named.keys() - valid.keys())


def _put(name: str, resource: Resource) -> Json:
    return {"fullUrl": f"https://tace-cds.example.org/fhir/{name}", "resource": resource,
            "request": {"method": "PUT", "url": name}}  # fmt: skip


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        held = value.get("reference")
        if isinstance(held, str) and held.count("/") == 1:
            yield held
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _references(each)


def _bare(reference: str, valid: dict[str, Resource]) -> Json | None:
    """The least that FHIR R4 allows of a resource that others refer to; None for a type that needs more."""
    kind, identifier = reference.split("/")
    made = {"resourceType": kind, "id": identifier, **_LEAST.get(kind, {})}
    subject = next((name for name in valid if name.startswith("Patient/")), None)
    if kind in _LEAST and subject:
        made["subject"] = {"reference": subject}
    return made if _is_r4(made) else None


def _is_r4(resource: Resource) -> bool:
    kind = str(resource["resourceType"])
    try:
        model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
        model.model_validate(resource)
    except (ModuleNotFoundError, ValueError):  # pydantic's ValidationError is a ValueError
        return False
    return True
