"""mRECIST of one target lesion by its viable diameters, as they were measured."""

from collections.abc import Iterable, Sequence
from datetime import date

from cards.facts import LesionSize
from cards.record import record
from cards.words import number

FALL_PERCENT, RISE_PERCENT = 30.0, 20.0


def mrecist(now: float, baseline: float, nadir: float) -> str:
    """The category of one lesion: CR no viable tumor left; PR the viable diameter at least 30 % below the baseline; PD at
    least 20 % above the nadir, also where it is still below the baseline; SD otherwise. Both limits are inclusive and
    nothing is rounded before comparing.

    Inputs
        now, baseline, nadir   viable_diameter (longest, enhancing), one unit; nadir: the smallest so far, baseline included
    Not modelled
        the sum over two target lesions, lesions that are not targets, new lesions: they make the overall response
    Source
        mrecist-2010

    >>> mrecist(69.91, 100, 100), mrecist(70.08, 100, 100), mrecist(120, 100, 100), mrecist(119.04, 100, 100)
    ('PR', 'SD', 'PD', 'SD')
    >>> mrecist(60, 100, 40), mrecist(0, 100, 100)
    ('PD', 'CR')
    """
    if now == 0:
        return "CR"
    if _at_least(now - nadir, nadir * RISE_PERCENT / 100):
        return "PD"
    return "PR" if _at_least(baseline - now, baseline * FALL_PERCENT / 100) else "SD"


def _at_least(change: float, limit: float) -> bool:
    """Not decided by the last bit of a binary fraction."""
    return round(change - limit, 9) >= 0


@record(frozen=True, slots=True)
class Measured:
    """The category of a lesion on one day by its viable diameters, in cm.

    whole   the baseline is the whole diameter before treatment: no viable one was recorded then
    """

    on: date
    category: str
    now: float
    baseline: float
    nadir: float
    whole: bool
    evidence: tuple[str, ...]

    @property
    def words(self) -> str:
        """ "viable 5 cm to 3.6 cm (-28 %): SD" """
        before = "whole" if self.whole else "viable"
        percent = f"{(self.now - self.baseline) / self.baseline * 100:+.0f} %" if self.baseline else "from none"
        since = f", {number(self.nadir)} cm in between" if self.nadir < min(self.baseline, self.now) else ""
        return (
            f"{before} {number(self.baseline)} cm to viable {number(self.now)} cm ({percent}{since}): {self.category}"
        )


def measured(
    viable: Iterable[LesionSize], whole: Iterable[LesionSize], first: date, counted: Sequence[date]
) -> tuple[Measured, ...]:
    """The category on each of the `counted` days on which a viable diameter was measured.

    viable, whole   the diameters of one lesion
    first           day of the first session that may have treated it: the baseline is the last measurement before it,
                    the viable diameter, or where none was recorded the whole one
    counted         days of imaging that is not too early: other days are no nadir either
    Result
        nothing where there is no baseline, or it is zero
    """
    dated = sorted((m for m in viable if m.size.when is not None and not m.size.comparator), key=_day)
    baseline = _last_before(dated, first) or _last_before(sorted(whole, key=_day), first)
    if baseline is None or baseline.size.value == 0:
        return ()
    found: list[Measured] = []
    nadir = baseline.size
    for m in (each for each in dated if each.size.when in counted):
        category = mrecist(m.size.value, baseline.size.value, nadir.value)
        refs = tuple(dict.fromkeys((baseline.size.evidence, nadir.evidence, m.size.evidence)))
        found.append(Measured(_day(m), category, m.size.value, baseline.size.value, nadir.value,
                              baseline.size.name != "viable_diameter", refs))  # fmt: skip
        nadir = min(nadir, m.size, key=lambda fact: fact.value)
    return tuple(found)


def _day(m: LesionSize) -> date:
    return m.size.when or date.min


def _last_before(dated: Sequence[LesionSize], first: date) -> LesionSize | None:
    before = [m for m in dated if m.size.when is not None and m.size.when <= first and not m.size.comparator]
    return before[-1] if before else None
