"""POST /cds-services/{id}/feedback: kept once before it is acknowledged, or a body that says what is wrong."""

import sqlite3
from datetime import UTC, datetime

import pytest

from service.app import create_app
from service.hooks.running import running
from service.settings import Settings
from service.store.feedback import events
from tests.service.wire import null_or_empty

SIGN = "/cds-services/tace-order-sign/feedback"
CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
REASON = {"code": "known-accepted", "system": "https://tace-cds.example.org/override", "display": "Known and accepted"}


@pytest.fixture
def app(tmp_path):
    made = create_app(Settings(store=f"sqlite:///{tmp_path}/store.sqlite3"))
    yield made
    running(made).close()


def accepted(**changes):
    item = {
        "card": CARD,
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
        "outcomeTimestamp": "2026-11-22T09:30:00Z",
    } | changes
    return {name: value for name, value in item.items() if value is not ...}


def overridden(**changes):
    usual = {"outcome": "overridden", "acceptedSuggestions": ..., "overrideReason": {"reason": REASON}}
    return accepted(**usual | changes)


def send(app, *items, path=SIGN):
    return app.test_client().post(path, json={"feedback": list(items)})


def kept(app):
    return events(running(app).store)


def test_accepted_and_overridden_are_kept(app):
    both = overridden(overrideReason={"reason": REASON, "userComment": "decided at the board"})
    response = send(app, accepted(), both)
    assert (response.status_code, response.get_json()) == (200, {"kept": 2})
    first, second = kept(app)
    assert (first.card, first.outcome, first.service) == (CARD, "accepted", "tace-order-sign")
    assert first.suggestions == ("e56e1945-20b3-4393-8503-a1a20fd73152",)
    assert first.outcome_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    assert (second.reason_code, second.reason_system) == (REASON["code"], REASON["system"])
    assert (second.reason_display, second.comment) == (REASON["display"], "decided at the board")


def test_the_same_again_is_answered_alike_and_kept_once(app):
    answers = [send(app, accepted()) for _ in range(3)]
    assert {(each.status_code, each.text) for each in answers} == {(200, '{"kept":1}')}
    assert len(kept(app)) == 1


def test_comments_are_left_out_where_the_operator_says_so(tmp_path):
    app = create_app(Settings(store=f"sqlite:///{tmp_path}/s.sqlite3", feedback_comments=False))
    send(app, overridden(overrideReason={"userComment": "Jane Roe is known to us"}))
    assert kept(app)[0].comment == ""
    running(app).close()


@pytest.mark.parametrize(
    "item",
    [
        overridden(overrideReason=...),
        overridden(overrideReason=None),
        overridden(overrideReason={}),
        overridden(overrideReason={"userComment": "x"}),
        overridden(overrideReason={"reason": {"code": "r"}}),
        overridden(overrideReason={"reason": REASON, "userComment": None}),
        accepted(outcomeTimestamp="2026-11-22T09:30:00.123+01:00"),
        accepted(outcomeTimestamp="2026-11-22T09:30:00"),
        accepted(extension={"com.example": {"x": 1}}, unknown=1),
        overridden(overrideReason={"userComment": "a\u0000b"}),
    ],
)
def test_what_real_clients_send_is_accepted(app, item):
    assert send(app, item).status_code == 200
    assert len(kept(app)) == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], ""),
        ({}, "feedback"),
        ({"feedback": None}, "feedback"),
        ({"feedback": []}, "feedback"),
        ({"feedback": accepted()}, "feedback"),
        ({"feedback": [accepted()] * 1001}, "feedback"),
        ({"feedback": ["x"]}, "feedback[0]"),
        ({"feedback": [accepted(card=...)]}, "feedback[0].card"),
        ({"feedback": [accepted(card="")]}, "feedback[0].card"),
        ({"feedback": [accepted(card=5)]}, "feedback[0].card"),
        ({"feedback": [accepted(card="Jane Roe")]}, "feedback[0].card"),
        ({"feedback": [accepted(card="c" * 129)]}, "feedback[0].card"),
        ({"feedback": [accepted(), accepted(outcome=...)]}, "feedback[1].outcome"),
        ({"feedback": [accepted(outcome="ignored")]}, "feedback[0].outcome"),
        ({"feedback": [accepted(outcome=["accepted"])]}, "feedback[0].outcome"),
        ({"feedback": [accepted(acceptedSuggestions=...)]}, "feedback[0].acceptedSuggestions"),
        ({"feedback": [accepted(acceptedSuggestions=[])]}, "feedback[0].acceptedSuggestions"),
        ({"feedback": [accepted(acceptedSuggestions=["x"])]}, "feedback[0].acceptedSuggestions[0]"),
        ({"feedback": [accepted(acceptedSuggestions=[{}])]}, "feedback[0].acceptedSuggestions[0].id"),
        ({"feedback": [accepted(outcomeTimestamp=...)]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [accepted(outcomeTimestamp="today")]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [accepted(outcomeTimestamp="2026-11-22")]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [accepted(outcomeTimestamp="0001-01-01T00:00:00+14:00")]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [accepted(outcomeTimestamp=1763800000)]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [overridden(overrideReason="x")]}, "feedback[0].overrideReason"),
        ({"feedback": [overridden(overrideReason={"reason": "x"})]}, "feedback[0].overrideReason.reason"),
        ({"feedback": [overridden(overrideReason={"reason": {}})]}, "feedback[0].overrideReason.reason.code"),
        ({"feedback": [overridden(overrideReason={"userComment": 5})]}, "feedback[0].overrideReason.userComment"),
        (
            {"feedback": [overridden(overrideReason={"userComment": "x" * 4001})]},
            "feedback[0].overrideReason.userComment",
        ),
    ],
)
def test_a_body_of_no_use_names_the_path_and_keeps_nothing(app, body, path):
    response = app.test_client().post(SIGN, json=body)
    assert response.status_code == 400
    issue = response.get_json()["issue"][0]
    assert issue.get("expression", [""]) == [path]
    assert "Jane" not in response.text
    assert null_or_empty(response.get_json()) == []
    assert kept(app) == []


def test_unknown_service_is_404(app):
    assert send(app, accepted(), path="/cds-services/tace-order-cancel/feedback").status_code == 404
    assert app.test_client().get(SIGN).status_code == 405


def test_browsers_may_send_it(app):
    assert app.test_client().options(SIGN).status_code == 204
    assert send(app, accepted()).headers["Access-Control-Allow-Origin"] == "*"


def test_what_cannot_be_kept_is_not_acknowledged(tmp_path, monkeypatch):
    app = create_app(Settings(store=f"sqlite:///{tmp_path}/none/store.sqlite3"))
    response = send(app, accepted())
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert response.get_json()["issue"][0]["code"] == "transient"
    ready = app.test_client().get("/health/ready")
    assert ready.status_code == 200
    assert ready.get_json()["store"]["status"] == "failing"
    assert ready.get_json()["store"]["lost"] == {"feedback": 1}
    metrics = app.test_client().get("/metrics").text
    assert 'tace_cds_store_lost_total{record="feedback"} 1.0' in metrics
    assert "tace_cds_store_failing 1.0" in metrics
    running(app).close()


def test_a_locked_store_is_told_within_seconds(app, tmp_path, monkeypatch):
    send(app, accepted())
    with sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert send(app, accepted(card="c-2")).status_code == 503
        other.execute("ROLLBACK")
    other.close()
    running(app).store._again_at = 0
    assert send(app, accepted(card="c-2")).status_code == 200
    assert len(kept(app)) == 2
