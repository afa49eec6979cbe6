"""A card, and its limits on the wire."""

from cards.markdown import plain
from cards.record import record

SUMMARY_LIMIT = 139
RANK = {"critical": 0, "warning": 1, "info": 2}


@record(frozen=True, slots=True)
class Suggestion:
    """Something to do with one click.

    action   order-lab | tumor-board | remove-order | gather-documents
    facts    what an order-lab orders; items: what a task to gather documents lists
    """

    label: str
    action: str
    facts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Card:
    """One card.

    topic      eligibility | refractoriness | combination | prior-authorization | response-imaging | summary
    kind       the card type of the wire: guideline, off-guideline, contraindication, coverage-info, clinical-reminder
    source     key of cards.sources.SOURCES
    questions  names of missing facts, offered as questions with their possible answers
    override   code → display, what clinicians really answer
    orders     references of the orders it is about
    source_label   how the source is named where it is not the listed one: a payer
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
    source_label: str = ""

    def __post_init__(self) -> None:
        if self.indicator not in RANK:
            raise ValueError(self.indicator)
        object.__setattr__(self, "summary", _fitting(plain(self.summary)))


def _fitting(summary: str) -> str:
    return summary if len(summary) <= SUMMARY_LIMIT else summary[: SUMMARY_LIMIT - 1].rstrip() + "…"
