"""A large simulated cohort against what docs/cohort.md promises: throughput, two workers, memory, kill -9. `make cohort-load`."""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

FILES = ("results.ndjson", "results.parquet", "report.html", "report.csv", "broken-lines.csv")
SPEEDUP, MEMORY_MB, GROWTH = 1.7, 1500, 1.35
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, slots=True)
class Measured:
    seconds: float
    memory_mb: float
    said: str


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "service.cli", "cohort", *arguments]


def measured(arguments: list[str], kill_when: Path | None = None) -> Measured:
    """Run a command; the memory of it and all its children together, looked at ten times a second.

    kill_when   kill -9 as soon as half of the parts of the patients are assessed in that folder
    """
    started, most = time.monotonic(), 0.0
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(process.stderr or ()))
        reader.start()
        while process.poll() is None:
            most = max(most, memory_mb(process.pid))
            if kill_when is not None and _half_done(kill_when):
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.1)
        reader.join()
    if process.returncode not in ((0,) if kill_when is None else (0, -signal.SIGKILL)):
        raise SystemExit(f"{' '.join(arguments)}: exit code {process.returncode}\n{''.join(said)}")
    return Measured(time.monotonic() - started, most, "".join(said))


def _half_done(out: Path) -> bool:
    plan = out / ".work" / "plan.json"
    if not plan.exists():
        return False
    parts: int = orjson.loads(plan.read_bytes())["plan"]["partitions"]
    return len(list(out.glob(".work/parts/*.json"))) * 2 >= parts


def memory_mb(root: int) -> float:
    """Resident memory of a process and its descendants; pages that two of them share count for both."""
    children: dict[int, list[int]] = {}
    resident: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            resident[int(folder.name)] = int((folder / "statm").read_text().split()[1]) * PAGE_MB
        except (OSError, IndexError):
            continue
        children.setdefault(int(stat[1]), []).append(int(folder.name))
    total, waiting = 0.0, [root]
    while waiting:
        process = waiting.pop()
        total += resident.get(process, 0.0)
        waiting += children.get(process, [])
    return total


def differing(one: Path, other: Path) -> list[str]:
    return [name for name in FILES if (one / name).read_bytes() != (other / name).read_bytes()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohort", description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder where left out")
    parser.add_argument("--as-of-only", action="store_true", help="one question a patient instead of a replay")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        return check(Path(folder), asked.patients, asked.seed, replay=not asked.as_of_only)


def check(folder: Path, patients: int, seed: int, replay: bool) -> int:
    failed: list[str] = []

    def hold(what: str, right: bool) -> None:
        print(f"  {'ok  ' if right else 'FAIL'} {what}", flush=True)
        if not right:
            failed.append(what)

    def simulated(number: int) -> Path:
        out = folder / f"export-{number}"
        made = measured(
            command("simulate", "--patients", str(number), "--seed", str(seed), "--out", str(out), "--workers", "2")
        )
        size = sum(f.stat().st_size for f in out.iterdir()) / 1e6
        print(f"{number} patients simulated in {made.seconds:.0f} s, {size:.0f} MB", flush=True)
        return out

    def ran(export: Path, name: str, workers: int, kill: bool = False) -> Measured:
        out = folder / name
        options = ["--as-of", "2026-11-21", "--workers", str(workers), *(("--replay",) if replay else ())]
        found = measured(command("run", str(export), "--out", str(out), *options), out if kill else None)
        last = re.findall(r"\d+ patients, .*", found.said)
        print(
            f"{name}: {found.seconds:.0f} s, {found.memory_mb:.0f} MB in all{'; ' + last[-1] if last else ''}",
            flush=True,
        )
        return found

    quarter = simulated(max(1, patients // 4))
    one, two = ran(quarter, "a-quarter-one-worker", 1), ran(quarter, "a-quarter-two-workers", 2)
    speedup = one.seconds / two.seconds
    hold(f"two workers are {speedup:.2f} times as fast (at least {SPEEDUP})", speedup >= SPEEDUP)
    same = not differing(folder / "a-quarter-one-worker", folder / "a-quarter-two-workers")
    hold("the same files with one and with two workers", same)
    export = simulated(patients)
    whole = ran(export, "whole", 2)
    hold(f"memory in all {whole.memory_mb:.0f} MB (below {MEMORY_MB})", whole.memory_mb < MEMORY_MB)
    growth = whole.memory_mb / two.memory_mb
    hold(f"four times the patients take {growth:.2f} times the memory (at most {GROWTH})", growth <= GROWTH)
    ran(export, "killed", 2, kill=True)
    hold("the killed run had not finished", not (folder / "killed" / "results.ndjson").exists())
    resumed = ran(export, "killed", 2)
    hold("the next run went on", "going on:" in resumed.said)
    hold("and gave the same files", not differing(folder / "whole", folder / "killed"))
    shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
