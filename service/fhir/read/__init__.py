"""FHIR R4 → PatientFacts. Candidates are picked from plain JSON by code; only what becomes evidence is validated."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from cards.facts import FACTS, PatientFacts
from service.fhir.read.codings import code_word, local, segment
from service.fhir.read.condition import read_conditions
from service.fhir.read.local_codes import LocalCodes
from service.fhir.read.medication import KINDS as MEDICATIONS
from service.fhir.read.medication import read_medications
from service.fhir.read.observation import Observed, Recall, read_observations
from service.fhir.read.observation.candidate import Candidate, dated, facts_of, report_dates
from service.fhir.read.observation.state import one_series
from service.fhir.read.order import is_draft, read_order, reasons
from service.fhir.read.paper import KINDS as PAPERS
from service.fhir.read.paper import read_papers, supporting
from service.fhir.read.procedure import read_procedures
from service.fhir.read.questionnaire_response import answers, answers_in_words, ordered_told, sessions_told, tumor_told
from service.fhir.read.reading import (
    COUNTED_STATUS,
    NEVER_STATUS,
    PRELIMINARY_STATUS,
    Reading,
    Resource,
    name_of,
    status_of,
)
from service.fhir.read.validate import warm_up
from service.fhir.read.when import Clock, Moment
from service.fhir.read.when import observed as observed_on

__all__ = ["Recall", "read_facts", "warm_up"]


def read_facts(
    resources: Sequence[Resource],
    *,
    patient: str,
    asked: datetime,
    zone: tzinfo,
    draft_orders: Sequence[Resource] | None = None,
    local_codes: LocalCodes | None = None,
    gaps: Sequence[str] = (),
    unreached: Collection[str] = (),
    full_urls: Mapping[str, str] | None = None,
    recall: Recall = lambda read: read(),
) -> PatientFacts:
    """Everything this service uses of one patient's record.

    resources     plain JSON, in any order; those of another patient are reported and not used
    patient       the bare id; "" where none is known
    asked         aware; nothing later is used
    draft_orders  the orders of the hook; None: draft orders among the resources
    gaps          what could not be fetched, in words; unreached: the resource types of it
    recall        where the Observations of the same record may have been read before
    """
    reading = Reading(Clock(asked, zone), patient.removeprefix("Patient/"), full_urls or {}, local_codes)
    by_kind = _by_kind(resources)
    reading.has_procedures = bool(by_kind.get("Procedure"))
    drafts = list(draft_orders) if draft_orders is not None else _drafts(by_kind)
    medications = _medications(by_kind.get("Medication", ()), reading)
    orders = tuple(o for d in drafts if (o := read_order(d, reading, medications)) is not None)
    orders = ordered_told(orders, drafts, by_kind.get("QuestionnaireResponse", ()), reading)
    tumor = read_conditions(_once(by_kind.get("Condition", ()), reading.clock), reading, reasons(drafts, reading))
    if not tumor.stated:
        tumor = tumor_told(by_kind.get("QuestionnaireResponse", ()), reading) or tumor
    observed = recall(lambda: _observations(by_kind, reading.apart()))
    reading.take(observed.series, observed.refused, observed.unusable)
    responses = _once(by_kind.get("QuestionnaireResponse", ()), reading.clock)
    told = sessions_told(responses, reading)
    procedures = _once([*by_kind.get("Procedure", ()), *told], reading.clock)
    sessions, treatments = read_procedures(procedures, reading, observed.notes, tumor.stated)
    ordered = {name_of(d) for d in drafts if d.get("id")}
    given = [m for kind in MEDICATIONS for m in by_kind.get(kind, ()) if m not in drafts and name_of(m) not in ordered]
    treatments += read_medications(_once(given, reading.clock), reading, medications)
    papers = read_papers(_once([r for kind in PAPERS for r in by_kind.get(kind, ())], reading.clock), reading)
    papers += tuple(p for d in drafts for p in supporting(d, papers, reading))
    papers += answers_in_words(responses, reading)
    sex, birth_date = _patient(by_kind, reading)
    reading.remarks += _older_fhir(by_kind)
    return PatientFacts(
        patient=f"Patient/{reading.patient}" if reading.patient else "",
        sex=sex,
        birth_date=birth_date,
        tumor=tumor,
        series={name: one_series(FACTS[name], found) for name, found in reading.series.items()},
        states=reading.states,
        refused=reading.refused,
        sizes=observed.sizes,
        viable_sizes=observed.viable_sizes,
        sessions=tuple(sessions),
        responses=tuple(sorted(observed.responses, key=lambda r: r.when or date.max)),
        treatments=tuple(treatments),
        segments=_segments(by_kind.get("BodyStructure", ())),
        orders=orders,
        papers=papers,
        unusable=reading.unusables(),
        remarks=tuple(dict.fromkeys(reading.remarks)),
        gaps=tuple(gaps),
        unreached=frozenset(unreached),
        awaits=reading.clock.saw_later,
    )


def _by_kind(resources: Sequence[Resource]) -> dict[str, list[Resource]]:
    kinds: dict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        kind = resource.get("resourceType")
        if isinstance(kind, str):
            kinds[kind].append(resource)
    return kinds


def _drafts(by_kind: Mapping[str, list[Resource]]) -> list[Resource]:
    return [o for kind in ("ServiceRequest", "MedicationRequest") for o in by_kind.get(kind, ()) if is_draft(o)]


def _once(resources: Sequence[Resource], clock: Clock) -> list[Resource]:
    """Each resource once: of several versions of one id the latest; where that is not told, the withdrawn one."""
    named = {name for resource in resources if isinstance(name := resource.get("id"), str)}
    if len(named) == len(resources):
        return list(resources)
    kept: dict[str, Resource] = {}
    for place, resource in enumerate(resources):
        name = name_of(resource) if resource.get("id") else f"#{place}"
        earlier = kept.get(name)
        if earlier is None or _version(resource, clock) > _version(earlier, clock):
            kept[name] = resource
    return list(kept.values())


def _version(resource: Resource, clock: Clock) -> tuple[float, int, bool]:
    meta = resource.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    updated = clock.moment(meta.get("lastUpdated"))
    number = str(meta.get("versionId", ""))
    withdrawn = "entered-in-error" in (status_of(resource), code_word(resource.get("verificationStatus")))
    return (
        updated.instant.timestamp() if updated is not None and updated.instant is not None else 0.0,
        int(number) if number.isdecimal() and len(number) < 10 else 0,
        withdrawn,
    )


def _medications(resources: Sequence[Resource], reading: Reading) -> dict[str, Resource]:
    """Medication resources by "Medication/x" and by their full URLs."""
    named = {name_of(m): m for m in resources}
    return named | {url: named[name] for url, name in reading.full_urls.items() if name in named}


def _observations(by_kind: Mapping[str, list[Resource]], reading: Reading) -> Observed:
    return read_observations(_candidates(by_kind, reading), reading)


def _candidates(by_kind: Mapping[str, list[Resource]], reading: Reading) -> dict[str, list[Candidate]]:
    """Fact → the Observations (and questionnaire answers) that may tell it."""
    found: dict[str, list[Candidate]] = defaultdict(list)
    reports: dict[str, Moment] | None = None
    responses = _once(by_kind.get("QuestionnaireResponse", ()), reading.clock)
    observations = _once([*by_kind.get("Observation", ()), *answers(responses, reading)], reading.clock)
    for resource in observations:
        status = status_of(resource)
        if status in NEVER_STATUS or not reading.has_code(resource):
            continue
        told = facts_of(resource, reading)
        if not told:
            continue
        if status not in COUNTED_STATUS and status not in PRELIMINARY_STATUS:
            reading.reject(resource, "its status is missing or none of FHIR R4", told[0][0])
            continue
        when = observed_on(resource, reading.clock)
        if when is None:
            if reports is None:
                reports = report_dates(by_kind.get("DiagnosticReport", ()), observations, reading)
            when = dated(resource, reading, reports)
        preliminary = status in PRELIMINARY_STATUS
        for fact, entry, measured in told:
            found[fact].append(Candidate(resource, when, preliminary, entry, measured))
    return found


_OLDER_KINDS = ("MedicationOrder", "DiagnosticOrder", "ProcedureRequest", "ReferralRequest")


def _older_fhir(by_kind: Mapping[str, list[Resource]]) -> list[str]:
    """DSTU2 and STU3 wrote a Condition's status as a string, and had kinds that R4 has not."""
    conditions = by_kind.get("Condition", ())
    old = any(isinstance(c.get(name), str) for c in conditions for name in ("clinicalStatus", "verificationStatus"))
    if not old and not any(kind in by_kind for kind in _OLDER_KINDS):
        return []
    return ["part of the record is in FHIR DSTU2 or STU3: this service reads R4, and what differs is left out"]


def _segments(structures: Sequence[Resource]) -> dict[str, str]:
    """BodyStructure → the Couinaud segment it lies in, where one is told."""
    located = ((name_of(s), segment(s.get("location"))) for s in structures)
    return {name: place for name, place in located if place}


def _patient(by_kind: Mapping[str, list[Resource]], reading: Reading) -> tuple[str, date | None]:
    """Recorded sex and birth date; "" and None where the Patient is not there or not usable."""
    for patient in by_kind.get("Patient", ()):
        if reading.patient and local(name_of(patient)) != f"Patient/{reading.patient}":
            reading.reject(patient, "it is another patient than the one asked for")
            continue
        if not reading.valid(patient):
            continue
        gender: Any = patient.get("gender")
        born = reading.clock.moment(patient.get("birthDate"))
        sex = gender.strip().lower() if isinstance(gender, str) else ""
        return (sex if sex in ("male", "female") else ""), (born.day if born is not None and not born.partial else None)
    return "", None
