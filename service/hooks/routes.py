"""CDS Hooks over HTTP: discovery and the service call; one short translator per route."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import UnsupportedMediaType

from service import advice
from service.errors import NotKept, NotKnown, NotUsable
from service.fhir.write.additions import WORKSHEET_LINK, sent_answers, with_answers, with_link
from service.hooks import catalog, encoding, feedback, openapi
from service.hooks.audit import Asked
from service.hooks.case import Case, assess, case_of, now
from service.hooks.payer import payer_answer
from service.hooks.prefetch import gather
from service.hooks.recent import Answered, Recent
from service.hooks.request import HookRequest, hook_request, read_json
from service.hooks.running import running
from service.hooks.sheet import worksheet_members
from service.hooks.site import Site
from service.store import StoreDown
from service.store.feedback import keep

MOST_DRAFTS, MOST_ORDERS = 500, 25

hooks = Blueprint("hooks", __name__)


@hooks.get("/openapi.json")
def describe() -> Response:
    return as_json(openapi.document(current_app, running().settings))


@hooks.get("/cds-services")
def discovery() -> Response:
    return as_json(catalog.discovery(running().site.needs, bool(running().site.settings.payer_profile)))


@hooks.post("/cds-services/<service_id>")
def call(service_id: str) -> Response:
    service = catalog.service(service_id, bool(running().site.settings.payer_profile))
    if service is None:
        raise NotKnown
    body = json_body()
    asked = hook_request(body, service.hook, running().site.settings)
    if service.crd:
        _not_too_many(asked)
        return as_json(payer_answer(asked, service, body.get("extension"), running(), g.get("began", 0.0)))
    return as_json({"cards": cards_for(asked, service)})


@hooks.post("/cds-services/<service_id>/feedback", endpoint="feedback")
def take_feedback(service_id: str) -> Response:
    """Answered 200 only once it is kept; the same again is answered alike and kept once."""
    here = running()
    if catalog.service(service_id, bool(here.site.settings.payer_profile)) is None:
        raise NotKnown
    events = feedback.events(json_body(), service_id, here.site.name, comments=here.site.settings.feedback_comments)
    try:
        keep(here.store, events, datetime.now(UTC))
    except StoreDown:
        here.store.lose("feedback", len(events))
        raise NotKept from None
    for each in events:
        here.metrics.feedback(service_id, each.outcome)
    if here.settings.suppress_hours:
        here.writer.wake()
    return as_json({"kept": len(events)})


@hooks.post("/assess")
def assess_body() -> Response:
    settings = running().settings
    if not settings.assess_is_served:
        raise NotKnown
    case = case_of(json_body(), settings)
    found = assess(case, settings)
    if request.args.get("with") == "worksheet":
        return as_json([advice.as_json(each) | worksheet_members(each, case, settings) for each in found])
    assessments = [advice.as_json(each) for each in found]
    return as_json(assessments[0] if len(assessments) == 1 else assessments)


def cards_for(asked: HookRequest, service: catalog.Service) -> list[dict[str, Any]]:
    """An order that is not ours is answered before anything is read or fetched."""
    here, orders = running(), asked.selected_orders
    site = here.site
    _not_too_many(asked)
    if orders is not None and not advice.order_is_ours(orders, None):
        here.metrics.not_ours(service.id)
        return []
    gathered = gather(asked, site.needs, here.client)
    case = Case(
        patient=asked.patient_id,
        resources=[*gathered.resources, *sent_answers(asked.answers)],
        draft_orders=orders,
        other_orders=asked.other_orders,
        full_urls=gathered.full_urls,
        gaps=gathered.gaps,
        unreached=gathered.unreached,
        as_of=asked.as_of,
        hook=service.hook,
        service_id=service.id,
        hook_instance=asked.hook_instance,
    )
    answered = _answered(case, site, here.recent)
    cards = advice.wire(answered.cards(case.hook), service_id=case.service_id, hook_instance=case.hook_instance)
    told = Asked(service.id, service.hook, asked.hook_instance, asked.patient_id, site, g.get("began", 0.0))
    cards = with_link(with_answers(cards, asked.answers, asked.patient_id), worksheet_link())
    return here.audit.given(told, answered.assessments, cards)


def _answered(case: Case, site: Site, recent: Recent) -> Answered:
    asked = case.as_of or now(site.settings)
    case, of = case.at(asked), f"{site.name} {site.configuration}"
    return recent.answered(case, of, site.settings.day_of(asked), lambda: assess(case, site.settings))


def _not_too_many(asked: HookRequest) -> None:
    """Each order is read, and each of ours assessed by itself; nobody signs so many at once."""
    orders = asked.selected_orders or ()
    found = ""
    if len(asked.draft_orders or ()) > MOST_DRAFTS:
        found = f"more than {MOST_DRAFTS} orders"
    elif len(orders) > MOST_ORDERS and sum(advice.order_is_ours([each], None) for each in orders) > MOST_ORDERS:
        found = f"more than {MOST_ORDERS} orders for this service"
    if found:
        raise NotUsable("context.draftOrders", found, "the orders that are signed together")


def worksheet_link() -> dict[str, str] | None:
    """Where a card leads for the rest; the address carries nothing of the patient."""
    settings = running().settings
    if settings.sandbox:
        return {"label": WORKSHEET_LINK, "url": f"{request.host_url}worksheet", "type": "absolute"}
    if settings.smart_client_id and settings.public_url:
        return {"label": WORKSHEET_LINK, "url": f"{settings.public_url.rstrip('/')}/worksheet/launch", "type": "smart"}
    return None


def json_body() -> Any:
    """The parsed body. A missing Content-Type is tolerated, and so is every kind of JSON, old FHIR names included."""
    kind = request.mimetype
    if kind and not (kind.startswith("application/json") or kind.endswith("+json")):
        raise UnsupportedMediaType
    return read_json(encoding.body())


def as_json(body: Mapping[str, Any] | list[Any], content_type: str = "application/json") -> Response:
    return Response(orjson.dumps(body), content_type=content_type)
