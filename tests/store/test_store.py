"""Both databases: the schema, two replicas at once, and every way a store can fail."""

import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, text

from service.settings import WrongSetting
from service.store import Store, StoreDown
from service.store import feedback as events_of
from service.store.feedback import Event
from service.store.migrate import revision
from service.store.seen_tokens import first_use, forget_expired
from service.store.store import AGAIN_SECONDS, what_failed
from service.store.tables import METADATA
from tests.postgres import Vanishing

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def event(**changes):
    return Event(**{"card": "c-1", "service": "tace-order-sign", "outcome": "accepted", "outcome_at": NOW} | changes)


def test_the_schema_is_that_of_the_tables(store):
    store.open()
    assert store.read(lambda it: compare_metadata(MigrationContext.configure(it), METADATA)) == []


def test_opening_again_changes_nothing(store, store_url):
    store.open()
    events_of.keep(store, [event()], NOW)
    again = Store(store_url)
    again.open()
    assert len(events_of.events(again)) == 1


OPEN = "import sys; from service.store import Store; Store(sys.argv[1]).open(); print('open')"


def test_replicas_that_start_together_migrate_once(store_url):
    command = [sys.executable, "-c", OPEN, store_url]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [each.communicate(timeout=60) for each in started] == [("open\n", "")] * 3


def test_a_newer_schema_is_left_alone(store, store_url, caplog):
    store.open()
    store.transact(lambda it: it.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    older = Store(store_url)
    assert events_of.keep(older, [event()], NOW) == 1
    assert older.read(revision) == "9999"
    assert "newer than this version" in caplog.text


# Feedback


def test_what_is_kept_is_read_again(store):
    whole = event(
        outcome="overridden", client="mercy", suggestions=("s-1", "s-2"), reason_system="urn:x", reason_code="r",
        reason_display="Reason", comment="seen at the board",
    )  # fmt: skip
    assert events_of.keep(store, [event(), whole], NOW) == 2
    assert events_of.events(store) == [event(), whole]
    assert events_of.events(store, since=NOW + timedelta(seconds=1)) == []
    assert "board" not in repr(whole)


def test_the_same_event_is_kept_once(store):
    assert events_of.keep(store, [event(), event()], NOW) == 1
    assert events_of.keep(store, [event()], NOW + timedelta(hours=1)) == 0
    assert len(events_of.events(store)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"card": "c-2"},
        {"outcome": "overridden"},
        {"outcome_at": NOW + timedelta(seconds=1)},
        {"suggestions": ("s-1",)},
        {"reason_code": "r"},
        {"comment": "x"},
        {"client": "other"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_event_is_another_row(store, change):
    assert events_of.keep(store, [event(), event(**change)], NOW) == 2


# Tokens


def test_a_token_is_used_once(store):
    assert first_use(store, "https://ehr.example.org", "a" * 64, NOW)
    assert not first_use(store, "https://ehr.example.org", "a" * 64, NOW)
    assert first_use(store, "https://other.example.org", "a" * 64, NOW)
    assert first_use(store, "https://ehr.example.org", "b" * 64, NOW)


def test_of_many_at_once_one_is_first(store):
    store.open()
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(first_use(store, "https://ehr.example.org", "c" * 64, NOW)))
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [False] * 7 + [True]


def test_expired_tokens_are_forgotten(store):
    first_use(store, "i", "old", NOW - timedelta(seconds=1))
    first_use(store, "i", "new", NOW + timedelta(seconds=1))
    assert forget_expired(store, NOW) == 1
    assert not first_use(store, "i", "new", NOW)


# A store that fails


def test_a_folder_that_is_not_there_is_told_at_once(tmp_path, caplog):
    store = Store(f"sqlite:///{tmp_path}/none/store.sqlite3")
    with pytest.raises(StoreDown):
        events_of.keep(store, [event()], NOW)
    assert store.failing_since is not None
    assert caplog.messages == ["the store fails: OperationalError SQLITE_CANTOPEN"]


def test_it_works_again_when_the_cause_is_gone(tmp_path, caplog):
    now = [0.0]
    store = Store(f"sqlite:///{tmp_path}/later/store.sqlite3", clock=lambda: now[0])
    with pytest.raises(StoreDown):
        store.open()
    (tmp_path / "later").mkdir()
    with pytest.raises(StoreDown):  # left alone for a moment
        store.open()
    now[0] = 2.0
    assert events_of.keep(store, [event()], NOW) == 1
    assert store.failing_since is None
    assert "works again" in caplog.text


def test_locked(tmp_path, monkeypatch):
    monkeypatch.setattr("service.store.database.SECONDS", 0.05)
    path = tmp_path / "store.sqlite3"
    store = Store(f"sqlite:///{path}")
    store.open()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreDown):
            events_of.keep(store, [event()], NOW)
        other.execute("ROLLBACK")
    other.close()


def test_full(tmp_path, caplog):
    store = Store(f"sqlite:///{tmp_path}/store.sqlite3")
    store.open()
    pages = store.read(lambda it: it.execute(text("PRAGMA page_count")).scalar_one())

    def write(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        connection.execute(
            text("INSERT INTO seen_token VALUES ('i', :hash, '2026-11-22')"),
            [{"hash": f"{number:064}"} for number in range(2000)],
        )

    with pytest.raises(StoreDown):
        store.transact(write)
    assert caplog.messages == ["the store fails: OperationalError SQLITE_FULL"]


def test_corrupt(tmp_path):
    (tmp_path / "store.sqlite3").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreDown):
        Store(f"sqlite:///{tmp_path}/store.sqlite3").open()


def test_postgresql_that_does_not_listen(caplog):
    with pytest.raises(StoreDown):
        Store("postgresql://nobody:swordfish@127.0.0.1:9/none").open()
    assert "swordfish" not in caplog.text


def test_postgresql_that_goes_away_and_comes_back(postgres):
    now = [0.0]
    url = postgres.new_database()
    name = make_url(url).database
    store = Store(url, clock=lambda: now[0])
    events_of.keep(store, [event()], NOW)
    postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tace-cds'")
    with pytest.raises(StoreDown):
        events_of.keep(store, [event(card="c-2")], NOW)
    postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    now[0] = 3.0
    assert events_of.keep(store, [event(card="c-2")], NOW) == 1


def test_postgresql_that_falls_silent(postgres):
    """Its machine is gone, or it is frozen: what was sent is confirmed by somebody, and no answer ever comes."""
    way = Vanishing(postgres.new_database())
    store = Store(way.url)
    events_of.keep(store, [event()], NOW)
    way.vanish()
    began = time.monotonic()
    with pytest.raises(StoreDown):
        events_of.keep(store, [event(card="c-2")], NOW)
    assert time.monotonic() - began < 8
    began = time.monotonic()
    with pytest.raises(StoreDown):
        events_of.keep(store, [event(card="c-2")], NOW)
    assert time.monotonic() - began < 0.5
    time.sleep(AGAIN_SECONDS)
    took = []

    def ask(number):
        began = time.monotonic()
        with pytest.raises(StoreDown):
            events_of.keep(store, [event(card=f"d-{number}")], NOW)
        took.append(time.monotonic() - began)

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert len([seconds for seconds in took if seconds > 0.5]) == 1, "one asks for all"
    store.close()
    way.close()


def test_what_failed_never_quotes(store, caplog):
    with pytest.raises(StoreDown):
        store.transact(lambda it: it.execute(text("INSERT INTO feedback (card) VALUES ('Jane Roe')")))
    assert "the store fails: " in caplog.text
    assert "Jane" not in caplog.text


def test_what_failed_names_class_and_code():
    cause = sqlite3.OperationalError("near 'Jane Roe'")
    assert what_failed(cause) == "OperationalError"


@pytest.mark.parametrize(
    "url",
    ["mysql://x/y", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://u:swordfish@h:port/d"],
)
def test_a_url_of_no_use_stops_the_start(url):
    with pytest.raises(WrongSetting, match=r"^TACE_CDS_STORE: ") as raised:
        Store(url)
    assert "swordfish" not in str(raised.value)
