"""One process, a pool and Spark write the same files. Skipped, with the reason, where Spark cannot run; CI asks for it
(REQUIRE_SPARK=1), and then it fails instead."""

import os
import shutil
from importlib.util import find_spec

import pytest

from service.cohort import run
from service.cohort.simulate.course import patient_of
from service.cohort.simulate.parameters import read_parameters
from tests.cohort.build import FILES, export, question, run_on, same_files
from tests.cohort.hand_cohort import cohort


def lacking() -> str:
    """Why Spark cannot run here; "" where it can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed (requirements-spark.lock)"
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        return "Java is not installed (17 or later)"
    return ""


@pytest.fixture
def _spark():
    if lacking():
        (pytest.fail if os.environ.get("REQUIRE_SPARK") else pytest.skip)(lacking())


@pytest.fixture
def folder(tmp_path):
    subject = {"reference": "Patient/p10"}
    drug = {"resourceType": "MedicationRequest", "id": "by-reference", "status": "active", "intent": "order",
            "subject": subject, "authoredOn": "2026-06-01", "medicationReference": {"reference": "Medication/m1"}}  # fmt: skip
    medication = {"resourceType": "Medication", "id": "m1", "code": {"text": "sorafenib"}}
    simulated = [r for number in range(12) for r in patient_of(number, 9, read_parameters())]
    found = export(tmp_path / "export", [*cohort(), *simulated, drug, medication], packed=True, files=2)
    export(
        found / "plain", [{"resourceType": "Encounter", "id": "e"}, {"resourceType": "Observation", "id": "nobody's"}]
    )
    with (found / "plain" / "Observation.0001.ndjson").open("ab") as out:
        out.write(b'\n\n{"resourceType": "Observation", "broken\r\n[]\n\xff\n')
    return found


@pytest.mark.filterwarnings("default")
@pytest.mark.usefixtures("_spark")
def test_spark_writes_the_same_files_as_one_process_and_a_pool(folder, tmp_path):
    from service.cohort.spark import run_on_spark

    run_on(folder, tmp_path / "one")
    run_on(folder, tmp_path / "pool", workers=2)
    job = run.begin(folder, tmp_path / "spark", question(), moment_stated=True, fresh=False)
    assert job is not None
    run_on_spark(job, "local[2]")
    assert list(same_files(tmp_path / "one", tmp_path / "pool")) == []
    assert list(same_files(tmp_path / "one", tmp_path / "spark")) == []
    assert sorted(f.name for f in (tmp_path / "spark").iterdir()) == sorted((*FILES, run.DONE))
    assert len((tmp_path / "one" / run.BROKEN).read_text().splitlines()) == 4
    assert b"MedicationRequest/by-reference" in (tmp_path / "one" / run.RESULTS).read_bytes()


def test_a_skip_says_why(monkeypatch):
    monkeypatch.setattr("tests.cohort.test_spark.find_spec", lambda name: None)
    assert "pyspark is not installed" in lacking()
