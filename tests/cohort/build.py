"""Small exports for the tests of the cohort."""

import gzip
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import orjson

from service.cohort import run
from service.cohort.patient.assessed import Answered, Question, assess_lines
from service.cohort.simulate.parameters import read_parameters
from service.cohort.simulate.resources import Record
from service.settings import Settings

Json = dict[str, Any]
AS_OF = date(2026, 11, 21)
ASKED = datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)
SETTINGS = Settings(mode="sandbox")
FAULTLESS = dict.fromkeys(read_parameters()["faults"], 0.0)


def question(replay: bool = True, asked: datetime = ASKED, findings: bool = False) -> Question:
    return Question(asked, replay, SETTINGS, findings)


def record(patient: str) -> Record:
    """A patient whose data have no faults."""
    return Record(patient, Random(patient), FAULTLESS)


def whole(made: Record) -> list[Json]:
    return [*made.person("male", date(1961, 3, 4)), *made.resources]


def lines(resources: Iterable[Json]) -> list[bytes]:
    return [orjson.dumps(each) for each in resources]


def assessed(key: str, resources: Iterable[Json], asked: Question | None = None) -> Answered:
    return assess_lines(key, lines(resources), lambda _: [], asked or question())


def rows(answered: Answered) -> list[Json]:
    return [orjson.loads(row) for row in answered.rows]


def export(folder: Path, resources: Iterable[Json], packed: bool = False, files: int = 1) -> Path:
    """The resources as an export: by type, in as many files as wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    by_file: dict[str, list[bytes]] = {}
    for place, resource in enumerate(resources):
        name = f"{resource['resourceType']}.{place % files + 1:04d}.ndjson"
        by_file.setdefault(name, []).append(orjson.dumps(resource, option=orjson.OPT_APPEND_NEWLINE))
    for name, held in by_file.items():
        data = b"".join(held)
        (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(data) if packed else data)
    return folder


def run_on(folder: Path, out: Path, workers: int = 1, replay: bool = True) -> run.Totals:
    job = run.begin(folder, out, question(replay), moment_stated=True, fresh=False)
    assert job is not None
    return run.run(job, workers, lambda line: None)


FILES = (run.RESULTS, run.PARQUET, run.REPORT, run.TABLES, run.BROKEN)


def same_files(one: Path, other: Path) -> Iterator[str]:
    """The names of result files that differ."""
    for name in FILES:
        if (one / name).read_bytes() != (other / name).read_bytes():
            yield name
