"""What one process shares among its requests: settings, the FHIR client, the store, and the
assessments of the last minutes; of a patient nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g

from service.fhir.servers import Servers
from service.hooks.audit import Audit
from service.hooks.recent import Recent
from service.hooks.site import Site, named
from service.hooks.trust import Gate
from service.settings import Settings
from service.store import Store
from service.store.writer import Writer
from service.telemetry import Metrics

NAME = "tace-cds"


@dataclass(slots=True)
class Running:
    """sites: issuer → what that client gets, "" for everybody else. ready: warmed up and not shutting down;
    is_busy: told by the server, which knows who waits.
    """

    settings: Settings
    client: Servers
    sites: Mapping[str, Site]
    store: Store
    gate: Gate
    writer: Writer
    metrics: Metrics
    audit: Audit
    recent: Recent
    ready: bool = False
    is_busy: Callable[[], bool] = lambda: False

    @property
    def site(self) -> Site:
        """Of the one who is calling."""
        return named(self.sites, getattr(g.get("caller"), "issuer", ""))

    def condition(self) -> dict[str, Any]:
        """For readiness: what does not work, though advice is given without it."""
        store = self.store
        found: dict[str, Any] = {"kind": store.kind, "status": "ok" if store.failing_since is None else "failing"}
        if store.failing_since is not None:
            found["failingSince"] = store.failing_since.isoformat(timespec="seconds")
        if store.lost:
            found["lost"] = dict(store.lost)
        trust = {"trust": self.gate.condition()} if self.gate.required else {}
        return {"store": found | {"waiting": self.writer.waiting}} | trust

    def close(self) -> None:
        """The end of the process: what waits to be written is written."""
        self.writer.close()
        self.store.close()
        self.client.close()
        self.gate.close()


def running(app: Flask | None = None) -> Running:
    here: Running = (app or current_app).extensions[NAME]
    return here
