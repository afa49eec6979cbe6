"""Logs without patient data, request ids, and metrics.

A log line of ours holds ids, classes, numbers and places; of a library's line only its template is shown, never what was
filled in: that may be an address or a value.
"""

import logging
import os
import random
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any

import orjson

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"  # the name is that of prometheus-client
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SENT_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_request_id: ContextVar[str] = ContextVar("request_id", default="")


# Request ids


def begin_request(sent: str) -> str:
    """The id of this request: the one sent along, where it is one, else a new one."""
    given = sent if _SENT_ID.fullmatch(sent) else new_id()
    _request_id.set(given)
    return given


def new_id() -> str:
    """Tells things apart and keeps no secret, so it need not ask the operating system each time."""
    return f"{random.getrandbits(64):016x}"  # nosec B311


def request_id() -> str:
    return _request_id.get()


# Logs


def set_up_logging(form: str, level: str) -> None:
    """form: "json", one object a line, or "text". To standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("alembic", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    ours = record.name.partition(".")[0] == "service"
    found: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage() if ours else str(record.msg),
    }
    if request_id():
        found["request_id"] = request_id()
    if record.exc_info and record.exc_info[0] is not None:
        found["exception"] = record.exc_info[0].__name__
    found.update(getattr(record, "fields", {}))
    return found


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return orjson.dumps(fields_of(record), default=str).decode()


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        found = fields_of(record)
        head = f"{found.pop('time')} {found.pop('level'):7} {found.pop('logger')}: {found.pop('message')}"
        return " ".join([head, *(f"{name}={value}" for name, value in found.items())])


access = logging.getLogger("service.access")


def log_request(fields: Mapping[str, Any]) -> None:
    """One line a request: what was asked, how it ended, how long it took."""
    if access.isEnabledFor(logging.INFO):
        access.info("request", extra={"fields": fields})


# Metrics


@contextmanager
def counted_together() -> Iterator[None]:
    """Several processes count in files of one folder, so that whichever is asked answers for all."""
    if MULTIPROCESS in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="tace-cds-metrics-") as folder:
        os.environ[MULTIPROCESS] = folder
        try:
            yield
        finally:
            del os.environ[MULTIPROCESS]


class Metrics:
    """Of one process, or of all workers together where MULTIPROCESS names a folder when this is made.

    Labels are names of ours, never anything a caller sent.
    """

    def __init__(self) -> None:
        # Imported here: prometheus-client decides at import whether it counts for one process or for several
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
        from prometheus_client.gc_collector import GCCollector
        from prometheus_client.platform_collector import PlatformCollector
        from prometheus_client.process_collector import ProcessCollector

        self.registry = CollectorRegistry()
        self._several = MULTIPROCESS in os.environ
        self._known: dict[tuple[Any, ...], Any] = {}
        to: Any = {"registry": self.registry}
        self._requests = Counter("tace_cds_requests", "Requests", ["route", "method", "status"], **to)
        self._seconds = Histogram(
            "tace_cds_request_seconds", "From the parsed head to the answer", ["route"], buckets=_BUCKETS, **to
        )
        self._cards = Counter(
            "tace_cds_cards", "Cards; given: shown, shadow or suppressed",
            ["service", "topic", "verdict", "indicator", "given"], **to,
        )  # fmt: skip
        self._not_ours = Counter("tace_cds_orders_not_ours", "Calls whose orders are not ours", ["service"], **to)
        self._missing = Counter("tace_cds_missing_inputs", "Facts that would have decided", ["fact"], **to)
        self._fhir = Counter("tace_cds_fhir_queries", "Queries to a FHIR server", ["kind", "outcome"], **to)
        self._fhir_seconds = Histogram(
            "tace_cds_fhir_seconds", "All queries of one call together", buckets=_BUCKETS, **to
        )
        self._feedback = Counter("tace_cds_feedback", "Outcomes of cards", ["service", "outcome"], **to)
        self._lost = Counter("tace_cds_store_lost", "Records that could not be kept", ["record"], **to)
        self._failing = Gauge("tace_cds_store_failing", "1 while the store fails", multiprocess_mode="livemax", **to)
        if not self._several:
            for collector in (ProcessCollector, PlatformCollector, GCCollector):
                collector(registry=self.registry)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        self._of(self._requests, route, method, str(status)).inc()
        self._of(self._seconds, route).observe(seconds)

    def refused(self, status: int) -> None:
        """By the server, before there was a request of which anything could be said."""
        self._of(self._requests, "refused", "other", str(status)).inc()

    def card(self, service: str, topic: str, verdict: str, indicator: str, given: str) -> None:
        self._of(self._cards, service, topic, verdict, indicator, given).inc()

    def not_ours(self, service: str) -> None:
        self._of(self._not_ours, service).inc()

    def missing(self, fact: str) -> None:
        self._of(self._missing, fact).inc()

    def fetched(self, outcomes: Mapping[str, str], seconds: float) -> None:
        """outcomes: query → why it failed, "" where it did not. Of a query the resource type alone is told."""
        for query, problem in outcomes.items():
            kind = "next page" if "://" in query else query.partition("?")[0].partition("/")[0]
            self._of(self._fhir, kind, problem or "ok").inc()
        self._fhir_seconds.observe(seconds)

    def feedback(self, service: str, outcome: str) -> None:
        self._of(self._feedback, service, outcome).inc()

    def lost(self, record: str, number: int) -> None:
        self._of(self._lost, record).inc(number)

    def store_failing(self, failing: bool) -> None:
        self._failing.set(1 if failing else 0)

    def process_ended(self, pid: int) -> None:
        """What it counted stays; what it was at that moment goes."""
        if self._several:
            from prometheus_client.multiprocess import mark_process_dead

            mark_process_dead(pid)

    def exposition(self) -> bytes:
        """Prometheus text format."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        if not self._several:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)

    def _of(self, metric: Any, *labels: str) -> Any:
        """prometheus-client looks labels up under a lock; this way once."""
        key = (metric, labels)
        child = self._known.get(key)
        if child is None:
            child = self._known[key] = metric.labels(*labels)
        return child
