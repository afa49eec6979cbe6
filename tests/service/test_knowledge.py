"""The published knowledge over HTTP."""

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire

from service.app import create_app
from service.settings import Settings


@pytest.fixture
def client():
    return create_app(Settings()).test_client()


def test_worksheet(client):
    response = client.get("/fhir/Questionnaire/tace-worksheet")
    assert (response.status_code, response.content_type) == (200, "application/fhir+json")
    assert Questionnaire.model_validate(response.json).url.endswith("/Questionnaire/tace-worksheet")


def test_unknown_questionnaire(client):
    response = client.get("/fhir/Questionnaire/other")
    assert (response.status_code, response.json["resourceType"]) == (404, "OperationOutcome")
