"""The service under load: an end that drops no answer; and half of what it can do for ten minutes (TORTURE_SECONDS)."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.service.served import ROOT, Served
from tests.torture.served import IN_THE_IMAGE

SECONDS = float(os.environ.get("TORTURE_SECONDS", "600"))
MEGABYTE = 1 << 20
CLIENTS = 8


def load(port, seconds, clients, rate=0.0):
    command = [sys.executable, "-m", "tests.torture.load", str(port), str(seconds), str(clients), str(rate)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def result(process):
    return json.loads(process.communicate(timeout=SECONDS + 120)[0])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_end_under_load_drops_no_answer(tmp_path, workers):
    served = Served(tmp_path, "--workers", workers)
    callers = load(served.port, 60, 12)
    time.sleep(6)
    served.end()
    found = result(callers)
    served.kill()
    print(f"\n{workers} workers: {found}, {len(served.lines)} lines of log")
    assert found["outcomes"]["answered"] > 50
    assert found["outcomes"].keys() <= {"answered", "refused"}


def test_half_of_what_it_can_do(tmp_path):
    served = Served(tmp_path, **IN_THE_IMAGE)
    try:
        result(load(served.port, 5, CLIENTS))
        flat_out = result(load(served.port, min(30, SECONDS / 2), CLIENTS))
        capacity = flat_out["per_second"]
        callers = load(served.port, SECONDS, CLIENTS, capacity / 2)
        samples = []
        time.sleep(SECONDS * 0.2)  # until whatever is remembered has been filled
        while callers.poll() is None:
            samples.append(measured(served.process.pid))
            time.sleep(min(10.0, SECONDS / 30))
        found = result(callers)
        kept = served.ask("GET", "/health/ready")[1].decode()
        served.end()
    finally:
        served.kill()
    third = max(1, len(samples) // 3)
    early, late = average(samples[:third]), average(samples[-third:])
    print(f"\nflat out: {flat_out}")
    print(f"capacity {capacity}/s; {SECONDS:.0f} s at half of it: {found}; resident {early[0]:.1f} then {late[0]:.1f} MB, "
          f"descriptors {early[1]:.1f} then {late[1]:.1f}, threads {early[2]:.1f} then {late[2]:.1f}; {kept}")  # fmt: skip
    assert found["outcomes"].keys() == {"answered"}
    assert found["per_second"] > capacity / 2 * 0.95, "the callers were slower than they were told to be"
    assert found["own_cpu"] < 0.7, "the callers were the bottleneck"
    assert late[0] < early[0] * 1.03 + 1
    assert late[1] < early[1] + 3
    assert late[2] < early[2] + 2
    assert '"lost"' not in kept


def measured(pid):
    """Resident MB, descriptors, threads."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    resident = int(status["VmRSS"].split()[0]) * 1024 / MEGABYTE
    return resident, len(os.listdir(f"/proc/{pid}/fd")), int(status["Threads"])


def average(samples):
    return [sum(column) / len(samples) for column in zip(*samples, strict=True)]
