"""The shell is tested without the clinical core: advice is replaced by one that shows what it was given."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from service import advice
from service.app import create_app
from service.fhir.client import FhirClient
from service.hooks import recent
from service.hooks.audit import Audit
from service.settings import Settings

TACE = {
    "resourceType": "ServiceRequest",
    "id": "order-1",
    "status": "draft",
    "intent": "order",
    "code": {"text": "TACE"},
    "subject": {"reference": "Patient/p1"},
}
OTHER = {"resourceType": "ServiceRequest", "id": "order-2", "code": {"text": "Chest X-ray"}}
PATIENT = {"resourceType": "Patient", "id": "p1"}
CARD = {
    "uuid": "6fd2ba48-8fb8-4dc0-a9f4-6e8ee2a3ea31",
    "summary": "TACE",
    "indicator": "info",
    "source": {"label": "test", "topic": {"system": "https://example.org/topics", "code": "guideline"}},
}


@dataclass
class Seen:
    """What the last call of assess_patient was given."""

    calls: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last(self) -> dict[str, Any]:
        return self.calls[-1]


@dataclass
class Assessed:
    """case: as of an assessment that is not to be remembered, so that each call is seen."""

    about: str
    case: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(facts=SimpleNamespace(awaits=True)))


def is_tace(order: dict[str, Any]) -> bool:
    code = order.get("code")
    return isinstance(code, dict) and "TACE" in str(code.get("text"))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    record = Seen()

    def assess_patient(resources: list[dict[str, Any]], **given: Any) -> list[Assessed]:
        record.calls.append({"resources": resources, **given})
        orders = given["draft_orders"]
        return [Assessed(given["patient"]) for order in ([TACE] if orders is None else orders) if is_tace(order)]

    def cards_for(assessments: list[Assessed], *, hook: str, service_id: str, hook_instance: str) -> list[Any]:
        record.last["cards_for"] = (hook, service_id, hook_instance)
        return [CARD for _ in assessments]

    def wire(cards: list[Any], *, service_id: str, hook_instance: str) -> list[Any]:
        hook, assessments = cards
        return cards_for(assessments, hook=hook, service_id=service_id, hook_instance=hook_instance)

    monkeypatch.setattr(Audit, "given", lambda audit, asked, assessments, cards: cards)
    monkeypatch.setattr(advice, "assess_patient", assess_patient)
    monkeypatch.setattr(advice, "cards_for", cards_for)
    monkeypatch.setattr(advice, "wire", wire)
    monkeypatch.setattr(recent, "advise", lambda assessments, hook, made: (hook, assessments))
    monkeypatch.setattr(advice, "order_is_ours", lambda orders, selections: any(is_tace(order) for order in orders))
    monkeypatch.setattr(advice, "as_json", lambda assessed: {"patient": assessed.about})
    monkeypatch.setattr(advice, "as_text", lambda assessments: f"{len(assessments)} assessed")
    return record


@pytest.fixture(autouse=True)
def _connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A client lives as long as its process; a test has many."""
    made: list[FhirClient] = []
    begin = FhirClient.__init__

    def remember(client: FhirClient, *arguments: Any, **named: Any) -> None:
        begin(client, *arguments, **named)
        made.append(client)

    monkeypatch.setattr(FhirClient, "__init__", remember)
    yield
    for client in made:
        client.close()


@pytest.fixture
def settings() -> Settings:
    return Settings(mode="sandbox", as_of="2026-11-21")


@pytest.fixture
def client(seen, settings):
    return create_app(settings).test_client()


def bundle(*resources: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources], **more}


def hook_body(**changes: Any) -> dict[str, Any]:
    """An order-sign request with one TACE order; a change of ... leaves the member out."""
    body = {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": bundle(TACE)},
        "prefetch": {"patient": PATIENT},
    } | changes
    return {name: value for name, value in body.items() if value is not ...}


def context(**changes: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in ({"patientId": "p1", "draftOrders": bundle(TACE)} | changes).items()
        if value is not ...
    }
