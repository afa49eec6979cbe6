"""Rows that may wait: put into memory by whoever answers, written in batches by one thread, and counted where lost."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Table

from service.store.rows import insert_many
from service.store.store import Store, StoreDown

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0  # a batch costs a millisecond however small it is
MOST_WAITING = 10_000
BATCH = 100  # records in one transaction: whoever posts feedback waits for no longer one
Row = tuple[Table, dict[str, Any]]


@dataclass(slots=True)
class Task:
    """Something done from time to time by the same thread. StoreDown: it is tried again next time."""

    seconds: float
    work: Callable[[], object]
    due: float = field(default=float("-inf"))


class Writer:
    """Begins with the first row, so that a process that writes nothing has no thread; after a fork each its own.

    put         never waits and never raises: advice does not hang on it
    close       writes what waits, as far as it can within `seconds`; the rest is lost, counted and logged
    """

    def __init__(self, store: Store, most: int = MOST_WAITING) -> None:
        self.tasks: Sequence[Task] = ()
        self._store = store
        self._most = most
        self._waiting: deque[tuple[Row, ...]] = deque()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def put(self, what: str, *rows: Row) -> None:
        """All rows of one record, or none of them."""
        if len(self._waiting) >= self._most:
            self._store.lose(what)
            return
        self._waiting.append(rows)
        if self._thread is None:
            self.begin()

    def begin(self) -> None:
        with self._lock:
            if self._thread is None and not self._ending:
                self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Soon instead of after the pause; with the tasks."""
        for task in self.tasks:
            task.due = float("-inf")
        self._wake.set()

    def close(self, seconds: float = 5) -> None:
        with self._lock:
            self._ending = True
            thread = self._thread
        self._wake.set()
        if thread is not None:
            thread.join(seconds)
        if self._waiting:
            log.error("%d records could not be written before the end", len(self._waiting))
            self._store.lose("decision", len(self._waiting))
            self._waiting.clear()

    def _run(self) -> None:
        while not self._ending:
            self._wake.wait(PAUSE_SECONDS)
            self._wake.clear()
            if self._written():
                self._look_after()
        self._written()

    def _written(self) -> bool:
        """Write all that waits. False where the store fails: the rows stay where they are."""
        while self._waiting:
            batch = [self._waiting[place] for place in range(min(BATCH, len(self._waiting)))]
            try:
                self._store.transact(lambda it, rows=batch: _insert(it, rows))  # type: ignore[misc]
            except StoreDown:
                return False
            except Exception as problem:  # a row that no database takes: without this nothing would be written again
                log.error("a batch of %d records is lost: %s", len(batch), type(problem).__name__)
                self._store.lose("decision", len(batch))
            for _ in batch:
                self._waiting.popleft()
        return True

    def _look_after(self) -> None:
        for task in self.tasks:
            if monotonic() >= task.due:
                task.due = monotonic() + task.seconds
                try:
                    task.work()
                except StoreDown:
                    return
                except Exception as problem:  # the thread has rows to write, whatever becomes of a task
                    log.error("upkeep of the store: unexpected %s", type(problem).__name__)


def _insert(connection: Connection, batch: Sequence[tuple[Row, ...]]) -> None:
    by_table: dict[Table, list[dict[str, Any]]] = {}
    for rows in batch:
        for table, row in rows:
            by_table.setdefault(table, []).append(row)
    for table, rows_of in by_table.items():
        insert_many(connection, table, rows_of)
