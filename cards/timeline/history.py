"""The history that the table and the picture both show: sessions, responses, markers, liver function, what appeared."""

from datetime import date

from cards.assess import Assessment
from cards.facts import OVERALL, Fact, PatientFacts, Scalar, Session
from cards.record import record
from cards.response.history import lesion_name, tace_sessions
from cards.response.liver_course import LiverAt
from cards.response.readings import Reading, readings
from cards.words import day, listed, number, span

MARKERS = {
    "afp": ("AFP", "ng/mL"),
    "afp_units": ("AFP", "IU/mL"),
    "afp_l3": ("AFP-L3", "%"),
    "dcp": ("DCP", "ng/mL"),
    "dcp_units": ("DCP", "mAU/mL"),
}
_KINDS = {"tace": "TACE", "tae": "Bland embolization", "y90": "Y-90", "embolization": "Embolization, kind not told"}
_APPEARANCES = {
    "portal_vein_invasion": "portal vein invasion",
    "hepatic_vein_invasion": "hepatic vein or caval invasion",
    "extrahepatic_spread": "extrahepatic spread",
    "new_intrahepatic_lesion": "new intrahepatic lesion",
}


@record(frozen=True, slots=True)
class Row:
    """One line of the table: day, what it is, of what, what was found, and the resources it stands on."""

    when: date
    what: str
    of: str
    found: str
    evidence: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Appearance:
    """Invasion, spread or a new lesion, where it is first documented as present."""

    when: date
    words: str
    evidence: str


def treatments(facts: PatientFacts) -> tuple[Session, ...]:
    """Dated TACE, bland embolization and Y-90, oldest first."""
    return tuple(s for s in facts.sessions if s.when is not None)


def marker_series(facts: PatientFacts, name: str) -> tuple[Fact[Scalar], ...]:
    """The dated values of one marker in one unit, oldest first."""
    return tuple(sorted((f for f in facts.series.get(name, ()) if f.when), key=lambda f: f.when or date.min))


def appearances(facts: PatientFacts) -> tuple[Appearance, ...]:
    """The first positive statement of each."""
    found = []
    for name, words in _APPEARANCES.items():
        told = [*facts.series.get(name, ()), *([facts.states[name]] if name in facts.states else [])]
        positive = [f for f in told if f.when is not None and f.value not in (False, "none")]
        if positive:
            first = min(positive, key=lambda f: f.when or date.max)
            grade = f" {first.value}" if isinstance(first.value, str) and first.value != "present" else ""
            found.append(Appearance(first.when or date.max, words + grade, first.evidence))
    return tuple(sorted(found, key=lambda a: a.when))


def marker_words(f: Fact[Scalar]) -> str:
    """ "50,000", "<0.2" """
    value = float(f.value)
    return f.comparator + (f"{int(value):,}" if value >= 1000 else number(value))


def child_pugh_words(point: LiverAt) -> str:
    """ "A5", "5–7 (A or B)", or "not known" where nothing of it is."""
    liver = point.child_pugh
    if liver.status == "unknown":
        return "not known"
    if len(liver.classes) == 1:
        return f"{liver.classes[0]}{span(liver.low, liver.high)}"
    return f"{span(liver.low, liver.high)} ({listed(liver.classes, 'or')})"


def timeline_rows(a: Assessment) -> tuple[Row, ...]:
    """The whole history as a table, oldest first; of one day sessions first. What the picture shows stands here in words."""
    facts = a.case.facts
    rows = [_session_row(facts, s) for s in treatments(facts)]
    rows += [_reading_row(facts, r) for r in readings(facts)]
    rows += [_marker_row(name, f) for name in MARKERS for f in marker_series(facts, name)]
    rows += [Row(x.when, "Appeared", "", x.words, (x.evidence,)) for x in appearances(facts)]
    rows += [_liver_row(p) for p in a.case.course if p.child_pugh.status != "unknown" or p.albi.score.value is not None]
    return tuple(sorted(rows, key=lambda row: row.when))


def undated_words(facts: PatientFacts) -> tuple[str, ...]:
    """Treatments without a date, which stand in no picture: "TACE of segment 8 without a date (Procedure/a)"."""
    return tuple(
        f"{_KINDS[s.kind]} of {listed(lesion_name(facts, x) for x in s.lesions) or 'a lesion not told'} without a date "
        f"({', '.join(s.evidence)})"
        for s in facts.sessions
        if s.when is None
    )


def _session_row(facts: PatientFacts, s: Session) -> Row:
    told = [word for flag, yes, no in ((s.selective, "selective", "not selective"),
                                       (s.technique_changed, "agent or feeder changed", "agent and feeder unchanged"),
                                       (s.technical_success, "technical success", "technically failed"))
            if flag is not None for word in [yes if flag else no]]  # fmt: skip
    told += [f"{s.intent} intent"] if s.intent else []
    until = f"until {day(s.latest)} at the latest" if s.latest is not None and s.latest != s.when else ""
    until = f"in planned steps: {listed(day(d) for d in s.steps)}" if s.steps else until
    words = ", ".join([*told, *([until] if until else [])]) or "technique not documented"
    of = listed(lesion_name(facts, x) for x in s.lesions) or "lesion not told"
    return Row(s.when or date.min, _title(facts, s), of, words, s.evidence)


def _title(facts: PatientFacts, s: Session) -> str:
    if s.kind != "tace":
        return _KINDS[s.kind]
    sessions = tace_sessions(facts)
    return f"TACE {sessions.index(s) + 1}" if s in sessions else "TACE"


def _reading_row(facts: PatientFacts, r: Reading) -> Row:
    of = "whole liver" if r.lesion == OVERALL else lesion_name(facts, r.lesion)
    extra = f"; {r.conflict}" if r.conflict else ""
    extra += "; stated and measured category differ" if r.agrees is False else ""
    return Row(r.on, "Response", of, f"{r.words or 'not told'} ({r.because}){extra}", r.evidence)


def _marker_row(name: str, f: Fact[Scalar]) -> Row:
    label, unit = MARKERS[name]
    return Row(f.when or date.min, label, "", f"{marker_words(f)} {unit}", (f.evidence,))


def _liver_row(point: LiverAt) -> Row:
    score = point.albi.score
    albi = (
        f", ALBI {score.value:.2f} (grade {listed(point.albi.modified_grades, 'or')})"
        if score.value is not None
        else ""
    )
    when = "before the TACE" if point.before is not None else "today"
    return Row(point.when, "Liver function", when, f"Child-Pugh {child_pugh_words(point)}{albi}",
               tuple(dict.fromkeys((*point.child_pugh.evidence, *score.evidence))))  # fmt: skip
