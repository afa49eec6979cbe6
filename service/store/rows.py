"""Inserts that leave a row that is already there as it is."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(table: Table, connection: Connection) -> Insert:
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    made: Insert = dialect.insert(table).on_conflict_do_nothing()
    return made


def new_rows(connection: Connection, statement: Insert, row: Mapping[str, Any]) -> int:
    """1 where the row was inserted, 0 where it was there: asked of the database itself, not of the driver's count."""
    key = next(iter(statement.table.primary_key))
    return len(connection.execute(statement.returning(key), row).all())
