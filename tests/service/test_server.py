"""The production server as a process: it starts, refuses in JSON, and ends cleanly on SIGTERM."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.server import shown_url
from tests.service.conftest import hook_body

ROOT = Path(__file__).parents[2]

SLOW = """
import sys, time
from service.app import create_app
from service.hooks.running import running
from service.server import Server
from service.settings import Settings
app = create_app(Settings(port=0, threads=2, max_body_bytes=2000, max_waiting=1, drain_seconds=5))

@app.get("/slow")
def slow():
    time.sleep(0.7)
    return "done"

server = Server(app, running(app))
print(server.port, flush=True)
server.run()
print("ended", flush=True)
"""


@pytest.fixture
def started():
    """A server with a slow route → its process and its port."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def connect(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    return connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_begun_is_finished(started, number):
    process, port = started
    begun = connect(port, "/slow")
    time.sleep(0.2)
    process.send_signal(number)
    time.sleep(0.3)
    with pytest.raises(OSError):  # noqa: PT011 - refused or reset, by platform
        connect(port, "/health/live").getresponse()
    assert begun.getresponse().read() == b"done"
    begun.close()
    assert process.wait(timeout=5) == 0
    assert process.stdout.read() == "ended\n"
    assert process.stderr.read() == ""


def test_idle_connections_do_not_hold_it_up(started):
    process, port = started
    idle = connect(port, "/health/live")
    idle.getresponse().read()
    silent = socket.create_connection(("127.0.0.1", port))
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0
    assert time.monotonic() - begun < 4  # of the five that a request under way would be given
    idle.close()
    silent.close()


def test_large_body_is_413_in_json(started):
    _, port = started
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", "/cds-services/tace-order-sign", b" " * 5000, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    assert (answer.status, body["resourceType"]) == (413, "OperationOutcome")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    connection.close()


def test_what_is_no_http_is_400_in_json(started):
    _, port = started
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"NONSENSE\r\n\r\n")
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.0 400")
    assert b"OperationOutcome" in answer


def test_too_many_waiting_are_503(started):
    _, port = started
    begun = [connect(port, "/slow") for _ in range(8)]
    statuses = [each.getresponse().status for each in begun]
    assert set(statuses) == {200, 503}
    for each in begun:
        each.close()


def test_sandbox_prints_a_line_to_try(tmp_path):
    (tmp_path / "first-case").mkdir()
    (tmp_path / "first-case" / "request.json").write_text(json.dumps(hook_body()))
    command = [sys.executable, "-m", "service.cli", "sandbox", "--port", "0", "--fixtures", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        printed = "".join(process.stdout.readline() for _ in range(3))
        line = re.search(r"curl -s -H 'Content-Type: application/json' -d @(\S+) (\S+)", printed)
        assert line
        assert line[1].endswith("first-case/request.json")
        assert line[2].endswith("/cds-services/tace-order-sign")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        process.stdout.close()


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("ehr.example.org", "http://ehr.example.org:80"),
    ],
)
def test_address_to_try(host, shown):
    assert shown_url(host, 80) == shown
