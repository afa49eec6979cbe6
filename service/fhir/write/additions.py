"""What a card gets beside its advice: the link to the worksheet, and answers of the worksheet to be recorded."""

from importlib import import_module
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]
WORKSHEET_LINK = "Open the worksheet"
UNSENT = "worksheet-answers"  # names the answers as evidence while the record has no id for them
_LINKED = frozenset({"eligibility", "refractoriness", "summary"})


def sent_answers(answers: Json | None) -> list[Json]:
    """The answers that came with the request, as a resource of the record."""
    return [] if answers is None else [{"id": UNSENT, **answers}]


def with_link(cards: list[Json], link: Json | None) -> list[Json]:
    """The worksheet has the rest of what these cards say; a card about payment leads nowhere else."""
    if link is None:
        return cards
    return [card | {"links": [*card.get("links", ()), link]} if _topic(card) in _LINKED else card for card in cards]


def with_answers(cards: list[Json], answers: Json | None, patient: str) -> list[Json]:
    """The first card offers to create them, where they are valid FHIR and about this patient."""
    if answers is None or not cards or not _is_usable(answers, patient):
        return cards
    first, *rest = cards
    resource = {name: value for name, value in answers.items() if name != "id"}
    action = {"type": "create", "description": "Record the answers of the worksheet", "resource": resource}
    uuid = str(uuid5(NAMESPACE_URL, f"{first['uuid']}|{UNSENT}"))
    suggestion = {"label": "Record the worksheet's answers", "uuid": uuid, "actions": [action]}
    offered = {"suggestions": [*first.get("suggestions", ()), suggestion], "selectionBehavior": "any"}
    return [first | offered, *rest]


def _topic(card: Json) -> str:
    return str(card.get("extension", {}).get("tace-cds.topic", ""))


def _is_usable(answers: Json, patient: str) -> bool:
    model = import_module("fhir.resources.R4B.questionnaireresponse").QuestionnaireResponse
    subject = answers.get("subject")
    try:
        model.model_validate(answers)
    except ValueError:
        return False
    return isinstance(subject, dict) and subject.get("reference") == f"Patient/{patient}"
