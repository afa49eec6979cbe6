"""What one process shares among its requests: settings, the FHIR client, what is asked of clients; never a patient."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from service.fhir.client import FhirClient
from service.hooks.catalog import Need
from service.hooks.trust import Gate
from service.settings import Settings
from service.store import Store

NAME = "tace-cds"


@dataclass(slots=True)
class Running:
    """ready: warmed up and not shutting down; is_busy: told by the server, which knows who waits."""

    settings: Settings
    client: FhirClient
    needs: tuple[Need, ...]
    store: Store
    gate: Gate
    ready: bool = False
    is_busy: Callable[[], bool] = lambda: False


def running(app: Flask | None = None) -> Running:
    return cast(Running, (app or current_app).extensions[NAME])
