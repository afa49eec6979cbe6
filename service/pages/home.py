"""GET / and the fixtures it lists in the sandbox."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
from flask import Blueprint, Response, make_response, render_template, request

from service.hooks import catalog
from service.hooks.running import running

pages = Blueprint("pages", __name__, template_folder="templates")

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Example:
    """One fixture that can be sent: its name, its file, and the service its hook belongs to."""

    name: str
    file: Path
    service_id: str

    def curl(self, base: str) -> str:
        """A line to paste into a shell."""
        return (
            f"curl -s -H 'Content-Type: application/json' -d @{_from_here(self.file)} "
            f"{base.rstrip('/')}/cds-services/{self.service_id}"
        )


def examples(folder: Path) -> Iterator[Example]:
    """The fixtures with a request for one of our services, by name."""
    by_hook = {each.hook: each.id for each in catalog.SERVICES}
    for file in sorted(folder.glob("*/request.json")):
        service_id = by_hook.get(_hook_of(file))
        if service_id:
            yield Example(file.parent.name, file, service_id)


SHOWN_FIRST = "third-tace-segment-8-jsh-refractory"  # a whole answer: three cards, definitions that disagree


def telling_example(folder: Path) -> Example | None:
    """The fixture to show first; of somebody's own fixtures the first."""
    found = {example.name: example for example in examples(folder)}
    return found.get(SHOWN_FIRST) or next(iter(found.values()), None)


def _hook_of(file: Path) -> str:
    try:
        body = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return ""
    return str(body.get("hook", "")) if isinstance(body, dict) else ""


def _from_here(file: Path) -> str:
    path = os.path.relpath(file)
    return str(file) if path.startswith("..") else path


@pages.get("/")
def home() -> Response:
    settings = running().settings
    found = list(examples(settings.fixtures_dir)) if settings.sandbox else []
    page = render_template(
        "home.html",
        services=catalog.SERVICES,
        version=catalog.CDS_HOOKS_VERSION,
        sandbox=settings.sandbox,
        as_of=settings.as_of,
        lines=[(example.name, example.curl(request.host_url)) for example in found],
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = POLICY
    return response
