"""The files of a run: results as NDJSON and Parquet, the report as HTML and CSV, the broken lines."""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from service.cohort.bulk.spill import MOST_LISTED, write_atomically
from service.cohort.report import pictures
from service.cohort.report.tables import INDICATORS, Section, Table, Tables
from service.cohort.run import BROKEN, PARQUET, REPORT, RESULTS, TABLES, Totals

ROWS_AT_ONCE = 5000
COLUMNS = pa.schema([
    ("patient", pa.string()), ("asked", pa.string()), ("by", pa.string()), ("events", pa.list_(pa.string())),
    ("counted", pa.bool_()), ("kind", pa.string()), ("tumor_type", pa.string()), ("eligibility", pa.string()),
    ("deciding", pa.list_(pa.string())), ("missing", pa.list_(pa.string())), ("refractoriness", pa.string()),
    ("definitions_met", pa.list_(pa.string())), ("combination", pa.string()), ("prior_authorization", pa.string()),
    ("child_pugh_low", pa.int64()), ("child_pugh_high", pa.int64()), ("child_pugh_class", pa.string()),
    ("albi", pa.float64()), ("albi_grade", pa.string()), ("bclc", pa.string()), ("cards", pa.list_(pa.string())),
    ("failed", pa.string()),
])  # fmt: skip


def results(out: Path, rows: Iterable[bytes]) -> None:
    """results.ndjson and results.parquet, in the order of the rows."""
    write_atomically(out / RESULTS, rows)
    half = out / f"{PARQUET}.{os.getpid()}.half"
    with pq.ParquetWriter(half, COLUMNS) as writer, (out / RESULTS).open("rb") as lines:
        for batch in _batches(lines):
            writer.write_table(pa.Table.from_pylist(batch, schema=COLUMNS))
    half.replace(out / PARQUET)


def _batches(lines: Iterable[bytes]) -> Iterator[list[dict[str, Any]]]:
    held: list[dict[str, Any]] = []
    for line in lines:
        held.append(_flat(orjson.loads(line)))
        if len(held) == ROWS_AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    if "failed" in row:
        return {"patient": row["patient"], "failed": row["failed"]}
    liver, albi = row["scores"]["childPugh"], row["scores"]["albi"]
    definitions = row["refractoriness"].get("definitions", {})
    return {
        "patient": row["patient"], "asked": row["asked"], "by": row["by"], "events": row["events"],
        "counted": row["counted"], "kind": row["kind"], "tumor_type": row["tumorType"],
        "eligibility": row["eligibility"]["verdict"], "deciding": row["eligibility"].get("deciding", []),
        "missing": row["eligibility"].get("missing", []), "refractoriness": row["refractoriness"]["verdict"],
        "definitions_met": [code for code, verdict in definitions.items() if verdict == "met"],
        "combination": row["combination"]["verdict"], "prior_authorization": row["priorAuth"]["decision"],
        "child_pugh_low": liver["low"], "child_pugh_high": liver["high"], "child_pugh_class": liver.get("class"),
        "albi": albi.get("score"), "albi_grade": albi.get("modifiedGrade"),
        "bclc": row.get("stage", {}).get("bclc", {}).get("stage"),
        "cards": [f"{c['topic']}: {c['indicator']}" for c in row["cards"]],
    }  # fmt: skip


def report(out: Path, totals: Totals, protect: bool = True) -> None:
    """report.html, report.csv and broken-lines.csv."""
    sections = Tables(totals.counts, totals.replay, protect).sections()
    write_atomically(out / TABLES, [_csv(sections).encode()])
    write_atomically(out / BROKEN, [_broken_csv(totals).encode()])
    write_atomically(out / REPORT, [page(totals, sections, protect).encode()])


def page(totals: Totals, sections: list[Section], protect: bool) -> str:
    """One HTML file that asks for nothing else."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("service.cohort.report", "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    patients = {key[1]: number for key, number in totals.counts.items() if key[0] == "patients"}
    export = {key[1]: number for key, number in totals.counts.items() if key[0] == "export"}
    return environment.get_template("report.html").render(
        totals=totals, sections=sections, protect=protect, patients=patients, export=export, picture=_picture,
        cards_picture=_cards_picture, broken_file=BROKEN, most_listed=MOST_LISTED,
    )  # fmt: skip


def _picture(table: Table) -> str:
    draw = {"bars": pictures.bars, "rate": pictures.rate, "definitions": pictures.definitions}.get(table.picture)
    return draw(table) if draw else ""


def _cards_picture(section: Section) -> str:
    stacked = [t for t in section.tables if t.picture == "stack"]
    parts = ["no card" if each == "none" else each for each in INDICATORS]
    return pictures.stacks(stacked, parts, "Cards by topic and indicator") if stacked else ""


def _csv(sections: list[Section]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("section", "table", "unit", "row", "number", "of", "percent", "interval_95", "note"))
    for section in sections:
        for table in section.tables:
            for row in table.rows:
                of = "" if row.of is None else row.of
                writer.writerow((section.title, table.key, table.unit, row.label, row.shown, of, row.percent, row.interval,
                                 row.note))  # fmt: skip
            for line in table.matrix[1:] if not table.rows else ():
                for name, cell in zip(table.matrix[0][1:], line[1:], strict=True):
                    writer.writerow(
                        (section.title, table.key, table.unit, f"{line[0]} and {name}", cell, "", "", "", "")
                    )
    return out.getvalue()


def _broken_csv(totals: Totals) -> str:
    """Where and why; never what the line says."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("file", "line", "cause"))
    writer.writerows(totals.broken)
    return out.getvalue()
