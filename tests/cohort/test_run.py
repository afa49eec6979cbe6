"""A whole run: the same files for every number of workers, after a kill, and from an export cut in any way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import orjson
import pyarrow.parquet as pq
import pytest

from service.cohort import run
from service.cohort.bulk import export as bulk_export
from service.cohort.bulk import spill
from service.cohort.journal import Journal
from service.cohort.patient.assessed import Answered
from service.cohort.simulate.course import patient_of
from service.cohort.simulate.parameters import read_parameters
from service.errors import NotUsable
from tests.cohort.build import FILES, export, question, run_on, same_files

PATIENTS = 24


@pytest.fixture(scope="module")
def resources():
    return [r for number in range(PATIENTS) for r in patient_of(number, 5, read_parameters())]


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    """So that a small export has many pieces and partitions."""
    monkeypatch.setattr(spill, "PARTITION_BYTES", 60_000)
    monkeypatch.setattr(bulk_export.pieces_of, "__defaults__", (90_000,))


@pytest.fixture(scope="module")
def folder(resources, tmp_path_factory):
    return export(tmp_path_factory.mktemp("export"), resources, files=2)


@pytest.fixture
def one(folder, tmp_path):
    run_on(folder, tmp_path / "one")
    return tmp_path / "one"


def test_two_workers_write_the_same_files(folder, one, tmp_path):
    run_on(folder, tmp_path / "two", workers=2)
    assert list(same_files(one, tmp_path / "two")) == []


def test_the_results_do_not_depend_on_how_the_export_is_cut(resources, one, tmp_path):
    shuffled = export(tmp_path / "other", reversed(resources), packed=True, files=3)
    run_on(shuffled, tmp_path / "out")
    for name in (run.RESULTS, run.PARQUET, run.TABLES):
        assert (tmp_path / "out" / name).read_bytes() == (one / name).read_bytes()


def test_every_patient_is_there_once_and_in_order(folder, one):
    found = [json.loads(line)["patient"] for line in (one / run.RESULTS).read_text().splitlines()]
    assert len(set(found)) == PATIENTS
    assert list(dict.fromkeys(found)) == sorted(
        set(found), key=lambda p: bulk_export.place_of(p.removeprefix("Patient/"))
    )
    assert pq.read_table(one / run.PARQUET).column("patient").to_pylist() == found


def test_nothing_else_is_left_and_nobody_else_may_read_it(one):
    assert sorted(f.name for f in one.iterdir()) == sorted((*FILES, run.DONE))
    assert {f.stat().st_mode & 0o077 for f in one.iterdir()} == {0}


class _Ended(Exception):
    """The process ends here."""


@pytest.mark.parametrize("steps", [0, 1, 3, 5, 8, 12])
def test_a_run_that_ended_anywhere_goes_on_to_the_same_files(folder, one, tmp_path, monkeypatch, steps):
    write, left = spill.write_atomically, iter(range(steps))

    def ending(path, chunks):
        if path.parent.parent.name == run.WORK and next(left, None) is None:
            half = path.with_name(f"{path.name}.1.half")
            half.write_bytes(next(iter(chunks), b"")[:10])
            raise _Ended
        write(path, chunks)

    monkeypatch.setattr(spill, "write_atomically", ending)
    with pytest.raises(_Ended):
        run_on(folder, tmp_path / "out")
    monkeypatch.setattr(spill, "write_atomically", write)
    done = sorted(f.name for f in (tmp_path / "out" / run.WORK).rglob("*") if f.is_file() and f.suffix != ".half")
    assessed = []
    monkeypatch.setattr(run, "_assess_partition", _noting(run._assess_partition, assessed))
    run_on(folder, tmp_path / "out")
    assert list(same_files(one, tmp_path / "out")) == []
    assert not [n for n in assessed if f"{n:06d}.json" in done]  # what was done is not done again


@pytest.mark.parametrize("patients", [0, 1, 7, PATIENTS - 1])
def test_no_patient_is_assessed_twice(folder, one, tmp_path, monkeypatch, patients):
    """Ended before one patient: those before it are not assessed again, wherever in a part it stands."""
    assess, assessed = run.assess_lines, []

    def ending(key, *args):
        if len(assessed) == patients:
            raise _Ended
        assessed.append(key)
        return assess(key, *args)

    monkeypatch.setattr(run, "assess_lines", ending)
    with pytest.raises(_Ended):
        run_on(folder, tmp_path / "out")
    monkeypatch.setattr(run, "assess_lines", lambda key, *args: assessed.append(key) or assess(key, *args))
    run_on(folder, tmp_path / "out")
    assert sorted(assessed) == sorted(set(assessed))
    assert len(assessed) == PATIENTS
    assert list(same_files(one, tmp_path / "out")) == []


def test_a_record_that_was_left_half_is_cut_off(tmp_path):
    """A file of two patients that ends at any byte: what is whole is kept, the rest is written again to the same file."""
    path = tmp_path / "part"
    answers = {"a": Answered([b'{"row":1}', b'{"row":2}'], Counter({("x", "y"): 2})), "b": Answered()}
    with Journal(path) as journal:
        for key, answered in answers.items():
            journal.add(key, answered)
    whole = path.read_bytes()
    first = len(b'["a",2]\n[[["x","y"],2]]\n{"row":1}\n{"row":2}\n')
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        with Journal(path) as journal:
            kept = {"a", "b"} if end == len(whole) else {"a"} if end >= first else set()
            assert journal.patients == kept
            for key, answered in answers.items():
                if key not in journal.patients:
                    journal.add(key, answered)
            assert list(journal.rows()) == [b'{"row":1}\n', b'{"row":2}\n']
            assert journal.counts == Counter({("x", "y"): 2})
        assert path.read_bytes() == whole


def test_another_version_of_the_rules_does_not_go_on(folder, one, monkeypatch):
    monkeypatch.setattr(run, "rules_version", lambda: "another")
    with pytest.raises(NotUsable, match="another run"):
        run.begin(folder, one, question(), moment_stated=True, fresh=False)


def _noting(task, seen):
    def noted(job, partition):
        seen.append(partition)
        return task(job, partition)

    return noted


_SMALL = """
import sys
from service.cohort.bulk import export, spill
spill.PARTITION_BYTES = 60_000
export.pieces_of.__defaults__ = (90_000,)
from service.cli import main
if __name__ == "__main__":
    main()
"""


def _command(script, folder, out):
    script.write_text(_SMALL)
    return [sys.executable, str(script), "cohort", "run", str(folder), "--out", str(out), "--replay", "--as-of",
            "2026-11-21", "--workers", "2"]  # fmt: skip


def test_after_kill_9_the_same_command_gives_the_same_files(folder, one, tmp_path):
    out = tmp_path / "out"
    command = _command(tmp_path / "small.py", folder, out)
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    while not list(out.glob(f"{run.WORK}/parts/*.json")) and running.poll() is None:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    assert not (out / run.RESULTS).exists()
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "going on:" in again.stderr
    assert "patients/s" in again.stderr
    assert list(same_files(one, out)) == []


def test_a_complete_run_is_not_done_again(folder, one):
    assert run.begin(folder, one, question(), moment_stated=True, fresh=False) is None


def test_a_folder_with_another_run_is_refused(folder, one):
    with pytest.raises(NotUsable, match="another run"):
        run.begin(folder, one, question(replay=False), moment_stated=True, fresh=False)
    assert run.begin(folder, one, question(replay=False), moment_stated=True, fresh=True) is not None


def test_a_run_without_a_stated_moment_goes_on_at_its_first_moment(folder, tmp_path):
    first = run.begin(folder, tmp_path / "out", question(), moment_stated=False, fresh=False)
    later = question(asked=question().asked.replace(month=12))
    again = run.begin(folder, tmp_path / "out", later, moment_stated=False, fresh=False)
    assert again.question.asked == first.question.asked


def test_results_inside_the_export_are_refused(folder):
    with pytest.raises(NotUsable, match="inside"):
        run.begin(folder, folder / "out", question(), moment_stated=True, fresh=False)


def test_medications_in_files_of_their_own_are_found(tmp_path):
    subject = {"reference": "Patient/p1"}
    export(tmp_path / "export", [
        {"resourceType": "Patient", "id": "p1"},
        {"resourceType": "Condition", "id": "c", "subject": subject, "recordedDate": "2026-01-01",
         "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C22.0"}]}},
        {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "subject": subject,
         "authoredOn": "2026-03-01", "medicationReference": {"reference": "Medication/shared"}},
        {"resourceType": "Medication", "id": "shared", "code": {"text": "sorafenib"}},
        {"resourceType": "Medication", "id": "other", "code": {"text": "paracetamol"}},
    ])  # fmt: skip
    run_on(tmp_path / "export", tmp_path / "out")
    (row,) = [json.loads(line) for line in (tmp_path / "out" / run.RESULTS).read_text().splitlines()]
    assert (row["kind"], row["events"]) == ("systemic", ["MedicationRequest/m"])


def test_a_patient_that_cannot_be_assessed_is_a_row_and_the_others_go_on(folder, tmp_path, monkeypatch):
    from service.cohort.patient import assessed as one_patient

    assess = one_patient._assess

    def failing(key, *rest):
        if key.endswith("3"):
            raise ValueError("a patient's value")
        return assess(key, *rest)

    monkeypatch.setattr(one_patient, "_assess", failing)
    totals = run_on(folder, tmp_path / "out")
    text = (tmp_path / "out" / run.RESULTS).read_bytes()
    failed = [orjson.loads(line) for line in text.splitlines() if b"failed" in line]
    assert [row["failed"] for row in failed] == ["ValueError"] * 3
    assert totals.counts[("patients", "failed")] == 3
    assert b"a patient's value" not in text


def test_broken_lines_are_listed_without_what_they_say(tmp_path, resources):
    folder = export(tmp_path / "export", resources[:50])
    with (folder / "Observation.0001.ndjson").open("ab") as out:
        out.write(b'{"resourceType":"Observation","valueString":"secret"\n')
    run_on(folder, tmp_path / "out")
    listed = (tmp_path / "out" / run.BROKEN).read_text().splitlines()
    assert listed[0] == "file,line,cause"
    assert listed[1].startswith("Observation.0001.ndjson,")
    assert listed[1].endswith(",not JSON")
    for name in FILES:
        assert b"secret" not in (tmp_path / "out" / name).read_bytes()
