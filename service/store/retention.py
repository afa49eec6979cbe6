"""What is older than it may be kept is removed, a little at a time: no replica is held up by it."""

from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, select

from service.store.store import Store
from service.store.tables import CARD, DECISION, FEEDBACK

AT_A_TIME = 1000
_KEPT: tuple[tuple[Table, str, str], ...] = (
    (DECISION, "id", "at"),
    (CARD, "uuid", "at"),
    (FEEDBACK, "id", "received_at"),
)


def prune(store: Store, before: datetime) -> dict[str, int]:
    """Table → how many rows from before that moment were removed."""
    return {table.name: _prune(store, table, table.c[key], table.c[at], before) for table, key, at in _KEPT}


def _prune(store: Store, table: Table, key: Column[object], at: Column[datetime], before: datetime) -> int:
    some = select(key).where(at < before).limit(AT_A_TIME)

    def remove(connection: Connection) -> int:
        return connection.execute(delete(table).where(key.in_(some))).rowcount

    removed = 0
    while number := store.transact(remove):
        removed += number
    return removed
