"""The treatment history of a lesion: each TACE session with what imaging said of it afterwards."""

from collections.abc import Iterable, Sequence
from datetime import date

from cards.facts import NOT_TOLD, OVERALL, PatientFacts, Response, Session
from cards.record import record
from cards.response.mrecist import Measured, measured
from cards.words import day

COUNTS_FROM_DAY, LATE_AFTER_DAY = 28, 92
SAME_IMAGING_DAYS = 14
_CAUTIOUS_LAST = ("CR", "PR", "SD", "PD")
NO_RESPONSE = frozenset({"SD", "PD"})
RESPONSE = frozenset({"CR", "PR"})


@record(frozen=True, slots=True)
class Outcome:
    """What followed one session for one lesion.

    category  CR, PR, SD, PD; "" where nothing that counts is told
    viable    viable percent of the lesion, None where not told
    told      False where the session does not say whether it treated this lesion
    overall   True where only the response of the whole liver is told
    measured  the category by the viable diameters measured after the session; it counts where none is stated of the lesion
    stated    the category as stated, of the lesion or in its place of the whole liver; "" where none is
    by_diameter   whether `category` is the measured one
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
    measured: Measured | None = None
    stated: str = ""
    by_diameter: bool = False

    @property
    def failed(self) -> bool | None:
        """No objective response by mRECIST (mrecist-2010: SD or PD); None where it is not told."""
        if self.category in NO_RESPONSE:
            return True
        return False if self.category in RESPONSE else None

    @property
    def words(self) -> str:
        viable = f", {self.viable:g} % viable" if self.viable is not None else ""
        by = " by diameters" if self.by_diameter else ""
        what = f"{self.category or 'response not told'}{by}{viable}"
        return f"{day(self.session.when)}: {what}"

    @property
    def disagreement(self) -> str:
        """ "stated PR; by diameters of 4 Oct 2026 viable 5 cm to 3.6 cm (-28 %): SD"; "" where both agree or one is missing."""
        if self.measured is None or self.stated in ("", self.measured.category):
            return ""
        of = "" if not self.by_diameter else " of the whole liver (which counts other and new lesions too)"
        return f"stated {self.stated}{of}; by diameters of {day(self.measured.on)} {self.measured.words}"


@record(frozen=True, slots=True)
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
    """Every lesion that a TACE session or an order names, each once; where a session names none also those that have a
    response, and NOT_TOLD for what is said of the whole liver alone; NOT_TOLD where there is nothing else.
    """
    named = _named_lesions(facts)
    overall = any(r.lesion in (OVERALL, NOT_TOLD) for r in facts.responses)
    return (*named, NOT_TOLD) if not named or (overall and _some_target_open(facts)) else named


def _some_target_open(facts: PatientFacts) -> bool:
    return any(not s.lesions for s in tace_sessions(facts))


def _named_lesions(facts: PatientFacts) -> tuple[str, ...]:
    named: list[str] = []
    told = [x for s in tace_sessions(facts) for x in s.lesions] + [x for o in facts.orders for x in o.lesions]
    imaged = [r.lesion for r in facts.responses] + [m.lesion for m in facts.viable_sizes]
    told += imaged if _some_target_open(facts) else []
    for lesion in told:
        if lesion not in (OVERALL, NOT_TOLD) and not any(same_lesion(facts, lesion, known) for known in named):
            named.append(lesion)
    return tuple(named)


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
    counts = (response.when - session.latest).days >= COUNTS_FROM_DAY
    return Timed(response, session, counts, after_session(response.when, session))


def after_session(when: date, session: Session) -> str:
    """The day of imaging after a session, and whether it is too early or late, in words."""
    after = (when - (session.latest or when)).days
    said = ": too early, not counted" if after < COUNTS_FROM_DAY else ": late" if after > LATE_AFTER_DAY else ""
    return f"day {after} after the session{said}"


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
    own, overall, by_diameter = timed(facts, lesion), timed(facts, OVERALL), measured_responses(facts, lesion)
    named = _named_lesions(facts)
    alone = len(named) <= 1
    if lesion == NOT_TOLD and len(named) == 1:  # what is said of the only lesion holds for the whole liver
        own = (*own, *timed(facts, named[0]))
    return tuple(
        _outcome(session, lesion, treats, own, overall, alone, [m for s, m in by_diameter if s is session])
        for session in tace_sessions(facts)
        if (treats := _may_treat(facts, session, lesion)) is not False
    )


def measured_responses(facts: PatientFacts, lesion: str) -> tuple[tuple[Session, Measured], ...]:
    """The mRECIST category of a lesion by its viable diameters, each with the session before it; none on days too early."""
    sessions = [s for s in tace_sessions(facts) if _may_treat(facts, s, lesion) is not False]
    mine = [m for m in facts.viable_sizes if same_lesion(facts, m.lesion, lesion)]
    if not sessions or sessions[0].when is None or not mine or lesion in (NOT_TOLD, OVERALL):
        return ()
    whole = [m for m in facts.sizes if same_lesion(facts, m.lesion, lesion) and not m.size.preliminary]
    after = {m.size.when: s for m in mine if (s := _counting_session(sessions, m.size.when)) is not None}
    found = measured(mine, whole, sessions[0].when, [when for when in after if when is not None])
    return tuple((after[each.on], each) for each in found)


def _counting_session(sessions: Sequence[Session], when: date | None) -> Session | None:
    """The last session before a day of imaging, where the day is not too early after it."""
    before = [s for s in sessions if when is not None and s.latest is not None and s.latest < when]
    if not before or when is None or before[-1].latest is None:
        return None
    return before[-1] if (when - before[-1].latest).days >= COUNTS_FROM_DAY else None


def _outcome(
    session: Session,
    lesion: str,
    treats: bool | None,
    own: Sequence[Timed],
    overall: Sequence[Timed],
    alone: bool,
    by_diameter: Sequence[Measured],
) -> Outcome:
    """What is stated of the lesion; else what its diameters say; else the overall response where it must hold."""
    of_lesion = [t for t in own if t.session is session]
    of_liver = [t for t in overall if t.session is session]
    stated, is_overall = _category(of_lesion), False
    if stated is None and (stand_in := _category(of_liver)) and (alone or stand_in.response.category == "CR"):
        stated, is_overall = stand_in, True
    computed = _of_the_same_imaging(by_diameter, stated)
    counts = computed is not None and (stated is None or is_overall)
    viable = _viable(of_lesion) or (_viable(of_liver) if alone else None)
    used = [t for t in (None if counts else stated, viable) if t]
    told = used or [t for t in (*of_lesion, *of_liver) if not t.counts and not counts]
    because = [t.because for t in told]
    because += [f"by diameters of {day(computed.on)}: {computed.words}"] if computed is not None and counts else []
    days = [t.response.when for t in used if t.response.when]
    return Outcome(
        session,
        lesion,
        computed.category if computed is not None and counts else stated.response.category if stated else "",
        viable.response.viable_percent if viable else None,
        max([*days, *([computed.on] if computed is not None and counts else [])], default=None),
        tuple(dict.fromkeys((*(t.response.evidence for t in used), *(computed.evidence if computed else ())))),
        treats is True,
        is_overall and not counts,
        "; ".join(dict.fromkeys(because)) or "no response imaging is recorded",
        computed,
        stated.response.category if stated else "",
        counts,
    )


def _of_the_same_imaging(by_diameter: Sequence[Measured], stated: Timed | None) -> Measured | None:
    """The latest measurement; beside a stated category the nearest one, where it can be of the same imaging."""
    if stated is None or not by_diameter:
        return by_diameter[-1] if by_diameter else None
    on = stated.response.when or date.min
    nearest = min(by_diameter, key=lambda m: (abs((m.on - on).days), m.on))
    return nearest if abs((nearest.on - on).days) <= SAME_IMAGING_DAYS else None


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
