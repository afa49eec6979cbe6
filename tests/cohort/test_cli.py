"""`tace-cds cohort`: what it needs, what it says, and that nobody else pays for it."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from service import cli
from service.cohort import cli as cohort_cli


def test_the_command_line_does_not_import_what_only_cohort_needs():
    code = (
        "import sys; import service.cli; "
        "print([m for m in ('matplotlib', 'pyarrow', 'tqdm', 'pyspark', 'numpy', 'jinja2.loaders_') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("command", "lacking", "says"),
    [
        (["run", ".", "--out", "x"], {"pyarrow"}, "cohort needs pyarrow: pip install 'tace-cds[cohort]'"),
        (["run", ".", "--out", "x"], {"tqdm", "matplotlib"}, "cohort needs matplotlib, tqdm: pip install 'tace-cds[cohort]'"),
        (["run", ".", "--out", "x", "--spark", "local"], {"pyspark"}, "cohort needs pyspark: pip install 'tace-cds[spark]'"),
        (["simulate", "--patients", "1", "--seed", "1", "--out", "x"], {"tqdm"}, "pip install 'tace-cds[cohort]'"),
    ],
)  # fmt: skip
def test_without_the_extra_one_line_says_what_to_install(monkeypatch, capsys, tmp_path, command, lacking, says):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cohort_cli, "find_spec", lambda name: None if name in lacking else object())
    monkeypatch.setattr(sys, "argv", ["tace-cds", "cohort", *command])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip()
    assert says in said
    assert "\n" not in said


def _run(*arguments):
    return CliRunner().invoke(cli.commands, ["cohort", *map(str, arguments)], catch_exceptions=False)


def test_from_a_simulation_to_the_report(tmp_path):
    made = _run("simulate", "--patients", 12, "--seed", 4, "--out", tmp_path / "export")
    assert made.exit_code == 0
    assert made.stdout.startswith("12 patients, ")
    done = _run("run", tmp_path / "export", "--out", tmp_path / "out", "--as-of", "2026-11-21")
    assert done.exit_code == 0
    assert "12 patients" in done.stderr
    assert (tmp_path / "out" / "report.html").exists()
    assert len((tmp_path / "out" / "results.ndjson").read_bytes().splitlines()) == 12
    again = _run("run", tmp_path / "export", "--out", tmp_path / "out", "--as-of", "2026-11-21")
    assert "complete results" in again.stderr


def test_a_simulation_does_not_write_over_an_export(tmp_path):
    (tmp_path / "Patient.ndjson").write_text("")
    assert _run("simulate", "--patients", 1, "--seed", 1, "--out", tmp_path).exit_code == 2
