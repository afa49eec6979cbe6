"""FHIR dates of every precision → when something was, and whether that is after the moment asked."""

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from cards.record import record

SKEW = timedelta(minutes=2)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_WITHOUT_SECONDS = re.compile(r"T\d{2}:\d{2}(?=$|Z|[+-])")


@record(frozen=True, slots=True)
class Moment:
    """When something was: the first and the last day it can have been, and the instant where a time was given."""

    day: date
    last_day: date
    instant: datetime | None = None
    order: tuple[date, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sorts by day, then by time of day; a bare date sorts before every time of its day."""
        at = self.instant.timestamp() if self.instant is not None else 0.0
        object.__setattr__(self, "order", (self.day, at))

    @property
    def partial(self) -> bool:
        return self.day != self.last_day

    def same_time(self, other: "Moment") -> bool:
        """The same instant; or the same day where one of them tells no time."""
        if self.instant is not None and other.instant is not None:
            return self.instant == other.instant
        return self.day == other.day


_NOT_READ = Moment(date.min, date.min)


@record(frozen=True, slots=True)
class Clock:
    """The moment asked and the site's time zone. A panel's values share one time: each text is read once."""

    asked: datetime
    zone: tzinfo
    today: date = field(init=False)
    _latest: float = field(init=False, repr=False)
    _later: list[Moment] = field(default_factory=list, init=False, repr=False, compare=False)
    _read: dict[str, Moment | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", self.asked.astimezone(self.zone).date())
        object.__setattr__(self, "_latest", (self.asked + SKEW).timestamp())

    def moment(self, text: object) -> Moment | None:
        """A date, dateTime or instant; a time without a zone is the site's. None for anything else."""
        if not isinstance(text, str):
            return None
        known = self._read.get(text, _NOT_READ)
        if known is _NOT_READ:
            known = self._read[text] = self._moment(text)
        return known

    def _moment(self, text: str) -> Moment | None:
        text = text.strip()
        if len(text) <= 10:
            return _bare(text)
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            return _bare(text[:10]) if text[10:11] in ("T", " ") else None
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=self.zone)
        try:
            day = instant.astimezone(self.zone).date()
        except (OverflowError, ValueError):  # year 1 or 9999, moved across a zone
            return None
        return Moment(day, day, instant)

    def is_later(self, moment: Moment) -> bool:
        """Later than the moment asked: instants as instants with two minutes of skew, dates in the site's zone."""
        later = moment.order[1] > self._latest if moment.instant is not None else moment.day > self.today
        if later:
            self._later.append(moment)
        return later

    @property
    def saw_later(self) -> bool:
        """Whether anything asked about was later: the same record may tell more as time goes on."""
        return bool(self._later)

    def repaired(self, text: str) -> str:
        """A dateTime as FHIR wants it: with seconds and a zone."""
        if _WITHOUT_SECONDS.search(text):
            text = _WITHOUT_SECONDS.sub(lambda m: m.group() + ":00", text)
        moment = self.moment(text)
        if moment is None or moment.instant is None:
            return text
        return moment.instant.isoformat() if moment.instant.utcoffset() is not None else text


def _bare(text: str) -> Moment | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, dom = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, dom or 1)
    except ValueError:
        return None
    if dom:
        return Moment(first, first)
    last = date(first.year, 12, 31) if not month else _end_of_month(first)
    return Moment(first, last)


def _end_of_month(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1) if first.year < 9999 else date.max
    return following - timedelta(days=1)


def observed(resource: Mapping[str, Any], clock: Clock) -> Moment | None:
    """When an Observation was: effectiveDateTime, the end of effectivePeriod or else its start, effectiveInstant."""
    moment = clock.moment(resource.get("effectiveDateTime"))
    if moment is not None:
        return moment
    return _period(resource.get("effectivePeriod"), clock) or clock.moment(resource.get("effectiveInstant"))


def performed(resource: Mapping[str, Any], clock: Clock) -> Moment | None:
    """When a Procedure was performed: performedDateTime, the end of performedPeriod or else its start."""
    return clock.moment(resource.get("performedDateTime")) or _period(resource.get("performedPeriod"), clock)


def _period(period: object, clock: Clock) -> Moment | None:
    if not isinstance(period, dict):
        return None
    return clock.moment(period.get("end")) or clock.moment(period.get("start"))
