"""Which cards a hook gets: at most one a topic, in order of harm, nothing said twice."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cards.assess import Assessment
from cards.card import RANK, Card
from cards.combination.card import combination_card
from cards.eligibility.card import eligibility_card
from cards.markdown import escaped
from cards.prior_auth.card import prior_auth_card
from cards.refractoriness.card import refractoriness_card
from cards.response.card import imaging_card
from cards.summary import summary_card

Made = dict[tuple[int, str], Card | None]


def advise(assessments: Sequence[Assessment], hook: str, made: Made | None = None) -> list[Card]:
    """The cards of one call.

    hook   patient-view: one summary for a patient with a liver tumor, and response imaging; order-select: eligibility,
           refractoriness, combination; order-sign: those and prior authorization
    made   by place and topic, what was made of the same assessments for another hook: added to
    """
    if hook == "patient-view":
        return _at_a_glance(next((a for a in assessments if a.case.facts.tumor.stated), None))
    known = made if made is not None else {}
    found = [card for place, a in enumerate(assessments) for card in _cards(place, a, hook, known)]
    return sorted(_merged(found, len(assessments)), key=lambda card: RANK[card.indicator])


def payer_cards(assessments: Sequence[Assessment]) -> list[Card]:
    """The prior-authorization cards alone."""
    made = [prior_auth_card(a.case, a.prior_auth) for a in assessments]
    return _merged([card for card in made if card is not None], len(assessments))


def _at_a_glance(a: Assessment | None) -> list[Card]:
    if a is None:
        return []
    imaging = imaging_card(a.case)
    made = [summary_card(a), imaging] if imaging is not None else [summary_card(a)]
    return sorted(made, key=lambda card: RANK[card.indicator])


_OF_TOPIC: dict[str, Callable[[Assessment], Card | None]] = {
    "refractoriness": lambda a: refractoriness_card(a.case, a.refractoriness),
    "eligibility": lambda a: eligibility_card(a.case, a.eligibility),
    "combination": lambda a: combination_card(a.case, a.combination),
    "prior-authorization": lambda a: None if a.payer_elsewhere else prior_auth_card(a.case, a.prior_auth),
}


def _cards(place: int, a: Assessment, hook: str, made: Made) -> list[Card]:
    found = []
    for topic, card in _OF_TOPIC.items():
        if topic == "prior-authorization" and hook != "order-sign":
            continue
        if (place, topic) not in made:
            made[place, topic] = card(a)
        found.append(made[place, topic])
    return [card for card in found if card is not None]


def _merged(found: list[Card], orders: int) -> list[Card]:
    """Cards that say the same of several orders are one that names them; with several orders each card names its own."""
    if orders < 2:
        return found
    merged: dict[tuple[str, str, str], Card] = {}
    for card in found:
        key = (card.topic, card.summary, card.detail)
        earlier = merged.get(key)
        merged[key] = card if earlier is None else replace(earlier, orders=(*earlier.orders, *card.orders))
    return [replace(c, detail=f"**Order:** {escaped(', '.join(c.orders))}\n\n{c.detail}") for c in merged.values()]
