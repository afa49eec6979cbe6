"""Rates and reasons from made-up cards, and what is removed by age."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from service.cli import commands
from service.store import rows
from service.store.feedback import Event, events, keep
from service.store.report import as_table, report
from service.store.retention import prune
from service.store.rows import insert_many
from service.store.tables import CARD

OCTOBER = datetime(2026, 10, 30, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)


def card(uuid, at=NOVEMBER, topic="eligibility", rules=("child_pugh_b7",), given="shown", service="tace-order-sign"):
    return {"uuid": uuid, "decision": "d", "at": at, "service": service, "topic": topic, "verdict": "caution",
            "indicator": "warning", "rules": list(rules), "given": given, "suppression_key": None}  # fmt: skip


def overridden(uuid, reason="known-accepted", minutes=0):
    return Event(uuid, "tace-order-sign", "overridden", NOVEMBER + timedelta(minutes=minutes), reason_code=reason)


def accepted(uuid, minutes=0):
    return Event(uuid, "tace-order-sign", "accepted", NOVEMBER + timedelta(minutes=minutes), suggestions=("s",))


CARDS = [
    card("a"), card("b", rules=("child_pugh_b7", "any_ascites")), card("c"), card("d", at=OCTOBER),
    card("e", topic="combination", rules=()), card("f", given="shadow"), card("g", service="tace-patient-view"),
]  # fmt: skip
EVENTS = [
    accepted("a"), overridden("b"), overridden("b", minutes=5), overridden("d", reason=""), accepted("f"),
    overridden("e", minutes=1), accepted("e", minutes=9), accepted("unknown"),
]  # fmt: skip


def test_as_many_rows_as_there_happen_to_be_take_a_handful_of_statements(store):
    rows._statement.cache_clear()
    for number in (1, 3, 7, 50, 99, 131):
        store.transact(lambda it, of=number: insert_many(it, CARD, [card(f"{of}-{one}") for one in range(of)]))
    assert (
        store.read(lambda it: it.execute(select(func.count()).select_from(CARD)).scalar()) == 1 + 3 + 7 + 50 + 99 + 131
    )
    assert rows._statement.cache_info().currsize <= 7


@pytest.fixture
def filled(store):
    store.transact(lambda it: insert_many(it, CARD, CARDS))
    keep(store, EVENTS, NOVEMBER)
    return store


def cells(found):
    return [line.cells for line in found.lines]


def test_by_topic_and_month(filled):
    assert cells(report(filled)) == [
        ("2026-10", "eligibility", "all", "1", "1", "0", "1", "0 %", "100 %", "no reason given 1"),
        ("2026-11", "combination", "all", "1", "1", "1", "0", "100 %", "0 %", ""),
        ("2026-11", "eligibility", "all", "4", "2", "1", "1", "50 %", "50 %", "known-accepted 1"),
    ]


def test_by_rule_over_all_time(filled):
    assert cells(report(filled, by="rule", per="all")) == [
        ("all", "combination", "none", "1", "1", "1", "0", "100 %", "0 %", ""),
        ("all", "eligibility", "any_ascites", "1", "1", "0", "1", "0 %", "100 %", "known-accepted 1"),
        (
            "all",
            "eligibility",
            "child_pugh_b7",
            "5",
            "3",
            "1",
            "2",
            "33 %",
            "67 %",
            "known-accepted 1, no reason given 1",
        ),
    ]


def test_by_week_since_a_day_of_one_service(filled):
    found = report(filled, per="week", since=NOVEMBER, service="tace-patient-view")
    assert cells(found) == [("2026-W47", "eligibility", "all", "1", "0", "0", "0", "–", "–", "")]


def test_outcomes_of_cards_that_are_not_in_the_audit_are_counted(filled):
    assert report(filled).unmatched == 1
    assert report(filled, since=NOVEMBER).unmatched == 1


def test_the_table_is_aligned(filled):
    lines = list(as_table(report(filled).lines))
    assert len(lines) == 4
    assert len({line.index("all" if place else "rule") for place, line in enumerate(lines)}) == 1


def test_the_command_prints_table_and_csv(filled, store_url, monkeypatch):
    monkeypatch.setenv("TACE_CDS_STORE", store_url)
    table = CliRunner().invoke(commands, ["feedback", "report"])
    assert table.exit_code == 0
    assert "known-accepted 1" in table.output
    assert "1 answered cards are not in the audit" in table.output
    comma = CliRunner().invoke(commands, ["feedback", "report", "--by", "rule", "--per", "all", "--format", "csv"])
    assert comma.output.splitlines()[1] == "all,combination,none,1,1,1,0,100 %,0 %,"


def test_an_empty_store_says_so(store_url, monkeypatch):
    monkeypatch.setenv("TACE_CDS_STORE", store_url)
    assert CliRunner().invoke(commands, ["feedback", "report"]).output == "no card was shown in that time\n"
    assert CliRunner().invoke(commands, ["store", "migrate"]).output.endswith("schema 0001\n")


def test_a_store_that_cannot_be_read_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("TACE_CDS_STORE", f"sqlite:///{tmp_path}/none/x.sqlite3")
    found = CliRunner().invoke(commands, ["feedback", "report"])
    assert (found.exit_code, found.output) == (1, "Error: the store cannot be read now; TACE_CDS_STORE names it\n")


def test_what_is_too_old_is_removed(filled):
    assert prune(filled, NOVEMBER) == {"decision": 0, "card": 1, "feedback": 0}
    assert prune(filled, NOVEMBER + timedelta(seconds=1)) == {"decision": 0, "card": 6, "feedback": len(EVENTS)}
    assert (report(filled).lines, events(filled)) == ((), [])


def test_removing_goes_on_until_nothing_is_left(store, monkeypatch):
    monkeypatch.setattr("service.store.retention.AT_A_TIME", 2)
    store.transact(lambda it: insert_many(it, CARD, CARDS))
    assert prune(store, NOVEMBER + timedelta(days=1))["card"] == len(CARDS)
