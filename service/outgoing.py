"""Outgoing HTTP, guarded: what every request of this service to another one goes through.

No redirects, no proxy, cookie or .netrc of the environment; the address that was really connected to is looked at
before anything is said to it; and neither a body that drips nor one that does not end outlasts its limits. Nothing of a
request (its token, its address, which holds a patient's id) is ever put into an exception.
"""

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_network
from time import monotonic, sleep
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as PoolTimeout

from service.addresses import Network, peer_is_allowed

# Its warnings quote addresses ("Failed to parse headers (url=…)"), and an address here holds a patient's id
logging.getLogger("urllib3").setLevel(logging.ERROR)

TIMED_OUT = "timed out"
NO_CONNECTION = "no connection"
TOO_LARGE = "the answer is too large"
FORBIDDEN_PEER = "the name of the server leads to an address that may not be called"
CHUNK = 65536
POOLED = 64
PAUSE_SECONDS = 0.2  # before the second try, where the server names no time
BUSY = frozenset({429, 503})
STATUS_WORDS = {
    400: "the server refused the query",
    401: "not authorized",
    403: "not permitted",
    404: "not found",
    410: "not found",
    429: "the server is busy",
    503: "the server is busy",
}


class NotFetched(Exception):
    """Why something could not be fetched: fixed words, nothing from the answer."""


class _NothingHeard(NotFetched):
    """The connection ended before an answer began: a read may be asked again."""


class _Busy(NotFetched):
    def __init__(self, words: str, pause: float) -> None:
        self.pause = pause
        super().__init__(words)


@dataclass(slots=True)
class Flight:
    """One request under way, seen by its worker and by the caller who waits for it."""

    over: bool = False
    connection: HTTPConnection | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self) -> None:
        """Give up: wake the worker by ending its connection, so that no thread outlives the deadline for long."""
        with self.lock:
            self.over = True
            sock = getattr(self.connection, "sock", None)
            if sock is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


@dataclass(slots=True)
class Allowance:
    """Bytes that may still come, shared by all that is fetched for one request."""

    bytes_left: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, count: int) -> None:
        with self.lock:
            self.bytes_left -= count
            if self.bytes_left < 0:
                raise NotFetched(TOO_LARGE)


_here = threading.local()  # the flight of this worker thread, for the connection it is given


def fly(flight: Flight | None) -> None:
    """From here on, what this thread asks belongs to that flight; None: to none."""
    if flight is None:
        _leave()
    _here.flight = flight


def _board(connection: HTTPConnection) -> None:
    flight = getattr(_here, "flight", None)
    if flight is not None:
        with flight.lock:
            if flight.over:
                raise NotFetched(TIMED_OUT)
            flight.connection = connection


def _leave() -> None:
    # Before the connection goes back to the pool, so that `cut` never ends one that is somebody else's by then
    flight = getattr(_here, "flight", None)
    if flight is not None:
        with flight.lock:
            flight.connection = None


def _guarded(connection: HTTPConnection, sock: socket.socket, networks: tuple[Network, ...]) -> socket.socket:
    """Looked at before TLS and before a byte is sent: what the name led to this time, not at some earlier look-up."""
    if peer_is_allowed(connection.host, sock.getpeername()[0], networks):
        return sock
    sock.close()
    raise NotFetched(FORBIDDEN_PEER)


def _connection_classes(networks: tuple[Network, ...]) -> tuple[type[HTTPConnection], type[HTTPSConnection]]:
    class Http(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _guarded(self, super()._new_conn(), networks)

        def connect(self) -> None:
            super().connect()
            _board(self)  # the caller may have given up while there was no socket to end

        def request(self, *arguments: Any, **named: Any) -> None:
            _board(self)
            super().request(*arguments, **named)

    class Https(Http, HTTPSConnection):
        """The same guard; what is below it speaks TLS."""

    return Http, Https


class _Adapter(HTTPAdapter):
    def __init__(self, networks: tuple[Network, ...]) -> None:
        self._networks = networks
        super().__init__(pool_connections=POOLED, pool_maxsize=POOLED, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        http, https = _connection_classes(self._networks)

        class Pool(HTTPConnectionPool):
            ConnectionCls = http

            def _put_conn(self, conn: Any) -> None:
                _leave()
                super()._put_conn(conn)

        class TlsPool(HTTPSConnectionPool):
            ConnectionCls = https

            def _put_conn(self, conn: Any) -> None:
                _leave()
                super()._put_conn(conn)

        self.poolmanager.pool_classes_by_scheme = {"http": Pool, "https": TlsPool}


@contextmanager
def _worker() -> Iterator[ThreadPoolExecutor]:
    """A thread that is not waited for when it is late."""
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keys")
    try:
        yield worker
    finally:
        worker.shutdown(wait=False, cancel_futures=True)


def seconds_left(left: float) -> float:
    """left, or NotFetched where there is none."""
    if left <= 0:
        raise NotFetched(TIMED_OUT)
    return left


class Outgoing:
    """Keeps connections, and nothing of what went over them.

    left: seconds until the deadline, or NotFetched where it has passed; asked after every piece that arrives.
    """

    def __init__(self, *, connect_seconds: float, max_bytes: int, ca_file: str = "", networks: tuple[str, ...] = ()):
        self._connect_seconds = connect_seconds
        self._max_bytes = max_bytes
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca_file or True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("http://", _Adapter(tuple(ip_network(each) for each in networks)))
        self._session.mount("https://", _Adapter(tuple(ip_network(each) for each in networks)))

    def get(
        self, address: str, headers: Mapping[str, str], left: Callable[[], float], allowance: Allowance | None = None
    ) -> bytes:
        """The body of a 200. Reading changes nothing there, so a busy or a lost server is asked once more in time."""
        try:
            return self._once(address, headers, left, allowance)
        except _NothingHeard:
            pause = 0.0
        except _Busy as problem:
            pause = problem.pause
            if pause >= left():
                raise
        sleep(pause)
        return self._once(address, headers, left, allowance)

    def get_within(self, seconds: float, address: str, headers: Mapping[str, str]) -> bytes:
        """The same with a deadline of its own, which neither a slow header nor a slow name server stretches."""
        deadline = monotonic() + seconds
        flight = Flight()
        with _worker() as worker:
            task = worker.submit(self._flown, flight, address, headers, deadline)
            wait((task,), timeout=seconds)
            if not task.done():
                flight.cut()
                raise NotFetched(TIMED_OUT)
            return task.result()

    def close(self) -> None:
        self._session.close()

    def _flown(self, flight: Flight, address: str, headers: Mapping[str, str], deadline: float) -> bytes:
        fly(flight)
        try:
            return self.get(address, headers, lambda: seconds_left(deadline - monotonic()))
        finally:
            fly(None)

    def _once(
        self, address: str, headers: Mapping[str, str], left: Callable[[], float], allowance: Allowance | None
    ) -> bytes:
        remaining = left()
        sent = {"Accept-Encoding": "identity", "User-Agent": "tace-cds", **headers}
        timeout = (min(remaining, self._connect_seconds), remaining)
        begun = False
        try:
            with self._session.get(
                address, headers=sent, timeout=timeout, stream=True, allow_redirects=False
            ) as answer:
                begun = True
                _accept_status(answer)
                return self._read(answer, left, allowance)
        except requests.exceptions.SSLError:
            raise NotFetched("the certificate of the server could not be verified") from None
        except (requests.Timeout, PoolTimeout):
            raise NotFetched(TIMED_OUT) from None
        except ValueError:  # before OSError: InvalidURL and InvalidHeader of requests are both
            raise NotFetched("the address cannot be called") from None
        except (HTTPError, OSError):
            raise (NotFetched if begun else _NothingHeard)(NO_CONNECTION) from None

    def _read(self, answer: requests.Response, left: Callable[[], float], allowance: Allowance | None) -> bytes:
        """read1 comes back with whatever has arrived, so the deadline is looked at however slowly it drips."""
        body = bytearray()
        while chunk := answer.raw.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._max_bytes:
                raise NotFetched(TOO_LARGE)
            if allowance is not None:
                allowance.take(len(chunk))
            left()
        return bytes(body)


def _accept_status(answer: requests.Response) -> None:
    status = answer.status_code
    if status == 200:
        return
    if 300 <= status < 400:
        raise NotFetched("the server redirects, which is not followed")
    words = STATUS_WORDS.get(status, "the server failed" if status >= 500 else "the server refused the query")
    if status in BUSY:
        raise _Busy(f"{words}, HTTP {status}", _pause(answer.headers.get("Retry-After", "")))
    raise NotFetched(f"{words}, HTTP {status}")


def _pause(retry_after: str) -> float:
    """Seconds; a date is a time that this caller cannot wait for anyway."""
    if not retry_after:
        return PAUSE_SECONDS
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else float("inf")
