"""Each token is good for one call. What was seen is remembered until it could not be used any more.

Shared among processes through the store; while the store fails each process remembers its own, which is counted and
visible in readiness. Only a hash is kept, never a token.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from service.store import Store, StoreDown
from service.store.seen_tokens import first_use, forget_expired

log = logging.getLogger(__name__)

FORGET_AFTER = timedelta(hours=1)
TIDY_EVERY = 1000


class Replay:
    """store None: each process is on its own."""

    def __init__(self, clock: Callable[[], float], store: Store | None = None) -> None:
        self.failures = 0
        self.alone = store is None
        self._store = store
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._tidy_at = TIDY_EVERY
        self._lock = threading.Lock()

    def first_time(self, issuer: str, token_id: str, until: float) -> bool:
        """until: epoch seconds after which the token is refused anyway."""
        key = sha256(f"{issuer}\0{token_id}".encode("utf-8", "surrogatepass")).hexdigest()
        with self._lock:
            known = key in self._seen
            self._seen.setdefault(key, until)
            tidy = len(self._seen) > self._tidy_at
        if tidy:
            self._tidy()
        return not known and self._first_anywhere(issuer, key, until)

    def _first_anywhere(self, issuer: str, key: str, until: float) -> bool:
        if self._store is None:
            return True
        try:
            first = first_use(self._store, issuer, key, datetime.fromtimestamp(until, UTC))
        except StoreDown:
            self.failures += 1
            if not self.alone:
                log.error("the store fails: tokens are held against this process alone")
            self.alone = True
            return True
        self.alone = False
        return first

    def _tidy(self) -> None:
        now = self._clock()
        with self._lock:
            self._seen = {each: end for each, end in self._seen.items() if end > now}
            self._tidy_at = 2 * len(self._seen) + TIDY_EVERY
        if self._store is not None:
            try:
                forget_expired(self._store, datetime.fromtimestamp(now, UTC) - FORGET_AFTER)
            except StoreDown:
                log.warning("the store fails: seen tokens that are over stay in it for now")
