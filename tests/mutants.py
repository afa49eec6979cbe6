"""Mutation testing of the core: `python -m tests.mutants` changes it a piece at a time and counts what a test notices.

What is counted, what is left out and why: docs/mutants.md. Names (`cards.liver.*`) limit a run; without names whatever has
changed since the last run is tried again. `mutmut show NAME` shows one change.
"""

import argparse
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MUTMUT = Path(sys.executable).parent / "mutmut"
FLOOR_PERCENT = 95.0
KILLED = ("killed", "timeout")  # an endless loop is noticed too; whatever no test runs is not
RESULT = re.compile(r"^\s*(?P<name>cards\.\S+): (?P<status>[a-z ]+)$", re.MULTILINE)


def run(*arguments: str) -> None:
    # The changed copy is imported from its own folder: a PYTHONPATH would find the original
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([MUTMUT, "run", *arguments], cwd=ROOT, env=environment, check=True)


def results() -> str:
    return subprocess.run(
        [MUTMUT, "results", "--all", "true"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def statuses_of(told: str) -> dict[str, str]:
    """Status by name of the mutant."""
    return {found["name"]: found["status"] for found in RESULT.finditer(told)}


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


def survivors(statuses: Mapping[str, str]) -> Iterable[str]:
    return (f"{name}: {status}" for name, status in statuses.items() if status not in KILLED)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--max-children", default=str(os.cpu_count() or 1), help="how many are tried at a time")
    parser.add_argument("--report", action="store_true", help="tell what the last run found, and run nothing")
    parser.add_argument("names", nargs="*", help="limit the run to these mutants")
    asked = parser.parse_args(arguments)
    if not asked.report:
        run("--max-children", asked.max_children, *asked.names)
    found = statuses_of(results())
    tried = {name: status for name, status in found.items() if status != "not checked"}
    killed = sum(status in KILLED for status in tried.values())
    reached = share(killed, len(tried) - killed)
    print("", *survivors(tried), "", *table(tried), "", sep="\n")
    print(f"{reached:.1f} % of {len(tried):,} mutants killed; the floor is {FLOOR_PERCENT:g} %")
    if len(tried) < len(found):
        print(f"{len(found) - len(tried):,} not tried yet")
    return 0 if reached >= FLOOR_PERCENT and (len(tried) == len(found) or asked.names) else 1


if __name__ == "__main__":
    sys.exit(main())
