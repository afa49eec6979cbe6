"""What every body we send has in common. Every answer that any test gets from the application is held to it."""

import gzip
from functools import cache
from typing import Any

import orjson
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from service.hooks.openapi import schemas

MAY_BE_EMPTY = frozenset({"cards", "services"})  # CDS Hooks allows these two, and no other
# Lists of the assessment that a reader counts: an empty one says that nothing is missing
COUNTED = frozenset({"missing", "evidence", "findings", "response", "unusable", "documentation"})


def null_or_empty(value: Any, path: str = "$", name: str = "", allowed: frozenset[str] = MAY_BE_EMPTY) -> list[str]:
    """Paths of null, "", [] and {} in a body; CDS Hooks allows none but `cards: []` and `services: []`."""
    if value is None or (value in ("", [], {}) and not isinstance(value, (bool, int, float))):
        return [] if value == [] and name in allowed else [path]
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in null_or_empty(each, f"{path}.{key}", key, allowed)]
    if isinstance(value, list):
        return [
            found
            for number, each in enumerate(value)
            for found in null_or_empty(each, f"{path}[{number}]", "", allowed)
        ]
    return []


@cache
def validator(name: str) -> Draft202012Validator:
    """Of one of our schemas, by its name."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}"} | schemas())


def violations(name: str, body: Any) -> list[str]:
    """Where a body does not keep to a schema, and which rule it breaks; the values are not repeated."""
    return sorted(f"{error.json_path}: {error.validator}" for error in validator(name).iter_errors(body))


def schema_of(method: str, path: str, status: int) -> str:
    """The schema an answer has to keep to; "" where there is none."""
    parts = path.strip("/").split("/")
    if status >= 400:
        return "" if path.startswith("/health/") else "OperationOutcome"
    if parts == ["cds-services"]:
        return "CdsServices"
    if parts[0] == "cds-services" and len(parts) == 2 and method == "POST":
        return "CdsResponse"
    return "Resource" if parts[0] == "fhir" else ""


def wrong(method: str, path: str, status: int, content_type: str, body: bytes) -> list[str]:
    """What is wrong with an answer, in words; nothing where all is well."""
    schema = schema_of(method, path, status)
    if not content_type.startswith(("application/json", "application/fhir+json")):
        return [f"{path}: {content_type} instead of JSON"] if schema else []
    if status == 204 or method == "HEAD":
        return []
    parsed = orjson.loads(body)
    found = violations(schema, parsed) if schema else []
    if path == "/assess":
        found += null_or_empty(parsed, allowed=COUNTED) if parsed else []  # no order that is ours: no assessment
    elif path != "/openapi.json":  # a JSON Schema may hold empty members
        found += null_or_empty(parsed)
    return [f"{method} {path} {status} {each}" for each in found]


class HeldToTheWire(FlaskClient):
    """The test client of every application a test makes (tests/conftest.py)."""

    def open(self, *arguments: Any, **named: Any) -> Any:
        answer = super().open(*arguments, **named)
        asked, data = answer.request, answer.data
        if answer.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        found = wrong(asked.method, asked.path, answer.status_code, answer.content_type or "", data)
        assert found == [], found
        return answer
