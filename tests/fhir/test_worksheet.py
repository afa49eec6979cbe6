"""The worksheet's questionnaire: valid FHIR R4, and each of its answers is read back as the fact that it asks for."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from cards.facts import FACTS
from cards.questions import TUMOR_TYPES, question
from service.fhir.write.questionnaire import ASKED, GROUPS, item, worksheet
from tests.fhir.build import OWN_SYSTEM, RECENT, answers, now, read

DECIDED = "2026-10-20"
PLAUSIBLE = {"g/L": 38, "umol/L": 80, "mmol/L": 138, "10*9/L": 120, "10*3/uL": 120}


def every(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in items:
        yield each
        yield from every(each.get("item", []))


def values_of(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What a form would send: every option, both of a yes/no, a number in every unit."""
    if asked["type"] == "choice":
        return asked["answerOption"]
    if asked["type"] == "boolean":
        return [{"valueBoolean": True}, {"valueBoolean": False}]
    if asked["type"] == "integer":
        return [{"valueInteger": 2}]
    if asked["type"] == "decimal":
        return [{"valueDecimal": 1.2}]
    units = [e["valueCoding"]["code"] for e in asked["extension"]]
    return [
        {"valueQuantity": {"value": PLAUSIBLE.get(u, 3), "unit": u, "code": u, "system": "http://unitsofmeasure.org"}}
        for u in units
    ]


def test_it_is_valid_r4():
    Questionnaire.model_validate(worksheet())


def test_links_are_told_apart():
    links = [each["linkId"] for each in every(worksheet()["item"])]
    assert len(links) == len(set(links))


def test_it_asks_for_what_eligibility_needs():
    needed = {"tumor_type", "bilirubin", "albumin", "inr", "ascites_grade", "encephalopathy_grade", "ecog",
              "extrahepatic_spread", "portal_vein_invasion", "nodule_count", "nodule_size"}  # fmt: skip
    assert needed <= set(ASKED)
    assert set(ASKED) - {"tumor_type"} <= set(FACTS)


STATE = [name for _, _, names in GROUPS for name in names if name not in ("tumor_type", "nodule_size")]


@pytest.mark.parametrize("name", STATE)
def test_each_answer_is_read_back(name):
    for value in values_of(item(name)):
        response = answers({"linkId": "g", "item": [{"linkId": item(name)["linkId"], "answer": [value]}]})
        QuestionnaireResponse.model_validate(response)
        (fact,) = read(response).series[name]
        assert fact.when == date.fromisoformat(RECENT)
        told = value.get("valueCoding", {}).get("code", value.get("valueBoolean", value.get("valueInteger")))
        if told is not None:
            assert fact.value == told


@pytest.mark.parametrize("kind", TUMOR_TYPES)
def test_tumor_type_is_read_back(kind):
    options = {o["valueCoding"]["code"]: o for o in item("tumor_type")["answerOption"]}
    assert read(answers({"linkId": "tumor-type", "answer": [options[kind]]})).tumor.kind == kind


def test_sizes_repeat_and_keep_their_unit():
    sizes = [{"valueQuantity": {"value": v, "unit": u, "code": u}} for v, u in ((3.1, "cm"), (18, "mm"))]
    found = read(answers({"linkId": "nodule-size", "answer": sizes})).sizes
    assert sorted(float(each.size.value) for each in found) == pytest.approx([1.8, 3.1])


def dated(group: str, when: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"linkId": group, "item": [{"linkId": f"{group}.date", "answer": [{"valueDate": when}]}, *items]}


@pytest.mark.parametrize("group", ["laboratory", "clinical", "imaging"])
def test_the_date_of_a_group_dates_its_answers(group):
    other = {"linkId": "symptomatic", "answer": [{"valueBoolean": True}]}
    response = answers(dated(group, DECIDED, {"linkId": "diffuse", "answer": [{"valueBoolean": True}]}), other)
    told = read(response).series
    assert told["diffuse"][0].when == date.fromisoformat(DECIDED)
    assert told["symptomatic"][0].when == date.fromisoformat(RECENT)


def test_an_old_value_typed_in_today_is_too_old():
    laboratory = dated("laboratory", "2026-01-05", {"linkId": "inr", "answer": [{"valueDecimal": 1.1}]})
    assert "too old" in now(answers(laboratory)).inr.because


def session(when: str, segment: int, response: str, imaged: str) -> dict[str, Any]:
    after = dated(
        "tace-response",
        imaged,
        {"linkId": "mrecist-response", "answer": [{"valueCoding": {"system": OWN_SYSTEM, "code": response}}]},
    )
    where = {"linkId": "tace-session.segment", "answer": [{"valueInteger": segment}]}
    selective = {"linkId": "selective-session", "answer": [{"valueBoolean": True}]}
    return dated("tace-session", when, where, selective, after)


def test_sessions_with_their_responses():
    found = read(answers(session("2026-07-01", 8, "SD", "2026-08-10"), session("2026-09-01", 5, "PR", "2026-10-12")))
    assert [(s.kind, s.when, s.lesions, s.selective) for s in found.sessions] == [
        ("tace", date(2026, 7, 1), ("segment-8",), True),
        ("tace", date(2026, 9, 1), ("segment-5",), True),
    ]
    assert [(r.category, r.when, r.lesion, r.session) for r in found.responses] == [
        ("SD", date(2026, 8, 10), "segment-8", found.sessions[0].evidence[0]),
        ("PR", date(2026, 10, 12), "segment-5", found.sessions[1].evidence[0]),
    ]


def test_a_session_without_date_is_an_undated_one():
    (found,) = read(answers({"linkId": "tace-session", "item": [
        {"linkId": "technical-success", "answer": [{"valueBoolean": True}]}]})).sessions  # fmt: skip
    assert found.when is None


def test_an_empty_session_group_is_no_session():
    assert read(answers({"linkId": "tace-session", "item": [{"linkId": "tace-session.date"}]})).sessions == ()


def test_question_and_link_are_those_of_the_cards():
    for name in ASKED:
        assert item(name)["linkId"] == question(name).link
