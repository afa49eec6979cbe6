"""Whatever the core can print stays as it is: of each fixture in words, of each built patient by digest."""

import pytest

from cards.assessment_json import as_json
from tests.golden import DIGESTS, SAID, TABLES, cases, digests, recorded, said_of, tables_text
from tests.said import everything
from tests.scenarios.patients import GROUPS, PATIENTS, patient


@pytest.mark.parametrize("case", cases())
def test_what_people_are_shown_of_a_fixture(case):
    golden = (SAID / f"{case}.txt").read_text(encoding="utf-8")
    assert said_of(case) == golden, "see the difference with `python -m tests.golden`"


@pytest.mark.parametrize("name", GROUPS)
def test_everything_said_of_a_group_of_patients(name):
    assert digests(name) == recorded(name), f"print it before and after with `python -m tests.golden --show {name}`"


def test_tables_of_the_core():
    assert tables_text() == TABLES.read_text(encoding="utf-8"), "see the difference with `python -m tests.golden`"


@pytest.mark.parametrize("of", PATIENTS)
def test_everything_holds_every_finding(of):
    """A digest is worth what goes into it."""
    a = patient(of)
    lines = "\n".join(everything(a)).replace("\\", "")
    assert [f.because for f in a.eligibility.findings if f.because not in lines] == []
    assert all(f'"{f["rule"]}"' in lines for f in as_json(a)["eligibility"]["findings"])


def test_every_file_is_of_a_fixture_and_every_digest_of_a_patient():
    assert sorted(file.stem for file in SAID.glob("*.txt") if file not in (DIGESTS, TABLES)) == cases()
    known = [f"{name} | {words}" for name, (_, members) in GROUPS.items() for words in members]
    assert [line.rpartition(" | ")[0] for line in DIGESTS.read_text(encoding="utf-8").splitlines()] == known
    assert len(set(known)) == len(known)
