"""The same run on Spark: the engine groups by patient, the same pure function assesses, the same files are written."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import orjson
from pyspark import RDD, StorageLevel
from pyspark.sql import SparkSession
from pyspark.sql.functions import col

from service.cohort import run
from service.cohort.bulk import spill
from service.cohort.bulk.export import BYTE_ORDER_MARK, Line, files_of, place_of, read_line
from service.cohort.patient.assessed import Question, assess_lines, medication_ids
from service.cohort.patient.counted import Counts

_MEDICATION_KINDS = frozenset({"MedicationRequest", "MedicationStatement", "MedicationAdministration"})
Block = tuple[str, int]  # file, and where in it the engine cut
_BLANK = Line("")  # a line with nothing in it is counted by its place alone


class Read(NamedTuple):
    """One line: where it stands, as it is, and what it is."""

    block: Block
    place: int
    line: bytes
    found: Line


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
            totals = assess_on(session, files, job)
    finally:
        session.stop()
    shutil.rmtree(job.work)
    return totals


def assess_on(session: SparkSession, files: Mapping[str, str], job: run.Job) -> run.Totals:
    """Assess the export and write the results. files: name → any address that Spark reads (file, HDFS, object store)."""
    read = _lines(session, files).mapPartitions(_numbered).persist(StorageLevel.MEMORY_AND_DISK)
    blocks = read.map(lambda each: each.block).countByValue()
    told = read.filter(lambda each: each.found != _BLANK)
    counted = told.map(lambda each: spill.counted(each.found)).countByValue()
    broken = told.filter(lambda each: bool(each.found.broken)).map(
        lambda each: (each.block, each.place, each.found.broken)
    )
    listed = _listed(broken.takeOrdered(spill.MOST_LISTED * len(files)), blocks)
    question = job.question
    answered = _by_patient(told).map(lambda pair: _answer(pair[0], pair[1], question)).persist(StorageLevel.DISK_ONLY)
    counts: Counts = answered.map(lambda each: each[1]).aggregate(Counter(), _added, _added)
    counts.update({("export", name): number for name, number in counted.items()})
    counts[("export", "lines")] = sum(counted.values())
    rows = (chunk for _, chunk in answered.map(lambda each: (each[0], each[2])).sortByKey().toLocalIterator())
    totals = run.Totals(question.asked.isoformat(), question.replay, counts, listed, len(files))
    run.write_all(job, rows, totals)
    return totals


def _lines(session: SparkSession, files: Mapping[str, str]) -> "RDD[tuple[bytes, Block]]":
    """Every line as bytes: a text column would show what is not UTF-8 as something else."""
    names = {_path(address): name for name, address in files.items()}
    columns = (col("value").cast("binary"), col("_metadata.file_path"), col("_metadata.file_block_start"))
    frame = session.read.text(list(files.values()), lineSep="\n").select(*columns)
    return frame.rdd.map(lambda row: (bytes(row[0]).rstrip(b"\r"), (names[_path(row[1])], row[2])))


def _path(address: str) -> str:
    return unquote(urlsplit(address).path)


def _numbered(lines: Iterable[tuple[bytes, Block]]) -> Iterator[Read]:
    """The lines of a block come one after the other."""
    for block, same in groupby(lines, key=itemgetter(1)):
        for index, (line, _) in enumerate(same):
            if index == 0 and block[1] == 0:
                line = line.removeprefix(BYTE_ORDER_MARK)
            yield Read(block, index, line, read_line(line) if line.strip() else _BLANK)


def _listed(broken: Iterable[tuple[Block, int, str]], blocks: Mapping[Block, int]) -> list[list[Any]]:
    """File, line number in the whole file and cause, as a run without Spark lists them."""
    of_file: dict[str, list[list[Any]]] = {}
    for (name, start), index, cause in sorted(broken):
        before = sum(number for (file, at), number in blocks.items() if file == name and at < start)
        of_file.setdefault(name, []).append([name, before + index + 1, cause])
    return [each for name in sorted(of_file) for each in of_file[name][: spill.MOST_LISTED]]


def _by_patient(told: "RDD[Read]") -> "RDD[tuple[str, Iterable[tuple[str, bytes]]]]":
    """Patient → its lines, and those of the Medications that they name, each with the Medication's id."""
    known = told.filter(lambda each: bool(each.found.key))
    lines = known.filter(lambda each: each.found.kind != "Medication")
    medications = known.filter(lambda each: each.found.kind == "Medication").map(
        lambda each: (each.found.key, each.line)
    )
    wanted = lines.filter(lambda each: each.found.kind in _MEDICATION_KINDS).flatMap(_wanted).distinct()
    named = wanted.join(medications).map(lambda each: (each[1][0], (each[0], each[1][1])))
    return lines.map(lambda each: (each.found.key, ("", each.line))).union(named).groupByKey()


def _wanted(read: Read) -> list[tuple[str, str]]:
    return [(identifier, read.found.key) for identifier in medication_ids([orjson.loads(read.line)])]


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
