"""A store for each test: SQLite in a temporary folder, and where asked for a real PostgreSQL."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.store import Store
from service.store.writer import Writer
from tests.postgres import Postgres, postgres_server
from tests.service.wire import HeldToTheWire

# Whatever application a test makes, each of its answers is held to the schemas and to "nothing null, nothing empty"
Flask.test_client_class = HeldToTheWire


@pytest.fixture(scope="session", autouse=True)
def _no_store_in_the_working_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TACE_CDS_STORE", f"sqlite:///{tmp_path_factory.mktemp('store')}/tests.sqlite3")
        yield


@pytest.fixture(autouse=True)
def _logging_is_as_it_was() -> Iterator[None]:
    """A command run within a test sets up the log of its process, which is that of all tests."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _stores_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store and its writer live as long as their process; a test has many."""
    made: list[Any] = []
    for kind in (Store, Writer):
        _remember(monkeypatch, kind, made)
    yield
    for each in reversed(made):  # the writer before the store it writes to
        each.close()


def _remember(monkeypatch: pytest.MonkeyPatch, kind: Any, made: list[Any]) -> None:
    begin = kind.__init__

    def remember(self: Any, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        made.append(self)

    monkeypatch.setattr(kind, "__init__", remember)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One server for the whole run."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.sqlite3"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def store(store_url: str) -> Store:
    return Store(store_url)
