"""What this service publishes as FHIR; one short translator per route."""

import orjson
from flask import Blueprint, Response

from service import advice
from service.errors import NotKnown
from service.fhir.write.code_system import code_system
from service.fhir.write.policy_questionnaire import policy_questionnaire, questionnaire_id
from service.fhir.write.questionnaire import WORKSHEET, worksheet
from service.fhir.write.value_set import CODED, value_set, value_set_id
from service.hooks.case import now
from service.hooks.routes import json_body
from service.hooks.running import running
from service.knowledge.package import package

FHIR_JSON = "application/fhir+json"

knowledge = Blueprint("knowledge", __name__)


@knowledge.get("/fhir/CodeSystem/tace")
def published_codes() -> Response:
    return as_fhir(code_system())


@knowledge.get("/fhir/ValueSet/<name>")
def published_value_set(name: str) -> Response:
    fact = next((each for each in CODED if value_set_id(each) == name), None)
    if fact is None:
        raise NotKnown
    return as_fhir(value_set(fact))


@knowledge.get("/fhir/Questionnaire/<name>")
def published_questionnaire(name: str) -> Response:
    """The worksheet, or a payer's questionnaire in the version that is in force today."""
    if name == WORKSHEET:
        return as_fhir(worksheet())
    settings = running().site.settings
    today = now(settings).astimezone(settings.zone).date()
    on_file = advice.policies(settings.policies).all
    found = next((p for p in on_file if questionnaire_id(p) == name and p.in_force(today)), None)
    if found is None:
        raise NotKnown
    return as_fhir(policy_questionnaire(found))


@knowledge.post("/fhir/Questionnaire/$questionnaire-package")
def questionnaire_package() -> Response:
    return as_fhir(package(json_body(), running().site.settings))


def as_fhir(resource: object) -> Response:
    return Response(orjson.dumps(resource), content_type=FHIR_JSON)
