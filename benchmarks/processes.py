"""The measured processes: started, pinned to a core, asked in turn."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import orjson

ROOT = Path(__file__).parent.parent
PEER_PYTHON = Path(os.environ.get("TACE_CDS_BENCH_PEER", ROOT / ".venv-peer" / "bin" / "python"))
Json = dict[str, Any]


class WrongAnswer(Exception):
    """An application that did not give the right cards."""


def cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


class Process:
    """One measured application. cpu_s, memory_kb: what it took until it could answer."""

    def __init__(self, name: str, core: int | None = None) -> None:
        self.name = name
        peer = name == "healthchain"
        command = (
            [str(PEER_PYTHON), str(ROOT / "benchmarks" / "peer.py")]
            if peer
            else [sys.executable, "-m", "benchmarks.worker", name]
        )
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if peer else None,
            cwd=ROOT,
            env=_environment(),
        )
        if core is not None and cores():
            os.sched_setaffinity(self._process.pid, {core})
        ready = self._answer()
        self.cpu_s, self.memory_kb = float(ready["cpu_s"]), int(ready["memory_kb"])

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate(timeout=60)

    def tell(self, **told: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(told) + b"\n")
        self._process.stdin.flush()

    def heard(self) -> Json:
        found = self._answer()
        if "wrong" in found:
            raise WrongAnswer(f"{self.name} did not give the right cards: {found['wrong']}")
        return found

    def run(self, **told: Any) -> Json:
        self.tell(**told)
        return self.heard()

    def _answer(self) -> Json:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise WrongAnswer(f"{self.name} ended without an answer (exit {self._process.wait(timeout=10)})")
        found: Json = orjson.loads(line)
        return found


@cache
def _bytecode() -> TemporaryDirectory[str]:
    """Gone with the process."""
    return TemporaryDirectory(prefix="tace-cds-bench-")


def _environment() -> dict[str, str]:
    """With bytecode, as installed packages have it: a start is not to be measured by what the compiler takes."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONPYCACHEPREFIX": _bytecode().name}


def peer_missing() -> str:
    """Why the peer cannot be measured; "" where it can."""
    if not PEER_PYTHON.exists():
        return "not installed; make bench-peer does it"
    asked = [str(PEER_PYTHON), "-c", "import healthchain, orjson"]
    if subprocess.run(asked, check=False, capture_output=True).returncode:
        return f"{PEER_PYTHON} has no healthchain and orjson"
    return ""
