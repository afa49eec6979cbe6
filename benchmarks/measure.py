"""What is measured and how: applications in turn on one core, so that a loaded machine slows all of them alike."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.processes import Process, cores, peer_missing

FLOOR, OURS, PEER = "fixed_card", "tace_cds", "healthchain"
NAMES = {
    FLOOR: "fixed card: the floor",
    "evidence_validated": "+ fhir.resources validates the same evidence",
    "all_validated": "+ fhir.resources validates everything",
    OURS: "tace-cds, every rule and card",
    PEER: "HealthChain with its FHIR adapter, fixed card",
}


@dataclass(frozen=True, slots=True)
class Series:
    """rounds × calls of one kind; apps: who takes part."""

    label: str
    hook: str
    observations: int
    rounds: int
    number: int
    apps: tuple[str, ...] = (FLOOR, OURS)
    series: str = "unique"


_ALL = (FLOOR, "evidence_validated", "all_validated", OURS, PEER)
UNIQUE_60 = Series("order-sign, 60 Observations", "order-sign", 60, 40, 20, _ALL)
REPEATED_60 = Series("a visit's 5 calls, 60 Observations", "order-sign", 60, 40, 5, series="visits")
LARGEST = Series("order-sign, 20,000 Observations", "order-sign", 20_000, 3, 1)
SERIES = (
    Series("order-sign, 5 Observations", "order-sign", 5, 40, 20),
    UNIQUE_60,
    Series("patient-view, 60 Observations", "patient-view", 60, 40, 20),
    Series("order-select, 60 Observations", "order-select", 60, 40, 20),
    REPEATED_60,
    Series("order-sign, 800 Observations", "order-sign", 800, 6, 4, _ALL[:-1]),
    Series("order-sign, 6,900 Observations", "order-sign", 6_900, 3, 2),
    LARGEST,
)
_APART = 1_000_000  # numbers of patients by which rounds and series stay apart


@dataclass(frozen=True, slots=True)
class Measured:
    """One application in one series. Times in microseconds.

    cpu   mean of a call in the best round: what else the machine does can only add to it
    """

    series: Series
    app: str
    body_bytes: int
    cpu: float
    ratio: float
    p50: float
    p99: float
    memory_kb: int

    @property
    def per_second(self) -> float:
        return 1e6 / self.p50


@dataclass(frozen=True, slots=True)
class Start:
    """What it takes until an application answers, and what its first call costs (microseconds) beside a later one."""

    app: str
    cpu_s: float
    memory_kb: int
    first: float
    later: float


def starts() -> list[Start]:
    """Median of three starts each, one core; the one before them wrote the bytecode."""
    return [_start(app) for app in (FLOOR, "all_validated", OURS)]


def _start(app: str) -> Start:
    found = []
    for turn in range(4):
        with Process(app, _core()) as process:
            cpu = process.run(series="unique", hook="order-sign", observations=60, first=turn * 100, number=12)["cpu"]
            found.append((process.cpu_s, process.memory_kb, cpu[0] / 1000, median(cpu[4:]) / 1000))
    return Start(app, *(median(column) for column in zip(*found[1:], strict=True)))  # type: ignore[arg-type]


def measured(say: Callable[[str], None]) -> Iterator[Measured]:
    """Every series, by all its applications in turn, each in its own process on the same core."""
    missing = peer_missing()
    if missing:
        say(f"skipped: {NAMES[PEER]} ({missing})")
    with ExitStack() as stack:
        names = [name for name in NAMES if name != PEER or not missing]
        processes = {name: stack.enter_context(Process(name, _core())) for name in names}
        for place, series in enumerate(SERIES):
            taking_part = [processes[name] for name in series.apps if name in processes]
            yield from _series(series, (place + 1) * _APART, taking_part)


def _series(series: Series, first: int, processes: list[Process]) -> Iterator[Measured]:
    found: dict[str, list[dict[str, Any]]] = {process.name: [] for process in processes}
    for turn in range(series.rounds + 1):
        for process in processes:
            answer = process.run(
                series=series.series, hook=series.hook, observations=series.observations,
                first=first + turn * series.number, number=series.number,
            )  # fmt: skip
            if turn:  # the first round warms caches
                found[process.name].append(answer)
    floor = min(_mean(answer["cpu"]) for answer in found[FLOOR])
    for app, answers in found.items():
        cpu = min(_mean(answer["cpu"]) for answer in answers)
        walls = sorted(wall / 1000 for answer in answers for wall in answer["wall"])
        yield Measured(
            series,
            app,
            answers[-1]["bytes"],
            cpu,
            cpu / floor,
            median(walls),
            walls[min(len(walls) - 1, int(len(walls) * 0.99))],
            answers[-1]["memory_kb"],
        )


def _mean(nanoseconds: list[int]) -> float:
    return sum(nanoseconds) / len(nanoseconds) / 1000


def two_processes() -> tuple[float, str]:
    """Throughput of two processes on two cores over that of one; or why it could not be measured."""
    if len(cores()) < 2:
        return 0.0, "this machine gives one core"
    one, other = cores()[:2]
    told = {"series": "unique", "hook": "order-sign", "observations": 60, "number": 60}
    alone, together = [], []
    with Process(OURS, one) as a, Process(OURS, other) as b:
        for turn in range(16):
            for process in (a, b):  # each core alone: the better one is what two have to double
                alone.append(_per_second(process.run(**told, first=turn * 200)))
            for process, first in ((a, 60), (b, 120)):
                process.tell(**told, first=turn * 200 + first)
            together.append(_per_second(a.heard()) + _per_second(b.heard()))
    return median(together[1:]) / median(alone[2:]), ""


def _per_second(answer: dict[str, Any]) -> float:
    return 1e9 * len(answer["wall"]) / sum(answer["wall"])


def _core() -> int | None:
    return cores()[-1] if cores() else None
