"""Patients for the tests of the core: facts by name, the rest as in the record of a TACE candidate."""

from collections.abc import Iterable
from datetime import date, timedelta

from cards.case import Case, case_of
from cards.current import State, current_state
from cards.facts import FACTS, Fact, LesionSize, Order, PatientFacts, Response, Session, Treatment, Tumor
from cards.liver.child_pugh import ChildPugh, child_pugh

TODAY = date(2026, 11, 21)
DAYS_AGO = 10  # of a value whose age the test does not care about
LESION = "segment-8"

LIVER = {"bilirubin": 0.9, "albumin": 4.2, "inr": 1.0, "ascites_grade": "none", "encephalopathy_grade": 0}
EXTENT = {"extrahepatic_spread": False, "portal_vein_invasion": "none", "nodule_count": 2}
CANDIDATE = {
    **LIVER,
    **EXTENT,
    "ecog": 0,
    "creatinine": 1.0,
    "portal_flow": "preserved",
    "growth_pattern": "nodular",
    "selective_access": True,
}
CANDIDATE_SIZES = (4.0, 2.0)  # BCLC B, inside up-to-seven


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def value(name, what, days_ago=DAYS_AGO, *, number=0, preliminary=False, state=False, limit=None):
    """One Fact. `what` is a value, or "<2.0" with a comparator; days_ago None: undated."""
    comparator, sent = "", None
    if isinstance(what, str) and what[0] in "<>":
        comparator = what[:2] if what[1] == "=" else what[0]
        what = float(what.removeprefix(comparator))
    elif isinstance(what, str) and what.endswith(" umol/L"):
        sent = (float(what.split()[0]), "umol/L")
        what = sent[0] / (17.104 if name == "bilirubin" else 88.4)
    shown = f"{comparator}{what}"
    when = None if days_ago is None else days_ago if isinstance(days_ago, date) else ago(days_ago)
    evidence = f"{'Condition' if state else 'Observation'}/{name}-{number}"
    return Fact(name, what, when, evidence, shown, comparator, sent, (), preliminary, state, False, limit)


def series(name, whats):
    """Facts newest first, undated last, as the reader hands them over."""
    listed = whats if isinstance(whats, list) else [whats]
    found = [
        each if isinstance(each, Fact) else value(name, *(each if isinstance(each, tuple) else (each,)), number=number)
        for number, each in enumerate(listed)
    ]
    return tuple(sorted(found, key=lambda f: f.when or date.min, reverse=True))


def sizes(whats: Iterable[object], name: str = "nodule_size") -> tuple[LesionSize, ...]:
    """cm, (cm, days ago) or (cm, days ago, lesion); lesions are told apart as segment-1, segment-2 …"""
    found = []
    for number, each in enumerate(whats, 1):
        if isinstance(each, LesionSize):
            found.append(each)
            continue
        cm, days_ago, lesion = (*each, *(DAYS_AGO, None)[len(each) - 1 :]) if isinstance(each, tuple) else (
            each, DAYS_AGO, None)  # fmt: skip
        found.append(LesionSize(lesion or f"segment-{number}", value(name, cm, days_ago, number=number)))
    return tuple(sorted(found, key=lambda m: m.size.when or date.min, reverse=True))


def present(name, what=True, since=None):
    """A Condition that is present."""
    return value(name, what, since, state=True)


def facts(
    *, tumor="hcc", sex="male", sizes=(), viable=(), states=(), sessions=(), responses=(), orders=(), treatments=(),
    segments=None, refused=None, gaps=(), unreached=(), **values,
) -> PatientFacts:  # fmt: skip
    """`facts(bilirubin=1.2, albumin=(3.8, 20), afp=[(100, 90), (120, 10)])`: value, (value, days ago), or several."""
    assert values.keys() <= FACTS.keys(), values.keys() - FACTS.keys()
    return PatientFacts(
        patient="Patient/1",
        sex=sex,
        tumor=Tumor(tumor, f"{tumor} (Condition/tumor)", ("Condition/tumor",), (), True) if tumor else Tumor(),
        series={name: series(name, what) for name, what in values.items() if what is not None},
        states={fact.name: fact for fact in states},
        sizes=measured(sizes),
        viable_sizes=measured(viable, "viable_diameter"),
        sessions=tuple(sorted(sessions, key=lambda s: s.when or date.max)),
        responses=tuple(sorted(responses, key=lambda r: r.when or date.max)),
        orders=tuple(orders),
        treatments=tuple(treatments),
        segments=segments or {},
        refused=refused or {},
        gaps=tuple(gaps),
        unreached=frozenset(unreached),
    )


measured = sizes


def candidate(**changes) -> PatientFacts:
    """A patient whom no criterion speaks against; None takes a fact away."""
    return facts(**{"sizes": CANDIDATE_SIZES, **CANDIDATE, **changes})


EMPTY = facts(tumor="", sex="")


def state_of(patient: PatientFacts) -> State:
    return current_state(patient, TODAY)


def state(**values) -> State:
    return state_of(facts(**values))


def liver(**values) -> ChildPugh:
    return child_pugh(state(**values))


def case(patient: PatientFacts, order: Order | None = None) -> Case:
    return case_of(patient, TODAY, order)


# Treatments


def session(when, *lesions, kind="tace", selective=None, changed=None, success=None, intent="") -> Session:
    """A session of a day (a date, or days ago; None: undated) on the named lesions."""
    on = ago(when) if isinstance(when, int) else when
    return Session((f"Procedure/{kind}-{on}",), kind, on, on, lesions, selective, changed, success, intent)


def response(after: Session, category="", *, lesion=None, day=42, viable=None, named=True) -> Response:
    """What imaging said `day` days after a session, of the session's first lesion unless another is named."""
    about = lesion or (after.lesions[0] if after.lesions else LESION)
    on = after.when + timedelta(days=day)
    ref = f"Observation/{category or 'viable'}-{about}-{on}"
    return Response(about, on, ref, category, viable, after.evidence[0] if named else "")


def drug(label="sorafenib", *, active=True, days_ago=30) -> Treatment:
    return Treatment("systemic", label, ago(days_ago), f"MedicationRequest/{label}", active)


def order(kind="tace", *lesions, **fields) -> Order:
    return Order(f"ServiceRequest/{kind}", kind, kind.upper(), lesions, **fields)
