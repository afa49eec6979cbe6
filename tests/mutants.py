"""Mutation testing of the core: `python -m tests.mutants` changes it a piece at a time and counts what is noticed.

What is counted, how it is tried and why: docs/mutants.md. Names (`cards.liver.*`) limit a run. Whatever was not tried yet or has
changed since is tried; `--again` tries those that survived once more. `mutmut show NAME` shows one change.
"""

import argparse
import contextlib
import fnmatch
import io
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, walk_mutatable_files

from tests.mutation import survivors

ROOT = Path(__file__).resolve().parents[1]
COPY = ROOT / "mutants"
SURVIVORS = ROOT / "docs" / "mutants-survivors.md"
FLOOR_PERCENT = 95.0
KILLED = ("killed", "timeout")  # an endless loop is noticed too; what nothing runs is not
SURVIVED = (0, 33)  # mutmut's numbers: nothing noticed it, nothing runs it
SAVED_EACH_SECONDS = 20


def make() -> None:
    """The changed copy. Of a function that is as it was, mutmut keeps the results."""
    from mutmut.__main__ import create_mutants  # sets how processes start, for whoever imports it

    COPY.mkdir(exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(os.cpu_count() or 1)


def records() -> list[SourceFileMutationData]:
    """What mutmut keeps of each file."""
    kept = [SourceFileMutationData(path=path) for path in walk_mutatable_files()]
    for each in kept:
        each.load()
    return kept


def statuses() -> dict[str, str]:
    """Status by name of the mutant."""
    return {name: status_by_exit_code[code] for kept in records() for name, code in kept.exit_code_by_key.items()}


def run(names: list[str], again: bool, **limits: float) -> None:
    """Tries what is open, and keeps how it ended where mutmut looks for it."""
    make()
    of = {name: kept for kept in records() for name in kept.exit_code_by_key if asked_for(name, names)}
    is_open = (None, *SURVIVED) if again else (None,)
    todo = [name for name, kept in of.items() if kept.exit_code_by_key[name] in is_open]
    with kept_at_times() as keep:
        for done, (name, code, seconds) in enumerate(tried(todo, **limits), start=1):
            of[name].exit_code_by_key[name], of[name].durations_by_key[name] = code, seconds
            if keep(of[name]):
                print(f"{done:,} of {len(todo):,}, now {name}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def kept_at_times() -> Iterator[Callable[[SourceFileMutationData], bool]]:
    """Saves what changed now and then, and at the end, also when interrupted."""
    changed: set[SourceFileMutationData] = set()
    saved = time.monotonic()

    def keep(kept: SourceFileMutationData) -> bool:
        nonlocal saved
        changed.add(kept)
        due = time.monotonic() - saved > SAVED_EACH_SECONDS
        if due:
            save()
            saved = time.monotonic()
        return due

    def save() -> None:
        while changed:
            changed.pop().save()

    try:
        yield keep
    finally:
        save()


def asked_for(name: str, names: list[str]) -> bool:
    return not names or any(fnmatch.fnmatch(name, each) for each in names)


def tried(names: list[str], **limits: float) -> Iterator[tuple[str, int, float]]:
    """(name, mutmut's number of how it ended, CPU seconds)"""
    if not names:
        return
    # The changed copy is imported from its own folder: a PYTHONPATH would find the original
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONHASHSEED"] = "0"  # what was said is kept as hashes, also for the next run
    told = [f"--{name}={limit}" for name, limit in limits.items()]
    command = [sys.executable, "-m", "tests.mutation.trial", *told, "--"]
    command += [*config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]
    with subprocess.Popen(
        command, cwd=COPY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as trial:
        assert trial.stdin is not None
        assert trial.stdout is not None
        trial.stdin.write("\n".join(names))
        trial.stdin.close()
        for line in trial.stdout:
            name, code, seconds = line.split()
            yield name, int(code), float(seconds)
    if trial.returncode:
        raise SystemExit("the trial of the mutants stopped")


def room(name: str) -> str:
    """The folder of a mutant; for a module of the core itself the module."""
    first, *rest = re.split(r"\.x(?:_|ǁ)", name)[0].split(".")[1:]
    return f"cards/{first}" if rest else f"cards/{first}.py"


def table(statuses: Mapping[str, str]) -> list[str]:
    """One line a folder or module, and the whole."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, status in statuses.items():
        for where in (room(name), "all"):
            counts[where]["killed" if status in KILLED else "survived"] += 1
    lines = ["| where | mutants | killed | survived | share |", "|---|---|---|---|---|"]
    for where in sorted(counts, key=lambda each: (each == "all", each)):
        killed, survived = counts[where]["killed"], counts[where]["survived"]
        lines.append(f"| {where} | {killed + survived:,} | {killed:,} | {survived} | {share(killed, survived):.1f} % |")
    return lines


def share(killed: int, survived: int) -> float:
    return 100 * killed / max(1, killed + survived)


def lived(statuses: Mapping[str, str]) -> list[str]:
    return [name for name, status in statuses.items() if status not in (*KILLED, "not checked")]


def diff_of(name: str) -> str:
    return str(get_diff_for_mutant(name))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--max-children", type=int, default=os.cpu_count() or 1, help="how many are tried at a time")
    parser.add_argument("--seconds", type=float, default=3, help="of CPU time for one that nothing notices")
    parser.add_argument("--report", action="store_true", help="tell what the last run found, and run nothing")
    parser.add_argument(
        "--survivors", action="store_true", help="write the page of those that survive, and run nothing"
    )
    parser.add_argument("--again", action="store_true", help="try those that survived once more")
    parser.add_argument("names", nargs="*", help="limit the run to these mutants")
    asked = parser.parse_args(arguments)
    with contextlib.chdir(ROOT):  # where mutmut looks for everything
        if asked.survivors:
            SURVIVORS.write_text(survivors.page(lived(statuses()), diff_of, room), encoding="utf-8")
        elif not asked.report:
            run(asked.names, asked.again, children=asked.max_children, seconds=asked.seconds)
        found = {name: status for name, status in statuses().items() if asked_for(name, asked.names)}
    told = {name: status for name, status in found.items() if status != "not checked"}
    killed = sum(status in KILLED for status in told.values())
    reached = share(killed, len(told) - killed)
    print("", *(f"{name}: {told[name]}" for name in lived(told)), "", *table(told), "", sep="\n")
    print(f"{reached:.1f} % of {len(told):,} mutants killed; the floor is {FLOOR_PERCENT:g} %")
    if len(told) < len(found):
        print(f"{len(found) - len(told):,} not tried yet")
    return 0 if reached >= FLOOR_PERCENT and len(told) == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
