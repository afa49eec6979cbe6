"""A card, its limits on the wire, and which cards a hook gets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cards.markdown import plain

if TYPE_CHECKING:
    from cards.assess import Assessment

SUMMARY_LIMIT = 139
RANK = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to do with one click. action: order-lab, tumor-board, remove-order; facts: what an order-lab orders."""

    label: str
    action: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One card.

    topic      eligibility | refractoriness | combination | prior-authorization | response-imaging | summary
    kind       the card type of the wire: guideline, off-guideline, contraindication, coverage-info, clinical-reminder
    source     key of cards.sources.SOURCES
    questions  names of missing facts, offered as questions with their possible answers
    override   code → display, what clinicians really answer
    orders     references of the orders it is about
    """

    topic: str
    kind: str
    indicator: str
    summary: str
    detail: str
    source: str
    suggestions: tuple[Suggestion, ...] = ()
    override: tuple[tuple[str, str], ...] = ()
    questions: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    patient: str = ""

    def __post_init__(self) -> None:
        if self.indicator not in RANK:
            raise ValueError(self.indicator)
        object.__setattr__(self, "summary", _fitting(plain(self.summary)))


def _fitting(summary: str) -> str:
    return summary if len(summary) <= SUMMARY_LIMIT else summary[: SUMMARY_LIMIT - 1].rstrip() + "…"


def advise(assessments: "Sequence[Assessment]", hook: str) -> list[Card]:
    """The cards of one call: at most one a topic for each order, in order of harm; nothing said twice.

    hook   patient-view: one summary for a patient with a liver tumor, and response imaging; order-select: eligibility,
           refractoriness, combination; order-sign: those and prior authorization
    """
    from cards.combination.card import combination_card
    from cards.eligibility.card import eligibility_card
    from cards.prior_auth.card import prior_auth_card
    from cards.refractoriness.card import refractoriness_card
    from cards.response.card import imaging_card
    from cards.summary import summary_card

    if hook == "patient-view":
        first = next((a for a in assessments if a.case.facts.tumor.stated), None)
        shown = [summary_card(first), imaging_card(first.case)] if first is not None else []
        return [card for card in shown if card is not None]
    makers = [refractoriness_card, eligibility_card, combination_card]
    makers += [prior_auth_card] if hook == "order-sign" else []
    found = [card for a in assessments for make in makers if (card := make(a)) is not None]
    return sorted(_merged(found, len(assessments)), key=lambda c: RANK[c.indicator])


def _merged(found: list[Card], orders: int) -> list[Card]:
    """Cards that say the same of several orders are one that names them; with several orders each card names its own."""
    merged: dict[tuple[str, str, str], Card] = {}
    for card in found:
        key = (card.topic, card.summary, card.detail)
        earlier = merged.get(key)
        merged[key] = card if earlier is None else replace(earlier, orders=(*earlier.orders, *card.orders))
    if orders < 2:
        return list(merged.values())
    return [replace(c, detail=f"**Order:** {', '.join(c.orders)}\n\n{c.detail}") for c in merged.values()]
