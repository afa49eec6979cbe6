"""What can notice a mutant: what is said of a built patient, of a fixture, of the tables; and a test.

A probe is run again and again in copies of one process. What it says of the unchanged core is kept at the start; that this is
what was written down is for tests/scenarios/test_said.py to say.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from _pytest.runner import runtestprotocol

from tests.golden import cases, said_of
from tests.said import PARTS, tables
from tests.scenarios.patients import GROUPS, Changes, patient


@dataclass
class Probe:
    name: str
    kind: str
    says: Callable[[], Iterator[object]]  # piece by piece, cheap ones first
    before: tuple[int, ...] = ()
    seconds: float = field(default=0.0)

    def learn(self) -> None:
        begun = time.process_time()
        self.before = tuple(map(hash, self.says()))
        self.seconds = time.process_time() - begun

    def notices(self) -> bool:
        """Whether something is said otherwise, or an error is raised."""
        try:
            says = self.says()
            return any(hash(now) != before for now, before in zip(says, self.before, strict=True))
        except BaseException:  # whatever a mutant raises, pytest's own way out among it
            return True


def probes(items: list[pytest.Item]) -> list[Probe]:
    of_patients = [
        Probe(f"{group} | {words}", "patient", lambda of=of, changes=changes: _patient(of, changes))  # type: ignore[misc]
        for group, (of, members) in GROUPS.items()
        for words, changes in members.items()
    ]
    of_fixtures = [Probe(case, "fixture", lambda case=case: iter([said_of(case)])) for case in cases()]  # type: ignore[misc]
    of_tables = [Probe("tables", "tables", lambda: iter([tuple(tables())]))]
    of_tests = [Probe(item.nodeid, "test", lambda item=item: _test(item)) for item in items]  # type: ignore[misc]
    return [*of_patients, *of_fixtures, *of_tables, *of_tests]


def _patient(of: str, changes: Changes) -> Iterator[object]:
    assessment = patient(of, changes)
    return (tuple(part(assessment)) for part in reversed(PARTS))


def _test(item: pytest.Item) -> Iterator[object]:
    yield any(report.failed for report in runtestprotocol(item, log=False))
