"""The fixtures: one folder a case with `request.json`, a whole CDS Hooks request; README.md says what each shows."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from cards.record import record
from service.hooks import catalog

SHOWN_FIRST = "third-tace-segment-8-jsh-refractory"  # a whole answer: three cards, definitions that disagree
_ROW = re.compile(r"^\| \[([a-z0-9-]+)\]\([^)]*\) \| [a-z-]+ \| (.*?) \|", re.MULTILINE)


@record(frozen=True, slots=True)
class Example:
    """One fixture that can be sent: its name, its file, the service its hook belongs to, and what it shows."""

    name: str
    file: Path
    service_id: str
    shows: str = ""

    def body(self) -> Any:
        return orjson.loads(self.file.read_bytes())

    def curl(self, base: str) -> str:
        """A line to paste into a shell."""
        return (
            f"curl -s -H 'Content-Type: application/json' -d @{_from_here(self.file)} "
            f"{base.rstrip('/')}/cds-services/{self.service_id}"
        )


def examples(folder: Path) -> Iterator[Example]:
    """The fixtures with a request for one of our services, by name."""
    by_hook = {each.hook: each.id for each in catalog.SERVICES}
    told = _told(folder)
    for file in sorted(folder.glob("*/request.json")):
        service_id = by_hook.get(_hook_of(file))
        if service_id:
            yield Example(file.parent.name, file, service_id, told.get(file.parent.name, ""))


def telling_example(folder: Path) -> Example | None:
    """The fixture to show first; of somebody's own fixtures the first."""
    found = {example.name: example for example in examples(folder)}
    return found.get(SHOWN_FIRST) or next(iter(found.values()), None)


def stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    """Changes when a fixture does: what was derived of the fixtures is kept as long as this is the same."""
    return tuple((file.parent.name, file.stat().st_mtime_ns) for file in sorted(folder.glob("*/request.json")))


def _told(folder: Path) -> dict[str, str]:
    """Case → what it shows, of the table in README.md; nothing where there is none."""
    readme = folder / "README.md"
    return dict(_ROW.findall(readme.read_text(encoding="utf-8"))) if readme.is_file() else {}


def _hook_of(file: Path) -> str:
    try:
        body = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return ""
    return str(body.get("hook", "")) if isinstance(body, dict) else ""


def _from_here(file: Path) -> str:
    path = os.path.relpath(file)
    return str(file) if path.startswith("..") else path
