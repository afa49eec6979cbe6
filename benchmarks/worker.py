"""One measured application in a process of its own: told on standard input what to do, a line of JSON each.

It makes its requests itself, calls the application without a socket in between, takes the CPU of each call, and checks
every answer outside the measured time.
"""

import resource
import sys
import tempfile
from collections.abc import Callable, Iterable
from io import BytesIO
from time import perf_counter_ns, process_time, process_time_ns
from typing import Any

import orjson

Json = dict[str, Any]
Answer = Callable[[str, bytes], bytes]


def wsgi(app: Callable[..., Iterable[bytes]]) -> Answer:
    """Call an app as its server does."""

    def answer(hook: str, body: bytes) -> bytes:
        environ: Json = {
            "REQUEST_METHOD": "POST", "PATH_INFO": f"/cds-services/tace-{hook}", "SCRIPT_NAME": "",
            "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
            "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        return b"".join(app(environ, lambda status, headers, exc=None: lambda data: None))

    return answer


def memory_kb() -> int:
    """Resident memory now; the highest so far where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return int(next(line for line in status if line.startswith("VmRSS")).split()[1])
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Bench:
    def __init__(self, answer: Answer, is_right: Callable[[str, int, list[Json]], bool], requests: Any) -> None:
        self._answer, self._is_right, self._requests = answer, is_right, requests

    def run(self, told: Json) -> Json:
        """CPU and elapsed nanoseconds of each call of a series."""
        calls = self._calls(told)
        cpu, wall = [], []
        for hook, body in calls:
            begun, started = perf_counter_ns(), process_time_ns()
            answer = self._answer(hook, body)
            cpu.append(process_time_ns() - started)
            wall.append(perf_counter_ns() - begun)
            if not self._is_right(hook, told["observations"], orjson.loads(answer).get("cards", [])):
                return {"wrong": f"{hook}: {answer[:300]!r}"}
        return {"cpu": cpu, "wall": wall, "bytes": len(calls[-1][1]), "memory_kb": memory_kb()}

    def _calls(self, told: Json) -> list[tuple[str, bytes]]:
        size, first, number = told["observations"], told["first"], told["number"]
        if told["series"] == "visits":
            return list(self._requests.visits(size, first, number))
        return list(self._requests.unique(size, told["hook"], first, number))


def serve(bench: Bench) -> None:
    print(orjson.dumps({"cpu_s": process_time(), "memory_kb": memory_kb()}).decode(), flush=True)
    for line in sys.stdin:
        print(orjson.dumps(bench.run(orjson.loads(line))).decode(), flush=True)


def main(name: str) -> None:
    from benchmarks import apps, requests

    with tempfile.TemporaryDirectory() as folder:
        app = apps.tace_cds(folder) if name == "tace_cds" else getattr(apps, name)()
        is_right = apps.is_ours if name == "tace_cds" else apps.is_fixed
        serve(Bench(wsgi(app), is_right, requests))


if __name__ == "__main__":
    main(sys.argv[1])
