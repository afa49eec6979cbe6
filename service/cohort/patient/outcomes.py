"""What followed the treatments of one patient: response imaging, liver function, technical success, downstaging."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from cards.case import Case
from cards.current import State, Windows, current_state
from cards.facts import OVERALL, PatientFacts, Session
from cards.liver.albi import albi
from cards.liver.child_pugh import child_pugh
from cards.response.history import COUNTS_FROM_DAY, LATE_AFTER_DAY, tace_sessions, target_lesions, timed
from cards.staging.burden import burden, milan, source_000_downstaging, unos_downstaging
from cards.verdict import Verdict

Counts = Counter[tuple[str, ...]]
ON_TIME_UNTIL_DAY = 42  # source-003, step 3: 4–6 weeks
LIVER_UNTIL_DAY = 90


def outcomes(case: Case, windows: Windows) -> Counts:
    """Counts of one patient; every figure of them is a number of sessions or of patients."""
    facts, sessions = case.facts, tace_sessions(case.facts)
    counts: Counts = Counter()
    for place, session in enumerate(sessions):
        until = min(_next(sessions, place), case.today)
        counts[("imaging", _imaging(facts, session, case.today))] += 1
        counts[("technical-success", _told(session.technical_success))] += 1
        counts.update(_deterioration(facts, session, until, windows))
    if sessions and case.hcc:
        counts.update(_downstaging(facts, sessions, case.today, windows))
    return counts


def _told(flag: bool | None) -> str:
    return {True: "yes", False: "no", None: "not recorded"}[flag]


def _next(sessions: tuple[Session, ...], place: int) -> date:
    following = sessions[place + 1].when if place + 1 < len(sessions) else None
    return following or date.max


def _imaging(facts: PatientFacts, session: Session, today: date) -> str:
    """By when a response that counts was recorded after a session; "too recent" while it can still come in time."""
    found = [t for key in dict.fromkeys((*target_lesions(facts), OVERALL)) for t in timed(facts, key)]
    mine = [t for t in found if t.session is session and t.response.when is not None]
    days = [_days(session, t.response.when) for t in mine if t.counts and t.response.when]
    if days:
        first = min(days)
        if first <= ON_TIME_UNTIL_DAY:
            return "week 4 to 6"
        return "later, up to day 92" if first <= LATE_AFTER_DAY else "after day 92"
    if _days(session, today) <= LATE_AFTER_DAY:
        return "too recent"
    return "only before day 28" if mine else "none"


def _days(session: Session, when: date) -> int:
    return (when - (session.latest or session.when or when)).days


def _deterioration(facts: PatientFacts, session: Session, until: date, windows: Windows) -> Iterator[tuple[str, ...]]:
    """Liver function before a session, and after recovery: at its next session, or on day 90 where that is earlier."""
    if session.when is None:
        return
    after_day = min(until, session.when + timedelta(days=LIVER_UNTIL_DAY))
    before = _state(facts, session.when, windows, with_sessions_until=session.when - timedelta(days=1))
    last = session.latest or session.when
    recovered = (after_day - last).days > COUNTS_FROM_DAY
    after = _state(facts, after_day, windows, with_sessions_until=last) if recovered else None
    yield ("child-pugh-after", _class(before), _class(after) if after else "unknown")
    yield ("albi-after", _grade(before), _grade(after) if after else "unknown")


def _class(state: State) -> str:
    """Only where every item is known: with one missing, B is told more often than A, and the rate would be too high."""
    liver = child_pugh(state)
    return liver.classes[0] if liver.status == "known" else "unknown"


def _grade(state: State) -> str:
    found = albi(state)
    return found.grades[0] if found.score.status == "known" else "unknown"


def _state(facts: PatientFacts, when: date, windows: Windows, with_sessions_until: date) -> State:
    """The state as it was known on a day, by the rules of every other day."""
    return current_state(_until(facts, when, with_sessions_until), when, windows)


def _until(facts: PatientFacts, when: date, sessions_until: date) -> PatientFacts:
    """A state without a date does not tell of the past, unlike of today."""
    return replace(
        facts,
        series={n: tuple(f for f in found if f.when and f.when <= when) for n, found in facts.series.items()},
        states={n: f for n, f in facts.states.items() if f.when is not None and f.when <= when},
        sizes=tuple(s for s in facts.sizes if s.size.when is not None and s.size.when <= when),
        sessions=tuple(s for s in facts.sessions if s.latest is not None and s.latest <= sessions_until),
        refused={},
    )


def _downstaging(
    facts: PatientFacts, sessions: tuple[Session, ...], today: date, windows: Windows
) -> Iterator[tuple[str, ...]]:
    """Of patients who entered TACE within published downstaging criteria: who came within Milan on later imaging."""
    first = sessions[0].when
    if first is None:
        return
    entry = _state(facts, first, windows, with_sessions_until=first - timedelta(days=1))
    nodules = burden(entry)
    inside = {
        "unos": unos_downstaging(nodules, entry) == "within",
        "source-000": source_000_downstaging(nodules, entry) == "within",
    }
    if not any(inside.values()):
        return
    reached = _came_within_milan(facts, sessions, first, today, windows)
    transplanted = any(t.kind == "transplant" and t.when is not None and t.when > first for t in facts.treatments)
    for criteria in (name for name, within in inside.items() if within):
        yield ("downstaging", criteria, reached)
        if transplanted:
            yield ("downstaging-transplanted", criteria)


def _came_within_milan(
    facts: PatientFacts, sessions: tuple[Session, ...], first: date, today: date, windows: Windows
) -> str:
    """yes: Milan met on some imaging after the first session; no: imaged, each time decided against; else unknown."""
    days = sorted({s.size.when for s in facts.sizes if s.size.when is not None and first < s.size.when <= today})
    found = []
    for day in days:
        before = max((s.latest for s in sessions if s.latest is not None and s.latest < day), default=first)
        then = _state(facts, day, windows, with_sessions_until=before)
        found.append(milan(burden(then), then))
    if Verdict.MET in found:
        return "yes"
    return "no" if found and Verdict.UNKNOWN not in found else "unknown"
