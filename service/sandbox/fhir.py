"""/sandbox/fhir: the fixtures as a read-only R4 FHIR endpoint. Open, and only there in the sandbox."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from flask import Blueprint, Response, request

from service.errors import Answer, NotKnown, outcome
from service.fhir.bundle import Resource
from service.hooks.running import running
from service.sandbox.records import Records, records
from service.sandbox.search import CONTROL, TESTS, NotSearchable, search

PATH = "/sandbox/fhir"
FHIR_VERSION = "4.0.1"
CONTENT_TYPE = "application/fhir+json"
_WRONG_VALUE = Answer(400, "invalid", "A search parameter has a value that cannot be read.")

fhir = Blueprint("sandbox_fhir", __name__, url_prefix=PATH)


@fhir.get("/metadata")
def metadata() -> Response:
    return _answer(capability_statement(_records()))


@fhir.get("/<kind>/<identifier>")
def read(kind: str, identifier: str) -> Response:
    resource = _records().get(kind, {}).get(identifier)
    if resource is None:
        raise NotKnown
    return _answer(resource)


@fhir.get("/<kind>")
def search_by_address(kind: str) -> Response:
    return _search(kind, parse_qsl(request.query_string.decode("utf-8", "replace")))


@fhir.post("/<kind>/_search")
def search_by_body(kind: str) -> Response:
    return _search(kind, [*parse_qsl(request.query_string.decode("utf-8", "replace")), *_form()])


def _form() -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.form.lists() for value in values]


def _records() -> Records:
    return records(running().settings.fixtures_dir)


def _search(kind: str, parameters: Sequence[tuple[str, str]]) -> Response:
    if not (kind.isascii() and kind.isalpha() and kind[0].isupper()):
        raise NotKnown
    try:
        found = search(_records().get(kind, {}).values(), parameters)
    except NotSearchable as problem:
        return _wrong_value(problem)
    links = [_link("self", kind, found.used)]
    if found.following is not None:
        further = [(name, value) for name, value in found.used if name != "_offset"]
        links.append(_link("next", kind, [*further, ("_offset", str(found.following))]))
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": found.total, "link": links}
    if found.page:
        bundle["entry"] = [_entry(resource) for resource in found.page]
    return _answer(bundle)


def _wrong_value(problem: NotSearchable) -> Response:
    words = f"{problem.parameter}: send {problem.send}"
    return _answer(outcome(_WRONG_VALUE, diagnostics=words, expression=(f"http.{problem.parameter}",)), 400)


def _base() -> str:
    return request.host_url.rstrip("/") + PATH


def _link(relation: str, kind: str, parameters: Sequence[tuple[str, str]]) -> dict[str, str]:
    query = urlencode(parameters)
    return {"relation": relation, "url": f"{_base()}/{kind}{'?' if query else ''}{query}"}


def _entry(resource: Resource) -> dict[str, Any]:
    address = f"{_base()}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": resource, "search": {"mode": "match"}}


def _answer(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type=CONTENT_TYPE)


def capability_statement(held: Records) -> dict[str, Any]:
    """What this endpoint can do: read and search, of the types that the fixtures hold."""
    parameters = [{"name": name, "type": _kind_of(name)} for name in TESTS]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        "implementation": {"description": "tace-cds sandbox: example patients, read-only", "url": _base()},
        "fhirVersion": FHIR_VERSION,
        "format": ["json", CONTENT_TYPE],
        "rest": [
            {
                "mode": "server",
                "documentation": f"Open and read-only; pages by {', '.join(CONTROL)}.",
                "security": {"cors": True},
                "resource": [
                    {
                        "type": kind,
                        "interaction": [{"code": "read"}, {"code": "search-type"}],
                        "searchParam": parameters,
                    }
                    for kind in sorted(held)
                ],
            }
        ],
    }


def _kind_of(parameter: str) -> str:
    if parameter in ("patient", "subject"):
        return "reference"
    if "date" in parameter or parameter in ("authored", "authoredon", "effective", "performed"):
        return "date"
    return "string" if parameter == "name" else "token"
