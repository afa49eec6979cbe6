"""Access to the store: opened and migrated at first use, and for a moment left alone after a failure."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from service.store.database import database

log = logging.getLogger(__name__)

AGAIN_SECONDS = 2.0
ASKING_SECONDS = 10.0  # longer than one that is silent is waited for
T = TypeVar("T")


class StoreDown(Exception):
    """The store cannot be used now: unreachable, locked, full, or of no use. Nothing was written."""


class Store:
    """Shared by all requests of a process; thread-safe. Nothing is opened before it is used.

    failing_since   None while it works
    lost            kind of record → how many could not be kept, since the start; each is told to on_loss
    on_change       told when it begins to fail, and when it works again
    """

    def __init__(self, url: str, clock: Callable[[], float] = monotonic) -> None:
        self._database = database(url)
        self._clock = clock
        self._lock = threading.Lock()
        self._asking = threading.Lock()  # held for no longer than a look at the clock
        self._opened = False
        self._again_at = float("-inf")
        self.failing_since: datetime | None = None
        self.lost: dict[str, int] = {}
        self.on_loss: Callable[[str, int], object] = lambda what, number: None
        self.on_change: Callable[[bool], object] = lambda failing: None

    @property
    def kind(self) -> str:
        return str(self._database.dialect.name)

    def transact(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        """`work` within one transaction; durable: kept even by a power failure right after it. StoreDown where it
        cannot be, within seconds at most, and at once while it is known to fail.
        """
        return self._guarded(lambda: self._within(work, durable=durable))

    def read(self, work: Callable[[Connection], T]) -> T:
        """`work` that only reads: it waits for no writer."""
        return self._guarded(lambda: self._within(work, reading=True))

    def open(self) -> None:
        """Connect and bring the schema up to date. StoreDown where that cannot be."""
        self._guarded(lambda: None)

    def lose(self, what: str, number: int = 1) -> None:
        """Records that could not be kept: counted, so that readiness and metrics can say so."""
        with self._lock:
            self.lost[what] = self.lost.get(what, 0) + number
        self.on_loss(what, number)

    def after_fork(self) -> None:
        """In a child process: the connections are its parent's."""
        self._database.dispose(close=False)
        self._lock, self._asking = threading.Lock(), threading.Lock()

    def close(self) -> None:
        self._database.dispose()

    def _within(self, work: Callable[[Connection], T], **options: Any) -> T:
        with self._database.connect().execution_options(**options) as connection, connection.begin():
            return work(connection)

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            self._open()
            done = work()
        except StoreDown:
            raise
        except (SQLAlchemyError, OSError) as problem:
            self._failed(problem)
            raise StoreDown from None
        if self.failing_since is not None:
            self._works_again()
        return done

    def _open(self) -> None:
        asks = self._asks_for_all()
        if self._opened:
            return
        with self._lock:
            if not asks and self._clock() < self._again_at:  # whoever came first has found it down: one wait is enough
                raise StoreDown
            if not self._opened:
                from service.store.migrate import migrate  # alembic is needed once, here

                try:
                    migrate(self._database)
                except (SQLAlchemyError, OSError):
                    self._again_at = self._clock() + AGAIN_SECONDS
                    raise
                self._opened = True

    def _asks_for_all(self) -> bool:
        """While it fails only one at a time finds out whether it still does: nobody else waits for that."""
        with self._asking:
            if self._clock() < self._again_at:
                raise StoreDown
            asks = self.failing_since is not None
            if asks:
                self._again_at = self._clock() + ASKING_SECONDS
            return asks

    def _failed(self, problem: Exception) -> None:
        self._again_at = self._clock() + AGAIN_SECONDS
        with self._lock:
            first = self.failing_since is None
            self.failing_since = self.failing_since or datetime.now(UTC)
        if first:
            self.on_change(True)
            log.error("the store fails: %s", what_failed(problem))

    def _works_again(self) -> None:
        with self._lock:
            since, self.failing_since = self.failing_since, None
            self._again_at = float("-inf")
        if since is not None:
            self.on_change(False)
            log.warning("the store works again; it failed since %s", since.isoformat(timespec="seconds"))


def what_failed(problem: Exception) -> str:
    """The class and the driver's code; never its text, which may quote what was to be written."""
    cause = problem.orig if isinstance(problem, DBAPIError) and problem.orig is not None else problem
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__
