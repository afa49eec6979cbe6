"""One published statement, and which patients it is about."""

from collections.abc import Callable

from cards.case import Case
from cards.facts import Fact
from cards.record import record

NO_NNT = "No number needed to treat has been published for TACE."  # source-000


def any_tumor(case: Case) -> bool:
    return True


NOWHERE: tuple[str, ...] = ()
ADVISED = ("candidate", "caution")
ALWAYS = ("candidate", "caution", "indeterminate", "not-recommended", "contraindicated")


@record(frozen=True, slots=True)
class Statement:
    """What one document says, in our words.

    key       its name in the rule book
    text      the statement; a figure with its population and, where the document gives one, its period
    source    key of cards.sources.SOURCES; locator: the place in it
    concerns  whether it is about this patient
    outcome   True for a figure of outcome: it never stands without the sentence on the number needed to treat
    on_card   verdicts with which the eligibility card shows it, where card_if holds; the assessment always does
    """

    key: str
    text: str
    source: str
    locator: str
    concerns: Callable[[Case], bool]
    outcome: bool = False
    on_card: tuple[str, ...] = NOWHERE
    card_if: Callable[[Case], bool] = any_tumor

    @property
    def said(self) -> str:
        return f"{self.text}. {NO_NNT}" if self.outcome else self.text


def hcc(case: Case) -> bool:
    return case.hcc


def of_kind(*kinds: str) -> Callable[[Case], bool]:
    return lambda case: case.facts.tumor.kind in kinds


def stated(case: Case, name: str, *values: object) -> bool:
    """Whether a fact of today is stated with one of these values; silence is never yes."""
    known = case.state[name]
    return isinstance(known, Fact) and known.value in values
