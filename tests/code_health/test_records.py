"""Nobody changes a record. mypy says so of the code; here it is so while everything runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from cards.verdict import Finding, Verdict

FROZEN = """
import dataclasses
import cards.record
cards.record.record = dataclasses.dataclass
from tests import golden
from cards.verdict import Finding
assert Finding.__dataclass_params__.frozen
raise SystemExit(golden.main([]))
"""


def test_everything_is_said_alike_with_records_that_cannot_be_changed():
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", FROZEN], cwd=root, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:] or done.stdout[-2000:]


def test_a_record_is_compared_and_hashed_by_its_fields():
    def one(because):
        return Finding("rule", Verdict.MET, because, "source", "table 1")

    assert one("x") == one("x")
    assert one("x") != one("y")
    assert len({one("x"), one("x"), one("y")}) == 2
    with pytest.raises(AttributeError):
        one("x").another = 1
