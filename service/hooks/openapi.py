"""The service's own description (OpenAPI 3.1), made of the routes that exist and the schemas the tests hold them to."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from werkzeug.routing import Rule

from cards.record import record
from service.hooks import catalog
from service.hooks.trust import needs_token
from service.settings import Settings

SCHEMAS = Path(__file__).with_name("schemas.json")
CONTEXTS = {
    "patient-view": "PatientViewContext",
    "order-select": "OrderSelectContext",
    "order-sign": "OrderSignContext",
}
JSON, FHIR = "application/json", "application/fhir+json"
_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_SERVICE = "<service_id>"
Json = dict[str, Any]


@record(frozen=True, slots=True)
class Described:
    """What the code of a route does not say itself: the schemas of its body and of its answer."""

    summary: str
    answer: str = "Anything"
    media: str = JSON
    body: str = ""


# By endpoint. A route that is not listed is described by itself.
KNOWN: Mapping[str, Described] = {
    "hooks.discovery": Described("The services offered, and what each asks the client to send along.", "CdsServices"),
    "hooks.call": Described("Cards for one call of the hook.", "CdsResponse", body="HookRequest"),
    "hooks.feedback": Described("What people did with cards.", body="Feedback"),
    "hooks.assess_body": Described("The assessment of one patient.", "Assessment", body="Anything"),
    "hooks.describe": Described("This description."),
    "pages.home": Described("What this is, with links.", "", "text/html"),
    "rules.rule_page": Described("Every rule with its thresholds, source and locator.", "", "text/html"),
    "worksheet.sheet": Described(
        "The worksheet of one patient; the page holds nothing of the patient.", "", "text/html"
    ),
    "worksheet.launch": Described("Where an EHR opens the worksheet as a SMART app.", "", "text/html"),
    "_live": Described("Whether the process answers."),
    "_metrics": Described("Measurements, for Prometheus.", "", "text/plain"),
    "_ready": Described("Whether it is ready for requests."),
}


def document(app: Flask, settings: Settings) -> Json:
    """No host is taken from the caller: the address is the operator's, or left relative."""
    paths: dict[str, Json] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        described = KNOWN.get(rule.endpoint) or _by_itself(app, rule)
        for path, request in _paths(rule.rule, described, crd=bool(settings.payer_profile)):
            operations = paths.setdefault(path, {})
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                closed = settings.trust == "required" and needs_token(method, path, settings)
                operations[method.lower()] = _operation(f"{method} {path}", described, request, closed=closed)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": schemas()["$schema"],
        "info": {
            "title": "tace-cds",
            "version": version("tace-cds"),
            "description": f"CDS Hooks {catalog.CDS_HOOKS_VERSION} service for transarterial chemoembolization (TACE).",
        },
        "servers": [{"url": settings.public_url.rstrip("/") or "/"}],
        "paths": paths,
        "components": schemas()["components"] | {"securitySchemes": {"jwt": {"type": "http", "scheme": "bearer",
                                                                            "bearerFormat": "JWT"}}},
    }  # fmt: skip


@cache
def schemas() -> Json:
    """The schemas of all bodies: {"components": {"schemas": {name: schema}}}."""
    found: Json = orjson.loads(SCHEMAS.read_bytes())
    return found


def request_schema(service: catalog.Service) -> Json:
    """The request of one service: its hook and that hook's context."""
    context = {"$ref": f"#/components/schemas/{CONTEXTS.get(service.hook, 'Anything')}"}
    return {
        "allOf": [{"$ref": "#/components/schemas/HookRequest"}],
        "properties": {"hook": {"const": service.hook}, "context": context},
    }


def _paths(rule: str, described: Described, *, crd: bool) -> Iterator[tuple[str, Json]]:
    """Each service is a path of its own, with the request of its hook."""
    if _SERVICE in rule:
        for service in catalog.offered(crd):
            of_hook = request_schema(service) if described.body == "HookRequest" else _reference(described.body)
            yield rule.replace(_SERVICE, service.id), of_hook
    else:
        yield _PARAMETER.sub(r"{\1}", rule), _reference(described.body)


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"} if name else {}


def _operation(name: str, described: Described, request: Json, *, closed: bool) -> Json:
    path = name.partition(" ")[2]
    operation: Json = {
        "operationId": re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower(),
        "summary": described.summary,
        "responses": {"200": _content("Done.", described), "default": _error()},
    }
    parameters = re.findall(r"{([^{}]+)}", path)
    if parameters:
        operation["parameters"] = [
            {"name": each, "in": "path", "required": True, "schema": _reference("Text")} for each in parameters
        ]
    if request:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": request}}}
    return operation | ({"security": [{"jwt": []}]} if closed else {})


def _content(description: str, described: Described) -> Json:
    schema = _reference(described.answer) or {"type": "string"}
    return {"description": description, "content": {described.media: {"schema": schema}}}


def _error() -> Json:
    return {"description": "An error, as a FHIR OperationOutcome.",
            "content": {JSON: {"schema": _reference("OperationOutcome")}}}  # fmt: skip


def _by_itself(app: Flask, rule: Rule) -> Described:
    """Its docstring, else its name; what is below /fhir/ is FHIR, in the sandbox too."""
    said = (app.view_functions[rule.endpoint].__doc__ or rule.endpoint.rpartition(".")[2].replace("_", " ")).strip()
    of_fhir = rule.rule.startswith(("/fhir/", "/sandbox/fhir/"))
    return Described(said.splitlines()[0], "Resource" if of_fhir else "Anything", FHIR if of_fhir else JSON)
