"""What each imaging said of each lesion after each session: category, viable part and diameters of one day together."""

from dataclasses import replace
from datetime import date

from cards.facts import NOT_TOLD, OVERALL, PatientFacts, Session
from cards.record import record
from cards.response.history import (
    Timed,
    after_session,
    measured_responses,
    more_cautious,
    target_lesions,
    timed,
)
from cards.response.mrecist import Measured
from cards.words import listed


@record(frozen=True, slots=True)
class Reading:
    """One lesion (or OVERALL) on one day of imaging.

    session   the session it belongs to; counts: not too early after it
    category  CR, PR, SD, PD, NE or "" as stated; of two on one day the more cautious, the other in `conflict`
    viable    viable percent of the lesion, None where not told
    measured  the category by the viable diameters of that day
    """

    lesion: str
    session: Session
    on: date
    category: str
    viable: float | None
    counts: bool
    because: str
    evidence: tuple[str, ...]
    conflict: str = ""
    measured: Measured | None = None

    @property
    def words(self) -> str:
        """ "SD, 60 % viable" """
        parts = [self.category] if self.category else []
        parts += [f"{self.viable:g} % viable"] if self.viable is not None else []
        return ", ".join([*parts, f"by diameters {self.measured.words}"] if self.measured is not None else parts)

    @property
    def agrees(self) -> bool | None:
        """Whether the stated category is the measured one; None where one of them is missing."""
        return None if self.measured is None or not self.category else self.category == self.measured.category


def readings(facts: PatientFacts) -> tuple[Reading, ...]:
    """Every dated reading after a TACE session, in the order of the sessions."""
    found = []
    for lesion in dict.fromkeys((*target_lesions(facts), OVERALL)):
        days: dict[tuple[str, date], list[Timed]] = {}
        for t in timed(facts, lesion) if lesion != NOT_TOLD else ():
            if t.response.when is not None:
                days.setdefault((t.session.evidence[0], t.response.when), []).append(t)
        stated = [_reading(lesion, on, same_day) for (_, on), same_day in days.items()]
        found += _with_measured(lesion, stated, measured_responses(facts, lesion))
    return tuple(sorted(found, key=lambda r: (r.session.when or date.min, r.on)))


def _reading(lesion: str, on: date, found: list[Timed]) -> Reading:
    categories = sorted({t.response.category for t in found if t.response.category}, key=more_cautious, reverse=True)
    viable = [t.response.viable_percent for t in found if t.response.viable_percent is not None]
    return Reading(
        lesion,
        found[0].session,
        on,
        categories[0] if categories else "",
        max(viable, default=None),
        found[0].counts,
        found[0].because,
        tuple(sorted({t.response.evidence for t in found})),
        f"{listed(categories[1:])} was stated on the same day; the more cautious counts" if categories[1:] else "",
    )


def _with_measured(
    lesion: str, stated: list[Reading], by_diameter: tuple[tuple[Session, Measured], ...]
) -> list[Reading]:
    """The measured category beside the stated one of that day, or alone."""
    measured_on = {m.on: m for _, m in by_diameter}
    alone = {r.on for r in stated}
    merged = [replace(r, measured=measured_on.get(r.on)) for r in stated]
    return merged + [
        Reading(lesion, session, m.on, "", None, True, after_session(m.on, session), m.evidence, "", m)
        for session, m in by_diameter
        if m.on not in alone
    ]
