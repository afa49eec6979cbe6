"""A treatment course for the tests: sessions with what imaging said after each, and a quiet rest of the record."""

from dataclasses import dataclass
from datetime import date, timedelta

from cards.facts import Fact, Order, PatientFacts
from cards.refractoriness.verdict import Refractoriness, refractoriness
from cards.response.history import Session
from tests.cards.build import LESION, case, facts, response, session, value

FIRST = date(2026, 2, 2)  # day of the first session
GAP_DAYS = 56
BEFORE, AFTER = date(2026, 2, 1), date(2026, 11, 1)
TARGET = (LESION,)


@dataclass(frozen=True)
class Step:
    """One session and its response: category and viable percent of the lesion `about`, `day` days later."""

    category: str = ""
    viable: float | None = None
    on: tuple[str, ...] = TARGET
    about: str = LESION
    gap: int = GAP_DAYS
    day: int = 42
    when: date | None = None
    kind: str = "tace"
    selective: bool | None = True
    changed: bool | None = True
    success: bool | None = None
    intent: str = "palliative"
    named: bool = True


def step(category="", viable=None, **fields) -> Step:
    return Step(category, viable, **fields)


def on(name: str, *dated: tuple[object, date], limit: float | None = None) -> list[Fact]:
    """A series of one fact: (value, day)."""
    return [value(name, what, when, number=n, limit=limit) for n, (what, when) in enumerate(dated)]


# Markers, invasion, spread and number neither change nor are missing.
QUIET = {
    "afp": on("afp", (10.0, BEFORE), (9.0, AFTER)),
    "portal_vein_invasion": on("portal_vein_invasion", ("none", BEFORE), ("none", AFTER)),
    "extrahepatic_spread": on("extrahepatic_spread", (False, BEFORE), (False, AFTER)),
    "nodule_count": on("nodule_count", (1, BEFORE), *((1, FIRST + timedelta(n * GAP_DAYS + 40)) for n in range(5))),
}


def course(*steps: Step | str, **changes) -> PatientFacts:
    """The steps 56 days apart; "SD" stands for a session of the lesion with stable disease."""
    sessions: list[Session] = []
    responses = list(changes.pop("responses", ()))
    when = FIRST
    for number, each in enumerate(step(s) if isinstance(s, str) else s for s in steps):
        when = each.when or (when + timedelta(days=each.gap) if number else FIRST)
        treated = session(when, *each.on, kind=each.kind, selective=each.selective, changed=each.changed,
                          success=each.success, intent=each.intent)  # fmt: skip
        sessions.append(treated)
        if each.category or each.viable is not None:
            responses.append(response(treated, each.category, lesion=each.about, day=each.day, viable=each.viable,
                                      named=each.named))  # fmt: skip
    return facts(sessions=[*sessions, *changes.pop("more", ())], responses=responses, **{**QUIET, **changes})


def judged(patient: PatientFacts, order: Order | None = None) -> Refractoriness:
    return refractoriness(case(patient, order))
