"""Inserts that leave a row that is already there as it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table

MOST_AT_ONCE = 64


def insert_once(table: Table, dialect: Dialect) -> Insert:
    kind = import_module(f"sqlalchemy.dialects.{dialect.name}")  # of the database in use: the other takes 30 ms to load
    made: Insert = kind.insert(table).on_conflict_do_nothing()
    return made


def new_rows(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
    """1 where the row was inserted, 0 where it was there: asked of the database itself, not of the driver's count."""
    key = next(iter(table.primary_key))
    return len(connection.execute(insert_once(table, connection.dialect).returning(key), row).all())


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Whole rows, many in one statement. A driver that is given them one by one lets go of the interpreter for each and,
    beside busy threads, waits milliseconds to have it back, all the while holding the lock of the database.
    """
    columns = _processors(table, connection.dialect)
    for some in _portions(rows):
        values = [row[name] if to is None else to(row[name]) for row in some for name, to in columns]
        connection.exec_driver_sql(_statement(table, connection.dialect, len(some)), tuple(values))


def _portions(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """64, 32, 16 … at a time. Of as many rows as there happen to be each statement would be another one, and drivers
    keep a hundred of them prepared, with their values: megabytes for each connection.
    """
    place = 0
    while place < len(rows):
        number = 1 << min(len(rows) - place, MOST_AT_ONCE).bit_length() - 1
        yield rows[place : place + number]
        place += number


@lru_cache(maxsize=32)
def _processors(table: Table, dialect: Dialect) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """For each column what its value has to go through."""
    return tuple((each.name, each.type.dialect_impl(dialect).bind_processor(dialect)) for each in table.columns)


@lru_cache(maxsize=64)
def _statement(table: Table, dialect: Dialect, rows: int) -> str:
    quoted = dialect.identifier_preparer.quote
    names = ", ".join(quoted(each.name) for each in table.columns)
    mark = "%s" if dialect.paramstyle == "pyformat" else "?"
    row = f"({', '.join([mark] * len(table.columns))})"
    return f"INSERT INTO {quoted(table.name)} ({names}) VALUES {', '.join([row] * rows)} ON CONFLICT DO NOTHING"  # noqa: S608  # nosec B608
