"""Draft orders → which of them are ours, and what they ask for. Read from plain JSON: real clients omit required elements."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from cards.facts import Order
from service.fhir.read import codes
from service.fhir.read.codings import as_list, codings, concepts, local, reference, segments_in, texts
from service.fhir.read.condition import tumor_kinds_of
from service.fhir.read.medication import drugs_of
from service.fhir.read.procedure import kind_told, lesions_of
from service.fhir.read.reading import Reading, Resource, name_of, status_of
from service.fhir.read.words import approach_in, elsewhere

BILLING_OPTIONS = "ext-billing-options"
_ORDERS = ("ServiceRequest", "MedicationRequest")
_WITHDRAWN = frozenset({"entered-in-error", "revoked", "cancelled", "stopped"})
LABELS = {"tace": "TACE", "tae": "bland embolization", "y90": "Y-90 radioembolization",
          "embolization": "embolization (37243: TACE, bland or Y-90 not told)", "systemic": "systemic therapy"}  # fmt: skip


def kind_of_order(order: Resource, medications: Mapping[str, Resource] | None = None) -> str:
    """tace, tae, y90, embolization (which of them is not told) or systemic; "" for an order that is not ours.

    >>> kind_of_order({"resourceType": "ServiceRequest", "code": {"text": "DEB-TACE segment 8"}})
    'tace'
    """
    if status_of(order) in _WITHDRAWN or order.get("doNotPerform") is True:
        return ""
    kind = order.get("resourceType")
    if kind == "MedicationRequest":
        return "systemic" if drugs_of(order, medications or {}) else ""
    return _embolization(order) if kind == "ServiceRequest" else ""


def _embolization(order: Resource) -> str:
    billing = _billing(order)
    named = _names(order, billing)
    kind = kind_told(_said(order, billing), named, [_details(order)])
    if not kind or elsewhere(f"{named} {_sites(order)}"):
        return ""
    return kind if kind != "embolization" or not _reason_elsewhere(order) else ""


def _said(order: Resource, billing: Sequence[object]) -> set[str]:
    return concepts(order.get("code")).union(*map(concepts, billing))


def _billing(order: Resource) -> list[object]:
    """CPT candidates that CRD carries in the billing-options extension of the code or of one of its codings."""
    code = order.get("code")
    if not isinstance(code, dict):
        return []
    holders = [code, *(c for c in as_list(code.get("coding")) if isinstance(c, dict)), order]
    return [
        e.get("valueCodeableConcept") or {"coding": [e.get("valueCoding")]}
        for holder in holders
        if "extension" in holder
        for e in as_list(holder.get("extension"))
        if isinstance(e, dict) and str(e.get("url", "")).endswith(BILLING_OPTIONS)
    ]


def _names(order: Resource, billing: Sequence[object]) -> str:
    return " ".join(t for concept in (order.get("code"), *billing) for t in texts(concept))


def _sites(order: Resource) -> str:
    return " ".join(t for site in as_list(order.get("bodySite")) for t in texts(site))


def _details(order: Resource) -> str:
    details = [t for d in as_list(order.get("orderDetail")) for t in texts(d)]
    notes = [n["text"] for n in as_list(order.get("note")) if isinstance(n, dict) and isinstance(n.get("text"), str)]
    instruction = order.get("patientInstruction")
    return ". ".join((*details, *notes, *([instruction] if isinstance(instruction, str) else [])))


def _reason_elsewhere(order: Resource) -> bool:
    """A stated reason that names another organ and no liver tumor."""
    reasons = as_list(order.get("reasonCode"))
    said = " ".join(t for r in reasons for t in texts(r))
    return elsewhere(said) and not any(concepts(r) & _LIVER_TUMORS for r in reasons)


_LIVER_TUMORS = frozenset({"tumor.hcc", "tumor.icca", "tumor.liver_metastasis", "tumor.net_liver_metastasis"})


def selected(orders: Sequence[Resource], selections: Sequence[str] | None) -> list[Resource]:
    """The orders that `selections` names, with or without the resource type; all of them where none is named."""
    if not selections:
        return list(orders)
    wanted = {local(s.strip()) for s in selections}
    return [o for o in orders if name_of(o) in wanted or str(o.get("id")) in wanted]


def reasons(orders: Iterable[Resource], reading: Reading) -> list[str]:
    """Conditions and tumor kinds that the orders give as their reason."""
    found: list[str] = []
    for order in orders:
        found += [reading.resolved(reference(r)) for r in as_list(order.get("reasonReference"))]
        found += [kind for r in as_list(order.get("reasonCode")) for kind in tumor_kinds_of(r)]
    return [f for f in found if f]


def read_order(order: Resource, reading: Reading, medications: Mapping[str, Resource]) -> Order | None:
    """One draft order as the core judges it; None where it is not ours."""
    kind = kind_of_order(order, medications)
    if not kind:
        return None
    billing = _billing(order)
    named, sites, details = _names(order, billing), _sites(order), _details(order)
    lesions = _lesions(order, named, reading)
    text = f"{named}. {sites}. {details}"
    return Order(
        reference=name_of(order),
        kind=kind,
        label=LABELS[kind],
        lesions=lesions,
        text=text,
        drugs=drugs_of(order, medications),
        body_site=sites or ", ".join(lesions),
        approach=approach_in(text),
        agent=", ".join(codes.agent_in(text)),
        code="37243" if "proc.embolization_37243" in _said(order, billing) else "",
        subject_matches=reading.names_patient(order),
        authored=_authored(order, reading),
        billing=_billing_codes(order, billing),
    )


def _authored(order: Resource, reading: Reading) -> date | None:
    moment = reading.clock.moment(order.get("authoredOn"))
    return moment.day if moment is not None else None


def _billing_codes(order: Resource, billing: Sequence[object]) -> tuple[str, ...]:
    """The CPT and HCPCS codes an order carries, in its code or as billing options."""
    given = [pair for concept in (order.get("code"), *billing) for pair in codings(concept)]
    return tuple(dict.fromkeys(code.strip() for system, code in given if system in (codes.CPT, codes.HCPCS)))


def _lesions(order: Resource, named: str, reading: Reading) -> tuple[str, ...]:
    """The order's targets: extension or bodySite; else the lesions among its supporting information, else its name's."""
    targets = lesions_of(order, reading)
    if targets:
        return targets
    supporting = (reading.resolved(reference(s)) for s in as_list(order.get("supportingInfo")))
    told = [s for s in supporting if s.startswith("BodyStructure/")]
    return tuple(dict.fromkeys(told)) or segments_in(named)


def is_draft(resource: Mapping[str, Any]) -> bool:
    """A draft order among loose resources (no hook names the orders)."""
    return resource.get("resourceType") in _ORDERS and status_of(resource) == "draft"
