"""The same run on Spark: the engine groups by patient, the same pure function assesses, the same files are written."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from pyspark import RDD, SparkContext, StorageLevel
from pyspark.sql import SparkSession

from service.cohort import run
from service.cohort.bulk import spill
from service.cohort.bulk.export import Line, files_of, place_of, read_line
from service.cohort.patient.assessed import Question, assess_lines, medication_ids
from service.cohort.patient.counted import Counts

Read = tuple[str, bytes, Line]  # file, line, what it is
_MEDICATION_KINDS = frozenset({"MedicationRequest", "MedicationStatement", "MedicationAdministration"})


def run_on_spark(job: run.Job, master: str) -> run.Totals:
    """A whole run in a session of its own. Spark starts over where it was ended."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers' Python, where the operator names none
    session = (
        SparkSession.builder.master(master)
        .appName("tace-cds cohort")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        with run.private():
            files = {f.relative_to(job.folder).as_posix(): f.resolve().as_uri() for f in files_of(job.folder)}
            totals = assess_on(session.sparkContext, files, job)
    finally:
        session.stop()
    shutil.rmtree(job.work)
    return totals


def assess_on(context: SparkContext, files: Mapping[str, str], job: run.Job) -> run.Totals:
    """Assess the export and write the results. files: name → any address that Spark reads (file, HDFS, object store)."""
    read = context.union([_lines(context, name, address) for name, address in files.items()]).map(_what)
    read.persist(StorageLevel.MEMORY_AND_DISK)
    counted = read.flatMap(_counted).countByValue()
    broken = [
        each for name, address in files.items() if (name, "") in counted for each in _broken(context, name, address)
    ]
    question = job.question
    answered = _by_patient(read).map(lambda pair: _answer(pair[0], pair[1], question)).persist(StorageLevel.DISK_ONLY)
    counts: Counts = answered.map(lambda each: each[1]).aggregate(Counter(), _added, _added)
    counts.update({("export", name): number for (file, name), number in counted.items() if not file})
    rows = (chunk for _, chunk in answered.map(lambda each: (each[0], each[2])).sortByKey().toLocalIterator())
    totals = run.Totals(question.asked.isoformat(), question.replay, counts, broken, len(files))
    run.write_all(job, rows, totals)
    return totals


def _lines(context: SparkContext, name: str, address: str) -> "RDD[tuple[str, bytes]]":
    lines: RDD[Any] = context.textFile(address, use_unicode=False)
    return lines.filter(lambda line: bool(line.strip())).map(lambda line: (name, line))


def _what(named: tuple[str, bytes]) -> Read:
    name, line = named
    return name, line, read_line(line)


def _counted(read: Read) -> Iterator[tuple[str, str]]:
    """("", what is counted), and (file, "") for a file with a broken line."""
    name, _, found = read
    yield "", "lines"
    yield "", spill.counted(found)
    if found.broken:
        yield name, ""


def _broken(context: SparkContext, name: str, address: str) -> list[list[Any]]:
    """File, line number and cause, of the files that have broken lines: they are read once more, for the numbers."""
    lines: RDD[Any] = context.textFile(address, use_unicode=False)
    numbered = lines.zipWithIndex().filter(lambda pair: bool(pair[0].strip()))
    causes = numbered.map(lambda pair: (pair[1] + 1, read_line(pair[0]).broken)).filter(lambda pair: bool(pair[1]))
    return [[name, number, cause] for number, cause in causes.takeOrdered(spill.MOST_LISTED)]


def _by_patient(read: "RDD[Read]") -> "RDD[tuple[str, Iterable[tuple[str, bytes]]]]":
    """Patient → its lines, and those of the Medications that they name, each with the Medication's id."""
    known = read.filter(lambda each: bool(each[2].key))
    lines = known.filter(lambda each: each[2].kind != "Medication")
    medications = known.filter(lambda each: each[2].kind == "Medication").map(lambda each: (each[2].key, each[1]))
    wanted = lines.filter(lambda each: each[2].kind in _MEDICATION_KINDS).flatMap(_wanted).distinct()
    named = wanted.join(medications).map(lambda each: (each[1][0], (each[0], each[1][1])))
    return lines.map(lambda each: (each[2].key, ("", each[1]))).union(named).groupByKey()


def _wanted(read: Read) -> list[tuple[str, str]]:
    return [(identifier, read[2].key) for identifier in medication_ids([orjson.loads(read[1])])]


def _answer(key: str, found: Iterable[tuple[str, bytes]], question: Question) -> tuple[tuple[int, str], Counts, bytes]:
    """(place in the results, counts, lines)."""
    lines: list[bytes] = []
    medications: dict[str, list[bytes]] = {}
    for identifier, line in found:
        if identifier:
            medications.setdefault(identifier, []).append(line)
        else:
            lines.append(line)
    answered = assess_lines(key, lines, lambda ids: [x for i in ids for x in medications.get(i, ())], question)
    return (place_of(key), key), answered.counts, b"".join(row + b"\n" for row in answered.rows)


def _added(one: Counts, other: Counts) -> Counts:
    one.update(other)
    return one
