"""docs/protocol.md names a test, or says why there is none, for every check; and the tests it names exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| ([\d, ]+) \| ([^|]+) \| (.+) \|$", (ROOT / "docs/protocol.md").read_text("utf-8"), re.MULTILINE)
TEST = re.compile(r"`(?:([\w/]+\.py)(?:::)?)?(test_\w+)?`")


def named_tests(cell):
    """(file, test) of a cell; a test without a file is of the file named before it."""
    file = ""
    for path, test in TEST.findall(cell):
        file = path if "/" in path else f"tests/protocol/{path}" if path else file
        yield file, test


def test_every_check_is_listed_once_in_order():
    numbers = [int(number) for numbers, _, _ in ROWS for number in numbers.split(",")]
    assert numbers == list(range(1, 58))


def test_every_check_has_a_test_or_a_reason():
    assert [asked for _, asked, cell in ROWS if not list(named_tests(cell)) and "not " not in cell] == []


def test_named_tests_exist():
    named = [each for _, _, cell in ROWS for each in named_tests(cell)]
    assert len(named) > 60
    for file, test in named:
        text = (ROOT / file).read_text("utf-8")
        assert not test or f"def {test}(" in text, (file, test)


def test_every_numbered_test_is_named():
    page = (ROOT / "docs/protocol.md").read_text("utf-8")
    for file in [*ROOT.glob("tests/protocol/test_*.py"), ROOT / "tests/service/test_trust.py"]:
        for test in re.findall(r"def (test_checks?_\w+)\(", file.read_text("utf-8")):
            assert test in page, test
