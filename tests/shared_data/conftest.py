"""Data that others wrote lies beside the checkout; without it these tests are skipped, with the reason."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
FHIR = SHARED / "fhir"
CASES = SHARED / "cases" / "published-cases.json"
needs_shared_data = pytest.mark.skipif(not FHIR.is_dir(), reason="../shared/data is not beside this checkout")
needs_cases = pytest.mark.skipif(not CASES.is_file(), reason="../shared/data/cases is not beside this checkout")


def files() -> list[Path]:
    return sorted(f for f in FHIR.rglob("*") if f.is_file() and f.name != "PROVENANCE.txt") if FHIR.is_dir() else []


def name_of(file: Path) -> str:
    return file.relative_to(FHIR).as_posix()
