"""What this service publishes as FHIR; one short translator per route."""

import orjson
from flask import Blueprint, Response

from service.errors import NotKnown
from service.fhir.write.code_system import code_system
from service.fhir.write.questionnaire import WORKSHEET, worksheet

FHIR_JSON = "application/fhir+json"

knowledge = Blueprint("knowledge", __name__)


@knowledge.get("/fhir/CodeSystem/tace")
def published_codes() -> Response:
    return as_fhir(code_system())


@knowledge.get("/fhir/Questionnaire/<name>")
def published_questionnaire(name: str) -> Response:
    if name != WORKSHEET:
        raise NotKnown
    return as_fhir(worksheet())


def as_fhir(resource: object) -> Response:
    return Response(orjson.dumps(resource), content_type=FHIR_JSON)
