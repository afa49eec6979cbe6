"""A FHIR server on a real socket whose every answer a test decides, byte by byte where it wants."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handle = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "FhirServer"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        try:
            self.server.handle(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_POST = do_GET

    def answer(self, body: Any, status: int = 200, content_type: str = "application/fhir+json", **more: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        pass


class FhirServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # a refused connection would be tried again after a second

    def __init__(self, handle: Handle) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.handle = handle
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/fhir"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]

    def handle_error(self, *arguments: Any) -> None:
        pass


@contextmanager
def fhir_server(handle: Handle) -> Iterator[FhirServer]:
    server = FhirServer(handle)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def empty_record(handler: Handler) -> None:
    """Patient p1, and nothing else recorded."""
    if "?" in handler.path:
        handler.answer({"resourceType": "Bundle", "type": "searchset", "total": 0})
    else:
        handler.answer({"resourceType": "Patient", "id": "p1"})
