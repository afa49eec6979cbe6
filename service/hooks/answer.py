"""One call answered: gathered, assessed (or remembered), written as cards, audited."""

from datetime import datetime
from typing import Any

from flask import g, request

from service import advice
from service.errors import NotUsable
from service.fhir.bundle import Resource
from service.fhir.write.additions import WORKSHEET_LINK, sent_answers, with_answers, with_link
from service.hooks import catalog
from service.hooks.audit import Asked
from service.hooks.body import Opened, whole
from service.hooks.case import Case, assess, now
from service.hooks.prefetch import gather
from service.hooks.recent import Answered
from service.hooks.request import HookRequest, hook_request
from service.hooks.running import Running, running

MOST_DRAFTS, MOST_ORDERS = 500, 25


def cards_for(opened: Opened, service: catalog.Service) -> list[dict[str, Any]]:
    """NotUsable where the body is no request for this service. An order that is not ours is answered before anything is
    read or fetched.
    """
    here = running()
    site = here.site
    asked = hook_request(opened.body, service.hook, site.settings)
    orders = asked.selected_orders
    refuse_too_many(asked)
    if orders is not None and not advice.order_is_ours(orders, None):
        here.metrics.not_ours(service.id)
        return []
    moment = asked.as_of or now(site.settings)
    answered = _answered(asked, opened, orders, moment, service, here)
    if answered is None:
        return cards_for(whole(opened.unread, opened.known_by), service)
    cards = advice.wire(answered.cards(service.hook), service_id=service.id, hook_instance=asked.hook_instance)
    told = Asked(service.id, service.hook, asked.hook_instance, asked.patient_id, site, g.get("began", 0.0))
    cards = with_link(with_answers(cards, asked.answers, asked.patient_id), worksheet_link())
    return here.audit.given(told, answered.assessments, cards)


def _answered(
    asked: HookRequest,
    opened: Opened,
    orders: list[Resource] | None,
    moment: datetime,
    service: catalog.Service,
    here: Running,
) -> Answered | None:
    """What is remembered of the same request, or of the same record; else gathered and assessed. None where that takes the
    record, and it was not read.
    """
    site, recent, others = here.site, here.recent, asked.other_orders
    of, day = f"{site.name} {site.configuration}", site.settings.day_of(moment)
    key = recent.sent(asked, opened, (orders, others), of, day)
    known = recent.known(key, moment)
    if known is not None:
        return known
    if opened.unread:
        return None
    gathered = gather(asked, site.needs, here.client)
    case = Case(
        patient=asked.patient_id,
        resources=[*gathered.resources, *sent_answers(asked.answers)],
        draft_orders=orders,
        other_orders=others,
        full_urls=gathered.full_urls,
        gaps=gathered.gaps,
        unreached=gathered.unreached,
        as_of=moment,
        hook=service.hook,
        service_id=service.id,
        hook_instance=asked.hook_instance,
    )
    if gathered.asked:
        key = recent.gathered(case, of, day)
        known = recent.known(key, moment)
    return known or recent.answered(key, case, lambda recall: assess(case, site.settings, recall))


def refuse_too_many(asked: HookRequest) -> None:
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
        return {"label": WORKSHEET_LINK, "url": f"{request.scheme}://{request.host}/worksheet", "type": "absolute"}
    if settings.smart_client_id and settings.public_url:
        return {"label": WORKSHEET_LINK, "url": f"{settings.public_url.rstrip('/')}/worksheet/launch", "type": "smart"}
    return None
