"""Rows that may wait: none is written twice, none is waited for, and each that is lost is counted."""

import threading
import time
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import func, select

from service.store import Store, StoreDown
from service.store.tables import DECISION
from service.store.writer import Task, Writer

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
numbers = count()


def decision(**changes):
    return DECISION, {
        "id": f"{next(numbers):032}", "at": NOW, "service": "tace-order-sign", "hook": "order-sign", "client": "",
        "request_id": "r", "hook_instance": None, "patient_hash": None, "service_version": "1", "rules_version": "2",
        "configuration": "3", "shadow": False, "latency_ms": 1.5, "judged": [{"eligibility": "caution"}],
        "missing": [],
    } | changes  # fmt: skip


def rows_in(store):
    return store.read(lambda it: it.execute(select(func.count()).select_from(DECISION)).scalar_one())


def until(holds):
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_rows_are_written_soon(store):
    writer = Writer(store)
    writer.put("decision", decision())
    until(lambda: writer.waiting == 0)
    assert store.read(lambda it: it.execute(select(DECISION.c.judged, DECISION.c.at)).one()) == (
        [{"eligibility": "caution"}],
        NOW,
    )


def test_closing_writes_what_waits(store):
    writer = Writer(store)
    for _ in range(1200):
        writer.put("decision", decision())
    writer.close()
    assert rows_in(store) == 1200
    assert store.lost == {}


def test_many_at_once_write_each_row_once(store):
    writer = Writer(store)
    threads = [
        threading.Thread(target=lambda: [writer.put("decision", decision()) for _ in range(100)]) for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    writer.close()
    assert rows_in(store) == 800


def test_what_does_not_fit_is_counted(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/none/store.sqlite3")
    writer = Writer(store, most=10)
    for _ in range(25):
        writer.put("decision", decision())
    assert store.lost == {"decision": 15}
    writer.close()
    assert store.lost == {"decision": 25}


def test_rows_wait_for_a_store_that_comes_back(tmp_path):
    now = [0.0]
    store = Store(f"sqlite:///{tmp_path}/later/store.sqlite3", clock=lambda: now[0])
    writer = Writer(store)
    writer.put("decision", decision())
    until(lambda: store.failing_since is not None)
    assert writer.waiting == 1
    (tmp_path / "later").mkdir()
    now[0] = 10.0
    until(lambda: writer.waiting == 0)
    assert rows_in(store) == 1
    assert (store.lost, store.failing_since) == ({}, None)


def test_a_row_that_no_database_takes_does_not_hold_up_the_rest(store, caplog):
    writer = Writer(store)
    writer.put("decision", decision(judged=object()))
    until(lambda: writer.waiting == 0)
    writer.put("decision", decision())
    writer.close()
    assert rows_in(store) == 1
    assert store.lost == {"decision": 1}
    assert "a batch of 1 records is lost" in caplog.text


def test_tasks_are_done_by_the_same_thread(store):
    done = []
    writer = Writer(store)
    writer.tasks = [
        Task(3600, lambda: done.append("first")),
        Task(3600, lambda: 1 / 0),
        Task(3600, lambda: done.append("last")),
    ]
    writer.begin()
    until(lambda: done == ["first", "last"])
    writer.wake()
    until(lambda: done == ["first", "last"] * 2)


def test_a_task_that_finds_the_store_down_is_tried_again(store):
    tried = []

    def down():
        tried.append(1)
        raise StoreDown

    writer = Writer(store)
    writer.tasks = [Task(3600, down)]
    writer.begin()
    until(lambda: tried)
    writer.wake()
    until(lambda: len(tried) == 2)


@pytest.mark.parametrize("rows", [0, 3])
def test_a_process_that_writes_nothing_has_no_thread(store, rows):
    before = threading.active_count()
    writer = Writer(store)
    for _ in range(rows):
        writer.put("decision", decision())
    assert threading.active_count() == before + (1 if rows else 0)
