"""Several processes behind one listening socket, for more than one core: begun, replaced when one dies, ended together."""

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from service.settings import Settings

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 10  # beyond both drains, before a worker that does not end is killed
RESTART_SECONDS = 1.0  # so that one that cannot start does not take the machine
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class CannotListen(Exception):
    """The address is taken or not ours; one line."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Bound sockets, one for each address of the name; all with the same port."""
    found: list[socket.socket] = []
    try:
        wanted = None if host in ("", "*") else host
        for family, kind, _, _, address in socket.getaddrinfo(
            wanted, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            made = socket.socket(family, kind)
            found.append(made)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.bind((address[0], port, *address[2:]))
            port = made.getsockname()[1]  # where any was asked for, the others take the same
            made.listen(1024)
            made.setblocking(False)
    except OSError as problem:
        for each in found:
            each.close()
        reason = "not an address" if isinstance(problem, socket.gaierror) else problem.strerror
        raise CannotListen(f"cannot listen on {host}:{port}: {reason}") from None
    return found


class Workers:
    """`answer` serves on the sockets in a child process until it gets SIGTERM."""

    def __init__(self, settings: Settings, sockets: Sequence[socket.socket], answer: Callable[[], None]) -> None:
        self._settings = settings
        self._sockets = sockets
        self._answer = answer
        self._children: set[int] = set()
        self._stopping = False
        self.on_end: Callable[[int], object] = lambda pid: None

    def run(self) -> None:
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGALRM, self._kill)
        for _ in range(self._settings.workers):
            self._begin()
        while self._children:
            pid, status = os.waitpid(-1, 0)
            self._children.discard(pid)
            self.on_end(pid)
            if not self._stopping:
                log.error("a worker ended by itself, status %d; another is begun", os.waitstatus_to_exitcode(status))
                time.sleep(RESTART_SECONDS)
                self._begin()
        signal.alarm(0)

    def _begin(self) -> None:
        # A signal between fork and bookkeeping would miss the child, so it waits that long
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            if self._stopping:
                return
            parent, pid = os.getpid(), os.fork()
            if pid == 0:
                self._be_a_worker(parent)
            self._children.add(pid)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _be_a_worker(self, parent: int) -> NoReturn:
        for number in (*_SIGNALS, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        code = 1
        try:
            if os.getppid() == parent:
                self._answer()
            code = 0
        except Exception as problem:  # the last handler of this process; its text could hold anything
            log.error("a worker fails: unexpected %s", type(problem).__name__)
        finally:
            logging.shutdown()
            sys.stdout.flush()
            os._exit(code)  # not the parent's way out: its sockets, files and handlers are not ours

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if not self._stopping:
            self._stopping = True
            for each in self._sockets:
                each.close()
            drain = self._settings.drain_delay_seconds + self._settings.drain_seconds
            signal.alarm(int(drain) + PATIENCE_SECONDS)
        self._send(signal.SIGTERM)

    def _kill(self, number: int, frame: FrameType | None) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        for pid in self._children:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
