"""The course of the whole liver over the sessions: nodule counts, first invasion, first spread, marker series."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from cards.facts import Fact, PatientFacts, Scalar, Session
from cards.record import record
from cards.response.history import COUNTS_FROM_DAY, tace_sessions
from cards.verdict import Verdict
from cards.words import day, number


@record(frozen=True, slots=True)
class Course:
    """A verdict about the course with the reason and what it stands on."""

    verdict: Verdict
    because: str
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def appeared(facts: PatientFacts, name: str, label: str) -> Course:
    """Whether invasion or spread appeared after the first TACE: positive since, and not positive before."""
    sessions = tace_sessions(facts)
    if not sessions or sessions[0].when is None:
        return Course(Verdict.NOT_MET, f"no TACE session to compare {label} with")
    first = sessions[0].when
    dated = _dated(facts, name)
    before = [f for f in dated if f.when is not None and f.when <= first]
    after = [f for f in dated if f.when is not None and f.when > first]
    if any(_positive(f) for f in before):
        return Course(Verdict.NOT_MET, f"{label} was already there before the first TACE", _refs(before))
    positive = next((f for f in after if _positive(f)), None)
    if positive is not None:
        known = "" if before else "; its absence before the first TACE is not documented"
        return Course(Verdict.MET, f"{label} first documented on {day(positive.when)}{known}", (positive.evidence,))
    state = facts.states.get(name)
    if state is not None and state.when is None:
        return Course(Verdict.UNKNOWN, f"{label} is present, since when is not documented", (state.evidence,), (name,))
    if after:
        return Course(Verdict.NOT_MET, f"no {label} up to {day(after[-1].when)}", (after[-1].evidence,))
    return Course(Verdict.UNKNOWN, f"{label} not documented since the first TACE", (), (name,))


def _positive(fact: Fact[Scalar]) -> bool:
    return fact.value not in (False, "none")


def _dated(facts: PatientFacts, name: str) -> list[Fact[Scalar]]:
    found = [f for f in facts.series.get(name, ()) if f.when is not None]
    state = facts.states.get(name)
    if state is not None and state.when is not None:
        found.append(state)
    return sorted(found, key=lambda f: f.when or date.min)


def _refs(found: Sequence[Fact[Scalar]]) -> tuple[str, ...]:
    return tuple(f.evidence for f in found)


def number_rises(facts: PatientFacts) -> tuple[tuple[Session, bool | None], ...]:
    """For each TACE session whether the number of nodules rose after it: None where it is not told.

    Imaging before day 28 is too early to count, as it is for a response.
    """
    sessions = tace_sessions(facts)
    counts, news = _dated(facts, "nodule_count"), _dated(facts, "new_intrahepatic_lesion")
    return tuple((s, _rose(s, _next(sessions, i), counts, news)) for i, s in enumerate(sessions))


def _next(sessions: Sequence[Session], index: int) -> date:
    following = sessions[index + 1].when if index + 1 < len(sessions) else None
    return following or date.max


def _rose(session: Session, until: date, counts: Sequence[Fact[Scalar]], news: Sequence[Fact[Scalar]]) -> bool | None:
    start = (session.latest or date.min) + timedelta(days=COUNTS_FROM_DAY)
    stated = [f.value for f in news if f.when and start <= f.when <= until]
    if True in stated:
        return True
    before = [int(f.value) for f in counts if f.when and session.when and f.when <= session.when]
    after = [int(f.value) for f in counts if f.when and start <= f.when <= until]
    if before and after:
        return after[-1] > before[-1]
    return False if stated else None


_MARKERS = ("afp", "afp_units", "afp_l3", "dcp", "dcp_units")


def markers_rise(facts: PatientFacts) -> Course:
    """Markers rising continuously after a TACE with a baseline: at least two values since, each above the one before it
    and the last above the baseline (the first may dip); a rise within the laboratory's normal range does not count.

    Inputs
        afp, afp_units, afp_l3, dcp, dcp_units   each in its own unit, never mixed; the last value up to the day of the session
                                                 is its baseline
    Result
        MET      one marker rises so after one of the sessions
        NOT_MET  the last value is not above the baseline, or the values do not rise one by one
        UNKNOWN  no baseline, no value since, or one value alone
    Source
        jsh-lcsgj-2014 (2), table 1 of source-002; "continuous" is our reading, the document calls it vague
    """
    verdicts = [course for name in _MARKERS if (course := _continuous(facts, name)) is not None]
    for wanted in (Verdict.MET, Verdict.UNKNOWN):
        for course in verdicts:
            if course.verdict is wanted:
                return course
    if verdicts:
        return verdicts[0]
    return Course(Verdict.UNKNOWN, "no tumor marker is documented", (), ("afp",))


def _continuous(facts: PatientFacts, name: str) -> Course | None:
    """None where the marker is not documented at all."""
    values = [f for f in _dated(facts, name) if not f.comparator]
    sessions = tace_sessions(facts)
    if not values or not sessions:
        return None
    label = f"{'AFP' if name.startswith('afp') else 'DCP'}"
    best: Course | None = None
    for session in sessions:
        course = _after(session, values, label, name)
        if course.verdict is Verdict.MET:
            return course
        best = course if best is None or session is sessions[-1] else best
    return best


def _after(session: Session, values: Sequence[Fact[Scalar]], label: str, name: str) -> Course:
    before = [f for f in values if f.when and session.when and f.when <= session.when]
    after = [f for f in values if f.when and session.latest and f.when > session.latest]
    if not before or not after:
        side = "before" if not before else "since"
        return Course(Verdict.UNKNOWN, f"no {label} {side} the TACE of {day(session.when)}", (), (name,))
    baseline, last = before[-1], after[-1]
    row = ", ".join(f"{number(float(f.value))} ({day(f.when)})" for f in (baseline, *after))
    if float(last.value) <= float(baseline.value):
        return Course(Verdict.NOT_MET, f"{label} not above its baseline: {row}", (baseline.evidence, last.evidence))
    if last.normal_high is not None and float(last.value) <= last.normal_high:
        return Course(Verdict.NOT_MET, f"{label} rises within the normal range: {row}", (last.evidence,))
    if len(after) < 2:
        return Course(Verdict.UNKNOWN, f"{label} rose once: {row}; one value is not continuous", (last.evidence,),
                      (name,))  # fmt: skip
    rising = all(float(b.value) > float(a.value) for a, b in pairwise(after))
    if rising:
        return Course(Verdict.MET, f"{label} rises continuously: {row}", _refs((baseline, *after)))
    return Course(Verdict.NOT_MET, f"{label} does not rise continuously: {row}", _refs((baseline, *after)))


def afp_above_baseline(facts: PatientFacts, percent: float) -> Course:
    """AFP at least `percent` above the last value before the first TACE, in one unit (ng/mL and IU/mL never mixed)."""
    sessions = tace_sessions(facts)
    if not sessions or sessions[0].when is None:
        return Course(Verdict.NOT_MET, "no TACE session")
    courses = [_above(facts, name, sessions[0], percent) for name in ("afp", "afp_units")]
    decided = [c for c in courses if c.verdict is not Verdict.UNKNOWN]
    return decided[0] if decided else courses[0]


def _above(facts: PatientFacts, name: str, first: Session, percent: float) -> Course:
    values = [f for f in _dated(facts, name) if not f.comparator]
    before = [f for f in values if f.when and first.when and f.when <= first.when]
    after = [f for f in values if f.when and first.latest and f.when > first.latest]
    if not before or not after:
        side = "before" if not before else "since"
        return Course(Verdict.UNKNOWN, f"no AFP {side} the first TACE", (), ("afp",))
    baseline, last = before[-1], after[-1]
    base, now = float(baseline.value), float(last.value)
    normal = last.normal_high is not None and now <= last.normal_high
    row = f"AFP {number(base)} ({day(baseline.when)}) to {number(now)} ({day(last.when)})"
    row += ", within the normal range of the laboratory" if normal else ""
    verdict = Verdict.MET if base > 0 and round(now - base * (1 + percent / 100), 9) >= 0 else Verdict.NOT_MET
    return Course(verdict, row, (baseline.evidence, last.evidence))
