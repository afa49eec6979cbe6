"""The only network: FHIR reads and searches in parallel, under one deadline, to allowed servers only.

The caller names the server, so everything here is guarded: allow-list, https, no redirects, no proxy or .netrc of the
environment, size and page limits, and a deadline that a server which drips or stalls cannot stretch. The bearer token
lives in one request's headers; neither it nor an address (which holds the patient's id) is ever put into an exception.
"""

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as PoolTimeout

from service.fhir.bundle import is_bundle, next_link
from service.settings import Settings

# Its warnings quote addresses ("Failed to parse headers (url=…)"), and an address here holds a patient's id
logging.getLogger("urllib3").setLevel(logging.ERROR)

TIMED_OUT = "timed out"
NOT_LISTED = "the FHIR server is not on the list of servers that may be called"
NOT_AN_ADDRESS = "the address of the FHIR server is not a plain http(s) URL"
ELSEWHERE = "the next page is at another address"
NO_TLS = "the FHIR server is not reached by https"
CHUNK = 65536
POOLED = 64
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query gave: its pages as they came, and why there are no more of them ("" where it is complete)."""

    pages: tuple[dict[str, Any], ...] = ()
    problem: str = ""


@dataclass(slots=True)
class _Flight:
    """One query under way, seen by its worker and by the caller who waits for it."""

    query: str
    pages: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""
    over: bool = False
    connection: HTTPConnection | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self) -> Answer:
        """Give up: wake the worker by ending its connection, so that no thread outlives the deadline for long."""
        with self.lock:
            self.over = True
            sock = getattr(self.connection, "sock", None)
            if sock is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            return Answer(tuple(self.pages), TIMED_OUT)


_here = threading.local()  # the flight of this worker thread, for the connection it is given


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


class _Http(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _board(self)  # the caller may have given up while there was no socket to end

    def request(self, *arguments: Any, **named: Any) -> None:
        _board(self)
        super().request(*arguments, **named)


class _Https(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _board(self)  # the caller may have given up while there was no socket to end

    def request(self, *arguments: Any, **named: Any) -> None:
        _board(self)
        super().request(*arguments, **named)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http

    def _put_conn(self, conn: Any) -> None:
        _leave()
        super()._put_conn(conn)


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https

    def _put_conn(self, conn: Any) -> None:
        _leave()
        super()._put_conn(conn)


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class FhirClient:
    """Shared by all requests: it keeps connections, and nothing of any patient."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._allowed = [urlsplit(server) for server in settings.fhir_servers]
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = settings.fhir_ca_file or True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(pool_connections=POOLED, pool_maxsize=POOLED, max_retries=0))

    def refusal(self, server: str) -> str:
        """Why this server may not be called; "" where it may."""
        return _refusal(server, self._settings, self._allowed) or (NOT_AN_ADDRESS if "?" in server else "")

    def fetch(self, server: str, token: str, queries: Mapping[str, str]) -> dict[str, Answer]:
        """All queries at once (a path below the server, or the address of a next page) → name: Answer.

        Never raises for what a server does; the whole takes no longer than the deadline.
        """
        refused = self.refusal(server)
        if refused:
            return {name: Answer(problem=refused) for name in queries}
        deadline = self._clock() + self._settings.fhir_deadline_seconds
        flights = {name: _Flight(query) for name, query in queries.items()}
        workers = ThreadPoolExecutor(max_workers=max(1, len(flights)), thread_name_prefix="fhir")
        tasks = {name: workers.submit(self._fly, flight, server, token, deadline) for name, flight in flights.items()}
        wait(tasks.values(), timeout=max(0.0, deadline - self._clock()))
        answers = {name: _result(flights[name], task) for name, task in tasks.items()}
        workers.shutdown(wait=False, cancel_futures=True)
        return answers

    def close(self) -> None:
        self._session.close()

    def _fly(self, flight: _Flight, server: str, token: str, deadline: float) -> None:
        _here.flight = flight
        try:
            address = _joined(f"{server.rstrip('/')}/", flight.query)
            while address:
                if len(flight.pages) >= self._settings.fhir_max_pages:
                    raise NotFetched(f"more than {self._settings.fhir_max_pages} pages")
                page = self._page(server, address, token, deadline)
                flight.pages.append(page)
                following = next_link(page)
                address = _joined(address, following) if following else ""
        except NotFetched as problem:
            flight.problem = str(problem)
        finally:
            _leave()
            _here.flight = None

    def _page(self, server: str, address: str, token: str, deadline: float) -> dict[str, Any]:
        if not _same_origin(address, server):
            raise NotFetched(ELSEWHERE)
        refused = _refusal(address, self._settings, self._allowed)
        if refused:
            raise NotFetched(refused)
        return _resource(self._body(address, token, deadline), address)

    def _body(self, address: str, token: str, deadline: float) -> bytes:
        left = self._left(deadline)
        headers = {"Accept": "application/fhir+json", "Accept-Encoding": "identity", "User-Agent": "tace-cds"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connect = min(left, self._settings.fhir_connect_seconds)
        try:
            with self._session.get(
                address, headers=headers, timeout=(connect, left), stream=True, allow_redirects=False
            ) as response:
                _accept_status(response.status_code)
                return self._read(response, deadline)
        except requests.exceptions.SSLError:
            raise NotFetched("the certificate of the server could not be verified") from None
        except (requests.Timeout, PoolTimeout):
            raise NotFetched(TIMED_OUT) from None
        except ValueError:  # before OSError: InvalidURL and InvalidHeader of requests are both
            raise NotFetched("the address cannot be called") from None
        except (HTTPError, OSError):
            raise NotFetched("no connection") from None

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        """read1 comes back with whatever has arrived, so the deadline is looked at however slowly it drips."""
        body = bytearray()
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._settings.fhir_max_bytes:
                raise NotFetched("the answer is too large")
            self._left(deadline)
        return bytes(body)

    def _left(self, deadline: float) -> float:
        left = deadline - self._clock()
        if left <= 0:
            raise NotFetched(TIMED_OUT)
        return left


def _result(flight: _Flight, task: Future[None]) -> Answer:
    if not task.done():
        return flight.cut()
    task.result()  # an error of ours is not a gap: it is raised
    return Answer(tuple(flight.pages), flight.problem)


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        raise NotFetched(ELSEWHERE) from None


def _accept_status(status: int) -> None:
    if status == 200:
        return
    if 300 <= status < 400:
        raise NotFetched("the server redirects, which is not followed")
    words = STATUS_WORDS.get(status, "the server failed" if status >= 500 else "the server refused the query")
    raise NotFetched(f"{words}, HTTP {status}")


def _resource(body: bytes, address: str) -> dict[str, Any]:
    try:
        page = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotFetched("the answer is not JSON") from None
    kind = page.get("resourceType") if isinstance(page, dict) else None
    if kind == "OperationOutcome":
        raise NotFetched("the server answered with an OperationOutcome")
    url = urlsplit(address)
    if not is_bundle(page) and (url.query or kind != url.path.split("/")[-2]):
        raise NotFetched("the answer is not what was asked for")
    return dict(page)


def _refusal(address: str, settings: Settings, allowed: list[SplitResult]) -> str:
    """A URL that two parsers could read differently is refused before it is compared."""
    plain = address.isascii() and address.isprintable() and not set(' \\"<>^`{}') & set(address)
    try:
        url = urlsplit(address)
        if not plain or url.scheme not in ("http", "https") or not _origin(url)[1]:
            return NOT_AN_ADDRESS
    except ValueError:
        return NOT_AN_ADDRESS
    if "@" in url.netloc or url.fragment or {".", ".."} & set(unquote(url.path).replace("\\", "/").split("/")):
        return NOT_AN_ADDRESS
    if not any(_is_within(url, server) for server in allowed):
        return NOT_LISTED
    return "" if settings.allows_scheme(address) else NO_TLS


def _origin(url: SplitResult) -> tuple[str, str, int]:
    port = url.port or (443 if url.scheme == "https" else 80)
    return url.scheme, (url.hostname or "").rstrip("."), port


def _is_within(url: SplitResult, server: SplitResult) -> bool:
    base = server.path.rstrip("/")
    return _origin(url) == _origin(server) and (url.path == base or url.path.startswith(base + "/"))


def _same_origin(address: str, server: str) -> bool:
    try:
        return _origin(urlsplit(address)) == _origin(urlsplit(server))
    except ValueError:
        return False
