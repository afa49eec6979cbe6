"""One patient to assess: gathered for a hook call, or given without an EHR as a Bundle, an array, NDJSON, one resource
or a whole hook request."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cards.record import record
from service import advice
from service.errors import NotJson, NotUsable, json_type
from service.fhir import bundle
from service.fhir.bundle import Resource
from service.fhir.read import Recall
from service.fhir.write.additions import sent_answers
from service.hooks import catalog
from service.hooks.prefetch import gather
from service.hooks.request import hook_request, is_hook_request, read_json
from service.settings import Settings

if TYPE_CHECKING:
    from cards.assess import Assessment

SEND = "a FHIR Bundle, an array of resources, NDJSON, a resource, or a CDS Hooks request"
_KNOWN_ELSEWHERE = {
    "cards": "a CDS Hooks response",
    "systemActions": "a CDS Hooks response",
    "services": "a discovery document",
    "feedback": "feedback on cards",
    "eligibility": "an assessment",
    "hook": "a CDS Hooks request without context",
    "patientId": "the context of a CDS Hooks request alone",
    "indicator": "a card of a CDS Hooks response",
    "description": "an action of a CDS Hooks response",
}


@record(frozen=True, slots=True)
class Case:
    """draft_orders None: no hook named them; they are looked for among the resources."""

    patient: str = field(repr=False)
    resources: list[Resource] = field(repr=False)
    draft_orders: list[Resource] | None = field(default=None, repr=False)
    other_orders: list[Resource] = field(default_factory=list, repr=False)
    full_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    gaps: tuple[str, ...] = ()
    unreached: frozenset[str] = frozenset()
    as_of: datetime | None = None
    hook: str = "order-sign"
    service_id: str = "tace-order-sign"
    hook_instance: str = "tace-cds-assess"

    def at(self, moment: datetime) -> "Case":
        return replace(self, as_of=moment)


def assess(case: Case, settings: Settings, recall: Recall = lambda read: read()) -> "list[Assessment]":
    return advice.assess_patient(
        case.resources,
        patient=case.patient,
        asked=case.as_of or now(settings),
        settings=settings,
        draft_orders=case.draft_orders,
        other_orders=case.other_orders,
        gaps=case.gaps,
        unreached=case.unreached,
        full_urls=dict(case.full_urls),
        recall=recall,
    )


def now(settings: Settings) -> datetime:
    """The moment asked: now, or in the sandbox the one that was set. The only clock of a request."""
    return settings.moment(settings.as_of) if settings.as_of else datetime.now(UTC)


def cards_of(case: Case, assessments: "Sequence[Assessment]") -> list[dict[str, Any]]:
    return advice.cards_for(assessments, hook=case.hook, service_id=case.service_id, hook_instance=case.hook_instance)


def case_of(value: Any, settings: Settings) -> Case:
    """NotUsable where it is nothing to assess, or more than one patient."""
    if is_hook_request(value):
        return _hook_case(value, settings)
    _refuse_other_json(value)
    resources, full_urls = bundle.flatten(value)
    if not resources and not _is_empty(value):
        raise NotUsable("", "no resource of a patient in it", SEND)
    return Case(_only_patient(resources, full_urls), resources, full_urls=full_urls)


def _hook_case(value: Any, settings: Settings) -> Case:
    """Nothing is fetched: what prefetch lacks is a gap."""
    request = hook_request(value, None, settings)
    gathered = gather(request, catalog.needs(), client=None)
    case = Case(
        request.patient_id,
        [*gathered.resources, *sent_answers(request.answers)],
        request.selected_orders,
        request.other_orders,
        gathered.full_urls,
        gathered.gaps,
        gathered.unreached,
        request.as_of,
        hook_instance=request.hook_instance,
    )
    offered = next((each for each in catalog.SERVICES if each.hook == request.hook), None)
    return replace(case, hook=offered.hook, service_id=offered.id) if offered else case


def _refuse_other_json(value: Any) -> None:
    if isinstance(value, list) or bundle.is_bundle(value) or bundle.is_wrapped(value) or bundle.is_resource(value):
        return
    if not isinstance(value, dict):
        raise NotUsable("", json_type(value), SEND)
    if value.get("resourceType") in bundle.MESSAGES:
        raise NotUsable("", f"{value['resourceType']}, which says nothing of a patient", SEND)
    known = (what for key, what in _KNOWN_ELSEWHERE.items() if key in value)
    raise NotUsable("", next(known, "an object that is neither a resource nor a CDS Hooks request"), SEND)


def _is_empty(value: Any) -> bool:
    """[] or a Bundle without entries: a patient of whom nothing is recorded."""
    return not value or (bundle.is_bundle(value) and not value.get("entry"))


def _only_patient(resources: list[Resource], full_urls: Mapping[str, str]) -> str:
    patients = bundle.patients_of(resources, full_urls)
    if len(patients) > 1:
        raise NotUsable("", f"resources of {len(patients)} patients", "the resources of one patient")
    return patients[0] if patients else ""


def read_case(body: bytes) -> Any:
    """JSON, or one resource a line (NDJSON). NotJson naming the line where it is neither."""
    try:
        return read_json(body)
    except NotJson as problem:
        lines = [(number, line) for number, line in enumerate(body.splitlines(), start=1) if line.strip()]
        if len(lines) < 2 or not _is_object(lines[0][1]):
            raise NotJson("", problem.found, SEND) from None
    return [_line(number, line) for number, line in lines]


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(read_json(line), dict)
    except NotJson:
        return False


def _line(number: int, line: bytes) -> Any:
    try:
        return read_json(line)
    except NotJson:
        raise NotJson(f"line {number}", "no JSON", "one resource a line") from None
