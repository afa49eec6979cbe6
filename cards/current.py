"""What of the record counts as today's state: not too old, not from the recovery after a treatment, not from before it.

Rules never look at dates of the current state themselves; they see a value that may be used, or why there is none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta

from cards.facts import FACTS, Absent, After, Fact, FactSpec, LesionSize, PatientFacts, Scalar, Session, Why, Window
from cards.record import record
from cards.words import ago, day

Known = Fact[Scalar] | Absent


@record(frozen=True, slots=True)
class Windows:
    """How many days a value of the current state holds. Each is a setting of the service."""

    laboratory: int = 90
    clinical: int = 90
    imaging: int = 120
    recovery: int = 28

    def days(self, window: Window) -> int | None:
        if window is Window.LABORATORY:
            return self.laboratory
        if window is Window.CLINICAL:
            return self.clinical
        return self.imaging if window is Window.IMAGING else None


DEFAULT_WINDOWS = Windows()


@record(frozen=True, slots=True)
class State:
    """Today's state, one field a fact of FACTS: a Fact that may be used, or Absent with the reason."""

    bilirubin: Known
    albumin: Known
    inr: Known
    pt: Known
    pt_control: Known
    creatinine: Known
    sodium: Known
    platelets: Known
    alt: Known
    ast: Known
    afp: Known
    afp_units: Known
    afp_l3: Known
    dcp: Known
    dcp_units: Known
    ecog: Known
    ascites_grade: Known
    ascites_controlled: Known
    encephalopathy_grade: Known
    encephalopathy_controlled: Known
    jaundice: Known
    hepatorenal_syndrome: Known
    varices_at_risk: Known
    biliary_obstruction: Known
    active_infection: Known
    active_bleeding: Known
    anticoagulated: Known
    dialysis_twice_weekly: Known
    bilioenteric_anastomosis: Known
    tumor_rupture: Known
    transplant_listed: Known
    nodule_count: Known
    portal_vein_invasion: Known
    hepatic_vein_invasion: Known
    bile_duct_invasion: Known
    portal_flow: Known
    extrahepatic_spread: Known
    growth_pattern: Known
    lobar_distribution: Known
    liver_involvement_percent: Known
    selective_access: Known
    unresectable: Known
    bridge_to_transplant: Known
    systemic_therapy_status: Known
    symptomatic: Known
    liver_dominant: Known
    diffuse: Known
    progressive: Known
    child_pugh_score: Known
    child_pugh_class: Known
    bclc_stage: Known
    sizes: tuple[LesionSize, ...] = ()
    sizes_absent: Absent | None = None

    def __getitem__(self, name: str) -> Known:
        value: Known = getattr(self, name)
        return value


STATE_FACTS = tuple(f.name for f in fields(State) if f.name in FACTS)


def last_treatment(sessions: Iterable[Session]) -> Session | None:
    """The last dated TACE, bland embolization or Y-90; what came before it is no baseline for the next one."""
    dated = [s for s in sessions if s.latest is not None]
    return max(dated, key=lambda s: s.latest or date.min) if dated else None


def current_state(facts: PatientFacts, today: date, windows: Windows = DEFAULT_WINDOWS) -> State:
    """Judge every fact of the current state once.

    Windows are settings of the service; the recovery period rests on livert-2019 (liver function after TACE).
    """
    since = _treated_on(facts.sessions)
    usable = _usability(today, windows, since)
    known: dict[str, Known] = dict(_NOTHING)
    read = facts.series.keys() | facts.states.keys() | facts.refused.keys()
    for name in STATE_FACTS if "Observation" in facts.unreached else read & _NOTHING.keys():
        known[name] = _pick(facts, FACTS[name], usable)
    sizes, absent = _sizes_now(facts, usable)
    return State(**known, sizes=sizes, sizes_absent=absent)


def _treated_on(sessions: Iterable[Session]) -> date | None:
    last = last_treatment(sessions)
    return last.latest if last else None


def _usability(today: date, windows: Windows, since: date | None) -> Callable[[FactSpec, Fact[Scalar]], Absent | None]:
    """Build the check of one value: None where it may be used, else why not."""

    def refuse(spec: FactSpec, fact: Fact[Scalar]) -> Absent | None:
        if fact.state:
            return None
        if fact.when is None:
            return Absent(spec.name, Why.UNDATED, f"{spec.label} {fact.shown} has no date", fact.evidence)
        if since is not None and _is_before(spec, fact.when, since):
            because = f"no {spec.label} since the treatment of {day(since)}; last {fact.shown} on {day(fact.when)}"
            return Absent(spec.name, Why.BEFORE_SESSION, because, fact.evidence)
        if since is not None and spec.after is After.RECOVERY:
            recovered = since + timedelta(days=windows.recovery)
            if fact.when <= recovered:
                number = (fact.when - since).days
                because = (
                    f"no {spec.label} after recovery from the treatment of {day(since)}; "
                    f"{fact.shown} on day {number} is a recovery value"
                )
                return Absent(spec.name, Why.RECOVERY, because, fact.evidence)
        limit = windows.days(spec.window)
        if limit is not None and (today - fact.when).days > limit:
            because = f"{spec.label} {fact.shown} of {day(fact.when)} is too old ({ago(fact.when, today)})"
            return Absent(spec.name, Why.TOO_OLD, because, fact.evidence)
        return None

    return refuse


def _is_before(spec: FactSpec, when: date, since: date) -> bool:
    """Liver function of the day of treatment is a recovery value; imaging of that day is from before it."""
    if spec.after is After.ANY:
        return False
    return when < since or (when == since and spec.after is After.SESSION)


_NOTHING = {name: Absent(name) for name in STATE_FACTS}  # two in three facts of a record: made once


def _pick(facts: PatientFacts, spec: FactSpec, refuse: Callable[[FactSpec, Fact[Scalar]], Absent | None]) -> Known:
    """The newest final value if it may be used, else the newest preliminary one, else why there is none."""
    state = facts.states.get(spec.name)
    series = facts.series.get(spec.name, ())
    refused: Absent | None = None
    for preliminary in (False, True):
        fact = _newest(series, preliminary)
        if fact is None:
            continue
        why = refuse(spec, fact)
        if why is None:
            return _with_state(spec, fact, state) if state is not None else fact
        refused = refused or why
    if state is not None:
        return state
    if refused is not None:
        return refused
    if spec.name in facts.refused:
        return Absent(spec.name, Why.UNUSABLE, facts.refused[spec.name])
    if "Observation" in facts.unreached:
        return Absent(spec.name, Why.UNREACHABLE, f"{spec.label}: could not be fetched")
    return _NOTHING[spec.name]


def _newest(series: Sequence[Fact[Scalar]], preliminary: bool) -> Fact[Scalar] | None:
    for fact in series:
        if fact.preliminary is preliminary:
            return fact
    return None


# A dated statement that is more specific than the Condition beside it: a Condition "varices" does not say
# that they are at risk, a Condition "encephalopathy" or "ascites" does not give a grade.
_OBSERVATION_WINS = frozenset({"varices_at_risk"})


def _with_state(spec: FactSpec, fact: Fact[Scalar], state: Fact[Scalar]) -> Fact[Scalar]:
    """A dated value beside a Condition that is present: the more cautious one, and the conflict is said."""
    if spec.name in _OBSERVATION_WINS or state.value == fact.value:
        return fact
    if state.value == "present":
        if fact.value not in ("none", 0):
            return fact
        note = f"conflict: none on {day(fact.when)} ({fact.evidence}) beside an active Condition ({state.evidence})"
        return _annotated(state, note)
    said = {f.evidence: _said(f) for f in (fact, state)}
    used = state if _caution(spec, state) > _caution(spec, fact) else fact
    note = (
        f"conflict: {fact.evidence} says {said[fact.evidence]} on {day(fact.when)}, {state.evidence} says "
        f"{said[state.evidence]}; {said[used.evidence]} is used"
    )
    return _annotated(used, note)


def _caution(spec: FactSpec, fact: Fact[Scalar]) -> float:
    """How cautious a value is: higher is more."""
    order = spec.values.index(fact.value) if spec.kind == "coded" else float(fact.value)
    return -order if spec.worse == "low" else order


def _said(fact: Fact[Scalar]) -> str:
    """A value in a sentence: yes, no, or as it is."""
    return {True: "yes", False: "no"}[fact.value] if isinstance(fact.value, bool) else str(fact.value)


def _annotated(fact: Fact[Scalar], note: str) -> Fact[Scalar]:
    return replace(fact, notes=(*fact.notes, note))


def _sizes_now(
    facts: PatientFacts, refuse: Callable[[FactSpec, Fact[Scalar]], Absent | None]
) -> tuple[tuple[LesionSize, ...], Absent | None]:
    """The latest usable size of each lesion; sizes of lesions that are not told apart count where they are newest."""
    spec = FACTS["nodule_size"]
    latest: dict[str, list[LesionSize]] = {}
    refused: Absent | None = None
    for measured in facts.sizes:  # newest first
        why = refuse(spec, measured.size)
        if why is not None:
            refused = refused or why
            continue
        same = latest.setdefault(measured.lesion, [])
        if not same or same[0].size.when == measured.size.when:
            same.append(measured)
    kept = tuple(m for same in latest.values() for m in same)
    if kept:
        return kept, None
    if refused is None and spec.name in facts.refused:
        refused = Absent(spec.name, Why.UNUSABLE, facts.refused[spec.name])
    if refused is None and "Observation" in facts.unreached:
        refused = Absent(spec.name, Why.UNREACHABLE, f"{spec.label}: could not be fetched")
    return (), refused or Absent(spec.name)
