"""One patient on one day, with the scores and stages that every topic stands on."""

from datetime import date

from cards.current import DEFAULT_WINDOWS, State, Windows, current_state
from cards.facts import Order, PatientFacts
from cards.liver.albi import Albi, albi
from cards.liver.child_pugh import ChildPugh, child_pugh
from cards.liver.meld import meld, meld3, meld_na
from cards.liver.score import Score
from cards.record import record
from cards.response.liver_course import LiverAt, liver_course
from cards.staging.bclc import Bclc, bclc
from cards.staging.burden import Burden, burden


@record(frozen=True, slots=True)
class Case:
    """What was read (`facts`), what of it counts today (`state`), and what follows from it.

    order   the order that is judged; None: TACE as if it were being considered
    course  liver function before each TACE and today; empty before the first
    bclc    None for tumors that are not HCC: HCC systems are never applied to them
    """

    facts: PatientFacts
    state: State
    today: date
    order: Order | None
    child_pugh: ChildPugh
    albi: Albi
    burden: Burden
    bclc: Bclc | None
    course: tuple[LiverAt, ...] = ()

    @property
    def hcc(self) -> bool:
        return self.facts.tumor.is_hcc

    # No rule stands on MELD and no card shows it: computed where the assessment is written.

    @property
    def meld(self) -> Score:
        return meld(self.state)

    @property
    def meld_na(self) -> Score:
        return meld_na(self.state)

    @property
    def meld3(self) -> Score:
        return meld3(self.state, self.facts.sex)


def case_of(facts: PatientFacts, today: date, order: Order | None = None, windows: Windows = DEFAULT_WINDOWS) -> Case:
    """Derive today's state, scores and stage once."""
    state = current_state(facts, today, windows)
    liver = child_pugh(state)
    nodules = burden(state)
    return Case(
        facts=facts,
        state=state,
        today=today,
        order=order,
        child_pugh=liver,
        albi=albi(state),
        burden=nodules,
        bclc=bclc(state, liver, nodules) if facts.tumor.is_hcc else None,
        course=liver_course(facts, today, windows),
    )
