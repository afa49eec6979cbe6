"""The connection pool, for SQLite and for PostgreSQL."""

from importlib.util import find_spec
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from service.settings import PREFIX, WrongSetting

SECONDS = 2  # to connect, to wait for a lock, for one statement: nobody waits longer for the store
_NAME = f"{PREFIX}STORE"


def database(url: str) -> Engine:
    """The pool, without a first connection. WrongSetting where the URL can be of no use; it is never repeated: it may
    hold a password.
    """
    where = _url(url)
    lite = where.get_backend_name() == "sqlite"
    made = create_engine(
        where,
        connect_args=_lite() if lite else _postgres(),
        pool_size=5,
        max_overflow=10,
        pool_timeout=SECONDS,
        pool_pre_ping=not lite,
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    if lite:
        event.listen(made, "connect", _prepare_lite)
        event.listen(made, "begin", _begin_lite)
    else:
        event.listen(made, "do_connect", _connect_postgres)
    return made


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise WrongSetting(f"{_NAME}: not a database URL such as sqlite:///tace-cds.sqlite3") from None
    kind = url.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise WrongSetting(f"{_NAME}: only sqlite and postgresql are known")
    if kind == "sqlite":
        if not url.database or url.database == ":memory:":
            raise WrongSetting(f"{_NAME}: sqlite needs a file, such as sqlite:///tace-cds.sqlite3")
        return url.set(drivername="sqlite+pysqlite")
    if find_spec("psycopg") is None:
        raise WrongSetting(f"{_NAME}: PostgreSQL needs its driver: pip install 'tace-cds[postgres]'")
    return url.set(drivername="postgresql+psycopg")


def _lite() -> dict[str, Any]:
    return {"timeout": SECONDS, "check_same_thread": False}


def _postgres() -> dict[str, Any]:
    """A server that has vanished is noticed within seconds, not after the minutes of the operating system."""
    return {
        "connect_timeout": SECONDS,
        "tcp_user_timeout": SECONDS * 1000,
        "keepalives_idle": SECONDS,
        "keepalives_interval": 1,
        "keepalives_count": 2,
        "options": f"-c statement_timeout={SECONDS * 1000} -c lock_timeout={SECONDS * 1000}",
        "application_name": "tace-cds",
    }


def _connect_postgres(_: Any, __: Any, given: Any, named: Any) -> Any:
    from service.store.patience import Impatient  # the driver is there only where PostgreSQL is used

    return Impatient.connect(*given, **named)


def _prepare_lite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute("PRAGMA journal_mode=WAL")


def _begin_lite(connection: Connection) -> None:
    """Writers queue up at the start, so that none fails half way. durable: on the disk before the answer, so that
    not even a power failure takes it; else only the end of this process cannot.
    """
    options = connection.get_execution_options()
    if options.get("reading"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('durable') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
