"""The treatment history of a lesion: each TACE session with what imaging said of it afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cards.facts import NOT_TOLD, OVERALL, PatientFacts, Response, Session
from cards.words import day

COUNTS_FROM_DAY, LATE_AFTER_DAY = 28, 92
_CAUTIOUS_LAST = ("CR", "PR", "SD", "PD")
NO_RESPONSE = frozenset({"SD", "PD"})
RESPONSE = frozenset({"CR", "PR"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed one session for one lesion.

    category  CR, PR, SD, PD; "" where nothing that counts is told
    viable    viable percent of the lesion, None where not told
    told      False where the session does not say whether it treated this lesion
    overall   True where only the response of the whole liver is told
    """

    session: Session
    lesion: str
    category: str = ""
    viable: float | None = None
    on: date | None = None
    evidence: tuple[str, ...] = ()
    told: bool = True
    overall: bool = False
    because: str = ""

    @property
    def failed(self) -> bool | None:
        """No objective response by mRECIST (mrecist-2010: SD or PD); None where it is not told."""
        if self.category in NO_RESPONSE:
            return True
        return False if self.category in RESPONSE else None

    @property
    def words(self) -> str:
        viable = f", {self.viable:g} % viable" if self.viable is not None else ""
        what = f"{self.category or 'response not told'}{viable}"
        return f"{day(self.session.when)}: {what}"


@dataclass(frozen=True, slots=True)
class Timed:
    """A response with the session it belongs to and whether it counts."""

    response: Response
    session: Session
    counts: bool
    because: str


def more_cautious(category: str) -> int:
    """Higher is more cautious: of two categories of one day the higher counts; not evaluable never replaces one.

    >>> max(["PD", "NE", "PR"], key=more_cautious)
    'PD'
    """
    return ("NE", *_CAUTIOUS_LAST).index(category)


def tace_sessions(facts: PatientFacts) -> tuple[Session, ...]:
    """TACE sessions with a date, oldest first."""
    return tuple(s for s in facts.sessions if s.kind == "tace" and s.when is not None)


def undated_tace(facts: PatientFacts) -> tuple[Session, ...]:
    return tuple(s for s in facts.sessions if s.kind == "tace" and s.when is None)


def same_lesion(facts: PatientFacts, one: str, other: str) -> bool:
    """Whether two lesion keys name one lesion: the same key, or a segment in which one lesion alone is told."""
    if one == other:
        return True
    segment = facts.segments.get(one, one)
    if segment != facts.segments.get(other, other) or not segment.startswith("segment-"):
        return False
    return sum(1 for located in facts.segments.values() if located == segment) <= 1


def target_lesions(facts: PatientFacts) -> tuple[str, ...]:
    """Every lesion that a TACE session or an order names, each once; NOT_TOLD where none is named."""
    named: list[str] = []
    orders = (lesion for o in facts.orders for lesion in o.lesions)
    for lesion in (*(x for s in tace_sessions(facts) for x in s.lesions), *orders):
        if not any(same_lesion(facts, lesion, known) for known in named):
            named.append(lesion)
    return tuple(named) or (NOT_TOLD,)


def lesion_name(facts: PatientFacts, lesion: str) -> str:
    """How a card names a lesion."""
    if lesion in (NOT_TOLD, OVERALL):
        return "the treated area (lesion not told)"
    segment = facts.segments.get(lesion, lesion)
    return segment.replace("-", " ") if segment.startswith("segment-") else lesion


def timed(facts: PatientFacts, lesion: str) -> tuple[Timed, ...]:
    """The responses of a lesion (or OVERALL), each with its session; later than day 92 counts and is flagged."""
    sessions = [s for s in tace_sessions(facts) if _may_treat(facts, s, lesion) is not False]
    mine = (r for r in facts.responses if _is_about(facts, r, lesion))
    return tuple(t for r in mine if (t := _time(r, sessions, tace_sessions(facts))) is not None)


def _is_about(facts: PatientFacts, response: Response, lesion: str) -> bool:
    if OVERALL in (response.lesion, lesion) or NOT_TOLD in (response.lesion, lesion):
        return response.lesion in (OVERALL, NOT_TOLD) and lesion in (OVERALL, NOT_TOLD)
    return same_lesion(facts, response.lesion, lesion)


def _time(response: Response, sessions: Sequence[Session], every: Sequence[Session]) -> Timed | None:
    session = next((s for s in every if response.session and response.session in s.evidence), None)
    if response.when is None:
        return None
    if session is None:
        before = [s for s in sessions if s.latest is not None and s.latest < response.when]
        session = before[-1] if before else None
    if session is None or session.latest is None:
        return None
    after = (response.when - session.latest).days
    if after < COUNTS_FROM_DAY:
        return Timed(response, session, False, f"day {after} after the session: too early, not counted")
    if after > LATE_AFTER_DAY:
        return Timed(response, session, True, f"day {after} after the session: late")
    return Timed(response, session, True, f"day {after} after the session")


def _may_treat(facts: PatientFacts, session: Session, lesion: str) -> bool | None:
    """True or False where the session names its lesions, None where it does not."""
    if lesion in (OVERALL, NOT_TOLD):
        return True
    if not session.lesions:
        return None
    return any(same_lesion(facts, lesion, treated) for treated in session.lesions)


def lesion_history(facts: PatientFacts, lesion: str) -> tuple[Outcome, ...]:
    """Each TACE session that treated, or may have treated, the lesion, with what followed it; oldest first.

    A response of the lesion itself comes first. The overall response stands in where it must hold for the lesion too:
    overall CR, or a record that knows of no other lesion.
    """
    own, overall = timed(facts, lesion), timed(facts, OVERALL)
    alone = len(target_lesions(facts)) == 1
    return tuple(
        _outcome(session, lesion, treats, own, overall, alone)
        for session in tace_sessions(facts)
        if (treats := _may_treat(facts, session, lesion)) is not False
    )


def _outcome(
    session: Session, lesion: str, treats: bool | None, own: Sequence[Timed], overall: Sequence[Timed], alone: bool
) -> Outcome:
    of_lesion = [t for t in own if t.session is session]
    of_liver = [t for t in overall if t.session is session]
    category, is_overall = _category(of_lesion), False
    if not category and (stand_in := _category(of_liver)) and (alone or stand_in.response.category == "CR"):
        category, is_overall = stand_in, True
    viable = _viable(of_lesion) or (_viable(of_liver) if alone else None)
    used = [t for t in (category, viable) if t]
    uncounted = [t for t in (*of_lesion, *of_liver) if not t.counts]
    return Outcome(
        session,
        lesion,
        category.response.category if category else "",
        viable.response.viable_percent if viable else None,
        max((t.response.when for t in used if t.response.when), default=None),
        tuple(dict.fromkeys(t.response.evidence for t in used)),
        treats is True,
        is_overall,
        "; ".join(dict.fromkeys(t.because for t in (used or uncounted))) or "no response imaging is recorded",
    )


def _category(found: Iterable[Timed]) -> Timed | None:
    """The latest counted category; of two on one day the more cautious."""
    counted = [t for t in found if t.counts and t.response.category in _CAUTIOUS_LAST]
    return max(counted, key=lambda t: (t.response.when or date.min, _CAUTIOUS_LAST.index(t.response.category)),
               default=None)  # fmt: skip


def _viable(found: Iterable[Timed]) -> Timed | None:
    counted = [t for t in found if t.counts and t.response.viable_percent is not None]
    return max(counted, key=lambda t: (t.response.when or date.min, t.response.viable_percent or 0), default=None)


def add_months(start: date, months: int) -> date:
    """The same day some calendar months later; the last day of a shorter month.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    for last in (start.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
