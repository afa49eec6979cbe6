"""A payer's questionnaire, its prefilled response, and $questionnaire-package with the output names of both versions of DTR."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.parameters import Parameters
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from fhir.resources.R4B.valueset import ValueSet

from cards.case import case_of
from cards.prior_auth.packet import packet
from cards.prior_auth.policy_file import load_all, med140
from cards.prior_auth.verdict import prior_auth
from service.app import create_app
from service.fhir.write.policy_questionnaire import (
    ORIGIN,
    asked_facts,
    policy_questionnaire,
    prefilled,
    value_sets,
    versioned,
)
from service.fhir.write.value_set import published_value_sets
from service.settings import Settings
from tests.fhir.build import NOW, answer, answers, icd, order, own, read
from tests.fhir.test_worksheet import every
from tests.service.test_policies import EXAMPLES

URL = "/fhir/Questionnaire/$questionnaire-package"
COVERAGE = {
    "resourceType": "Coverage",
    "id": "cov",
    "status": "active",
    "beneficiary": {"reference": "Patient/1"},
    "payor": [{"display": "Northern Lakes Health Plan"}],
}
POLICIES = load_all(EXAMPLES).all


@pytest.fixture(scope="module")
def client():
    return create_app(Settings(mode="sandbox", as_of="2026-11-21", policies=str(EXAMPLES))).test_client()


# The questionnaire


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.key} {p.version}")
def test_it_is_valid_r4_and_asks_each_fact_once(policy):
    form = policy_questionnaire(policy)
    Questionnaire.model_validate(form)
    links = [each["linkId"] for each in every(form["item"])]
    assert len(links) == len(set(links))
    assert form["subjectType"] == ["Patient"]
    assert all(each["text"] for each in every(form["item"]))


def test_its_groups_are_the_documents_and_the_clauses():
    prefixes = [group["prefix"] for group in policy_questionnaire(med140())["item"]]
    assert prefixes == ["1", "2a", "2b", "2c", "3", "4", "5", "6", "mapping", "curative",
                        "I.A", "I.B.1", "I.B.2", "I.B.3.a", "I.B.3.b", "I.B.3.c", "I.B.4"]  # fmt: skip


def test_a_clause_says_its_criteria_in_words():
    clause = next(g for g in policy_questionnaire(med140())["item"] if g["prefix"] == "I.B.3.a")
    assert clause["item"][0]["text"] == (
        "neuroendocrine metastasis; I.B.3 (unresectable); I.B.3.a.i (liver dominant; diffuse; symptomatic); "
        "I.B.3.a.ii (systemic therapy failed to control symptoms or not a candidate for systemic therapy)"
    )


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.key} {p.version}")
def test_its_value_sets_are_valid_and_each_is_there(policy):
    sets = {f"{s['url']}|{s['version']}": ValueSet.model_validate(s) for s in value_sets(policy)}
    named = {each["answerValueSet"] for each in every(policy_questionnaire(policy)["item"]) if "answerValueSet" in each}
    assert named == set(sets)
    assert all(1 < s.expansion.total < 40 for s in sets.values())


def test_published_value_sets(client):
    for each in published_value_sets():
        assert client.get(f"/fhir/ValueSet/{each['id']}").json == each
    assert client.get("/fhir/ValueSet/other").status_code == 404


def test_published_questionnaires(client):
    for policy in POLICIES:
        response = client.get(f"/fhir/Questionnaire/prior-auth-{policy.key}")
        assert response.content_type == "application/fhir+json"
    assert response.json["version"] == "2026-01-01"  # the version in force


# The response


def response_for(*resources: dict[str, Any], answered=()) -> dict[str, Any]:
    facts = read(*resources)
    ordered = facts.orders[0] if facts.orders else None
    case = case_of(facts, NOW.date(), ordered)
    made = prefilled(med140(), case, authored=datetime(2026, 11, 21, tzinfo=UTC), context=["ServiceRequest/order"],
                     coverage="Coverage/cov", answered=answered)  # fmt: skip
    QuestionnaireResponse.model_validate(made)
    return made


def given(response) -> dict[str, Any]:
    return {each["linkId"]: each["answer"] for each in every(response.get("item", [])) if "answer" in each}


RECORD = (
    icd("C22.0"),
    own("unresectable", True, id="u"),
    own("diffuse", False, id="d"),
    own("nodule-count", 3, id="n"),
    own("systemic-therapy-status", "not-candidate", id="s"),
    order(text="TACE, selective, with doxorubicin, segment 8"),
)


def test_what_the_record_tells_is_answered():
    answered = given(response_for(*RECORD))
    values = {link: next(v for k, v in a[0].items() if k.startswith("value")) for link, a in answered.items()}
    assert values["tumor-type"]["code"] == "hcc"
    assert (values["unresectable"], values["diffuse"], values["nodule-count"]) == (True, False, 3)
    assert values["systemic-therapy-status"]["code"] == "not-candidate"
    assert "doxorubicin" in values["item-1.text"]
    assert not {"progressive", "liver-dominant", "symptomatic", "bridge-to-transplant"} & set(values)


def origins(answered) -> set[str]:
    found = set()
    for given_answers in answered.values():
        for each in given_answers:
            (extension,) = each["extension"]
            assert extension["url"] == ORIGIN
            found.add(extension["extension"][0]["valueCode"])
    return found


def test_every_answer_says_where_it_came_from():
    assert origins(given(response_for(*RECORD))) == {"auto"}


def test_what_a_person_answered_is_manual():
    form = answers(answer("unresectable", {"valueBoolean": True}), answer("tumor-type", {"valueString": "hcc"}))
    response = given(response_for(form, own("diffuse", False, id="d"), answered=["q"]))
    by_link = {link: origins({link: a}) for link, a in response.items()}
    assert by_link["unresectable"] == by_link["tumor-type"] == {"manual"}
    assert by_link["diffuse"] == {"auto"}


def test_an_empty_record_answers_nothing():
    assert given(response_for()) == {}


def test_a_finding_without_grade_is_no_answer():
    from service.fhir.write.policy_questionnaire import prefilled as fill

    policy = next(p for p in POLICIES if p.version == "2026-01-01")
    made = fill(policy, case_of(read(icd("R18.8")), NOW.date()), authored=NOW)
    assert "ascites-grade" not in given(made)


def test_it_is_bound_to_order_coverage_and_purpose():
    made = response_for(*RECORD)
    named = {each["url"].rsplit("/", 1)[1] for each in made["extension"]}
    assert named == {"qr-context", "qr-coverage", "intendedUse"}
    assert (made["questionnaire"], made["status"]) == (versioned(med140()), "in-progress")


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.key} {p.version}")
def test_links_are_those_of_the_questionnaire(policy):
    facts = read(*RECORD)
    made = prefilled(policy, case_of(facts, NOW.date(), facts.orders[0]), authored=NOW)
    links = {each["linkId"] for each in every(policy_questionnaire(policy)["item"])}
    assert {each["linkId"] for each in every(made["item"])} <= links
    assert asked_facts(policy)


def test_the_prefilled_answers_are_read_back():
    made = response_for(*RECORD)
    told = read(made | {"status": "completed"})
    assert told.tumor.kind == "hcc"
    assert {"unresectable", "diffuse", "nodule_count", "systemic_therapy_status"} <= set(told.series)


# The operation


def parameters(*given: dict[str, Any], **more) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": "coverage", "resource": COVERAGE}, *given], **more}


BY_ORDER = {"name": "order", "resource": order(text="TACE")}


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        (None, "packagebundle"),
        ("http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/dtr-qpackage-input-parameters|2.2.0", "packagebundle"),
        ("http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/dtr-qpackage-input-parameters|2.0.1", "PackageBundle"),
    ],
)
def test_package_of_an_order(client, profile, name):
    body = parameters(BY_ORDER) | ({"meta": {"profile": [profile]}} if profile else {})
    response = client.post(URL, json=body)
    assert (response.status_code, response.content_type) == (200, "application/fhir+json")
    Parameters.model_validate(response.json)
    (parameter,) = response.json["parameter"]
    assert parameter["name"] == name
    bundle = Bundle.model_validate(parameter["resource"])
    kinds = [entry.resource.get_resource_type() for entry in bundle.entry]
    assert kinds[:2] == ["Questionnaire", "QuestionnaireResponse"]
    assert set(kinds[2:]) == {"ValueSet"}


@pytest.mark.parametrize(
    "by",
    [
        {"name": "questionnaire", "valueCanonical": versioned(med140())},
        {"name": "questionnaire", "valueCanonical": versioned(med140()).split("|")[0]},
        {"name": "context", "valueString": "med140.1.7f1f0a1e"},
    ],
    ids=["canonical and version", "canonical", "coverage assertion"],
)
def test_package_by_name(client, by):
    (parameter,) = client.post(URL, json=parameters(by)).json["parameter"]
    assert parameter["resource"]["entry"][0]["resource"]["id"] == "prior-auth-med140"


@pytest.mark.parametrize(
    "by",
    [
        {"name": "questionnaire", "valueCanonical": "https://other.example.org/Questionnaire/x"},
        {"name": "questionnaire", "valueCanonical": versioned(med140()) + "9"},
        {"name": "context", "valueString": "other"},
        {"name": "order", "resource": order(text="Chest X-ray")},
    ],
)
@pytest.mark.parametrize(("version", "name"), [("2.2.0", "outcome"), ("2.0.1", "operationOutcome")])
def test_what_is_not_known_is_a_warning(client, by, version, name):
    response = client.post(URL, json=parameters(by, meta={"profile": [f"x|{version}"]}))
    (parameter,) = response.json["parameter"]
    assert (response.status_code, parameter["name"]) == (200, name)
    assert parameter["resource"]["issue"][0]["severity"] == "warning"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"resourceType": "Bundle"},
        {"resourceType": "Parameters"},
        {"resourceType": "Parameters", "parameter": ["x"]},
        {"resourceType": "Parameters", "parameter": [BY_ORDER]},
        parameters(),
        parameters({"name": "questionnaire", "valueCanonical": 7}),
    ],
)
def test_what_is_not_the_operations_input_is_refused(client, body):
    response = client.post(URL, json=body)
    assert (response.status_code, response.json["resourceType"]) == (400, "OperationOutcome")


def test_it_is_prefilled_from_what_came(client):
    referenced = [{"name": "referenced", "resource": r} for r in RECORD[:-1]]
    body = parameters({"name": "order", "resource": RECORD[-1]}, *referenced)
    bundle = client.post(URL, json=body).json["parameter"][0]["resource"]
    answered = given(bundle["entry"][1]["resource"])
    assert {"tumor-type", "unresectable", "item-1.text"} <= set(answered)


# An answer in words


def in_words(said: str, policy: str = "med140", **more: Any) -> dict[str, Any]:
    form = {"questionnaire": f"https://tace-cds.example.org/fhir/Questionnaire/prior-auth-{policy}|1", **more}
    group = {"linkId": "item-3", "item": [answer("item-3.text", {"valueString": said})]}
    return answers(group, **form)


def item_3(*resources):
    facts = read(icd("C22.0"), order(text="TACE"), *resources)
    found = prior_auth(case_of(facts, NOW.date(), facts.orders[0]))
    return next((doc for item, doc in found.documentation if item.item == "3"), None)


def test_a_completed_form_answers_a_document_in_words():
    found = item_3(in_words("Bilobar disease and a small left lobe"))
    assert (found.status, found.in_words, found.evidence) == ("present", True, ("QuestionnaireResponse/q",))
    assert "Bilobar disease and a small left lobe" in found.words


@pytest.mark.parametrize(
    "form",
    [
        in_words("Bilobar", policy="northern-lakes-liver"),
        in_words("Bilobar", status="in-progress"),
        in_words("Bilobar", authored="2027-01-01"),
        in_words("Bilobar", subject={"reference": "Patient/2"}),
        in_words("  "),
    ],
    ids=["of another policy", "in progress", "later", "of another patient", "empty"],
)
def test_what_is_no_answer(form):
    assert item_3(form).status == "missing"


def test_the_packet_cites_the_answer():
    facts = read(icd("C22.0"), order(text="TACE"), in_words("Bilobar disease"))
    case = case_of(facts, NOW.date(), facts.orders[0])
    rationale = next(s for s in packet(case, prior_auth(case)) if s.title == "Rationale")
    assert [(row.label, row.value) for row in rationale.rows] == [
        ("Why not a surgical candidate or unresectable", "Bilobar disease")
    ]
