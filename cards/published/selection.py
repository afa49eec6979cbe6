"""Which published statements are about a patient, and which of them the eligibility card shows."""

from functools import cache

from cards.case import Case
from cards.published.invasion import INVASION
from cards.published.other_tumors import OTHER_TUMORS
from cards.published.statement import NO_NNT, Statement
from cards.published.tace import TACE

STATEMENTS: tuple[Statement, ...] = (*TACE, *INVASION, *OTHER_TUMORS)
_ABOUT_TACE = ("tace", "tae", "embolization")


def published(case: Case) -> tuple[Statement, ...]:
    """Every statement about this patient; none beside an order that is not for embolization, or without a known tumor.

    Source
        that of each statement; nothing here decides
    """
    return tuple(s for s in STATEMENTS if s.concerns(case)) if _has_any(case) else ()


def _has_any(case: Case) -> bool:
    other_order = case.order is not None and case.order.kind not in _ABOUT_TACE
    return not other_order and case.facts.tumor.kind != "unknown"


def on_card(case: Case, verdict: str, said: str = "") -> tuple[tuple[str, str], ...]:
    """(text, source) of what the card shows with this verdict; the sentence on the number needed to treat once.

    said   what the card says already: where the sentence stands in it, it is not repeated
    """
    candidates = _shown_with(verdict) if _has_any(case) else ()
    shown = [s for s in candidates if s.concerns(case) and s.card_if(case)]
    needs = NO_NNT not in said and any(s.outcome for s in shown)
    return (*((s.text, s.source) for s in shown), *(((NO_NNT, "source-000"),) if needs else ()))


@cache
def _shown_with(verdict: str) -> tuple[Statement, ...]:
    return tuple(s for s in STATEMENTS if verdict in s.on_card)
