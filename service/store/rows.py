"""Inserts that leave a row that is already there as it is."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(table: Table, dialect: Dialect) -> Insert:
    kind: Any = postgresql if dialect.name == "postgresql" else sqlite
    made: Insert = kind.insert(table).on_conflict_do_nothing()
    return made


def new_rows(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
    """1 where the row was inserted, 0 where it was there: asked of the database itself, not of the driver's count."""
    key = next(iter(table.primary_key))
    return len(connection.execute(insert_once(table, connection.dialect).returning(key), row).all())


def insert_many(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Whole rows, straight to the driver: a third of the cost, and this is paid for every call of the service."""
    text, columns = _prepared(table, connection.dialect)
    made = [{name: row[name] if to is None else to(row[name]) for name, to in columns} for row in rows]
    by_name = connection.dialect.paramstyle == "pyformat"
    connection.exec_driver_sql(text, made if by_name else [tuple(row.values()) for row in made])


@lru_cache(maxsize=32)
def _prepared(table: Table, dialect: Dialect) -> tuple[str, tuple[tuple[str, Callable[[Any], Any] | None], ...]]:
    """The statement, and for each column what its value has to go through."""
    columns = [(each.name, each.type.dialect_impl(dialect).bind_processor(dialect)) for each in table.columns]
    return str(insert_once(table, dialect).compile(dialect=dialect)), tuple(columns)
