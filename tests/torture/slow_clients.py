"""64 half-sent headers and 64 half-sent bodies are open: others are answered within a second."""

import socket
import time
from contextlib import ExitStack

import orjson

from tests.golden import request_of
from tests.torture.served import Caller, Served

EACH = 64
CALLS = 100
WITHIN = 1.0
PATH = "/cds-services/tace-order-sign"


def slow_clients(served: Served) -> tuple[str, list[str]]:
    """A line of figures, and what went wrong."""
    body = request_of("third-tace-segment-8-jsh-refractory")
    body.pop("extension")
    text, failures = orjson.dumps(body), []
    alone = _calls(served.port, text, failures)
    with ExitStack() as open_ones:
        for number in range(2 * EACH):
            slow = open_ones.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=5))
            head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            if number % 2:
                head += f"Content-Length: {len(text)}\r\n\r\n"
            slow.sendall(head.encode() + (text[: len(text) // 2] if number % 2 else b"X-Slow: "))
        time.sleep(0.5)
        beside = _calls(served.port, text, failures)
    after = _calls(served.port, text, failures)
    figures = ", ".join(
        f"{name} median {each[len(each) // 2] * 1000:.0f} ms, slowest {each[-1] * 1000:.0f} ms"
        for name, each in (("alone", alone), (f"beside {2 * EACH} half-sent requests", beside), ("after", after))
    )
    if beside[-1] > WITHIN:
        failures.append(f"beside slow clients an answer took {beside[-1]:.2f} s")
    return f"slow clients: {CALLS} calls each; {figures}", failures


def _calls(port: int, text: bytes, failures: list[str]) -> list[float]:
    """Each on a connection of its own, as a new caller has it; seconds in order."""
    taken = []
    for _ in range(CALLS):
        started, caller = time.monotonic(), Caller(port)
        status, _, _, _ = caller.post(PATH, text)
        taken.append(time.monotonic() - started)
        caller.close()
        if status != 200:
            failures.append(f"beside slow clients: {status}")
    return sorted(taken)
