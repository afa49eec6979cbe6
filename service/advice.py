"""From resources to advice: what hooks, command line, sandbox and cohort all call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from cards.advise import advise
from cards.assess import Assessment, assess
from cards.assessment_json import as_json
from cards.card import Card
from cards.current import Windows
from cards.facts import Order, PatientFacts
from cards.prior_auth.policy import Policies
from cards.prior_auth.policy_file import load_all
from cards.text import assessment_text
from service.crd.profile import load as payer
from service.fhir.read import Recall, read_facts
from service.fhir.read.local_codes import LocalCodes, load
from service.fhir.read.order import kind_of_order, selected
from service.fhir.read.reading import name_of
from service.fhir.write.cards import cards_json
from service.settings import Settings

__all__ = ["as_json", "as_text", "assess_patient", "cards_for", "order_is_ours", "wire"]

Json = dict[str, Any]


def order_is_ours(draft_orders: Sequence[Json], selections: Sequence[str] | None) -> bool:
    """Whether any (selected) draft order can be ours; a cheap look, before anything is read or fetched."""
    return any(kind_of_order(order) or _drug_elsewhere(order) for order in selected(draft_orders, selections))


def _drug_elsewhere(order: Mapping[str, Any]) -> bool:
    """A MedicationRequest whose drug stands in another resource that is still to be read."""
    if order.get("resourceType") != "MedicationRequest":
        return False
    named = order.get("medicationReference")
    return isinstance(named, Mapping) and not named.get("display") and bool(named.get("reference"))


def assess_patient(
    resources: Sequence[Json],
    *,
    patient: str,
    asked: datetime,
    settings: Settings,
    draft_orders: Sequence[Json] | None,
    other_orders: Sequence[Json] = (),
    gaps: tuple[str, ...] = (),
    unreached: frozenset[str] = frozenset(),
    full_urls: Mapping[str, str] | None = None,
    recall: Recall = lambda read: read(),
) -> list[Assessment]:
    """One assessment for each order that is ours.

    draft_orders   those of the hook; None: draft orders among the resources, and without one TACE as if considered
    gaps           what could not be fetched, in words; unreached: the resource types of it
    other_orders   drafted too, but not asked about: context for what is ordered together
    recall         where the Observations of the same record may have been read before
    """
    facts = read_facts(
        resources,
        patient=patient,
        asked=asked,
        zone=settings.zone,
        draft_orders=None if draft_orders is None else [*draft_orders, *other_orders],
        local_codes=local_codes(settings.local_codes),
        gaps=gaps,
        unreached=unreached,
        full_urls=full_urls,
        recall=recall,
    )
    today = settings.day_of(asked)
    windows = Windows(settings.laboratory_days, settings.clinical_days, settings.imaging_days, settings.recovery_days)
    ours = [order for order in facts.orders if _concerns(order, facts)]
    if draft_orders is None and not ours:
        return [_assessed(facts, today, None, windows, settings)]
    if len(ours) < len(facts.orders):
        facts = replace(facts, orders=tuple(ours))
    context = {name_of(order) for order in other_orders}
    return [_assessed(facts, today, order, windows, settings) for order in ours if order.reference not in context]


def _assessed(
    facts: PatientFacts, today: date, order: Order | None, windows: Windows, settings: Settings
) -> Assessment:
    """With the payer's policies; where a payer is configured, a service of its own answers for it."""
    assessed = assess(facts, today, order, windows, *payer_policies(settings))
    return replace(assessed, payer_elsewhere=True) if settings.payer_profile else assessed


def _concerns(order: Order, facts: PatientFacts) -> bool:
    """Systemic therapy concerns this service for a liver tumor that is HCC, or that is not settled."""
    return order.kind != "systemic" or facts.tumor.is_hcc or (facts.tumor.stated and facts.tumor.kind == "unknown")


@lru_cache(maxsize=64)
def local_codes(path: str) -> LocalCodes | None:
    """The operator's local-code map, read once."""
    return load(path) if path else None


@lru_cache(maxsize=4)
def policies(folder: str) -> Policies:
    """Every payer policy on file, read and checked once; PolicyError where one cannot be used."""
    return load_all(folder)


def payer_policies(settings: Settings) -> tuple[Policies, str]:
    """The policies and the key of the one that applies; a payer's own list of codes comes before that of its policy."""
    on_file, profile = policies(settings.policies), payer(settings.payer_profile)
    if profile is None:
        return on_file, settings.policy
    if profile.authorization_codes is None:
        return on_file, profile.policy
    codes = profile.authorization_codes
    own = (replace(p, authorization_codes=codes) if p.key == profile.policy else p for p in on_file.all)
    return Policies(tuple(own)), profile.policy


def cards_for(assessments: Sequence[Assessment], *, hook: str, service_id: str, hook_instance: str) -> list[Json]:
    """The cards of a hook as they go on the wire."""
    return wire(advise(assessments, hook), service_id=service_id, hook_instance=hook_instance)


def wire(cards: Sequence[Card], *, service_id: str, hook_instance: str) -> list[Json]:
    return cards_json(cards, service_id, hook_instance)


def as_text(assessments: Sequence[Assessment]) -> str:
    """The assessment for people, at a terminal."""
    return "\n\n".join(assessment_text(a) for a in assessments)
