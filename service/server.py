"""The production server (waitress) and its clean end: on SIGTERM no new connection, and what was begun is finished."""

import logging
import signal
import socket
from collections.abc import Callable, Iterator
from time import monotonic
from types import FrameType
from typing import Any

import orjson
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask
from werkzeug import exceptions

from service import errors
from service.hooks.running import Running

HEADER_BYTES = 65_536
IDLE_SECONDS = 60
TICK = 0.2
CONNECTIONS = 500


class CannotListen(Exception):
    """The address is taken or not ours; one line."""


class _Refusal(ErrorTask):
    """What waitress itself refuses (headers that are none, a body over the limit) is answered like all other errors."""

    def execute(self) -> None:
        code = self.request.error.code
        problem: Exception = exceptions.RequestEntityTooLarge() if code == 413 else exceptions.BadRequest()
        answer = errors.answer_to(problem)
        body = orjson.dumps(errors.outcome(answer))
        self.status = f"{code} {self.request.error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        if self.channel.server.open_to_all:
            self.response_headers.append(("Access-Control-Allow-Origin", "*"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):
    error_task_class = _Refusal


class Server:
    """Bound, and listening to signals, when made; `run` answers until one comes, then drains."""

    def __init__(self, app: Callable[..., Any], running: Running) -> None:
        self._running = running
        settings = running.settings
        self._sockets: dict[int, Any] = {}
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        try:
            server = create_server(
                app,
                map=self._sockets,
                host=settings.host,
                port=settings.port,
                threads=settings.workers,
                ident="tace-cds",
                max_request_body_size=settings.max_body_bytes,
                max_request_header_size=HEADER_BYTES,
                channel_timeout=IDLE_SECONDS,
                connection_limit=CONNECTIONS,
            )
        except (OSError, ValueError) as problem:
            wasyncore.close_all(self._sockets)
            reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else "not an address"
            raise CannotListen(f"cannot listen on {settings.host}:{settings.port}: {reason}") from None
        self._dispatcher = server.task_dispatcher
        for listener in self._of(BaseWSGIServer):
            listener.channel_class = _Channel
            listener.open_to_all = "*" in settings.cors_origins
        self._running.is_busy = lambda: len(self._dispatcher.queue) > settings.max_waiting
        self._stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    @property
    def port(self) -> int:
        return int(next(self._of(BaseWSGIServer)).effective_port)

    def run(self) -> None:
        while not self._stopping:
            self._turn()
        self._drain()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._stopping and number == signal.SIGINT:
            raise SystemExit(0)  # asked twice at the keyboard: do not wait
        self._stopping = True

    def _turn(self) -> None:
        wasyncore.loop(timeout=TICK, use_poll=True, map=self._sockets, count=1)

    def _drain(self) -> None:
        self._running.ready = False
        for listener in list(self._of(BaseWSGIServer)):
            listener.accepting = False
            listener.del_channel(self._sockets)
            listener.socket.close()
        until = monotonic() + self._running.settings.drain_seconds
        while monotonic() < until and any(_at_work(channel) for channel in self._of(HTTPChannel)):
            self._turn()
        self._dispatcher.shutdown(cancel_pending=True, timeout=1)
        for channel in list(self._of(HTTPChannel)):
            channel.handle_close()

    def _of(self, kind: type[Any]) -> Iterator[Any]:
        return (each for each in list(self._sockets.values()) if isinstance(each, kind))


def _at_work(channel: HTTPChannel) -> bool:
    """A request that is being received, waits, is being answered, or whose answer is not yet all sent."""
    receiving = channel.request is not None and not channel.request.empty
    return bool(receiving or channel.requests or channel.total_outbufs_len)


def is_wildcard(host: str) -> bool:
    return host in ("", "*", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound to # nosec B104


def shown_url(host: str, port: int) -> str:
    """The address to try it at from this machine."""
    name = "127.0.0.1" if is_wildcard(host) else host
    return f"http://[{name}]:{port}" if socket.has_ipv6 and ":" in name else f"http://{name}:{port}"
