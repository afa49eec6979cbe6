"""`make torture`: the long tests. `python -m tests.torture --requests 2000` is a short look; names choose parts."""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from tests.torture import fuzz
from tests.torture.floods import floods
from tests.torture.leaks import leaks
from tests.torture.served import Served, served
from tests.torture.slow_clients import slow_clients

# Over sockets every request costs a server of its own most of the time; the bulk goes without
INSIDE, PROCESSES = 0.9, 4
SOURCES = ((fuzz.by_changes, 0.46), (fuzz.by_changes, 0.46), (fuzz.by_strategies, 0.06), (fuzz.by_description, 0.02))
GROWTH = 1.10  # what the resident memory may grow by from a third of the way to the end


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--requests", type=int, default=102_000, help="generated requests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=7200, help="after which the part without sockets ends")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all where none is named")
    asked = parser.parse_args()
    failures: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), ASSESS_ROUTE="true", MAX_WAITING="500") as server,
    ):
        for name in asked.parts or PARTS:
            for lines, found in PARTS[name](server, asked):
                print(lines, flush=True)
                failures += found
    for each in failures:
        print(f"FAILED {each}")
    print("torture: " + (f"{len(failures)} failures" if failures else "nothing broke"))
    return 1 if failures else 0


def _fuzz(server: Served, asked: argparse.Namespace) -> Iterator[tuple[str, list[str]]]:
    """Each source in a process of its own, against one server, whose memory is watched."""
    started = time.monotonic()
    with _memory(server) as samples, ProcessPoolExecutor(len(SOURCES), mp_context=get_context("spawn")) as pool:
        tasks = [
            pool.submit(source, server.port, int(asked.requests * (1 - INSIDE) * share), asked.seed + number)
            for number, (source, share) in enumerate(SOURCES)
        ]
        tallies = [task.result() for task in tasks]
    for tally in tallies:
        yield tally.line(), tally.failures
    third, end = samples[len(samples) // 3], samples[-1]
    grown = [f"memory grew from {third:.0f} to {end:.0f} MB"] if end > third * GROWTH else []
    yield (
        f"fuzz: {sum(tally.requests for tally in tallies)} requests in {time.monotonic() - started:.0f} s; server memory "
        f"{samples[0]:.0f} MB at start, {third:.0f} MB after a third, {max(samples):.0f} MB at most, {end:.0f} MB at the end; "
        f"{server.descriptors} descriptors, {server.threads} threads",
        grown,
    )


def _inside(server: Served, asked: argparse.Namespace) -> Iterator[tuple[str, list[str]]]:
    """In processes of their own, without sockets."""
    started, each = time.monotonic(), int(asked.requests * INSIDE / PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        tasks = [
            pool.submit(fuzz.inside, each, asked.seed + 100 + number, asked.seconds) for number in range(PROCESSES)
        ]
        done = [task.result() for task in tasks]
    for tally, memory in done:
        third, end = memory[len(memory) // 3], memory[-1]
        grown = [f"memory grew from {third:.0f} to {end:.0f} MB"] if end > third * GROWTH else []
        yield (
            f"{tally.line()}; memory {memory[0]:.0f} MB at first, {third:.0f} MB after a third, {end:.0f} MB at the end",
            tally.failures + grown,
        )
    total = sum(tally.requests for tally, _ in done)
    yield f"inside: {total} requests in {time.monotonic() - started:.0f} s, in {PROCESSES} processes", []


@contextmanager
def _memory(server: Served) -> Iterator[list[float]]:
    """Resident memory, every second."""
    samples, over = [server.resident_mb], threading.Event()

    def watch() -> None:
        while not over.wait(1):
            samples.append(server.resident_mb)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield samples
    finally:
        over.set()
        watcher.join()
        samples.append(server.resident_mb)


def _once(part: Callable[[Served], tuple[str, list[str]]]) -> Callable[..., Iterator[tuple[str, list[str]]]]:
    def parts(server: Served, asked: argparse.Namespace) -> Iterator[tuple[str, list[str]]]:
        yield part(server)

    return parts


PARTS = {"slow": _once(slow_clients), "fuzz": _fuzz, "inside": _inside, "floods": _once(floods), "leaks": _once(leaks)}

if __name__ == "__main__":
    sys.exit(main())
