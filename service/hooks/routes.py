"""CDS Hooks over HTTP: discovery and the service call; one short translator per route."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import UnsupportedMediaType

from service import advice
from service.errors import NotKept, NotKnown
from service.hooks import catalog, encoding, feedback, openapi
from service.hooks.answer import cards_for, refuse_too_many
from service.hooks.case import assess, case_of
from service.hooks.payer import payer_answer
from service.hooks.request import hook_request, read_json
from service.hooks.running import running
from service.hooks.sheet import worksheet_members
from service.store import StoreDown
from service.store.feedback import keep

hooks = Blueprint("hooks", __name__)


@hooks.get("/openapi.json")
def describe() -> Response:
    return as_json(openapi.document(current_app, running().settings))


@hooks.get("/cds-services")
def discovery() -> Response:
    return as_json(catalog.discovery(running().site.needs, bool(running().site.settings.payer_profile)))


@hooks.post("/cds-services/<service_id>")
def call(service_id: str) -> Response:
    here = running()
    settings = here.site.settings
    service = catalog.service(service_id, bool(settings.payer_profile))
    if service is None:
        raise NotKnown
    if service.crd:
        body = json_body()
        asked = hook_request(body, service.hook, settings)
        refuse_too_many(asked)
        return as_json(payer_answer(asked, service, body.get("extension"), here, g.get("began", 0.0)))
    return as_json({"cards": cards_for(here.recent.opened(sent_body()), service)})


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


def json_body() -> Any:
    return read_json(sent_body())


def sent_body() -> bytes:
    """The body of a call. A missing Content-Type is tolerated, and so is every kind of JSON, old FHIR names included."""
    kind = request.mimetype
    if kind and not (kind.startswith("application/json") or kind.endswith("+json")):
        raise UnsupportedMediaType
    return encoding.body()


def as_json(body: Mapping[str, Any] | list[Any], content_type: str = "application/json") -> Response:
    return Response(orjson.dumps(body), content_type=content_type)
