"""`make torture`: the long tests. `python -m tests.torture --requests 2000` is a short look; names choose parts."""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from tests.torture import fuzz
from tests.torture.floods import floods
from tests.torture.leaks import leaks
from tests.torture.served import IN_THE_IMAGE, Served, served
from tests.torture.slow_clients import slow_clients
from tests.torture.visits import visits

# Over sockets every request costs a server of its own most of the time; the bulk goes without
INSIDE, PROCESSES = 0.9, min(4, os.cpu_count() or 2)
SOURCES = ((fuzz.by_changes, 0.46), (fuzz.by_changes, 0.46), (fuzz.by_strategies, 0.06), (fuzz.by_description, 0.02))
MOST_GROWTH = 0.10  # of resident memory from a third of the way to the end; holes in it come and go
TO_TELL = 8000  # requests to one process: with fewer, what is filled once has not been filled a third of the way on
MOST_LIVE_GROWTH = 0.03  # of what is in use, where it can be told apart


@dataclass(slots=True)
class Asked:
    requests: int
    seed: int
    seconds: float
    parts: list[str]
    made: int = 0  # generated requests, of all parts together


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--requests", type=int, default=104_000, help="generated requests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=7200, help="after which the part without sockets ends")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all where none is named")
    asked = Asked(**vars(parser.parse_args()))
    os.environ |= IN_THE_IMAGE  # of the processes begun here
    failures: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), ASSESS_ROUTE="true", MAX_WAITING="500") as server,
    ):
        for name in asked.parts or PARTS:
            for lines, found in PARTS[name](server, asked):
                print(lines, flush=True)
                failures += found
    if asked.made:
        print(f"generated requests: {asked.made} in all, of {asked.requests} asked for")
    if not asked.parts and asked.made < asked.requests * 0.97:  # a few cannot be written as JSON, some parts run out
        failures.append(f"only {asked.made} of {asked.requests} requests were made")
    for each in failures:
        print(f"FAILED {each}")
    print("torture: " + (f"{len(failures)} failures" if failures else "nothing broke"))
    return 1 if failures else 0


def _fuzz(server: Served, asked: Asked) -> Iterator[tuple[str, list[str]]]:
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
    made = sum(tally.requests for tally in tallies)
    asked.made += made
    line, grown = _verdict("server memory", samples, made)
    yield (
        f"fuzz: {made} requests in {time.monotonic() - started:.0f} s; {line}; "
        f"{max(samples):.0f} MB at most; {server.descriptors} descriptors, {server.threads} threads",
        grown,
    )


def _inside(server: Served, asked: Asked) -> Iterator[tuple[str, list[str]]]:
    """In processes of their own, without sockets."""
    started, each = time.monotonic(), int(asked.requests * INSIDE / PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        tasks = [
            pool.submit(fuzz.inside, each, asked.seed + 100 + number, asked.seconds) for number in range(PROCESSES)
        ]
        done = [task.result() for task in tasks]
    for tally, samples in done:
        verdicts = (
            _verdict("resident memory", [each.resident_mb for each in samples], tally.requests),
            _verdict("in use", [each.live_mb for each in samples], tally.requests, MOST_LIVE_GROWTH),
            _verdict(
                "small pieces in use",
                [each.blocks / 1000 for each in samples],
                tally.requests,
                MOST_LIVE_GROWTH,
                "thousand",
            ),
        )
        yield (
            "; ".join((tally.line(), *(line for line, _ in verdicts))),
            [*tally.failures, *(each for _, grown in verdicts for each in grown)],
        )
    total = sum(tally.requests for tally, _ in done)
    asked.made += total
    yield f"inside: {total} requests in {time.monotonic() - started:.0f} s, in {PROCESSES} processes", []


def _visits(server: Served, asked: Asked) -> Iterator[tuple[str, list[str]]]:
    """In this process; as many as a tenth of the generated requests, and beside them."""
    with tempfile.TemporaryDirectory() as folder:
        tally = visits(asked.requests // 10, asked.seed + 200, asked.seconds, Path(folder))
    yield tally.line(), tally.failures


def _verdict(
    what: str, samples: list[float], requests: int, most: float = MOST_GROWTH, unit: str = "MB"
) -> tuple[str, list[str]]:
    """A line, and what is wrong: a third of the way on and at the end, of a tenth of the way each, as it goes up and down."""
    third, tenth = len(samples) // 3, max(1, len(samples) // 10)
    early, late = median(samples[third : third + tenth] or samples), median(samples[-tenth:])
    grown = late / early - 1
    word = "too short a run to tell" if requests < TO_TELL else "flat" if grown <= most else "GROWING"
    line = f"{what} {word}, {grown:+.1%}: {samples[0]:.0f} {unit} at first, {early:.1f} after a third, {late:.1f} at the end"
    return line, [] if word != "GROWING" else [f"{what} grew from {early:.1f} to {late:.1f} {unit}"]


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
    def parts(server: Served, asked: Asked) -> Iterator[tuple[str, list[str]]]:
        yield part(server)

    return parts


PARTS = {
    "slow": _once(slow_clients),
    "fuzz": _fuzz,
    "inside": _inside,
    "visits": _visits,
    "floods": _once(floods),
    "leaks": _once(leaks),
}

if __name__ == "__main__":
    sys.exit(main())
