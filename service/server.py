"""The production server (waitress) and its clean end: on SIGTERM no new connection, and what was begun is finished."""

import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from types import FrameType
from typing import Any

import orjson
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, WSGITask
from werkzeug import exceptions

from service import errors
from service.hooks.running import Running
from service.telemetry import begin_request, log_request
from service.warm_up import settle
from service.workers import CannotListen, listen

__all__ = ["CannotListen", "Server", "is_wildcard", "shown_url"]

HEADER_BYTES = 65_536
IDLE_SECONDS = 60
TICK = 0.2
LINGER_SECONDS = 0.5
CONNECTIONS = 500


class _Refusal(ErrorTask):
    """What waitress itself refuses (headers that are none, a body over the limit) is answered like all other errors."""

    def execute(self) -> None:
        code = self.request.error.code
        self.channel.server.on_refusal(code)
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


class _Task(WSGITask):
    def execute(self) -> None:
        if self.channel.server.draining:  # told with the answer, so that no further request comes on this connection
            self.request.headers["CONNECTION"] = "close"
        super().execute()


class _Channel(HTTPChannel):
    task_class = _Task
    error_task_class = _Refusal


class Server:
    """Bound, and listening to signals, when made; `run` answers until one comes, then drains."""

    def __init__(
        self,
        app: Callable[..., Any],
        running: Running,
        listening: Sequence[socket.socket] | None = None,
        parent: int | None = None,
    ) -> None:
        """listening: sockets bound before; parent: of a worker, the process that began it and is outlived by none"""
        settle()
        self._running = running
        settings = running.settings
        self._sockets: dict[int, Any] = {}
        self._parent = parent
        self._bound = list(listening) if listening is not None else listen(settings.host, settings.port)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        server = create_server(
            app,
            map=self._sockets,
            sockets=self._bound,
            threads=settings.threads,
            ident="tace-cds",
            max_request_body_size=settings.max_body_bytes,
            max_request_header_size=HEADER_BYTES,
            channel_timeout=IDLE_SECONDS,
            connection_limit=CONNECTIONS,
        )
        self._dispatcher = server.task_dispatcher
        for listener in self._of(BaseWSGIServer):
            listener.channel_class = _Channel
            listener.draining = False
            listener.on_refusal = _refused(running)
            listener.open_to_all = "*" in settings.cors_origins
        self._running.is_busy = lambda: len(self._dispatcher.queue) > settings.max_waiting
        self._stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    @property
    def port(self) -> int:
        return int(self._bound[0].getsockname()[1])

    def run(self) -> None:
        """Until a signal comes; or, for a worker, until the process that began it is gone."""
        while not self._stopping and self._parent in (None, os.getppid()):
            self._turn()
        self._drain()
        self._running.close()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._stopping and number == signal.SIGINT:
            raise SystemExit(0)  # asked twice at the keyboard: do not wait
        self._stopping = True

    def _turn(self, seconds: float = TICK) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._sockets, count=1)

    def _drain(self) -> None:
        """Readiness says so first; who has connected by then is answered, and told that it was the last time."""
        self._running.ready = False
        self._turn_for(self._running.settings.drain_delay_seconds)
        for listener in list(self._of(BaseWSGIServer)):
            listener.draining = True
            self._take_all(listener)
            listener.accepting = False
            listener.del_channel(self._sockets)
            listener.socket.close()
        self._turn_for(LINGER_SECONDS)  # who keeps a connection open may be about to send
        until = monotonic() + self._running.settings.drain_seconds
        while monotonic() < until and any(_at_work(channel) for channel in self._of(HTTPChannel)):
            self._turn()
        self._dispatcher.shutdown(cancel_pending=True, timeout=1)
        for channel in list(self._of(HTTPChannel)):
            channel.handle_close()

    def _turn_for(self, seconds: float) -> None:
        until = monotonic() + seconds
        while monotonic() < until:
            self._turn(min(TICK, max(0.0, until - monotonic())))

    def _take_all(self, listener: Any) -> None:
        """Connections that are made and not yet ours would be reset with the socket."""
        known = -1
        while len(self._sockets) != known:
            known = len(self._sockets)
            listener.handle_accept()

    def _of(self, kind: type[Any]) -> Iterator[Any]:
        return (each for each in list(self._sockets.values()) if isinstance(each, kind))


def _refused(running: Running) -> Callable[[int], None]:
    """Counted and logged like all others, though no route was reached."""

    def told(status: int) -> None:
        begin_request("")
        running.metrics.refused(status)
        log_request({"route": "refused", "method": "other", "status": status})

    return told


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
