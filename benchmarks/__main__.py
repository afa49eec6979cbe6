"""CPU of one order-sign call against a fixed-card route, in turn in one process. Every answer is asserted."""

import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from statistics import median
from time import process_time_ns
from typing import Any

import orjson
from flask import Flask, Response, request

from benchmarks.requests import hook_requests
from service.app import create_app
from service.settings import Settings

ROUNDS, REQUESTS_PER_ROUND = 9, 40
BASE, LARGEST_RATIO = 60, 10.0
SIZES = (6, 60, 800)
Answer = Callable[[bytes], bytes]


def fixed_card() -> Flask:
    """The floor: the body is parsed, one fixed card is answered."""
    app = Flask("floor")
    card = {"uuid": "x", "summary": "A fixed card.", "indicator": "info", "source": {"label": "floor"}}

    @app.post("/cds-services/<service_id>")
    def answer(service_id: str) -> Response:
        orjson.loads(request.get_data())
        return Response(orjson.dumps({"cards": [card]}), content_type="application/json")

    return app


def answers(app: Flask) -> Answer:
    """Call an app as its server does, without a socket in between."""

    def answer(body: bytes) -> bytes:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST", "PATH_INFO": "/cds-services/tace-order-sign", "SCRIPT_NAME": "",
            "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
            "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        return b"".join(app(environ, lambda status, headers, exc=None: lambda data: None))

    return answer


def microseconds(answer: Answer, bodies: Sequence[bytes], right: Callable[[list[dict[str, Any]]], bool]) -> float:
    """CPU per request; every answer is checked outside the measured time."""
    started = process_time_ns()
    responses = [answer(body) for body in bodies]
    spent = process_time_ns() - started
    for response in responses:
        cards = orjson.loads(response).get("cards", [])
        if not right(cards):
            raise SystemExit(f"wrong answer: {response[:300]!r}")
    return spent / 1000 / len(bodies)


def is_fixed(cards: list[dict[str, Any]]) -> bool:
    return len(cards) == 1 and cards[0]["summary"] == "A fixed card."


def is_ours(cards: list[dict[str, Any]]) -> bool:
    """The eligibility card, with a verdict, and the prior-authorization card."""
    topics = [card["extension"]["tace-cds.topic"] for card in cards]
    return "eligibility" in topics and "prior-authorization" in topics and cards[0]["summary"].startswith("TACE")


def measure(observations: int) -> tuple[float, float, int]:
    floor, ours = answers(fixed_card()), answers(create_app(Settings(mode="sandbox")))
    bodies = list(hook_requests(observations, ROUNDS * REQUESTS_PER_ROUND + 10))
    warm, rest = bodies[:10], bodies[10:]
    microseconds(floor, warm, is_fixed)
    microseconds(ours, warm, is_ours)
    pairs = []
    for place in range(ROUNDS):
        batch = rest[place * REQUESTS_PER_ROUND : (place + 1) * REQUESTS_PER_ROUND]
        pairs.append((microseconds(floor, batch, is_fixed), microseconds(ours, batch, is_ours)))
    return median(a for a, _ in pairs), median(b for _, b in pairs), len(bodies[0])


def main() -> int:
    print(f"{'observations':>12} {'body kB':>8} {'floor µs':>9} {'tace-cds µs':>12} {'ratio':>6}")
    worst = 0.0
    for observations in SIZES:
        floor, ours, size = measure(observations)
        ratio = ours / floor
        print(f"{observations:>12} {size / 1000:>8.1f} {floor:>9.0f} {ours:>12.0f} {ratio:>6.1f}")
        worst = ratio if observations == BASE else worst
    print(
        f"\n{BASE} Observations, every request another patient: {worst:.1f} times the floor (at most {LARGEST_RATIO:g})"
    )
    return 0 if worst <= LARGEST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
