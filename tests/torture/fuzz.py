"""Generated requests against a real server: no 5xx, no answer later than 2 s, nothing outside the schemas, flat memory."""

import json
import random
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from tests.service.wire import wrong
from tests.torture.generate import MARK, changed, raw
from tests.torture.generate import requests as hook_requests
from tests.torture.served import Caller, Inside, Memory, memory

LATEST = 2.0
HELD_TO = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")


@dataclass
class Tally:
    """What came of the requests of one source."""

    source: str
    requests: int = 0
    slowest: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    unsendable: int = 0
    late_once: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, path: str, status: int, content_type: str, body: bytes, seconds: float, sent: bytes = b"") -> None:
        self.requests += 1
        self.statuses[status] += 1
        self.slowest = max(self.slowest, seconds)
        if status >= 500:
            self.fail(f"{path}: {status}", sent)
        if status >= 400 and MARK.encode() in body:
            self.fail(f"{path}: {status} repeats what was sent", sent)
        # Cards are held to the schema now and then: that takes longer than the server does
        if status != 200 or self.requests % 20 == 0:
            for each in wrong("POST", path, status, content_type, body):
                self.fail(each, sent)

    def fail(self, words: str, sent: bytes) -> None:
        if len(self.failures) < 20:
            self.failures.append(f"{self.source} {words} <- {sent[:2000]!r}")

    def line(self) -> str:
        counted = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        late = f", late once and not again {self.late_once}" if self.late_once else ""
        return f"{self.source}: {self.requests} requests, slowest {self.slowest:.2f} s{late}; {counted}"


def send(caller: Caller | Inside, tally: Tally, path: str, body: bytes) -> None:
    status, content_type, answer, seconds = caller.post(path, body)
    if seconds > LATEST:  # the machine may have been busy with something else: a hang is late each time
        again = [caller.post(path, body)[3] for _ in range(3)]
        tally.late_once += 1
        if min(again) > LATEST:
            tally.fail(f"{path}: {seconds:.1f} s, again {min(again):.1f} s", body)
    tally.add(path, status, content_type, answer, seconds, body)


def as_json(body: Any) -> bytes | None:
    """None: nested so deeply that Python itself does not write it."""
    try:
        return json.dumps(body).encode("utf-8", "surrogatepass")
    except (RecursionError, ValueError):
        return None


def by_strategies(port: int, count: int, chance: int) -> Tally:
    """Hypothesis strategies of hook requests and FHIR resources, a thousand at a time: it remembers what it tried."""
    tally, caller = Tally("hypothesis strategies"), Caller(port)
    while tally.requests < count:
        _some(caller, tally, min(1000, count - tally.requests), chance)
        chance += 1_000_003
    caller.close()
    return tally


def _some(caller: Caller, tally: Tally, count: int, chance: int) -> None:
    @seed(chance)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(hook_requests())
    def one(request: tuple[str, Any]) -> None:
        text = as_json(request[1])
        if text is None:
            tally.unsendable += 1
        else:
            send(caller, tally, request[0], text)

    one()


def by_changes(port: int, count: int, chance: int) -> Tally:
    """Example patients with things changed, and texts that are hardly JSON."""
    tally, caller = Tally("changed examples"), Caller(port)
    _changed(caller, tally, count, random.Random(chance))
    caller.close()
    return tally


def _changed(caller: Caller | Inside, tally: Tally, count: int, dice: random.Random) -> None:
    for _ in range(count):
        path, body = raw(dice) if dice.random() < 0.05 else changed(dice)
        text = body if isinstance(body, bytes) else as_json(body)
        if text is None:
            tally.unsendable += 1
            continue
        try:
            send(caller, tally, path, text)
        except Exception as problem:  # whatever a caller would see instead of an answer
            tally.fail(f"{path}: {type(problem).__name__}", text)


def inside(count: int, chance: int, seconds: float) -> tuple[Tally, list[Memory]]:
    """The same without sockets, in this process; and its memory each hundredth of the way.

    It ends after so many seconds, and tells how far it came.
    """
    until = time.monotonic() + seconds
    tally, samples, dice = Tally("changed examples, in process"), list[Memory](), random.Random(chance)
    with tempfile.TemporaryDirectory() as folder:
        caller = Inside(f"sqlite:///{folder}/store.sqlite3")
        while tally.requests + tally.unsendable < count and time.monotonic() < until:
            _changed(caller, tally, max(1, count // 100), dice)
            samples.append(memory())
        caller.close()
    return tally, samples


def by_description(port: int, count: int, chance: int) -> Tally:
    """schemathesis on the service's own /openapi.json: every route, by its schemas and against them."""
    tally, base = Tally("schemathesis"), f"http://127.0.0.1:{port}"
    session = requests.Session()
    described = schemathesis.openapi.from_dict(session.get(f"{base}/openapi.json", timeout=10).json())
    operations = [each.ok() for each in described.get_all_operations()]
    share = count // (2 * len(operations)) + 1
    for operation in operations:
        modes = [GenerationMode.POSITIVE]
        if operation.body or operation.path_parameters:  # else nothing of it can be wrong
            modes.append(GenerationMode.NEGATIVE)
        for mode in modes:
            _one_operation(operation, mode, base, session, tally, share, chance)
    session.close()
    return tally


def _one_operation(
    operation: Any, mode: Any, base: str, session: requests.Session, tally: Tally, count: int, chance: int
) -> None:
    load_all_checks()
    checks = CHECKS.get_by_names(HELD_TO)

    @seed(chance)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        started = time.monotonic()
        answer = case.call(base_url=base, session=session, timeout=30)
        seconds = time.monotonic() - started
        tally.add(case.path, answer.status_code, _first(answer.headers.get("content-type")), answer.content, seconds)
        if seconds > LATEST:
            tally.fail(f"{case.path}: {seconds:.1f} s", b"")
        try:
            case.validate_response(answer, checks=checks)
        except AssertionError as problem:
            tally.fail(f"{case.method} {case.path}: {' '.join(str(problem).split())[:300]}", b"")
        except BaseExceptionGroup as problem:
            for each in problem.exceptions:
                tally.fail(f"{case.method} {case.path}: {' '.join(str(each).split())[:300]}", b"")

    with suppress(Unsatisfiable):  # a schema that allows everything has no wrong data
        one()


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value or "")
