"""Golden answers. `python -m tests.golden` compares, `--write` writes, `--show GROUP` prints what is said of a group.

Of each fixture the response of the service, and what people are shown of it in every form. Of the patients of
tests/scenarios/patients.py, a thousand, a digest of everything said: written out it would be ten megabytes of lines
that differ in a word. To see what a changed digest means, print the group before and after the change.
"""

import argparse
import difflib
import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from service.app import create_app
from service.hooks import catalog
from service.hooks.case import assess, case_of
from service.hooks.running import running
from service.settings import PACKAGED_FIXTURES, Settings
from tests.said import everything, shown, tables
from tests.scenarios.patients import GROUPS, patient

FIXTURES = PACKAGED_FIXTURES
SAID = Path(__file__).parent / "scenarios" / "said"
DIGESTS, TABLES = SAID / "digests.txt", SAID / "tables.txt"
SERVICE_OF = {each.hook: each.id for each in catalog.SERVICES}


def cases() -> list[str]:
    """The names of the fixtures, in order."""
    return sorted(file.parent.name for file in FIXTURES.glob("*/request.json"))


def request_of(case: str) -> Any:
    return json.loads((FIXTURES / case / "request.json").read_text(encoding="utf-8"))


@contextmanager
def sandbox() -> Iterator[FlaskClient]:
    """The application as `tace-cds sandbox` runs it. Each fixture brings the moment it is asked at."""
    app = create_app(Settings(mode="sandbox"))
    try:
        yield app.test_client()
    finally:
        running(app).close()


def answer(client: FlaskClient, body: Any) -> Any:
    """The cards for one hook request."""
    response = client.post(f"/cds-services/{SERVICE_OF[body['hook']]}", json=body)
    if response.status_code != 200:
        raise AssertionError(f"{response.status_code}: {response.text}")
    return response.get_json()


def written(answered: Any) -> str:
    """A response as it stands in its file: one change of a word is one changed line."""
    return json.dumps(answered, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def said_of(case: str) -> str:
    """What people are shown of a fixture: text, cards of every hook, packet, history and picture."""
    settings = Settings(mode="sandbox")
    return "\n".join(shown(assess(case_of(request_of(case), settings), settings))).strip() + "\n"


def group(name: str) -> dict[str, list[str]]:
    """Everything said of each patient of a group."""
    of, members = GROUPS[name]
    return {words: everything(patient(of, changes)) for words, changes in members.items()}


def digests(name: str) -> list[str]:
    """One line a patient."""
    return [
        f"{name} | {words} | {hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:12]}"
        for words, lines in group(name).items()
    ]


def tables_text() -> str:
    return "".join(f"{line}\n" for line in tables())


def recorded(name: str) -> list[str]:
    """The digests of a group as they were written."""
    return [line for line in DIGESTS.read_text(encoding="utf-8").splitlines() if line.startswith(f"{name} | ")]


def compare(case: str, text: str, file: Path) -> bool:
    """Whether the file says the same; the difference is printed."""
    earlier = file.read_text(encoding="utf-8") if file.exists() else ""
    changed = difflib.unified_diff(
        earlier.splitlines(), text.splitlines(), f"{case} (golden)", f"{case} (now)", lineterm=""
    )
    sys.stdout.writelines(f"{line}\n" for line in changed)
    return earlier == text


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--write", action="store_true", help="write the answers instead of comparing them")
    parser.add_argument("--show", choices=GROUPS, metavar="GROUP", help="print everything said of a group of patients")
    parser.add_argument("case", nargs="*", help="names of fixtures; all of them, and all patients, where none is named")
    asked = parser.parse_args(arguments)
    if asked.show:
        sys.stdout.writelines(f"{words} | {line}\n" for words, lines in group(asked.show).items() for line in lines)
        return 0
    same = True
    for name, file, text in golden(asked.case):
        if asked.write:
            file.write_text(text, encoding="utf-8")
        else:
            same = compare(name, text, file) and same
    return 0 if same else 1


def golden(named: list[str]) -> Iterator[tuple[str, Path, str]]:
    """(what it is of, its file, what stands in it)"""
    with sandbox() as client:
        for case in named or cases():
            yield case, FIXTURES / case / "response.json", written(answer(client, request_of(case)))
            yield case, SAID / f"{case}.txt", said_of(case)
    if not named:
        yield "tables", TABLES, tables_text()
        yield "patients", DIGESTS, "".join(f"{line}\n" for name in GROUPS for line in digests(name))


if __name__ == "__main__":
    sys.exit(main())
