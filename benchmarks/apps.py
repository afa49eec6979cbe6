"""What is measured: the floors, and the service. Each a WSGI application built in a process of its own."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

import orjson
from flask import Flask, Response, request
from pydantic import ValidationError

Cards = list[dict[str, Any]]
FIXED = {"uuid": "x", "summary": "A fixed card.", "indicator": "info", "source": {"label": "floor"}}
MODELS = (
    "Patient", "Condition", "Observation", "Procedure", "MedicationRequest", "MedicationStatement",
    "MedicationAdministration", "BodyStructure", "QuestionnaireResponse",
)  # fmt: skip


def _floor(work: Callable[[Any], None]) -> Flask:
    app = Flask("floor")

    @app.post("/cds-services/<service_id>")
    def answer(service_id: str) -> Response:
        work(orjson.loads(request.get_data()))
        return Response(orjson.dumps({"cards": [FIXED]}), content_type="application/json")

    return app


def fixed_card() -> Flask:
    """The floor: the body is parsed, one fixed card is answered."""
    return _floor(lambda body: None)


def evidence_validated() -> Flask:
    """The floor, and fhir.resources validates the same evidence that the service uses."""
    from benchmarks.requests import evidence

    return _validating(evidence)


def all_validated() -> Flask:
    """The floor, and fhir.resources validates everything that was sent. Also what imports the same models and does no work."""
    from benchmarks.requests import resources

    return _validating(resources)


def _validating(chosen: Callable[[Any], Sequence[dict[str, Any]]]) -> Flask:
    models = {name: getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name) for name in MODELS}
    for model in models.values():  # the first validation of a class builds its validator
        with suppress(ValidationError):
            model.model_validate({"status": 1})

    def validate(body: Any) -> None:
        for resource in chosen(body):
            models[resource["resourceType"]].model_validate(resource)

    return _floor(validate)


def tace_cds(folder: str) -> Flask:
    """The whole service: every rule, every card, the store; settled as its server settles it."""
    from service.app import create_app
    from service.settings import Settings
    from service.warm_up import settle

    app = create_app(Settings(mode="sandbox", store=f"sqlite:///{folder}/bench.sqlite3"))
    settle()
    return app


def is_fixed(hook: str, observations: int, cards: Cards) -> bool:
    return len(cards) == 1 and cards[0]["summary"] == "A fixed card."


_TOPICS = {
    "patient-view": ["summary"],
    "order-select": ["eligibility"],
    "order-sign": ["eligibility", "prior-authorization"],
}
_COMPLETE = 30  # Observations from which the made-up record states everything that is needed


def is_ours(hook: str, observations: int, cards: Cards) -> bool:
    """Exactly the cards of this hook, with the verdict that is right for the made-up patients."""
    topics = [card["extension"]["tace-cds.topic"] for card in cards]
    if topics != _TOPICS[hook]:
        return False
    summary = cards[0]["summary"]
    if observations < _COMPLETE:
        return "indeterminate" in summary or "cannot be assessed" in summary
    return "TACE candidate" in summary or summary.startswith("TACE entry criteria met: Child-Pugh A5, ECOG 0, BCLC B")
