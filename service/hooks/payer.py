"""The call of a CRD service: the order, the record, the coverages; what is answered is made in service/crd."""

from typing import Any

from service import advice
from service.crd.answer import Call, answer
from service.crd.coverage import matching
from service.crd.dispatch import OURS, dispatched, local
from service.crd.options import wanted as wanted_by
from service.errors import NotKnown, NotReached
from service.fhir import bundle
from service.hooks import catalog
from service.hooks.audit import Asked
from service.hooks.case import Case, assess, now
from service.hooks.prefetch import gather
from service.hooks.request import HookRequest
from service.hooks.running import Running


def payer_answer(
    asked: HookRequest, service: catalog.Service, extension: Any, here: Running, began: float
) -> dict[str, Any]:
    """The payer's answer alone; of an order that is dispatched, the order is looked for in the record."""
    site = here.site
    named = dispatched(asked.context) if service.hook == "order-dispatch" else ()
    orders = asked.selected_orders or []
    if not (any(each.startswith(OURS) for each in map(local, named)) or advice.order_is_ours(orders, None)):
        here.metrics.not_ours(service.id)
        return {"cards": []}
    gathered = gather(asked, (*site.needs, *catalog.more_needs(service)), here.client)
    if named:
        wanted = {local(each) for each in named}
        orders = [r for r in gathered.resources if bundle.reference_to(r) in wanted]
        if not orders and "ServiceRequest" in gathered.unreached:
            raise NotReached(("the dispatched order could not be read", *gathered.gaps), ("serviceRequests",))
    case = Case(asked.patient_id, gathered.resources, orders, full_urls=gathered.full_urls, as_of=asked.as_of,
                unreached=gathered.unreached)  # fmt: skip
    assessments = assess(case, site.settings)
    today = (asked.as_of or now(site.settings)).astimezone(site.settings.zone).date()
    profile = advice.payer(site.settings.payer_profile)
    if profile is None:
        raise NotKnown
    covers = matching(gathered.resources, profile, asked.patient_id, today)
    body = answer(
        Call(service.id, asked.hook_instance, wanted_by(extension), profile, covers, tuple(orders), today), assessments
    )
    told = Asked(service.id, service.hook, asked.hook_instance, asked.patient_id, site, began)
    cards = here.audit.given(told, assessments, body["cards"])
    return {"cards": []} if told.shadow else body | {"cards": cards}
