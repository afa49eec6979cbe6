"""Liver function over the sessions: as it was before each TACE, and as it is today; and ART, which compares the first two."""

from dataclasses import replace
from datetime import date, timedelta

from cards.bounds import bounds
from cards.current import DEFAULT_WINDOWS, State, Windows, current_state
from cards.facts import Absent, PatientFacts, Session
from cards.liver.albi import Albi, albi
from cards.liver.child_pugh import ChildPugh, child_pugh
from cards.liver.score import Score
from cards.record import record
from cards.response.history import lesion_history, tace_sessions
from cards.words import day, span

ART_WITHIN_DAYS = 90
ART_AST_RISE_PERCENT = 25.0
ART_AST, ART_CHILD_PUGH_1, ART_CHILD_PUGH_2, ART_NO_RESPONSE = 4.0, 1.5, 3.0, 1.0


@record(frozen=True, slots=True)
class LiverAt:
    """Liver function on one day. before: the session it precedes; None: today."""

    when: date
    before: Session | None
    state: State
    child_pugh: ChildPugh
    albi: Albi

    @property
    def words(self) -> str:
        liver, score = self.child_pugh, self.albi.score
        classes = " or ".join(liver.classes)
        grade = " or ".join(self.albi.modified_grades)
        known = (
            f"Child-Pugh {span(liver.low, liver.high)} ({classes})"
            if liver.status != "unknown"
            else "Child-Pugh not known"
        )
        albi_words = f", ALBI {score.low:.2f} (grade {grade})" if score.value is not None else ""
        label = f"before the TACE of {day(self.when)}" if self.before is not None else "today"
        return f"{label}: {known}{albi_words}"


def liver_course(facts: PatientFacts, today: date, windows: Windows = DEFAULT_WINDOWS) -> tuple[LiverAt, ...]:
    """Liver function before each dated TACE, by what was known that day and by the same rules as today's; then today's.

    Not modelled
        values in the recovery period after a session: they are no function to compare with
    Source
        source-003: after a session Child-Pugh A becomes B in 9–14 %, ALBI grade 1 becomes 2 in 18–21 %
    """
    points = [_at(_until(facts, s), s.when, s, windows) for s in tace_sessions(facts) if s.when is not None]
    return (*points, _at(facts, today, None, windows)) if points else ()


def _at(facts: PatientFacts, when: date, before: Session | None, windows: Windows) -> LiverAt:
    state = current_state(facts, when, windows)
    return LiverAt(when, before, state, child_pugh(state), albi(state))


def _until(facts: PatientFacts, session: Session) -> PatientFacts:
    """What was known on the day of a session, the session itself not counted."""
    limit = session.when or date.min
    series = {
        name: tuple(f for f in found if f.when is not None and f.when <= limit) for name, found in facts.series.items()
    }
    states = {name: f for name, f in facts.states.items() if f.when is not None and f.when <= limit}
    earlier = tuple(s for s in facts.sessions if s.latest is not None and s.latest < limit)
    return replace(facts, series=series, states=states, sessions=earlier, refused={}, sizes=())


def art(facts: PatientFacts, course: tuple[LiverAt, ...]) -> Score | None:
    """ART: Child-Pugh before the second TACE against the first (one point more: 1.5, two or more: 3), AST risen by more
    than 25 % (4), no radiologic response to the first (1). Displayed only.

    Inputs
        before the first two sessions: Child-Pugh, ast U/L; after the first: mrecist_response
    Result
        None without two sessions within 90 days; known or bounded otherwise; 2.5 or more is the high group
    Source
        sieghart-2013; its page prints "> 2.5", 2.5 itself being the high group is from general knowledge and not used
    """
    sessions = [point.before for point in course if point.before is not None][:2]
    if len(sessions) < 2 or _days(sessions[0], sessions[1]) > ART_WITHIN_DAYS:
        return None
    first, second = course[0], course[1]
    items = (_child_pugh_points(first, second), _ast_points(first, second), _response_points(facts, sessions[0]))
    missing = tuple(name for _, _, names in items for name in names)
    evidence = (*first.child_pugh.evidence, *second.child_pugh.evidence)
    return Score("art", sum(low for low, _, _ in items), sum(high for _, high, _ in items), missing, evidence)


def _days(first: Session, second: Session) -> int:
    start, end = first.when or date.min, second.when or date.max
    return (end - start) // timedelta(days=1)


_Points = tuple[float, float, tuple[str, ...]]


def _child_pugh_points(first: LiverAt, second: LiverAt) -> _Points:
    least = second.child_pugh.low - first.child_pugh.high
    most = second.child_pugh.high - first.child_pugh.low
    missing = tuple(dict.fromkeys((*first.child_pugh.missing, *second.child_pugh.missing)))
    low, high = (ART_CHILD_PUGH_2 if n >= 2 else ART_CHILD_PUGH_1 if n == 1 else 0.0 for n in (least, most))
    return low, high, missing if low != high else ()


def _ast_points(first: LiverAt, second: LiverAt) -> _Points:
    if isinstance(first.state.ast, Absent) or isinstance(second.state.ast, Absent):
        return 0.0, ART_AST, ("ast",)
    before, after = bounds(first.state.ast), bounds(second.state.ast)
    rises = {_rose(before.high, after.low), _rose(before.low, after.high)}
    if len(rises) > 1:
        return 0.0, ART_AST, ("ast",)
    points = ART_AST if rises.pop() else 0.0
    return points, points, ()


def _rose(before: float, after: float) -> bool:
    return round(after - before * (1 + ART_AST_RISE_PERCENT / 100), 9) > 0


def _response_points(facts: PatientFacts, session: Session) -> _Points:
    """No lesion of the session responded: one point."""
    lesions = dict.fromkeys(r.lesion for r in facts.responses)
    found = (o for lesion in lesions for o in lesion_history(facts, lesion) if o.session is session)
    told = [o.failed for o in found if o.failed is not None]
    if False in told:
        return 0.0, 0.0, ()
    if told:
        return ART_NO_RESPONSE, ART_NO_RESPONSE, ()
    return 0.0, ART_NO_RESPONSE, ("mrecist_response",)
