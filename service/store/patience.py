"""A connection to PostgreSQL that waits for no answer longer than SECONDS.

statement_timeout is the server's to keep. One that is frozen, or whose machine is gone, keeps nothing and says nothing;
and while the operating system of the other side, or a proxy, still confirms what is sent, no timeout of TCP ends the wait.
"""

from collections.abc import Generator
from time import monotonic
from typing import Any

import psycopg
from psycopg import OperationalError

SECONDS = 3.0  # after statement_timeout, so that a slow server is heard out
Steps = Generator[Any, Any, Any]


class Impatient(psycopg.Connection[Any]):
    def wait(self, gen: Steps, *given: Any, **named: Any) -> Any:
        return super().wait(self._in_time(gen, monotonic() + SECONDS), *given, **named)

    def _in_time(self, gen: Steps, until: float) -> Steps:
        """The same steps. psycopg asks for the next one several times a second, come what may."""
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and monotonic() > until:
                    self.pgconn.finish()  # its answer may still come: nobody is to take it for that of another query
                    raise OperationalError("no answer in time")
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value
