"""Nothing in prefetch: a FHIR server that takes 50 ms for each answer, and one that never answers one of the queries."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests

from benchmarks.processes import ROOT
from benchmarks.requests import hook_request, resources
from benchmarks.worker import wsgi

QUERY_SECONDS, DEADLINE_SECONDS, HANGS = 0.05, 1.0, "Procedure"
ALLOWED_MORE_MS = 20


@dataclass(frozen=True, slots=True)
class Fallback:
    """Milliseconds. hanging: with one query that is never answered, and a deadline of `deadline`."""

    query: float
    prefetched: float
    fetched: float
    hanging: float
    deadline: float

    @property
    def limit(self) -> float:
        return self.query + self.prefetched + ALLOWED_MORE_MS


class _Slow(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one packet
    hangs = ""

    def do_GET(self) -> None:
        kind = urlsplit(self.path).path.strip("/").split("/")[0]
        sleep(30 if kind == self.hangs else QUERY_SECONDS)
        body = _RECORD.get(kind) or orjson.dumps({"resourceType": "Bundle", "type": "searchset"})
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


def _record() -> dict[str, bytes]:
    """Resource type → the answer to any query of it."""
    found: dict[str, list[Any]] = {}
    for resource in resources(hook_request(60, 7)):
        found.setdefault(resource["resourceType"], []).append({"resource": resource})
    bundles = {
        kind: {"resourceType": "Bundle", "type": "searchset", "entry": entries} for kind, entries in found.items()
    }
    return {kind: orjson.dumps(bundle) for kind, bundle in bundles.items()}


_RECORD = _record()


def main(hangs: str) -> None:
    """The server, in a process of its own; its port is the one line it prints."""
    handler = type("Slow", (_Slow,), {"hangs": hangs})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


@contextmanager
def _server(hangs: str = "") -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.fallback", hangs]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def measured(rounds: int = 12) -> Fallback:
    with tempfile.TemporaryDirectory() as folder:
        with _server() as address:
            query = _milliseconds(requests.Session(), address, rounds)
            fetched = _calls(folder, address, rounds, "TACE entry criteria met: Child-Pugh A5")
            prefetched = _calls(folder, "", rounds, "TACE entry criteria met: Child-Pugh A5")
        with _server(HANGS) as address:
            hanging = _calls(folder, address, 2, "could not be fetched (timed out)")
    return Fallback(query, prefetched, fetched, hanging, DEADLINE_SECONDS * 1000)


def _milliseconds(session: requests.Session, address: str, rounds: int) -> float:
    took = []
    for _ in range(rounds):
        started = perf_counter()
        session.get(f"{address}/Patient/7", timeout=5).raise_for_status()
        took.append((perf_counter() - started) * 1000)
    return median(took)


def _calls(folder: str, address: str, rounds: int, words: str) -> float:
    """Elapsed time of an order-sign; without an address everything is in prefetch. words: what its first card says."""
    from service.app import create_app
    from service.settings import Settings

    settings = Settings(
        mode="sandbox", store=f"sqlite:///{folder}/fallback.sqlite3", fhir_deadline_seconds=DEADLINE_SECONDS,
        fhir_servers=(address,) if address else (), fhir_allow_http=True,
    )  # fmt: skip
    answer = wsgi(create_app(settings))
    took = []
    for number in range(rounds + 1):
        body = hook_request(60, 7, call=number)
        order = body["context"]["draftOrders"]["entry"][0]["resource"]
        order["code"]["text"] += f", {number} vials"  # another order each time: nothing remembered
        if address:
            body = body | {"prefetch": {}, "fhirServer": address}
            body["context"]["patientId"] = "bench-60-7"
        sent = orjson.dumps(body)
        started = perf_counter()
        given = answer("order-sign", sent)
        took.append((perf_counter() - started) * 1000)
        cards = orjson.loads(given).get("cards", [])
        topics = [card["extension"]["tace-cds.topic"] for card in cards]
        if topics != ["eligibility", "prior-authorization"] or words not in cards[0]["summary"] + cards[0]["detail"]:
            raise SystemExit(f"wrong answer without prefetch: {given[:300]!r}")
    return median(took[1:])


if __name__ == "__main__":
    main(sys.argv[1])
