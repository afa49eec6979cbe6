"""kill -9 while 1,000 outcomes are posted: each that was acknowledged is there after the restart, and none is there twice."""

import http.client
import json
import random
import threading
import time
from collections import Counter

from service.store import Store
from service.store.feedback import events
from tests.service.served import Served

POSTS, CLIENTS, KILLS = 1000, 4, 5
PATH = "/cds-services/tace-order-sign/feedback"


def body_of(number):
    item = {"card": f"card-{number}", "outcome": "accepted", "acceptedSuggestions": [{"id": "s-1"}],
            "outcomeTimestamp": "2026-11-22T09:30:00Z"}  # fmt: skip
    return json.dumps({"feedback": [item]})


def test_acknowledged_is_kept_once(tmp_path, store_url):
    living = Served(tmp_path, TACE_CDS_STORE=store_url)
    now = {"served": living}
    acknowledged, refused, again = set(), Counter(), []
    numbers, lock = iter(range(POSTS)), threading.Lock()

    def post():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            while number not in acknowledged:
                try:
                    if now["served"].ask("POST", PATH, body_of(number))[0] == 200:
                        acknowledged.add(number)
                    else:
                        refused["503"] += 1
                        time.sleep(0.05)
                except (OSError, http.client.HTTPException):  # killed before it answered: the client sends it again
                    refused["no answer"] += 1
                    again.append(number)
                    time.sleep(0.05)

    clients = [threading.Thread(target=post) for _ in range(CLIENTS)]
    for each in clients:
        each.start()
    for kill in range(KILLS):
        while len(acknowledged) < POSTS * (kill + 1) / (KILLS + 2):
            time.sleep(0.005)
        time.sleep(random.random() / 20)
        now["served"].kill()
        before = set(acknowledged)
        store = Store(store_url)
        there = {each.card for each in events(store)}
        store.close()
        assert {f"card-{number}" for number in before} <= there
        now["served"] = Served(tmp_path, TACE_CDS_STORE=store_url)
    for each in clients:
        each.join()
    now["served"].end()
    now["served"].kill()
    store = Store(store_url)
    counted = Counter(each.card for each in events(store))
    print(f"\n{store.kind}: {len(acknowledged)} acknowledged, {KILLS} kills, {dict(refused)}, "
          f"{len(set(again))} sent again, {len(counted)} kept, most often {max(counted.values())} times")  # fmt: skip
    store.close()
    assert counted == {f"card-{number}": 1 for number in range(POSTS)}
