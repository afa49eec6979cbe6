"""A whole run: the export is brought together by patient, every patient is assessed, the results are written.

Each step leaves a file that is there whole or not at all, so that a run that was killed goes on where it stopped. The
results are the same for every number of workers, and whether or not the run was interrupted.
"""

import os
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from cards.record import record
from service.cohort.bulk import spill
from service.cohort.bulk.export import Piece, files_of, pieces_of, unpacked_bytes
from service.cohort.journal import Journal, counts_json, counts_of
from service.cohort.patient.assessed import Question, assess_lines
from service.cohort.patient.counted import Counts
from service.cohort.pool import pool
from service.errors import NotUsable
from service.fhir.read import warm_up
from service.version import rules_version, service_version

WORK, PLAN, DONE = ".work", "plan.json", "run.json"
RESULTS, PARQUET, REPORT, TABLES, BROKEN = (
    "results.ndjson", "results.parquet", "report.html", "report.csv", "broken-lines.csv",
)  # fmt: skip
PRIVATE = 0o077  # results name patients: nobody else on the machine reads them


@record(frozen=True, slots=True)
class Job:
    """folder: the export; out: the results."""

    folder: Path
    out: Path
    question: Question
    pieces: tuple[Piece, ...]
    partitions: int

    @property
    def work(self) -> Path:
        return self.out / WORK


@record(frozen=True, slots=True)
class Totals:
    """What the report is made of."""

    asked: str
    replay: bool
    counts: Counts
    broken: list[list[Any]]
    files: int


def begin(folder: Path, out: Path, question: Question, *, moment_stated: bool, fresh: bool) -> Job | None:
    """The job, new or to go on with; None where it is complete. NotUsable where the folder holds another one."""
    if out.resolve().is_relative_to(folder.resolve()):
        raise NotUsable("--out", "a folder inside the export", "another folder for the results")
    pieces = pieces_of(folder)
    job = Job(folder, out, question, tuple(pieces), spill.partitions_for(unpacked_bytes(pieces)))
    plan = _plan(job)
    if fresh:
        shutil.rmtree(job.work, ignore_errors=True)
        (out / DONE).unlink(missing_ok=True)
    for earlier, complete in ((out / DONE, True), (job.work / PLAN, False)):
        if not earlier.exists():
            continue
        stored = orjson.loads(earlier.read_bytes())["plan"]
        if not moment_stated:
            plan["asked"] = stored.get("asked")
        if stored != plan:
            raise NotUsable("--out", "the results of another run", "another folder, or --fresh to replace them")
        return None if complete else replace(job, question=replace(question, asked=_moment(stored["asked"])))
    job.work.mkdir(parents=True, exist_ok=True)
    spill.write_atomically(job.work / PLAN, [orjson.dumps({"plan": plan})])
    return job


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _plan(job: Job) -> dict[str, Any]:
    """Everything the results depend on. A run with another plan does not go on with this one's files."""
    question, s = job.question, job.question.settings
    stats = [(f.relative_to(job.folder).as_posix(), f.stat()) for f in files_of(job.folder)]
    plan = {
        "version": [service_version(), rules_version()],
        "asked": question.asked.isoformat(),
        "replay": question.replay,
        "findings": question.findings,
        "days": [s.laboratory_days, s.clinical_days, s.imaging_days, s.recovery_days],
        "zone": s.time_zone,
        "local_codes": Path(s.local_codes).read_text(encoding="utf-8") if s.local_codes else "",
        "export": [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats],
        "pieces": [list(asdict(p).values()) for p in job.pieces],
        "partitions": job.partitions,
    }
    loaded: dict[str, Any] = orjson.loads(orjson.dumps(plan))
    return loaded


def run(job: Job, workers: int, say: Callable[[str], None]) -> Totals:
    """Do what is left to do of a job. say: one line at a time for people."""
    started = time.monotonic()
    with private(), _mapper(job, workers) as mapped:
        tails = _partition(job, mapped, say)
        done_before = sum(1 for number in range(job.partitions) if _part(job, number, "json").exists())
        _assess(job, mapped, sum(t["counts"].get("read Patient", 0) for t in tails), say)
        totals = _totals(job, tails)
        write_all(job, (_part(job, number, "ndjson").read_bytes() for number in range(job.partitions)), totals)
    shutil.rmtree(job.work)
    say(_throughput(totals.counts, time.monotonic() - started, workers, done_before, job.partitions))
    return totals


def write_all(job: Job, rows: Iterable[bytes], totals: Totals) -> None:
    """The files of a complete run. rows: in the order of the results, in chunks of any size."""
    from service.cohort.report import write  # the plotting library is wanted here, not before

    write.results(job.out, rows)
    write.report(job.out, totals)
    spill.write_atomically(job.out / DONE, [orjson.dumps({"plan": _plan(job)}, option=orjson.OPT_INDENT_2)])


@contextmanager
def private() -> Iterator[None]:
    before = os.umask(PRIVATE)
    try:
        yield
    finally:
        os.umask(before)


# First: by patient


def _partition(job: Job, mapped: "Mapper", say: Callable[[str], None]) -> list[dict[str, Any]]:
    (job.work / "spill").mkdir(exist_ok=True)
    left = [p for p in job.pieces if not _spilled(job, p).exists()]
    if len(left) < len(job.pieces):
        say(f"going on: {len(job.pieces) - len(left)} of {len(job.pieces)} pieces of the export are read already")
    with progress("reading the export", sum(p.size for p in left), "B") as bar:
        for piece, _ in mapped(_spill_piece, left):
            bar.update(piece.size)
    medications = job.work / "medications.sqlite"
    if not medications.exists():
        spill.index_medications(spill.stretches(_spill_files(job), spill.MEDICATIONS), medications)
    return [spill.summary_of(file) for file in _spill_files(job)]


def _spilled(job: Job, piece: Piece) -> Path:
    return job.work / "spill" / f"{piece.number:06d}"


def _spill_files(job: Job) -> list[Path]:
    return sorted(f for f in (job.work / "spill").iterdir() if f.suffix != ".half")


def _spill_piece(job: Job, piece: Piece) -> None:
    spill.spill(job.folder, piece, job.partitions, _spilled(job, piece))


# Then: every patient


def _part(job: Job, number: int, suffix: str) -> Path:
    return job.work / "parts" / f"{number:06d}.{suffix}"


def _assess(job: Job, mapped: "Mapper", patients: int, say: Callable[[str], None]) -> None:
    (job.work / "parts").mkdir(exist_ok=True)
    left = [number for number in range(job.partitions) if not _part(job, number, "json").exists()]
    if len(left) < job.partitions:
        say(f"going on: {job.partitions - len(left)} of {job.partitions} parts of the patients are assessed already")
    total = patients * len(left) // max(1, job.partitions)
    with progress("assessing patients", total, "patient") as bar:
        for _, assessed in mapped(_assess_partition, left):
            bar.update(assessed)


def _assess_partition(job: Job, partition: int) -> int:
    medications = spill.Medications(job.work / "medications.sqlite")
    patients = spill.patients(spill.stretches(_spill_files(job), partition))
    going = _part(job, partition, "going")
    with Journal(going) as journal:
        for key, lines in patients:
            if key not in journal.patients:
                journal.add(key, assess_lines(key, lines, medications.lines, job.question))
        spill.write_atomically(_part(job, partition, "ndjson"), journal.rows())
        spill.write_atomically(_part(job, partition, "json"), [counts_json(journal.counts)])
    going.unlink()
    medications.close()
    return len(patients)


def _totals(job: Job, tails: list[dict[str, Any]]) -> Totals:
    counts: Counts = Counter()
    for number in range(job.partitions):
        counts.update(counts_of(_part(job, number, "json").read_bytes()))
    for tail in tails:
        counts.update({("export", name): number for name, number in tail["counts"].items()})
    of_file: dict[str, list[list[Any]]] = {}
    for tail in tails:
        for each in tail["broken"]:
            of_file.setdefault(each[0], []).append(each)
    broken = [each for found in of_file.values() for each in found[: spill.MOST_LISTED]]
    question = job.question
    return Totals(question.asked.isoformat(), question.replay, counts, broken, len({p.file for p in job.pieces}))


# One process or several

Mapper = Callable[[Callable[[Job, Any], Any], list[Any]], Iterator[tuple[Any, Any]]]


@contextmanager
def _mapper(job: Job, workers: int) -> Iterator[Mapper]:
    """(task, what it gave) for every task, as they are done."""
    if workers < 2:
        yield lambda task, items: ((item, task(job, item)) for item in items)
        return
    with pool(workers, _worker) as processes:

        def mapped(task: Callable[[Job, Any], Any], items: list[Any]) -> Iterator[tuple[Any, Any]]:
            slim = replace(job, pieces=())
            running = {processes.submit(task, slim, item): item for item in items}
            try:
                for future in as_completed(running):
                    yield running[future], future.result()
            except BrokenProcessPool:
                raise NotUsable(
                    "a worker", "ended by the system (out of memory?)", "fewer workers; the run goes on"
                ) from None

        try:
            yield mapped
        except BaseException:  # an interrupt too: no part is begun that nobody waits for; what was raised goes on
            processes.shutdown(wait=False, cancel_futures=True)
            raise


def _worker() -> None:
    os.umask(PRIVATE)
    warm_up()


# For people


@contextmanager
def progress(what: str, total: int, unit: str) -> Iterator[Any]:
    """A bar with rate and time left on a terminal; nothing elsewhere."""
    from tqdm import tqdm

    with tqdm(total=total or None, desc=what, unit=unit, unit_scale=True, disable=None, file=sys.stderr,
              dynamic_ncols=True) as bar:  # fmt: skip
        yield bar


def _throughput(counts: Counts, seconds: float, workers: int, done_before: int, partitions: int) -> str:
    patients = counts_under(counts, "patients")
    lines = counts[("export", "lines")]
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    memory = own + (child * workers if workers > 1 else 0)
    by = f"in {seconds:.1f} s with {workers} worker{'' if workers == 1 else 's'}"
    used = f"at most {memory:.0f} MB of memory in all"
    if done_before:
        rate = patients * (partitions - done_before) / partitions / seconds
        rest = f"{done_before} of {partitions} parts were done before, the rest {by}: about {rate:.0f} patients/s"
        return f"{patients} patients, {lines} lines; {rest}, {used}"
    return f"{patients} patients, {lines} lines {by}: {patients / seconds:.0f} patients/s, {lines / seconds:.0f} lines/s, {used}"


def counts_under(counts: Counts, first: str) -> int:
    return sum(number for key, number in counts.items() if key[0] == first)
