"""Callers that keep a service busy, in a process of their own, cheap enough to leave the other core to it: bytes prepared
before, kept sockets, each call of another patient. Prints one JSON line: how many answers, how many failed, what it took.

python -m tests.torture.load PORT SECONDS CLIENTS [PER_SECOND]
"""

import json
import socket
import sys
import threading
import time
from collections import Counter

from benchmarks.requests import hook_request

PATH = "/cds-services/tace-order-sign"
FIRST = 9_000_000_000  # ten digits, which stand in every id of the patient and in hookInstance
TEMPLATES = 20


def templates():
    """Body and the digits in it that make it another patient's."""
    found = []
    for number in range(FIRST, FIRST + TEMPLATES):
        body = hook_request(60, number)
        del body["extension"]
        found.append((json.dumps(body).encode(), str(number).encode()))
    return found


def request(template, serial):
    body, digits = template
    head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body.replace(digits, b"%010d" % serial)


def answer(connection):
    """Status, whether the connection is over, body. OSError where it is no whole answer."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[16:]) for line in lines if line.startswith(b"content-length: "))
    parts, missing = [body], length - len(body)
    while missing > 0:
        parts.append(_more(connection))
        missing -= len(parts[-1])
    return int(head.split(b" ", 2)[1]), b"connection: close" in lines, b"".join(parts)


def _more(connection):
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError
    return data


def main():
    port, seconds, clients = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    rate = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    made = templates()
    counted, slow, lock, begun = Counter(), [], threading.Lock(), time.monotonic()
    first = int(time.time()) % 1_000_000 * 1000 * clients  # other patients than those of an earlier process

    def call(place):
        connection, sent = None, 0
        while time.monotonic() - begun < seconds:
            if rate:
                due = begun + (sent * clients + place) / rate
                time.sleep(max(0.0, due - time.monotonic()))
            text = request(made[sent % TEMPLATES], first + sent * clients + place)
            outcome, at = "", time.monotonic()
            if connection is None:
                try:
                    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
                except OSError:  # nobody listens any more: not a dropped answer
                    outcome = "refused"
            if connection is not None:
                try:
                    connection.sendall(text)
                    status, is_last, body = answer(connection)
                    outcome = "answered" if status == 200 and b"eligibility" in body else f"status {status}"
                except OSError as problem:
                    outcome, is_last = f"dropped {type(problem).__name__}", True
                if is_last:
                    connection.close()
                    connection = None
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
                      "p99_ms": round(slow[int(len(slow) * 0.99)] * 1000, 1), "slowest_ms": round(slow[-1] * 1000, 1),
                      "own_cpu": round(time.process_time() / took, 2)}))  # fmt: skip


if __name__ == "__main__":
    main()
