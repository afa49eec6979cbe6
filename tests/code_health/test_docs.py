"""Generated pages are current, and every command line of the README names what exists."""

import re
from pathlib import Path

import pytest

from service.docs import PAGES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_files_named_in_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"@?(fixtures/[\w./-]+|docs/[\w./-]+)", text))
    assert named
    assert {name for name in named if not (ROOT / name.lstrip("@")).exists()} == set()
