"""What people did with cards: kept once, however often it is reported; and read again."""

from collections.abc import Sequence
from dataclasses import asdict, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, select

from cards.record import record
from service.store.rows import new_rows
from service.store.store import Store
from service.store.tables import FEEDBACK


@record(frozen=True, slots=True)
class Event:
    """One outcome of one card. comment is what a clinician wrote: it stays out of repr, and so out of logs."""

    card: str
    service: str
    outcome: str
    outcome_at: datetime
    client: str = ""
    suggestions: tuple[str, ...] = ()
    reason_system: str = ""
    reason_code: str = ""
    reason_display: str = ""
    comment: str = field(default="", repr=False)

    @property
    def identity(self) -> str:
        """Equal for the same event reported again."""
        return sha256(orjson.dumps(self, option=orjson.OPT_UTC_Z)).hexdigest()


def keep(store: Store, events: Sequence[Event], received_at: datetime) -> int:
    """Durable when this returns; how many were new. All or none. StoreDown where they could not be kept."""
    rows = [_row(each, received_at) for each in events]
    return store.transact(lambda connection: _insert(connection, rows), durable=True)


def events(store: Store, since: datetime | None = None) -> list[Event]:
    """All events, oldest first; since: those received then or later."""
    query = select(FEEDBACK).order_by(FEEDBACK.c.id)
    if since is not None:
        query = query.where(FEEDBACK.c.received_at >= since)
    rows = store.read(lambda connection: connection.execute(query).mappings().all())
    return [_event(dict(row)) for row in rows]


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    return sum(new_rows(connection, FEEDBACK, row) for row in rows)


def _row(event: Event, received_at: datetime) -> dict[str, Any]:
    row = {name: value if value != "" else None for name, value in asdict(event).items()}
    return row | {
        "identity": event.identity,
        "client": event.client,
        "suggestions": list(event.suggestions),
        "received_at": received_at,
    }


def _event(row: dict[str, Any]) -> Event:
    named = {name: row[name] if row[name] is not None else "" for name in Event.__dataclass_fields__}
    return Event(**named | {"suggestions": tuple(row["suggestions"])})
