"""What became of the cards: shown, accepted, overridden and why, by topic or by rule, over time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, select

from cards.record import record
from service.store.store import Store
from service.store.tables import CARD, FEEDBACK

By = Literal["topic", "rule"]
Per = Literal["month", "week", "all"]
COLUMNS = (
    "period",
    "topic",
    "rule",
    "shown",
    "answered",
    "accepted",
    "overridden",
    "acceptance",
    "override",
    "reasons",
)


@dataclass(slots=True)
class Line:
    """shown: cards; answered: those with an outcome, the latest of each counts; reasons: of the overrides."""

    period: str
    topic: str
    rule: str
    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        return self.accepted + self.overridden

    @property
    def cells(self) -> tuple[str, ...]:
        reasons = ", ".join(f"{reason} {number}" for reason, number in self.reasons.most_common())
        return (
            self.period, self.topic, self.rule, str(self.shown), str(self.answered), str(self.accepted),
            str(self.overridden), share(self.accepted, self.answered), share(self.overridden, self.answered), reasons,
        )  # fmt: skip


@record(frozen=True, slots=True)
class Report:
    """unmatched: outcomes of cards that the audit does not hold (lost, or pruned)."""

    lines: tuple[Line, ...]
    unmatched: int


def report(
    store: Store, by: By = "topic", per: Per = "month", since: datetime | None = None, service: str = ""
) -> Report:
    """Of the cards that were shown since then, to whatever client. StoreDown where it cannot be read."""
    return store.read(lambda connection: _report(connection, by, per, since, service))


def _report(connection: Connection, by: By, per: Per, since: datetime | None, service: str) -> Report:
    outcomes = _latest(connection)
    lines: dict[tuple[str, str, str], Line] = {}
    for row in connection.execution_options(yield_per=1000).execute(_cards(since, service)):
        outcome = outcomes.pop(row.uuid, None)
        for rule in (row.rules or ["none"]) if by == "rule" else ["all"]:
            key = (period(row.at, per), row.topic, rule)
            _count(lines.setdefault(key, Line(*key)), outcome)
    matched_elsewhere = set(connection.execute(select(CARD.c.uuid).where(CARD.c.uuid.in_(outcomes))).scalars())
    return Report(tuple(lines[key] for key in sorted(lines)), len(outcomes.keys() - matched_elsewhere))


def _cards(since: datetime | None, service: str) -> Select[Any]:
    query = select(CARD.c.uuid, CARD.c.at, CARD.c.topic, CARD.c.rules).where(CARD.c.given == "shown")
    query = query.where(CARD.c.at >= since) if since is not None else query
    return query.where(CARD.c.service == service) if service else query


def _latest(connection: Connection) -> dict[str, Any]:
    """Card → its last outcome: who overrides and then accepts has accepted."""
    query = select(FEEDBACK.c.card, FEEDBACK.c.outcome, FEEDBACK.c.reason_code, FEEDBACK.c.reason_display)
    return {row.card: row for row in connection.execute(query.order_by(FEEDBACK.c.outcome_at, FEEDBACK.c.id))}


def _count(line: Line, outcome: Any) -> None:
    line.shown += 1
    if outcome is None:
        return
    if outcome.outcome == "accepted":
        line.accepted += 1
    else:
        line.overridden += 1
        line.reasons[outcome.reason_code or outcome.reason_display or "no reason given"] += 1


def period(at: datetime, per: Per) -> str:
    """ "2026-11", "2026-W47" or "all"."""
    if per == "month":
        return f"{at:%Y-%m}"
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}" if per == "week" else "all"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def as_table(lines: Iterable[Line]) -> Iterator[str]:
    """Aligned columns; none of them is cut."""
    rows = [COLUMNS, *(line.cells for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
