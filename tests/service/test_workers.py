"""`tace-cds serve` as it is started: JSON logs, several workers, one that dies, an end that answers all."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from service.server import HEADER_BYTES
from tests.postgres import Vanishing
from tests.service.conftest import hook_body
from tests.service.served import ROOT, Served


@pytest.fixture
def serve(tmp_path):
    started = []

    def start(*options, **settings):
        started.append(Served(tmp_path, *options, **settings))
        return started[-1]

    yield start
    for each in started:
        each.kill()


def test_every_line_of_the_log_is_json_and_names_its_request(serve):
    served = serve()
    status, _, headers = served.ask("GET", "/health/ready", headers={"X-Request-ID": "from-the-proxy-1"})
    assert (status, headers["X-Request-ID"]) == (200, "from-the-proxy-1")
    _, _, headers = served.ask("GET", "/Patient/jane-roe-17?name=Roe", headers={"X-Request-ID": "no id\tat all"})
    made = headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{16}", made)
    served.end()
    lines = {line.get("request_id"): line for line in served.log}
    assert lines["from-the-proxy-1"]["route"] == "/health/ready"
    assert lines[made] | {"time": "", "ms": 0} == {
        "time": "", "level": "info", "logger": "service.access", "message": "request", "request_id": made,
        "route": "none", "method": "GET", "status": 404, "ms": 0,
    }  # fmt: skip
    assert "jane" not in "".join(served.lines).lower()


def test_several_workers_answer_and_count_together(serve):
    served = serve("--workers", "2")
    body = json.dumps(hook_body(context={"patientId": "p1", "draftOrders": {"entry": []}}))
    seen = [served.ask("POST", "/cds-services/tace-order-sign", body)[0] for _ in range(40)]
    assert seen == [200] * 40
    counted = served.ask("GET", "/metrics")[1].decode()
    assert 'tace_cds_orders_not_ours_total{service="tace-order-sign"} 40.0' in counted
    _both(served)
    served.end()


def test_a_worker_that_dies_is_replaced(serve):
    served = serve("--workers", "2")
    first = _both(served)
    os.kill(first[0], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while len(set(_children(served.process.pid)) - set(first)) < 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert served.ask("GET", "/health/live")[0] == 200
    served.end()
    assert any("another is begun" in line["message"] for line in served.log)


def test_workers_end_with_the_process_that_began_them(serve):
    served = serve("--workers", "2")
    children = _both(served)
    served.process.kill()
    served.process.wait()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_is_asked_while_it_ends_is_answered(serve, workers):
    """Each client sends its next request when it has its answer, and stops when told that it was the last."""
    served = serve("--workers", workers)
    ended, failed = [], []

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        try:
            while True:
                connection.request("GET", "/cds-services")
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    failed.append(answer.status)
                if answer.headers["Connection"] == "close":
                    ended.append(1)
                    return
        except (OSError, http.client.HTTPException) as problem:
            failed.append(repr(problem))
        finally:
            connection.close()

    clients = [threading.Thread(target=client) for _ in range(6)]
    for each in clients:
        each.start()
    time.sleep(0.7)
    served.end()
    for each in clients:
        each.join()
    assert (failed, len(ended)) == ([], 6)


def test_an_address_that_is_taken_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for workers in ("1", "2"):
            command = [sys.executable, "-m", "service.cli", "serve", "--port", port, "--workers", workers]
            found = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
                                   capture_output=True, text=True, timeout=60)  # fmt: skip
            assert found.returncode == 1
            assert found.stderr == f"tace-cds: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"TACE_CDS_STORE": "mysql://x/y"}, "TACE_CDS_STORE: only sqlite and postgresql are known"),
        ({"TACE_CDS_SHADOW": "nothing"}, "TACE_CDS_SHADOW: nothing is no service"),
        ({"TACE_CDS_LOG_LEVEL": "loud"}, "TACE_CDS_LOG_LEVEL: "),
    ],
)
def test_a_wrong_setting_is_one_line(tmp_path, setting, says):
    command = [sys.executable, "-m", "service.cli", "serve", "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | setting
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2
    assert found.stderr.startswith(f"tace-cds: {says}")
    assert found.stderr.count("\n") == 1


def _both(served):
    """The address is told before the workers are begun."""
    deadline = time.monotonic() + 20
    while len(found := _children(served.process.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def _children(pid):
    """Of a process, as Linux lists them; elsewhere these tests have nothing to look at."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    if not listing.exists():
        found = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and _parent(each) == pid]
        return sorted(found)
    return [int(each) for each in listing.read_text().split()]


def _parent(process):
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_end_is_near_though_the_store_has_fallen_silent(serve, postgres, workers):
    """Calls that wait for it, rows that wait to be written: it ends long before what the deployment files give it."""
    way = Vanishing(postgres.new_database())
    served = serve("--workers", workers, TACE_CDS_STORE=way.url)
    body, path = json.dumps(hook_body()), "/cds-services/tace-order-sign"
    outcome = {
        "card": "c",
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": "s"}],
        "outcomeTimestamp": "2026-11-22T09:30:00Z",
    }
    feedback, answers = json.dumps({"feedback": [outcome]}), []
    assert served.ask("POST", f"{path}/feedback", feedback)[0] == 200
    assert served.ask("POST", path, body)[0] == 200
    time.sleep(1.5)
    way.vanish()
    assert served.ask("POST", path, body)[0] == 200
    asking = [
        threading.Thread(target=lambda: answers.append(served.ask("POST", f"{path}/feedback", feedback)[0]))
        for _ in range(4)
    ]
    for each in asking:
        each.start()
    time.sleep(0.5)
    began = time.monotonic()
    served.end()
    assert time.monotonic() - began < 15
    for each in asking:
        each.join()
    assert answers == [503] * 4
    assert any("could not be written before the end" in line or "store fails" in line for line in served.lines)
    way.close()


def test_what_the_server_refuses_itself_is_counted_and_logged(serve):
    served = serve(TACE_CDS_MAX_BODY_BYTES="2000")
    sent = {
        b"Jane\r\n\r\n": 400,
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Jane: ".ljust(HEADER_BYTES, b"J"): 431,
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: Jane\r\n\r\n": 400,
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n": 413,
    }
    for text, status in sent.items():
        with socket.create_connection(("127.0.0.1", served.port), timeout=5) as connection:
            connection.sendall(text)
            assert connection.makefile("rb").read().split(b" ", 2)[1] == str(status).encode()
    counted = served.ask("GET", "/metrics")[1].decode()
    found = dict(re.findall(r'tace_cds_requests_total\{method="other",route="refused",status="(\d+)"\} (\S+)', counted))
    assert found == {"400": "2.0", "413": "1.0", "431": "1.0"}
    served.end()
    logged = [each for each in served.log if each.get("route") == "refused"]
    assert [each["status"] for each in logged] == list(sent.values())
    assert len({each["request_id"] for each in logged}) == 4
    assert "Jane" not in counted + "".join(served.lines)
