"""The schema, brought to the version of this code. Replicas that start together do it once, one after the other."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from service.store.store import Store

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x7ACE_CD5  # any number, the same in every replica


def migrate(database: Engine) -> str:
    """The revision the schema has now. One that this code does not know is newer, and left alone: during an upgrade
    replicas of both versions run, so a migration only adds.
    """
    config = _config()
    script = ScriptDirectory.from_config(config)
    with database.begin() as connection:
        _alone(connection)
        current = revision(connection)
        if current is not None and current not in {each.revision for each in script.walk_revisions()}:
            log.warning("the store has a schema newer than this version of the service")
            return current
        if current == script.get_current_head():
            return current or ""
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise OSError("the schema of the store cannot be brought up to date") from None
        return revision(connection) or ""


def migrated(store: Store) -> str:
    """The revision of a store that is open, so up to date. StoreDown where it cannot be."""
    store.open()
    return store.read(revision) or "none"


def revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def _alone(connection: Connection) -> None:
    """SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
