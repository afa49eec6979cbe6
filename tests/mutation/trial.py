"""Tries mutants, each in a copy of this process that has the core, the tests and the patients in memory.

Run in the folder of mutmut: names of mutants come in, one a line; as each is tried its name and how it ended go out.
"""

import argparse
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import pytest

from tests.mutation.switch import caches_of, mutants_of, switch_on

if TYPE_CHECKING:  # imports the core, which the mutants come before
    from tests.mutation.probes import Probe

SURVIVED, KILLED, NOT_REACHED, TIMEOUT = 0, 1, 33, 36  # mutmut's numbers
STUCK_SECONDS, STUCK_TIMES = 3, 20  # a probe that takes this much, and this many times what it took, never ends
MEMORY_BYTES = 2 << 30  # above what this process has


def tried(todo: Iterable[tuple[str, Callable[[], int]]], children: int) -> Iterator[tuple[str, int, float]]:
    """(name, how it ended, CPU seconds) of each, as they end."""
    running: dict[int, str] = {}

    def ended() -> tuple[str, int, float]:
        child, status, used = os.wait4(-1, 0)
        code = os.waitstatus_to_exitcode(status)
        return running.pop(child), TIMEOUT if code < 0 else code, used.ru_utime + used.ru_stime

    for name, attempt in todo:
        while len(running) >= children:
            yield ended()
        child = os.fork()
        if not child:
            _alone(attempt)
        running[child] = name
    while running:
        yield ended()


def _alone(attempt: Callable[[], int]) -> None:
    """In the copy: the attempt and nothing after it."""
    code = KILLED
    try:
        gc.disable()
        size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY_BYTES, size + MEMORY_BYTES))
        code = attempt()
    finally:
        os._exit(code)


def noticed_by(probes: Iterable["Probe"]) -> Iterator["Probe"]:
    """Those that notice. One that never ends is ended, and this process with it."""
    for probe in probes:
        signal.setitimer(signal.ITIMER_PROF, STUCK_SECONDS + STUCK_TIMES * probe.seconds)
        if probe.notices():
            yield probe


class Trial:
    """A session of pytest that has collected the tests and tries the mutants instead of running them."""

    def __init__(self, names: Sequence[str], children: int, seconds: float, out: TextIO) -> None:
        self.names, self.children, self.seconds, self.out = names, children, seconds, out
        self.mutants = mutants_of("cards")  # before anything else imports it
        self.forget = caches_of("cards")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from tests.mutation.probes import probes  # these import the core
        from tests.mutation.reach import Reach

        self.reach = Reach(str(Path("cards").resolve()), probes(session.items))
        recalled = self.reach.recall(Path())
        if not recalled:
            self.reach.learn(self._fresh)
        gc.collect()
        gc.freeze()
        if not recalled:
            self._control()
            self.reach.keep(Path())
        for name, code, used in tried(self.todo(), self.children):
            print(name, code, f"{used:.2f}", file=self.out, flush=True)
        return True

    def todo(self) -> Iterator[tuple[str, Callable[[], int]]]:
        for name in self.names:
            reaching = self.reach.of(self.mutants[name])
            yield name, partial(self.attempt, name, reaching)

    def attempt(self, name: str, reaching: Sequence["Probe"]) -> int:
        self._fresh()
        switch_on(name, self.mutants[name])
        if not reaching:
            return NOT_REACHED
        end = time.process_time() + self.seconds
        in_time = takewhile(lambda _: time.process_time() < end, reaching)
        return KILLED if any(noticed_by(in_time)) else SURVIVED

    def _control(self) -> None:
        """The unchanged core is noticed by nothing."""

        def noticed() -> int:
            found = [probe.name for probe in noticed_by(self.reach.probes)]
            print(*found, sep="\n", file=sys.stderr)
            return KILLED if found else SURVIVED

        ((_, code, used),) = tried([("", noticed)], 1)
        print(f"{len(self.reach.probes):,} probes, {used:.0f} s for all of them", file=sys.stderr)
        if code != SURVIVED:
            raise AssertionError("these notice something where nothing was changed")

    def _fresh(self) -> None:
        for forget in self.forget:
            forget()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.trial")
    parser.add_argument("--children", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("pytest", nargs="*")
    asked = parser.parse_args()
    names = sys.stdin.read().split()
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    trial = Trial(names, asked.children, asked.seconds, out)
    # Nothing of a failed test is shown
    return int(pytest.main(["-s", "--tb=native", *asked.pytest], [trial]))


if __name__ == "__main__":
    sys.exit(main())
