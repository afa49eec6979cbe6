"""The peer HealthChain: its CDS Hooks service with its FHIR adapter and a fixed card; run by the Python of its own venv.

Needs `pip install healthchain orjson` there; nothing of it is a dependency of this project.
"""

import asyncio
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

# Started as a file by another Python: only the modules beside it that need the standard library and orjson are used.
sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import requests, worker

FIXED = {"summary": "A fixed card.", "indicator": "info", "source": {"label": "floor"}, "detail": "x"}


def app() -> Any:
    from healthchain.gateway import CDSHooksService, HealthChainAPI  # type: ignore[import-not-found]
    from healthchain.io import CdsFhirAdapter  # type: ignore[import-not-found]
    from healthchain.models import Card  # type: ignore[import-not-found]

    logging.disable(logging.CRITICAL)
    adapter, service = CdsFhirAdapter(), CDSHooksService()

    def handle(request: Any) -> Any:
        document = adapter.parse(request)
        document.cds.cards = [Card(**FIXED)]
        return adapter.format(document)

    for hook in ("patient-view", "order-select", "order-sign"):
        service.hook(hook, id=f"tace-{hook}")(handle)
    api = HealthChainAPI()
    api.register_service(service)
    return api


def asgi(app: Any) -> worker.Answer:
    """Call an ASGI app without a socket in between."""
    loop = asyncio.new_event_loop()

    async def call(hook: str, body: bytes) -> bytes:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": f"/cds/cds-services/tace-{hook}", "raw_path": b"", "query_string": b"", "root_path": "",
            "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8080),
        }  # fmt: skip
        sent: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message.get("body", b""))

        await app(scope, receive, send)
        return b"".join(sent)

    return lambda hook, body: loop.run_until_complete(call(hook, body))


class PlainRequests:
    """The same calls without the moment asked: the peer refuses an extension that is an object."""

    @staticmethod
    def unique(observations: int, hook: str, first: int, number: int) -> Iterator[tuple[str, bytes]]:
        for named, body in requests.unique(observations, hook, first, number):
            yield named, orjson.dumps({k: v for k, v in orjson.loads(body).items() if k != "extension"})


def is_fixed(hook: str, observations: int, cards: list[dict[str, Any]]) -> bool:
    return len(cards) == 1 and cards[0]["summary"] == "A fixed card."


if __name__ == "__main__":
    worker.serve(worker.Bench(asgi(app()), is_fixed, PlainRequests))
