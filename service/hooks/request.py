"""Hook body → HookRequest. Lenient where real clients are, strict with a named path where nothing can be done."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

import orjson

from cards.record import record
from service.errors import NotJson, NotUsable, json_type
from service.fhir import bundle
from service.fhir.bundle import Resource
from service.settings import Settings

ORDER_HOOKS = frozenset({"order-select", "order-sign"})
AS_OF = "tace-cds.as-of"
ANSWERS = "tace-cds.answers"
BOM = b"\xef\xbb\xbf"
LONGEST_ID = 256  # FHIR says 64, a large vendor sends 194
_ORDERS = ("Request", "Order", "Prescription")  # the request resources of R4, and their names before it
_NOT_IN_AN_ID = frozenset("/\\?#&%<>\"'")


@record(frozen=True, slots=True)
class HookRequest:
    """One call. What is about the patient stays out of repr, so that it cannot reach a log.

    fhir_server, token   "" where not given
    draft_orders         None: the hook has none (patient-view)
    companions           what came in draftOrders and is no order, such as the Medication of one
    selections           None: not stated, all orders are meant
    order_urls           full URL of a draft order → "Type/id"
    as_of                only in the sandbox: the moment asked
    answers              a QuestionnaireResponse of the worksheet that is not in the record yet; None where none was sent
    """

    hook: str
    hook_instance: str
    patient_id: str = field(repr=False)
    context: Mapping[str, Any] = field(repr=False)
    prefetch: Mapping[str, Any] = field(repr=False)
    fhir_server: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    user_id: str = field(default="", repr=False)
    encounter_id: str = field(default="", repr=False)
    draft_orders: tuple[Resource, ...] | None = field(default=None, repr=False)
    companions: tuple[Resource, ...] = field(default=(), repr=False)
    selections: tuple[str, ...] | None = field(default=None, repr=False)
    order_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    as_of: datetime | None = None
    answers: Resource | None = field(default=None, repr=False)

    @property
    def selected_orders(self) -> list[Resource] | None:
        """The draft orders that are asked about."""
        if self.draft_orders is None or not self.selections:
            return None if self.draft_orders is None else list(self.draft_orders)
        wanted = {self.order_urls.get(selection, selection) for selection in self.selections}
        return [order for order in self.draft_orders if _is_selected(order, wanted)]

    @property
    def other_orders(self) -> list[Resource]:
        """The draft orders that are not asked about: context (a drug drafted beside the TACE that is selected)."""
        selected = self.selected_orders or []
        return [order for order in self.draft_orders or () if not any(order is asked for asked in selected)]


def read_json(body: bytes) -> Any:
    """JSON by RFC 8259 (no NaN, UTF-8, at most 1024 levels); one byte order mark is tolerated."""
    if not body.strip():
        raise NotJson("", "an empty body", "a CDS Hooks request as JSON")
    try:
        return orjson.loads(body.removeprefix(BOM))
    except orjson.JSONDecodeError as problem:
        raise NotJson("", f"no JSON at line {problem.lineno}, column {problem.colno}", "JSON in UTF-8") from None


def is_hook_request(value: Any) -> bool:
    """A cheap look: is this the body of some hook's call?"""
    return isinstance(value, dict) and "resourceType" not in value and "hook" in value and "context" in value


def hook_request(body: Any, hook: str | None, settings: Settings) -> HookRequest:
    """NotUsable with the path where the body cannot be used for `hook` (None: whatever hook it names)."""
    if not isinstance(body, dict):
        raise NotUsable("", json_type(body), "a CDS Hooks request: an object with hook, hookInstance and context")
    named = _text(body, "hook", hook or "the name of the hook")
    if hook is not None and named != hook:
        raise NotUsable("hook", "another hook's name", f"{hook}, the hook of this service")
    context = _object(body, "context", "an object with patientId")
    drafts, order_urls = _draft_orders(context, required=named in ORDER_HOOKS and hook is not None)
    return HookRequest(
        hook=named,
        hook_instance=_text(body, "hookInstance", "a UUID"),
        patient_id=_patient_id(context),
        context=context,
        prefetch=_object(body, "prefetch", "an object of prefetch keys") if body.get("prefetch") is not None else {},
        fhir_server=_optional_text(body, "fhirServer"),
        token=_token(body),
        user_id=_lenient_text(context.get("userId")),
        encounter_id=_lenient_text(context.get("encounterId")),
        draft_orders=None if drafts is None else tuple(each for each in drafts if _is_order(each)),
        companions=tuple(each for each in drafts or () if not _is_order(each)),
        selections=_selections(context),
        order_urls=order_urls,
        as_of=_as_of(body.get("extension"), settings),
        answers=_answers(body.get("extension")),
    )


def _found(parent: Mapping[str, Any], name: str) -> str:
    return json_type(parent[name]) if name in parent else "nothing"


def _text(parent: Mapping[str, Any], name: str, send: str, within: str = "") -> str:
    value = parent.get(name)
    if not isinstance(value, str) or not value.strip():
        raise NotUsable(within + name, _found(parent, name), send)
    return value.strip()


def _optional_text(parent: Mapping[str, Any], name: str, within: str = "") -> str:
    if parent.get(name) is None or parent[name] == "":
        return ""
    return _text(parent, name, "a text, or leave it out", within)


def _lenient_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _object(parent: Mapping[str, Any], name: str, send: str) -> Mapping[str, Any]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise NotUsable(name, _found(parent, name), send)
    return value


def _patient_id(context: Mapping[str, Any]) -> str:
    stated = _text(context, "patientId", "the id of the patient as text", "context.")
    identifier = bundle.bare_id(stated)
    usable = identifier.strip(".") and len(identifier) <= LONGEST_ID and identifier.isprintable()
    if not usable or " " in identifier or _NOT_IN_AN_ID & set(identifier):
        raise NotUsable("context.patientId", "a text that is no id", "the bare id of the patient")
    return identifier


def _token(body: Mapping[str, Any]) -> str:
    authorization = body.get("fhirAuthorization")
    if authorization is None:
        return ""
    if not isinstance(authorization, dict):
        raise NotUsable("fhirAuthorization", json_type(authorization), "an object with access_token")
    token = _optional_text(authorization, "access_token", "fhirAuthorization.")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise NotUsable("fhirAuthorization.access_token", "a text that is no token", "the bearer token")
    return token


def _draft_orders(context: Mapping[str, Any], *, required: bool) -> tuple[list[Resource] | None, Mapping[str, str]]:
    orders = context.get("draftOrders")
    if orders is None:
        if required:
            raise NotUsable("context.draftOrders", _found(context, "draftOrders"), "a Bundle of the draft orders")
        return None, {}
    if not isinstance(orders, (dict, list)):
        raise NotUsable("context.draftOrders", json_type(orders), "a Bundle of the draft orders")
    kind = orders.get("resourceType") if isinstance(orders, dict) else None
    if kind is not None and kind != "Bundle" and not str(kind).endswith(_ORDERS):
        raise NotUsable("context.draftOrders", "something that is no Bundle", "a Bundle of the draft orders")
    entries = orders.get("entry") if isinstance(orders, dict) else None
    if entries is not None and not isinstance(entries, (dict, list)):
        raise NotUsable("context.draftOrders.entry", json_type(entries), "an array of entries")
    return bundle.flatten(orders)


def _is_order(resource: Resource) -> bool:
    return str(resource["resourceType"]).endswith(_ORDERS)


def _selections(context: Mapping[str, Any]) -> tuple[str, ...] | None:
    stated = context.get("selections")
    if stated is None:
        return None
    if isinstance(stated, str):
        stated = [stated]
    if not isinstance(stated, list):
        raise NotUsable("context.selections", json_type(stated), "an array of references such as ServiceRequest/103")
    return tuple(_references(stated)) or None


def _references(stated: Iterable[Any]) -> Iterable[str]:
    for item in stated:
        reference = item.get("reference") if isinstance(item, dict) else item
        if isinstance(reference, str) and reference.strip():
            yield reference.strip()


def _is_selected(order: Resource, wanted: Iterable[str]) -> bool:
    """By "Type/id", by bare id, by full URL. An order without id cannot be named, so it counts as selected."""
    identifier = order.get("id")
    if not isinstance(identifier, str) or not identifier:
        return True
    kind = str(order.get("resourceType"))
    return any(bundle.bare_id(reference, kind).removeprefix(bundle.URN) == identifier for reference in wanted)


def _answers(extension: Any) -> Resource | None:
    stated = extension.get(ANSWERS) if isinstance(extension, dict) else None
    if stated is not None and (not isinstance(stated, dict) or stated.get("resourceType") != "QuestionnaireResponse"):
        found = "another resource" if isinstance(stated, dict) else json_type(stated)
        raise NotUsable(f"extension.{ANSWERS}", found, "a QuestionnaireResponse, or leave it out")
    return stated


def _as_of(extension: Any, settings: Settings) -> datetime | None:
    stated = extension.get(AS_OF) if isinstance(extension, dict) else None
    if stated is None:
        return None
    path = f"extension.{AS_OF}"
    if not settings.sandbox:
        raise NotUsable(path, "a stated moment", "nothing: this service answers for now; only the sandbox takes one")
    if not isinstance(stated, str):
        raise NotUsable(path, json_type(stated), "a date such as 2026-11-21")
    try:
        return settings.moment(stated.strip())
    except ValueError:
        raise NotUsable(path, "a text that is no date", "a date such as 2026-11-21") from None
