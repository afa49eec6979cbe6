"""The possible answers of a coded fact as a FHIR ValueSet with its expansion."""

from collections.abc import Iterable
from typing import Any

from cards.facts import FACTS
from cards.questions import TUMOR_WORDS, question
from service.fhir.read.codes import OWN_SYSTEM
from service.fhir.write.code_system import meaning

Json = dict[str, Any]

BASE = OWN_SYSTEM.removesuffix("CodeSystem/tace")
VERSION = "1.0.0"
CODED = ("tumor_type", *(spec.name for spec in FACTS.values() if spec.kind == "coded" and spec.code))


def value_set_id(name: str) -> str:
    return f"tace-{question(name).link}"


def value_set_url(name: str) -> str:
    return f"{BASE}ValueSet/{value_set_id(name)}"


def value_set(name: str) -> Json:
    """The ValueSet of one coded fact; `expansion` holds every code, so that a form needs no terminology server."""
    options = [answer_coding(name, word) for word in question(name).answers]
    return {
        "resourceType": "ValueSet",
        "id": value_set_id(name),
        "url": value_set_url(name),
        "version": VERSION,
        "name": "".join(part.capitalize() for part in value_set_id(name).split("-")),
        "title": f"Answers: {question(name).text}",
        "status": "active",
        "experimental": False,
        "compose": {"include": [{"system": OWN_SYSTEM, "concept": [_concept(each) for each in options]}]},
        "expansion": {
            "identifier": f"{value_set_url(name)}|{VERSION}",
            "timestamp": "2026-11-21",
            "total": len(options),
            "contains": options,
        },
    }


def published_value_sets() -> Iterable[Json]:
    return (value_set(name) for name in CODED)


def answer_coding(name: str, word: object) -> Json:
    """One answer as a Coding, with the word's meaning as its display."""
    said = TUMOR_WORDS[str(word)] if name == "tumor_type" else meaning(str(word))
    return {"system": OWN_SYSTEM, "code": str(word), "display": said}


def _concept(coding: Json) -> Json:
    return {"code": coding["code"], "display": coding["display"]}
