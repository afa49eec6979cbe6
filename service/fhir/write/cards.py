"""Cards as CDS Hooks wants them: derived uuids, suggestions with FHIR resources, nothing null and nothing empty."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cards.card import Card, Suggestion
from cards.facts import FACTS
from cards.questions import question
from cards.sources import SOURCES
from service.fhir.read import codes

CARD_TYPES = "http://terminology.hl7.org/CodeSystem/cdshooks-card-type"
CARD_TYPES_2_0 = "http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp"
OVERRIDE_SYSTEM = f"{codes.OWN_SYSTEM}-override"
_LAB = {"bilirubin": "lab.bilirubin_total", "albumin": "lab.albumin", "inr": "lab.inr", "creatinine": "lab.creatinine",
        "afp": "lab.afp"}  # fmt: skip
Json = dict[str, Any]
_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[^/\s]+")


def cards_json(cards: Sequence[Card], service_id: str, hook_instance: str, crd: str = "2.2") -> list[Json]:
    """The same call gives the same cards: a uuid is derived from hookInstance, service, topic and order.

    crd   version of Da Vinci CRD by which topics are coded: 2.0 had a code system of its own
    """
    return [_card(card, f"{hook_instance}|{service_id}|{card.topic}|{'|'.join(card.orders)}", crd) for card in cards]


def _card(card: Card, identity: str, crd: str) -> Json:
    wire: Json = {
        "uuid": str(uuid5(NAMESPACE_URL, identity)),
        "summary": card.summary,
        "indicator": card.indicator,
        "detail": card.detail,
        "source": _source(card, crd),
    }
    suggestions = [_suggestion(s, actions, identity) for s in card.suggestions if (actions := _actions(s, card))]
    if suggestions:
        wire |= {"suggestions": suggestions, "selectionBehavior": "any"}
    if card.override:
        wire["overrideReasons"] = [
            {"system": OVERRIDE_SYSTEM, "code": code, "display": display} for code, display in card.override
        ]
    wire["extension"] = {"tace-cds.topic": card.topic}
    if card.orders:
        wire["extension"]["davinci-crd.associated-resource"] = [{"reference": ref} for ref in card.orders]
    if card.questions:
        wire["extension"]["tace-cds.questions"] = [_question(name) for name in card.questions]
    return wire


def _source(card: Card, crd: str) -> Json:
    source = SOURCES[card.source]
    system = CARD_TYPES_2_0 if crd == "2.0" else CARD_TYPES
    wire: Json = {"label": card.source_label or source.label, "topic": {"system": system, "code": card.kind}}
    return wire | ({"url": source.url} if source.url else {})


@lru_cache(maxsize=256)
def _question(name: str) -> Json:
    """A missing fact as a question with its possible answers; linkId is the code an answer would carry."""
    q = question(name)
    wire: Json = {"linkId": q.link, "text": q.text, "type": q.kind}
    if q.answers:
        wire["answers"] = list(q.answers)
    return wire | ({"unit": q.unit} if q.unit else {})


def _suggestion(suggestion: Suggestion, actions: list[Json], identity: str) -> Json:
    return {
        "label": suggestion.label,
        "uuid": str(uuid5(NAMESPACE_URL, f"{identity}|{suggestion.label}")),
        "actions": actions,
    }


def _actions(suggestion: Suggestion, card: Card) -> list[Json]:
    if suggestion.action == "remove-order":
        return [
            {"type": "delete", "description": f"Remove {order}", "resourceId": order}
            for order in card.orders
            if _REFERENCE.fullmatch(order)
        ]  # an order without id cannot be named
    if suggestion.action == "order-lab":
        return [
            {"type": "create", "description": f"Order {FACTS[name].label}", "resource": _lab_order(name, card.patient)}
            for name in suggestion.facts
        ]
    if suggestion.action == "gather-documents":
        return [{"type": "create", "description": suggestion.label, "resource": _task(suggestion, card)}]
    review = _request(card.patient, {"text": "Tumor board review"})
    return [{"type": "create", "description": suggestion.label, "resource": review}]


def _task(suggestion: Suggestion, card: Card) -> Json:
    """A Task for whoever gathers the documents: one input an item; the EHR says who does it."""
    task: Json = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"text": "Gather documentation for prior authorization"},
        "description": suggestion.label,
        "for": {"reference": card.patient or "Patient/unknown"},
        "input": [{"type": {"text": "missing document"}, "valueString": item} for item in suggestion.items],
    }
    return task | ({"focus": {"reference": card.orders[0]}} if card.orders else {})


def _lab_order(name: str, patient: str) -> Json:
    row = codes.preferred(_LAB[name])
    coding = {"system": row.system, "code": row.code, "display": row.label}
    return _request(patient, {"coding": [coding], "text": FACTS[name].label})


def _request(patient: str, code: Json) -> Json:
    """A draft ServiceRequest, valid FHIR R4; the EHR completes it."""
    return {"resourceType": "ServiceRequest", "status": "draft", "intent": "order", "code": code,
            "subject": {"reference": patient or "Patient/unknown"}}  # fmt: skip
