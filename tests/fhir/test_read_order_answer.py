"""The question "which embolization is ordered" can be answered: linkId ordered-procedure of a completed questionnaire."""

import pytest

from tests.fhir.build import CPT, SUBJECT, coded, icd, read

HCC = icd("C22.0", id="hcc")


def told(*words, status="completed", authored="2026-11-20", **more):
    answers = [{"valueCoding": {"code": word}} for word in words]
    return {"resourceType": "QuestionnaireResponse", "id": "q", "status": status, "subject": SUBJECT, "authored": authored,
            "item": [{"linkId": "ordered-procedure", "answer": answers}], **more}  # fmt: skip


def order(identifier="o", text=None, **more):
    return {"resourceType": "ServiceRequest", "id": identifier, "status": "draft", "intent": "order", "subject": SUBJECT,
            "code": coded(CPT, "37243", text), "authoredOn": "2026-11-20", **more}  # fmt: skip


def kinds(*resources, orders):
    found = read(HCC, *resources, orders=list(orders))
    return [o.kind for o in found.orders], [r for r in found.remarks if "answered" in r or "questionnaire" in r]


@pytest.mark.parametrize(
    ("word", "kind", "label"),
    [("tace", "tace", "TACE"), ("bland-embolization", "tae", "bland embolization"),
     ("radioembolization", "y90", "Y-90 radioembolization")],
)  # fmt: skip
def test_the_answer_tells_the_procedure_and_it_is_said(word, kind, label):
    said = f"the order is for {label} as answered (QuestionnaireResponse/q); please say so in the order"
    assert kinds(told(word), orders=[order()]) == ([kind], [said])


@pytest.mark.parametrize(
    ("authored", "written", "counts"),
    [
        ("2026-11-19", "2026-11-20", False),
        ("2026-11-20", "2026-11-20", True),
        ("2026-11-21", "2026-11-20", True),
        ("2026-11-22", "2026-11-20", False),
        ("2026-11-20", None, False),
        ("2026-11-21", None, True),
    ],
    ids=[
        "before the order",
        "its day",
        "after it",
        "later than asked",
        "order undated, yesterday",
        "order undated, today",
    ],
)
def test_an_answer_is_not_older_than_the_order(authored, written, counts):
    of = order(authoredOn=written) if written else {k: v for k, v in order().items() if k != "authoredOn"}
    assert kinds(told("tace", authored=authored), orders=[of])[0] == ["tace" if counts else "embolization"]


@pytest.mark.parametrize(
    ("authored", "written", "counts"),
    [
        ("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", False),
        ("2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z", True),
        ("2026-11-20T09:01:00Z", "2026-11-20T09:00:00Z", True),
        ("2026-11-20T10:30:00+02:00", "2026-11-20T09:00:00Z", False),
        ("2026-11-20T08:00:00Z", "2026-11-20", True),
        ("2026-11-20", "2026-11-20T09:00:00Z", True),
        ("2026-11-20", "2026-11", False),
        ("2026-11", "2026-11", False),
    ],
    ids=["an hour before", "same time", "after", "before, in another zone", "order without time", "answer without time",
         "month of the order", "months alone"],
)  # fmt: skip
def test_times_of_one_day_are_compared(authored, written, counts):
    assert kinds(told("tace", authored=authored), orders=[order(authoredOn=written)])[0] == [
        "tace" if counts else "embolization"
    ]


@pytest.mark.parametrize(
    ("based_on", "counts"),
    [
        (["ServiceRequest/o"], True),
        (["https://ehr.example.org/r4/ServiceRequest/o/_history/2"], True),
        (["ServiceRequest/other"], False),
        (["ServiceRequest/other", "ServiceRequest/o"], True),
        (["CarePlan/plan"], True),
        (["CarePlan/plan", "ServiceRequest/other"], False),
        ([""], True),
    ],
)
def test_an_answer_to_another_order_does_not_count(based_on, counts):
    answer = told("tace", basedOn=[{"reference": each} for each in based_on])
    assert kinds(answer, orders=[order()])[0] == ["tace" if counts else "embolization"]


@pytest.mark.parametrize(
    "answer",
    [told("tace", status="in-progress"), told("surgery"), told("tace", subject={"reference": "Patient/2"}), told()],
    ids=["not completed", "another word", "another patient", "no answer"],
)
def test_what_is_no_answer(answer):
    assert kinds(answer, orders=[order()]) == (["embolization"], [])


def test_two_answers_of_one_day_settle_nothing_and_it_is_said():
    said = "a questionnaire tells several procedures for the order: none of them counts"
    assert kinds(told("tace", "radioembolization"), orders=[order()]) == (["embolization"], [said])


def test_of_two_open_orders_it_does_not_tell_which_is_meant():
    assert kinds(told("tace"), orders=[order("a"), order("b")]) == (["embolization", "embolization"], [])


def test_an_order_that_tells_its_procedure_keeps_it():
    assert kinds(told("radioembolization"), orders=[order(text="TACE segment 8")]) == (["tace"], [])
    assert kinds(told("radioembolization"), orders=[order("a", "TACE segment 8"), order("b")])[0] == ["tace", "y90"]
