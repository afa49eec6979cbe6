"""The worksheet's routes, the link that leads to it, and its answers on the way into the record."""

import copy

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from service.app import create_app
from service.settings import Settings, WrongSetting, from_environment
from tests.golden import request_of, sandbox
from tests.service.test_trust import required, write_clients

CASE = "inr-missing-child-pugh-bounded"
SIGN = "/cds-services/tace-order-sign"
SMART = {
    "smart_client_id": "tace",
    "smart_issuers": ("https://ehr.example.org/fhir",),
    "public_url": "https://cds.example.org/x/",
}


@pytest.fixture(scope="module")
def client():
    with sandbox() as made:
        yield made


@pytest.fixture(scope="module")
def served():
    return create_app(Settings(**SMART)).test_client()


def answers(value=1.1, **more):
    body = request_of(CASE)
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "subject": {"reference": f"Patient/{body['context']['patientId']}"},
        "authored": body["extension"]["tace-cds.as-of"],
        "item": [{"linkId": "laboratory", "item": [{"linkId": "inr", "answer": [{"valueDecimal": value}]}]}],
    } | more  # fmt: skip


def with_answers(given):
    body = copy.deepcopy(request_of(CASE))
    body["extension"]["tace-cds.answers"] = given
    return body


def by_topic(response):
    assert response.status_code == 200, response.text
    return {card["extension"]["tace-cds.topic"]: card for card in response.get_json()["cards"]}


def suggestions(card):
    return {each["label"]: each for each in card.get("suggestions", [])}


RECORD = "Record the worksheet's answers"


def test_answers_change_the_verdict_and_are_offered_to_the_record(client):
    without = by_topic(client.post(SIGN, json=request_of(CASE)))["eligibility"]
    assert "cannot be assessed" in without["summary"]
    assert RECORD not in suggestions(without)
    response = client.post(SIGN, json=with_answers(answers()))
    first = response.get_json()["cards"][0]
    assert "cannot be assessed" not in by_topic(response)["eligibility"]["summary"]
    (action,) = suggestions(first)[RECORD]["actions"]
    assert action["type"] == "create"
    QuestionnaireResponse.model_validate(action["resource"])
    assert action["resource"]["item"] == answers()["item"]


def test_the_next_call_reads_what_was_recorded(client):
    body = copy.deepcopy(request_of(CASE))
    recorded = {"resource": answers(id="recorded")}
    body["prefetch"]["questionnaireResponses"] = {"resourceType": "Bundle", "type": "searchset", "entry": [recorded]}
    sent = by_topic(client.post(SIGN, json=with_answers(answers())))["eligibility"]["summary"]
    assert by_topic(client.post(SIGN, json=body))["eligibility"]["summary"] == sent


@pytest.mark.parametrize(
    ("word", "says"), [("tace", "TACE"), ("radioembolization", "Y-90"), ("bland-embolization", "bland embolization")]
)
def test_the_question_a_card_asks_of_the_order_can_be_answered(client, word, says):
    body = copy.deepcopy(request_of("cpt-37243-kind-not-told"))
    asked = by_topic(client.post(SIGN, json=body))["prior-authorization"]
    assert "TACE, bland embolization or Y-90? The order does not tell." in asked["summary"]
    (question,) = [q for q in asked["extension"]["tace-cds.questions"] if q["linkId"] == "ordered-procedure"]
    assert word in question["answers"]
    body["extension"]["tace-cds.answers"] = answers(
        subject={"reference": f"Patient/{body['context']['patientId']}"}, authored=body["extension"]["tace-cds.as-of"],
        item=[{"linkId": question["linkId"], "answer": [{"valueCoding": {"code": word}}]}],
    )  # fmt: skip
    cards = by_topic(client.post(SIGN, json=body))
    told = cards["prior-authorization"]
    assert "The order does not tell" not in told["summary"]
    assert all(q["linkId"] != "ordered-procedure" for q in told["extension"].get("tace-cds.questions", ()))
    assert "37243 stands for" not in cards["eligibility"]["detail"]
    assert f"the order is for {says}" in cards["eligibility"]["detail"]


@pytest.mark.parametrize(
    "given",
    [answers(subject={"reference": "Patient/somebody-else"}), answers(status=7), answers(subject=None)],
    ids=["another patient", "no FHIR", "nobody"],
)
def test_answers_that_cannot_be_recorded_are_not_offered(client, given):
    for card in by_topic(client.post(SIGN, json=with_answers(given))).values():
        assert RECORD not in suggestions(card)


@pytest.mark.parametrize("given", ["yes", ["x"], {"resourceType": "Observation"}])
def test_answers_that_are_none_are_refused_with_their_path(client, given):
    response = client.post(SIGN, json=with_answers(given))
    assert response.status_code == 400
    assert response.get_json()["issue"][0]["expression"] == ["extension.tace-cds.answers"]


def test_cards_lead_to_the_worksheet_and_the_address_says_nothing(client):
    cards = by_topic(client.post(SIGN, json=request_of("third-tace-segment-8-jsh-refractory")))
    for topic in ("eligibility", "refractoriness"):
        assert cards[topic]["links"] == [
            {"label": "Open the worksheet", "url": "http://localhost/worksheet", "type": "absolute"}
        ]
    assert "links" not in cards["prior-authorization"]


def test_in_service_the_link_is_a_smart_launch_at_the_public_address(served):
    body = request_of(CASE)
    del body["extension"]
    (link,) = by_topic(served.post(SIGN, json=body))["eligibility"]["links"]
    assert link == {"label": "Open the worksheet", "url": "https://cds.example.org/x/worksheet/launch", "type": "smart"}


def test_without_smart_there_is_no_link_and_no_worksheet():
    plain = create_app(Settings()).test_client()
    body = request_of(CASE)
    del body["extension"]
    assert all("links" not in card for card in by_topic(plain.post(SIGN, json=body)).values())
    assert [plain.get(f"/worksheet{path}").status_code for path in ("", "/launch", "/config")] == [404, 404, 404]
    assert plain.post("/assess", json=body).status_code == 404
    assert "Worksheet" not in plain.get("/").text


def test_sandbox_has_no_launch(client):
    assert client.get("/worksheet").status_code == 200
    assert client.get("/worksheet/launch").status_code == 404


def test_the_page_may_call_the_listed_ehr_and_nobody_else(served):
    policy = served.get("/worksheet").headers["Content-Security-Policy"]
    assert "connect-src 'self' https://ehr.example.org;" in policy
    assert "script-src 'self';" in policy
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    framed = create_app(Settings(**SMART, frame_ancestors=("https://ehr.example.org",))).test_client()
    assert "frame-ancestors https://ehr.example.org" in framed.get("/worksheet").headers["Content-Security-Policy"]


def test_each_answer_has_its_own_nonce(client):
    pages = [client.get("/worksheet") for _ in range(2)]
    assert len({page.headers["Content-Security-Policy"] for page in pages}) == 2


def test_config_tells_what_the_launch_needs(served):
    told = served.get("/worksheet/config").get_json()
    assert told["clientId"] == "tace"
    assert told["issuers"] == ["https://ehr.example.org/fhir"]
    assert "launch" in told["scope"]
    assert told["queries"] == served.get("/cds-services").get_json()["services"][0]["prefetch"]


def test_an_issuer_that_is_no_address_is_a_wrong_setting():
    with pytest.raises(WrongSetting, match="SMART_ISSUERS"):
        from_environment(smart_issuers="ehr.example.org")


def test_assessment_for_the_worksheet_has_everything_the_page_shows(client):
    (found,) = client.post("/assess?with=worksheet", json=request_of("third-tace-segment-8-jsh-refractory")).get_json()
    assert found["summary"].startswith("TACE not recommended")
    assert found["timeline"]["wide"].startswith("<svg")
    assert found["timeline"]["rows"]
    assert {"jsh-lcsgj-2014", "bclc-2022"} <= set(found["sources"])
    plain = client.post("/assess", json=request_of("third-tace-segment-8-jsh-refractory")).get_json()
    assert "values" not in plain
    assert {name: found[name] for name in plain} == plain


def test_needed_questions_come_first_and_say_so(client):
    (found,) = client.post("/assess?with=worksheet", json=request_of(CASE)).get_json()
    assert found["questions"][0] == {"linkId": "inr", "label": "INR", "needed": True}
    assert not any(each.get("needed") for each in found["questions"][1:])


def test_report_text_is_offered_and_does_not_score(client):
    body = copy.deepcopy(request_of("nothing-recorded"))
    day = body["extension"]["tace-cds.as-of"][:10]
    report = {"resourceType": "DiagnosticReport", "id": "ct", "status": "final", "code": {"text": "CT"},
              "subject": {"reference": f"Patient/{body['context']['patientId']}"}, "effectiveDateTime": day,
              "conclusion": "Two HCC nodules, the largest measuring 4.4 cm. mRECIST: PR."}  # fmt: skip
    body["prefetch"]["diagnosticReports"] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": report}],
    }
    (found,) = client.post("/assess?with=worksheet", json=body).get_json()
    offers = {each["linkId"]: each for each in found["fromReports"]}
    assert set(offers) == {"nodule-count", "nodule-size"}, "a response without a session is about nothing"
    assert offers["nodule-count"]["answer"] == {"valueInteger": 2}
    assert offers["nodule-size"]["answer"]["valueQuantity"]["value"] == 4.4
    assert offers["nodule-size"]["quote"] == "Two HCC nodules, the largest measuring 4.4 cm."
    assert "count" not in found["burden"] or found["burden"]["count"]["low"] == 0
    assert {"nodule_count", "nodule_size"} <= set(found["eligibility"]["missing"])


def test_where_tokens_are_required_assess_needs_one_unless_the_operator_opens_it(tmp_path):
    body = request_of(CASE)
    del body["extension"]
    opened, unopened = SMART | {"assess_without_token": True}, {"assess_route": True, "public_url": SMART["public_url"]}
    for smart, status in ((opened, 200), (unopened, 401)):
        closed = create_app(required(tmp_path, mode="serve", as_of="", **smart)).test_client()
        assert closed.post("/assess?with=worksheet", json=body).status_code == status
        assert closed.post(SIGN, json=body).status_code == 401
        assert closed.get("/worksheet").status_code == 200


def test_a_worksheet_that_would_be_refused_stops_the_start(tmp_path):
    given = {"trust": "required", "clients": write_clients(tmp_path)} | SMART
    with pytest.raises(WrongSetting, match=r"SMART_CLIENT_ID with .*TRUST=required.*ASSESS_WITHOUT_TOKEN=true"):
        from_environment(**given)
    assert from_environment(**given, assess_without_token=True).assess_is_served
