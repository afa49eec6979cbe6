"""What is done from time to time beside the requests."""

from datetime import UTC, datetime, timedelta

from service.hooks.audit import Audit
from service.settings import Settings
from service.store import Store
from service.store.retention import prune
from service.store.seen_tokens import forget_expired
from service.store.suppression import overridden_since
from service.store.writer import Task

HOUR = 3600.0
LEEWAY = timedelta(minutes=10)  # of a token's expiry: clocks differ


def upkeep(store: Store, audit: Audit, settings: Settings) -> list[Task]:
    tasks = [
        Task(HOUR, lambda: prune(store, datetime.now(UTC) - timedelta(days=settings.retention_days))),
        Task(HOUR / 6, lambda: forget_expired(store, datetime.now(UTC) - LEEWAY)),
    ]
    if settings.suppress_hours:
        tasks.append(Task(5, lambda: _refresh(store, audit, timedelta(hours=settings.suppress_hours))))
    return tasks


def _refresh(store: Store, audit: Audit, window: timedelta) -> None:
    audit.suppressed = overridden_since(store, datetime.now(UTC) - window)
