"""Callers that keep a service busy, in a process of their own. Prints one JSON line: how many answers, how many failed.

python -m tests.torture.load PORT SECONDS CLIENTS [PER_SECOND]
"""

import http.client
import json
import sys
import threading
import time
from collections import Counter

from benchmarks.requests import hook_request

PATH = "/cds-services/tace-order-sign"


def main():
    port, seconds, clients = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    rate = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    bodies = []
    for number in range(50):
        body = hook_request(60, number)
        del body["extension"]
        bodies.append(json.dumps(body).encode())
    counted, slow, lock, begun = Counter(), [], threading.Lock(), time.monotonic()

    def call(place):
        connection, sent = None, 0
        while time.monotonic() - begun < seconds:
            if rate:
                due = begun + (sent * clients + place) / rate
                time.sleep(max(0.0, due - time.monotonic()))
            fresh, outcome, at = connection is None, "", time.monotonic()
            connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            try:
                if fresh:
                    connection.connect()
            except OSError:  # nobody listens any more: not a dropped answer
                outcome, connection = "refused", None
            if connection is not None:
                try:
                    connection.request("POST", PATH, bodies[sent % 50], {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    right = answer.status == 200 and b"eligibility" in answer.read()
                    outcome = "answered" if right else f"status {answer.status}"
                    if answer.headers["Connection"] == "close":
                        connection = None
                except (OSError, http.client.HTTPException) as problem:
                    outcome, connection = f"dropped {type(problem).__name__}", None
            with lock:
                counted[outcome] += 1
                slow.append(time.monotonic() - at)
            sent += 1
            if outcome == "refused":
                return

    threads = [threading.Thread(target=call, args=(place,)) for place in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    slow.sort()
    took = time.monotonic() - begun
    print(json.dumps({"outcomes": counted, "per_second": round(counted["answered"] / took, 1),
                      "median_ms": round(slow[len(slow) // 2] * 1000, 1),
                      "p99_ms": round(slow[int(len(slow) * 0.99)] * 1000, 1)}))  # fmt: skip


main()
