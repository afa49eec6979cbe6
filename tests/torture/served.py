"""`tace-cds serve` as a process of its own, with real sockets, its log in a file and its store in a folder."""

import ctypes
import gc
import http.client
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.app import create_app
from service.settings import Settings

ROOT = Path(__file__).parents[2]
# What the image tells the allocator
IN_THE_IMAGE = dict(re.findall(r"(MALLOC_\w+)=(\d+)", (ROOT / "Dockerfile").read_text(encoding="utf-8")))
START_SECONDS = 120  # a busy machine takes its time


@dataclass(frozen=True, slots=True)
class Served:
    """folder: all that the process writes, its log too."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def resident_mb(self) -> float:
        return resident_mb(self.process.pid)

    @property
    def cpu_seconds(self) -> float:
        """Used so far: what a request costs does not depend on what else the machine does."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def threads(self) -> int:
        return _status(self.process.pid, "Threads")


def resident_mb(process: int) -> float:
    return _status(process, "VmRSS") / 1024


class _Malloc(ctypes.Structure):
    """struct mallinfo2 of glibc."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Memory:
    """Of this process, without what waits to be collected and what the allocator keeps for later.

    live_mb  larger pieces in use: texts, tables, what drivers hold; blocks: smaller ones in use, by number
    """

    resident_mb: float
    live_mb: float
    blocks: int


def memory() -> Memory:
    gc.collect()
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _Malloc
    found = libc.mallinfo2()
    libc.malloc_trim(0)
    return Memory(resident_mb(os.getpid()), (found.uordblks + found.hblkhd) / 1e6, sys.getallocatedblocks())


def _status(process: int, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """settings: without the prefix, as the environment has them."""
    log = folder / "server.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TACE_CDS_")}
    environment |= IN_THE_IMAGE
    environment |= {"TACE_CDS_STORE": f"sqlite:///{folder}/store.sqlite3", "PYTHONPATH": str(ROOT)}
    environment |= {f"TACE_CDS_{name}": value for name, value in settings.items()}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve", "--port", "0"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:
        yield Served(process, _port(log), folder)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(log: Path) -> int:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/cds-services", log.read_text())
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError(f"did not start: {log.read_text()[-500:]}")


class Caller:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, path: str, body: bytes) -> tuple[int, str, bytes, float]:
        """Status, content type, body, seconds."""
        return self.ask("POST", path, body, {"Content-Type": "application/json"})

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, bytes, float]:
        started = time.monotonic()
        try:
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()  # a kept connection that the server had closed
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
        content = answer.read()
        return answer.status, answer.headers.get("Content-Type", ""), content, time.monotonic() - started

    def close(self) -> None:
        self._connection.close()


class Inside:
    """The application as `serve` makes it, called in this process; its log goes nowhere."""

    def __init__(self, store: str) -> None:
        logging.disable(logging.CRITICAL)
        self._client = create_app(Settings(assess_route=True, store=store)).test_client()

    def post(self, path: str, body: bytes) -> tuple[int, str, bytes, float]:
        """As Caller's."""
        started = time.monotonic()
        answer = self._client.post(path, data=body, content_type="application/json")
        content = answer.data
        return answer.status_code, answer.content_type, content, time.monotonic() - started

    def close(self) -> None:
        logging.disable(logging.NOTSET)
