"""The moments of a patient's record at which the service would have been asked: orders, and treatments that were done."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cards.facts import Session
from cards.record import record
from service.cohort.patient.known import Resource
from service.fhir.read.codings import as_list, local, reference
from service.fhir.read.order import LABELS, kind_of_order
from service.fhir.read.reading import name_of, status_of
from service.fhir.read.when import Clock, Moment
from service.settings import end_of_day

_NOT_ORDERED = frozenset({"proposal", "plan", "option"})
_ANSWERED_WITHIN_DAYS = 90  # an order is taken for the one of the next treatment of its kind within this time
_TARGET = "http://hl7.org/fhir/StructureDefinition/procedure-targetBodyStructure"
_CPT = {"system": "http://www.ama-assn.org/go/cpt", "code": "37243"}


@record(frozen=True, slots=True)
class Asked:
    """One moment.

    by       "order" or "procedure"
    drafts   the orders as they were drafted; of a treatment, the order it would have needed
    events   the resources that make the moment
    history_without   treatments of that day: what is asked about is not its own history
    counted  False for a treatment whose order was asked about before
    """

    at: datetime
    by: str
    kinds: tuple[str, ...]
    drafts: list[Resource]
    events: tuple[str, ...]
    history_without: frozenset[str] = frozenset()
    counted: bool = True


def moments_of(
    resources: Sequence[Resource],
    sessions: Sequence[Session],
    medications: Mapping[str, Resource],
    clock: Clock,
) -> list[Asked]:
    """Every order and treatment up to the end of the clock, oldest first; undated ones cannot be asked about.

    Orders of one moment were signed together: one call.
    """
    procedures = [r for r in resources if r.get("resourceType") == "Procedure"]
    orders = _orders(resources, procedures, medications, clock)
    asked = [*orders, *_treatments(procedures, sessions, orders, clock)]
    return sorted(asked, key=lambda each: (each.at, each.by, each.events))


def _orders(
    resources: Sequence[Resource], procedures: Sequence[Resource], medications: Mapping[str, Resource], clock: Clock
) -> list[Asked]:
    together: dict[datetime, list[tuple[Moment, str, Resource]]] = {}
    for resource in resources:
        if not _was_ordered(resource):
            continue
        draft = resource | {"status": "draft"}
        kind, moment = kind_of_order(draft, medications), clock.moment(resource.get("authoredOn"))
        if not kind or moment is None or moment.partial or clock.is_later(moment):
            continue
        together.setdefault(_instant(moment, clock), []).append((moment, kind, draft))
    return [
        Asked(
            at,
            "order",
            tuple(kind for _, kind, _ in found),
            [draft for _, _, draft in found],
            tuple(name_of(draft) for _, _, draft in found),
            _of_the_day(procedures, found[0][0], clock),
        )
        for at, found in together.items()
    ]


def _was_ordered(resource: Mapping[str, Any]) -> bool:
    if resource.get("resourceType") not in ("ServiceRequest", "MedicationRequest"):
        return False
    intent = str(resource.get("intent", "")).strip().lower()
    return status_of(resource) != "entered-in-error" and intent not in _NOT_ORDERED


def _instant(moment: Moment, clock: Clock) -> datetime:
    return moment.instant if moment.instant is not None else end_of_day(moment.day, clock.zone)  # type: ignore[arg-type]


def _of_the_day(procedures: Sequence[Resource], moment: Moment, clock: Clock) -> frozenset[str]:
    """Procedures of the day of the moment that are not told to be before it."""
    return frozenset(
        name_of(p)
        for p in procedures
        if (began := _began(p, clock)) is not None and began.day == moment.day and not _is_before(began, moment)
    )


def _began(procedure: Mapping[str, Any], clock: Clock) -> Moment | None:
    period = procedure.get("performedPeriod")
    start = period.get("start") or period.get("end") if isinstance(period, dict) else None
    return clock.moment(procedure.get("performedDateTime")) or clock.moment(start)


def _is_before(one: Moment, other: Moment) -> bool:
    return one.instant is not None and other.instant is not None and one.instant < other.instant


def _treatments(
    procedures: Sequence[Resource], sessions: Sequence[Session], orders: Sequence[Asked], clock: Clock
) -> list[Asked]:
    by_name = {name_of(p): p for p in procedures}
    waiting = [o for o in orders if any(kind != "systemic" for kind in o.kinds)]
    found: list[Asked] = []
    for session in sessions:
        parts = [by_name[name] for name in session.evidence if name in by_name]
        began = min((m for p in parts if (m := _began(p, clock)) is not None), key=lambda m: m.order, default=None)
        if began is None or session.when is None or session.when != session.latest:
            continue
        asked = Asked(
            _instant(began, clock),
            "procedure",
            (session.kind,),
            [_order_for(session, parts)],
            session.evidence,
            _of_the_day(procedures, began, clock),
        )
        order = _order_of(asked, parts, waiting)
        if order is not None:
            waiting.remove(order)
        found.append(replace(asked, counted=order is None))
    return found


def _order_of(treatment: Asked, parts: Sequence[Resource], waiting: Sequence[Asked]) -> Asked | None:
    """The order a treatment fulfils: the one it names, else the last one of the weeks before it."""
    named = {local(reference(b)) for p in parts for b in as_list(p.get("basedOn"))}
    for order in waiting:
        if named & set(order.events):
            return order
    before = [o for o in waiting if 0 <= (treatment.at.date() - o.at.date()).days <= _ANSWERED_WITHIN_DAYS]
    return before[-1] if before and not named else None


def _order_for(session: Session, parts: Sequence[Resource]) -> Resource:
    """The order that a treatment would have needed: its kind and its targets."""
    code = {"coding": [_CPT]} if session.kind == "embolization" else {"text": LABELS[session.kind]}
    structures = [x for x in session.lesions if x.startswith("BodyStructure/")]
    segments = [x for x in session.lesions if x.startswith("segment-")]
    return {
        "resourceType": "ServiceRequest",
        "id": session.evidence[0].rpartition("/")[2],
        "status": "draft",
        "intent": "order",
        "code": code,
        "subject": parts[0].get("subject"),
        "extension": [{"url": _TARGET, "valueReference": {"reference": x}} for x in structures],
        "bodySite": [{"text": x.replace("-", " ")} for x in segments],
    }
