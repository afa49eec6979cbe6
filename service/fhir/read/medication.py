"""Medication resources → systemic therapy given, and anticoagulation."""

from collections.abc import Iterable, Mapping

from cards.facts import Fact, Treatment
from service.fhir.read import codes
from service.fhir.read.codings import as_list, concepts, local, reference, texts
from service.fhir.read.reading import Reading, Resource, name_of, status_of
from service.fhir.read.when import Moment

KINDS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")
# Given into the hepatic artery these are TACE, by vein another cancer's therapy: never systemic therapy of HCC by name.
_INTRA_ARTERIAL = frozenset({"doxorubicin", "epirubicin", "cisplatin", "ethiodized_oil"})
_GIVEN = {
    "MedicationRequest": frozenset({"active", "on-hold", "completed", "stopped"}),
    "MedicationStatement": frozenset({"active", "completed", "on-hold", "stopped"}),
    "MedicationAdministration": frozenset({"in-progress", "completed", "on-hold", "stopped"}),
}
_ACTIVE = frozenset({"active", "in-progress"})
_NOT_ORDERED = frozenset({"proposal", "plan", "option"})


def read_medications(
    resources: Iterable[Resource], reading: Reading, medications: Mapping[str, Resource]
) -> list[Treatment]:
    """Systemic drugs, and an active anticoagulant into the reading's states.

    medications   "Medication/x" → the Medication resource that a medicationReference names
    """
    found: list[Treatment] = []
    for resource in resources:
        drugs, blood_thinners = drugs_of(resource, medications), anticoagulants_of(resource, medications)
        if not drugs and not blood_thinners:
            continue
        status = status_of(resource)
        if status not in _GIVEN[str(resource["resourceType"])] or not reading.is_ours(resource):
            continue
        moment = _when(resource, reading)
        if (moment is not None and reading.clock.is_later(moment)) or resource.get("doNotPerform") is True:
            continue
        if str(resource.get("intent", "")).strip().lower() in _NOT_ORDERED or not reading.valid(resource):
            continue
        when, name = (moment.day if moment is not None else None), name_of(resource)
        active = status in _ACTIVE and resource["resourceType"] != "MedicationAdministration"
        active = active and not _ended(resource, reading)
        found += [Treatment("systemic", drug, when, name, active) for drug in drugs]
        if blood_thinners and active:
            reading.states["anticoagulated"] = Fact(
                "anticoagulated", True, when, name, f"yes ({blood_thinners[0]})", state=True
            )
    return found


def drugs_of(resource: Resource, medications: Mapping[str, Resource]) -> tuple[str, ...]:
    """Systemic drugs of HCC that a medication resource names, by ingredient code or by name."""
    found: list[str] = []
    for concept in _concepts(resource, medications):
        found += [c.removeprefix("drug.") for c in sorted(concepts(concept)) if c.startswith("drug.")]
    found += [drug for text in _texts(resource, medications) for drug in codes.drug_in(text)]
    return tuple(drug for drug in dict.fromkeys(found) if drug not in _INTRA_ARTERIAL)


def anticoagulants_of(resource: Resource, medications: Mapping[str, Resource]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(drug for text in _texts(resource, medications) for drug in codes.anticoagulant_in(text)))


def _concepts(resource: Resource, medications: Mapping[str, Resource]) -> list[object]:
    named = [resource.get("medicationCodeableConcept")]
    held = _medication(resource, medications)
    if held is not None:
        named.append(held.get("code"))
        named += [i.get("itemCodeableConcept") for i in as_list(held.get("ingredient")) if isinstance(i, dict)]
    return [c for c in named if c is not None]


def _texts(resource: Resource, medications: Mapping[str, Resource]) -> list[str]:
    said = [t for c in _concepts(resource, medications) for t in texts(c)]
    ref = resource.get("medicationReference")
    if isinstance(ref, dict) and isinstance(ref.get("display"), str):
        said.append(ref["display"])
    return said


def _medication(resource: Resource, medications: Mapping[str, Resource]) -> Resource | None:
    ref = reference(resource.get("medicationReference"))
    if ref.startswith("#"):
        contained = (c for c in as_list(resource.get("contained")) if isinstance(c, dict))
        return next((c for c in contained if c.get("id") == ref[1:]), None)
    return medications.get(ref) or medications.get(local(ref)) if ref else None


def _when(resource: Resource, reading: Reading) -> Moment | None:
    clock = reading.clock
    for name in ("effectiveDateTime", "authoredOn"):
        moment = clock.moment(resource.get(name))
        if moment is not None:
            return moment
    period = resource.get("effectivePeriod")
    start = clock.moment(period.get("start")) if isinstance(period, dict) else None
    return start or clock.moment(resource.get("dateAsserted"))


def _ended(resource: Resource, reading: Reading) -> bool:
    """A statement whose period is over, whatever its status says."""
    period = resource.get("effectivePeriod")
    end = reading.clock.moment(period.get("end")) if isinstance(period, dict) else None
    return end is not None and end.last_day < reading.clock.today
