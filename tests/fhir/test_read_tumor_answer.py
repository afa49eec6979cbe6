"""The question "type of liver tumor" can be answered: linkId tumor-type of a completed questionnaire."""

import pytest

from tests.fhir.build import SUBJECT, read


def told(*answers, status="completed", authored="2026-11-01"):
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "q",
        "status": status,
        "subject": SUBJECT,
        "authored": authored,
        "item": [{"linkId": "tumor-type", "answer": list(answers)}],
    }


@pytest.mark.parametrize(
    "answer", [{"valueCoding": {"code": "hcc"}}, {"valueString": "hcc"}], ids=["as a coding", "as a string"]
)
def test_answer_tells_the_tumor_and_asks_for_a_code(answer):
    tumor = read(told(answer)).tumor
    assert (tumor.kind, tumor.evidence) == ("hcc", ("QuestionnaireResponse/q",))
    assert "please code" in tumor.notes[0]


@pytest.mark.parametrize(
    "changed",
    [{"status": "in-progress"}, {"authored": "2027-01-01"}, {"authored": None}],
    ids=["not completed", "later", "undated"],
)
def test_answer_that_does_not_count(changed):
    assert read(told({"valueString": "hcc"}, **changed)).tumor.kind == "unknown"


def test_word_that_is_no_tumor_type_tells_nothing():
    assert read(told({"valueString": "benign"})).tumor.stated is False


def test_two_answers_settle_nothing():
    tumor = read(told({"valueString": "hcc"}, {"valueString": "icc"})).tumor
    assert (tumor.kind, tumor.stated) == ("unknown", True)
