"""FHIR reads and searches in parallel, under one deadline, to allowed servers only.

The caller names the server, so it is held against the operator's list first; what then goes out is guarded by
service/outgoing.py. The bearer token lives in one request's headers and goes to the one origin that was named with it.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson

from cards.record import record
from service.addresses import origin
from service.fhir.bundle import is_bundle, next_link
from service.fhir.servers import Answer, Servers
from service.outgoing import TIMED_OUT, Allowance, Flight, NotFetched, Outgoing, fly, seconds_left
from service.settings import Settings

ELSEWHERE = "the next page is at another address"


@dataclass(slots=True)
class _Query:
    """One query under way: where it goes next, and what has come."""

    query: str
    pages: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""
    flight: Flight = field(default_factory=Flight)

    def answer(self, task: Future[None]) -> Answer:
        if not task.done():
            self.flight.cut()
            return Answer(tuple(self.pages), TIMED_OUT)
        task.result()  # an error of ours is not a gap: it is raised
        return Answer(tuple(self.pages), self.problem)


@record(frozen=True, slots=True)
class _Call:
    """What all queries of one fetch share."""

    server: str
    token: str = field(repr=False)
    deadline: float
    allowance: Allowance


class FhirClient(Servers):
    """Shared by all requests: it keeps connections, and nothing of any patient."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(settings)
        self._clock = clock
        self._outgoing = Outgoing(
            connect_seconds=settings.fhir_connect_seconds,
            max_bytes=settings.fhir_max_bytes,
            ca_file=settings.fhir_ca_file,
            networks=settings.fhir_networks,
        )

    def fetch(self, server: str, token: str, queries: Mapping[str, str]) -> dict[str, Answer]:
        """All queries at once (a path below the server, or the address of a next page) → name: Answer.

        Never raises for what a server does; the whole takes no longer than the deadline.
        """
        refused = self.refusal(server)
        if refused:
            return {name: Answer(problem=refused) for name in queries}
        began = self._clock()
        deadline = began + self._settings.fhir_deadline_seconds
        call = _Call(server, token, deadline, Allowance(self._settings.fhir_max_total_bytes))
        asked = {name: _Query(query) for name, query in queries.items()}
        workers = ThreadPoolExecutor(max_workers=max(1, len(asked)), thread_name_prefix="fhir")
        tasks = {name: workers.submit(self._ask, query, call) for name, query in asked.items()}
        wait(tasks.values(), timeout=max(0.0, deadline - self._clock()))
        answers = {name: asked[name].answer(task) for name, task in tasks.items()}
        workers.shutdown(wait=False, cancel_futures=True)
        self.on_fetched({queries[name]: answer.problem for name, answer in answers.items()}, self._clock() - began)
        return answers

    def close(self) -> None:
        self._outgoing.close()

    def _ask(self, query: _Query, call: _Call) -> None:
        fly(query.flight)
        try:
            address = _joined(f"{call.server.rstrip('/')}/", query.query)
            while address:
                if len(query.pages) >= self._settings.fhir_max_pages:
                    raise NotFetched(f"more than {self._settings.fhir_max_pages} pages")
                page = self._page(address, call)
                query.pages.append(page)
                following = next_link(page)
                address = _joined(address, following) if following else ""
        except NotFetched as problem:
            query.problem = str(problem)
        finally:
            fly(None)

    def _page(self, address: str, call: _Call) -> dict[str, Any]:
        if not _same_origin(address, call.server):
            raise NotFetched(ELSEWHERE)
        refused = self.refused(address)
        if refused:
            raise NotFetched(refused)
        headers = {"Accept": "application/fhir+json"}
        if call.token:
            headers["Authorization"] = f"Bearer {call.token}"
        return _resource(self._outgoing.get(address, headers, lambda: self._left(call), call.allowance), address)

    def _left(self, call: _Call) -> float:
        return seconds_left(call.deadline - self._clock())


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        raise NotFetched(ELSEWHERE) from None


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


def _same_origin(address: str, server: str) -> bool:
    try:
        return origin(urlsplit(address)) == origin(urlsplit(server))
    except ValueError:
        return False
