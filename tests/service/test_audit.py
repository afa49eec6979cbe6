"""What is remembered of a decision, and what of the patient is not; the shadow; cards that were overridden."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cards.verdict import Finding, Verdict
from service.app import create_app
from service.hooks import audit
from service.hooks.running import running
from service.settings import Settings, WrongSetting, from_environment
from service.store.report import report
from service.store.tables import CARD, DECISION, FEEDBACK
from service.version import rules_version
from tests.golden import request_of

REFRACTORY = "third-tace-segment-8-jsh-refractory"
SIGN = "/cds-services/tace-order-sign"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def make(tmp_path):
    made = []

    def app(**settings):
        given = {"mode": "sandbox", "store": f"sqlite:///{tmp_path}/store.sqlite3"} | settings
        made.append(create_app(Settings(**given)))
        return made[-1]

    yield app
    for each in made:
        running(each).close()


def call(app, case=REFRACTORY, **changes):
    response = app.test_client().post(SIGN, json=request_of(case) | changes)
    assert response.status_code == 200
    return response.get_json()["cards"]


def rows(app, table):
    here = running(app)
    deadline = time.monotonic() + 5
    while here.writer.waiting and time.monotonic() < deadline:
        time.sleep(0.01)
    return [dict(row) for row in here.store.read(lambda it: it.execute(select(table)).mappings().all())]


def test_a_decision_and_its_cards(make):
    app = make()
    cards = call(app)
    (decision,) = rows(app, DECISION)
    assert (decision["service"], decision["hook"], decision["client"]) == ("tace-order-sign", "order-sign", "")
    assert abs((datetime.now(UTC) - decision["at"]).total_seconds()) < 60
    assert decision["rules_version"] == rules_version()
    assert decision["latency_ms"] > 0
    assert decision["patient_hash"] is None
    (judged,) = decision["judged"]
    assert judged["refractoriness"] == "met-by-some"
    assert "jsh_lcsgj_2014" in " ".join(judged["rules"]["met"])
    assert judged["rules"]["notMet"]
    assert judged["rules"]["unknown"]
    found = {row["uuid"]: row for row in rows(app, CARD)}
    assert found.keys() == {card["uuid"] for card in cards}
    for card in cards:
        row = found[card["uuid"]]
        assert (row["topic"], row["indicator"]) == (card["extension"]["tace-cds.topic"], card["indicator"])
        assert (row["decision"], row["given"], row["suppression_key"]) == (decision["id"], "shown", None)
        assert row["verdict"]
        assert row["rules"]


def test_the_same_call_again_is_another_decision_about_the_same_cards(make):
    app = make()
    assert call(app) == call(app)
    assert len(rows(app, DECISION)) == 2
    assert len({row["decision"] for row in rows(app, CARD)}) == 1


def test_missing_facts_are_named(make):
    app = make()
    body = request_of(REFRACTORY)
    call(app, prefetch={"patient": body["prefetch"]["patient"], "conditions": body["prefetch"].get("conditions")})
    missing = rows(app, DECISION)[0]["missing"]
    assert "bilirubin" in missing
    assert 'tace_cds_missing_inputs_total{fact="bilirubin"} 1.0' in app.test_client().get("/metrics").text


def test_orders_that_are_not_ours_are_counted_and_not_kept(make):
    app = make()
    body = request_of(REFRACTORY)
    body["context"]["draftOrders"] = {"entry": [{"resource": {"resourceType": "ServiceRequest", "id": "x"}}]}
    assert app.test_client().post(SIGN, json=body).get_json() == {"cards": []}
    assert rows(app, DECISION) == []
    assert 'tace_cds_orders_not_ours_total{service="tace-order-sign"} 1.0' in app.test_client().get("/metrics").text


def test_a_patient_is_known_again_by_a_keyed_hash_only(make):
    app = make(patient_hash_key=KEY)
    patient = request_of(REFRACTORY)["context"]["patientId"]
    call(app)
    call(app)
    (found,) = {row["patient_hash"] for row in rows(app, DECISION)}
    assert len(found) == 32
    assert found == audit.patient_hash(KEY, "", patient)
    assert found != audit.patient_hash(KEY, "another client", patient)
    assert found != audit.patient_hash(KEY[::-1], "", patient)


def test_only_a_uuid_is_kept_of_the_hook_instance(make):
    app = make()
    call(app)
    call(app, hookInstance="Jane Roe, ward 5")
    assert [row["hook_instance"] is None for row in rows(app, DECISION)] == [False, True]


def test_nothing_of_the_record_is_kept(make, tmp_path):
    app = make(patient_hash_key=KEY)
    for file in sorted(Path("fixtures").glob("*/request.json")):
        body = json.loads(file.read_bytes())
        if body["hook"] == "order-sign":
            call(app, file.parent.name)
    running(app).close()
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("store.sqlite3*"))
    assert b"child_pugh" in stored
    for file in Path("fixtures").glob("*/request.json"):
        for reference in _ids(json.loads(file.read_bytes())):
            assert reference.encode() not in stored


def _ids(body):
    """Ids of patients, orders and resources, as far as they are long enough to be found by nothing else."""
    if isinstance(body, dict):
        if isinstance(body.get("id"), str) and len(body["id"]) > 7 and body.get("resourceType"):
            yield f"{body['resourceType']}/{body['id']}"
        for value in body.values():
            yield from _ids(value)
    if isinstance(body, list):
        for value in body:
            yield from _ids(value)


def test_a_store_that_fails_changes_no_card(make, tmp_path):
    working, failing = make(), make(store=f"sqlite:///{tmp_path}/none/store.sqlite3")
    assert call(failing) == call(working)
    running(failing).writer.close()
    condition = failing.test_client().get("/health/ready").get_json()["store"]
    assert (condition["status"], condition["lost"]) == ("failing", {"decision": 1})


def test_an_error_of_the_audit_changes_no_card(make, monkeypatch, caplog):
    app = make()
    expected = call(app)
    monkeypatch.setattr(audit, "_judged", lambda assessment: 1 / 0)
    assert call(app) == expected
    assert "a decision could not be audited: unexpected ZeroDivisionError" in caplog.text
    assert 'tace_cds_store_lost_total{record="decision"} 1.0' in app.test_client().get("/metrics").text


# Shadow


@pytest.mark.parametrize("shadow", [("tace-order-sign",), ("all",)])
def test_in_the_shadow_everything_is_audited_and_nothing_is_given(make, shadow):
    app = make(shadow=shadow)
    assert call(app) == []
    assert {row["given"] for row in rows(app, CARD)} == {"shadow"}
    assert rows(app, DECISION)[0]["shadow"] is True
    assert report(running(app).store).lines == ()
    assert 'given="shadow"' in app.test_client().get("/metrics").text


def test_another_service_stays_in_the_light(make):
    app = make(shadow=("tace-patient-view",))
    assert call(app)
    assert rows(app, DECISION)[0]["shadow"] is False


def test_a_shadow_over_nothing_stops_the_start(make):
    with pytest.raises(WrongSetting, match="TACE_CDS_SHADOW: tace-order-sing is no service"):
        make(shadow=("tace-order-sing",))


# Suppression


def override(app, card):
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-22T09:30:00Z"}
    assert app.test_client().post(f"{SIGN}/feedback", json={"feedback": [item]}).status_code == 200
    here = running(app)
    here.writer.wake()
    deadline = time.monotonic() + 5
    while not here.audit.suppressed and time.monotonic() < deadline:
        time.sleep(0.01)


def by_topic(cards):
    return {card["extension"]["tace-cds.topic"]: card for card in cards}


@pytest.fixture
def suppressing(make):
    return make(suppress_hours=24, patient_hash_key=KEY)


def test_an_overridden_card_is_not_given_again(suppressing):
    cards = by_topic(call(suppressing))
    override(suppressing, cards["refractoriness"])
    left = by_topic(call(suppressing, hookInstance="0b7c5d4e-9f0d-4a52-8c34-1d2f3a4b5c6d"))
    assert left.keys() == cards.keys() - {"refractoriness"}
    assert [row["given"] for row in rows(suppressing, CARD) if row["topic"] == "refractoriness"] == [
        "shown",
        "suppressed",
    ]


def test_by_default_every_card_is_given_again(make):
    app = make()
    cards = call(app)
    override_once = {"card": cards[0]["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-22T09:30:00Z"}
    app.test_client().post(f"{SIGN}/feedback", json={"feedback": [override_once]})
    assert call(app) == cards


def _another_order(body):
    body["context"]["draftOrders"]["entry"][0]["resource"]["id"] = "another-order"


def _another_value(body):
    for entry in body["prefetch"]["observations"]["entry"]:
        quantity = entry["resource"].get("valueQuantity")
        if quantity:
            quantity["value"] = quantity["value"] * 1.01


@pytest.mark.parametrize("change", [_another_order, _another_value])
def test_another_order_or_another_value_gives_it_again(suppressing, change):
    cards = by_topic(call(suppressing))
    override(suppressing, cards["eligibility"])
    body = request_of(REFRACTORY)
    assert "eligibility" not in by_topic(call(suppressing))
    change(body)
    assert "eligibility" in by_topic(call(suppressing, **body))


def test_a_critical_card_is_always_given(suppressing):
    case = next(
        file.parent.name
        for file in sorted(Path("fixtures").glob("*/request.json"))
        if json.loads(file.read_bytes())["hook"] == "order-sign"
        and any(c["indicator"] == "critical" for c in json.loads((file.parent / "response.json").read_bytes())["cards"])
    )
    cards = call(suppressing, case)
    critical = next(card for card in cards if card["indicator"] == "critical")
    item = {"card": critical["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-22T09:30:00Z"}
    suppressing.test_client().post(f"{SIGN}/feedback", json={"feedback": [item]})
    assert {row["suppression_key"] for row in rows(suppressing, CARD) if row["uuid"] == critical["uuid"]} == {None}
    running(suppressing).writer.wake()
    time.sleep(0.1)
    assert critical in call(suppressing, case)


def test_age_alone_is_no_new_finding():
    young = Finding("r", Verdict.UNKNOWN, "bilirubin 1.1 of 2 Oct 2026 is too old (91 days old)", "s", "l")
    old = Finding("r", Verdict.UNKNOWN, "bilirubin 1.1 of 2 Oct 2026 is too old (92 days old)", "s", "l")
    assert audit._said(young) == audit._said(old)


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"suppress_hours": 24}, "PATIENT_HASH_KEY"), ({"patient_hash_key": "short"}, "less than 32 characters")],
)
def test_what_cannot_work_stops_the_start(settings, says):
    with pytest.raises(WrongSetting, match=says):
        from_environment(**settings)


def test_feedback_on_a_card_can_be_joined(make):
    app = make()
    card = call(app)[0]
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-22T09:30:00Z"}
    app.test_client().post(f"{SIGN}/feedback", json={"feedback": [item]})
    assert rows(app, FEEDBACK)[0]["card"] in {row["uuid"] for row in rows(app, CARD)}
    (line,) = [line for line in report(running(app).store).lines if line.answered]
    assert line.topic == card["extension"]["tace-cds.topic"]
