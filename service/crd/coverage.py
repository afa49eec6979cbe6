"""Which coverages of the patient are this payer's, and active."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from service.crd.profile import Profile
from service.fhir.bundle import bare_id

Resource = Mapping[str, Any]


def matching(resources: Iterable[Resource], profile: Profile, patient: str, today: date) -> tuple[Resource, ...]:
    """Coverages with an id that are active today, of this patient, and of the payer of the profile; each id once."""
    resources = list(resources)
    payers = {f"Organization/{r.get('id')}": r for r in resources if r.get("resourceType") == "Organization"}
    found: dict[str, Resource] = {}
    for resource in resources:
        if resource.get("resourceType") == "Coverage" and isinstance(resource.get("id"), str) and resource["id"]:
            ours = _is_active(resource, today) and _is_of(resource, patient)
            if ours and any(_names(payor, resource, payers, profile) for payor in _payors(resource)):
                found.setdefault(resource["id"], resource)
    return tuple(found.values())


def _is_active(coverage: Resource, today: date) -> bool:
    if str(coverage.get("status")).strip().lower() != "active":
        return False
    period = coverage.get("period")
    start, end = (str(period.get(k) or "")[:10] for k in ("start", "end")) if isinstance(period, dict) else ("", "")
    on = today.isoformat()  # dates of any precision: a month or a year holds to its end
    return (not start or start <= on[: len(start)]) and (not end or on[: len(end)] <= end)


def _is_of(coverage: Resource, patient: str) -> bool:
    stated = coverage.get("beneficiary")
    reference = stated.get("reference") if isinstance(stated, dict) else None
    return isinstance(reference, str) and bare_id(reference) == patient


def _payors(coverage: Resource) -> Iterator[Mapping[str, Any]]:
    stated = coverage.get("payor")
    yield from (each for each in (stated if isinstance(stated, list) else [stated]) if isinstance(each, dict))


def _names(payor: Mapping[str, Any], coverage: Resource, payers: Mapping[str, Resource], profile: Profile) -> bool:
    """By identifier, by reference, or by name: of the reference itself and of the Organization it leads to."""
    reference = payor.get("reference")
    reference = reference.split("/_history/")[0] if isinstance(reference, str) else ""
    local = "/".join(reference.rstrip("/").split("/")[-2:])
    if local in profile.references:
        return True
    organization = payers.get(local) or _contained(coverage, reference)
    said = [payor.get("display"), organization.get("name")]
    if {_plain(each) for each in said if isinstance(each, str)} & {_plain(name) for name in profile.names}:
        return True
    identifiers = [payor.get("identifier"), *(organization.get("identifier") or [])]
    pairs = {(i.get("system"), i.get("value")) for i in identifiers if isinstance(i, dict)}
    return bool(pairs & set(profile.identifiers))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _contained(coverage: Resource, reference: str) -> Resource:
    held = coverage.get("contained")
    inside = held if reference.startswith("#") and isinstance(held, list) else []
    return next((each for each in inside if isinstance(each, dict) and f"#{each.get('id')}" == reference), {})
