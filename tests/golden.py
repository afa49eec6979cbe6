"""Golden responses: what the service answers to each fixture. `python -m tests.golden` compares, `--write` writes."""

import argparse
import difflib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from service.app import create_app
from service.hooks import catalog
from service.hooks.running import running
from service.settings import PACKAGED_FIXTURES, Settings

FIXTURES = PACKAGED_FIXTURES
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


def compare(case: str, text: str, file: Path) -> bool:
    """Whether the file says the same; the difference is printed."""
    earlier = file.read_text(encoding="utf-8") if file.exists() else ""
    changed = difflib.unified_diff(
        earlier.splitlines(), text.splitlines(), f"{case} (golden)", f"{case} (now)", lineterm=""
    )
    sys.stdout.writelines(f"{line}\n" for line in changed)
    return earlier == text


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the responses instead of comparing them")
    parser.add_argument("case", nargs="*", help="names of fixtures; all of them where none is named")
    asked = parser.parse_args(arguments)
    same = True
    with sandbox() as client:
        for case in asked.case or cases():
            text = written(answer(client, request_of(case)))
            file = FIXTURES / case / "response.json"
            if asked.write:
                file.write_text(text, encoding="utf-8")
            else:
                same = compare(case, text, file) and same
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
