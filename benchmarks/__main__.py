"""`make bench`: measures, prints, and writes docs/performance.md and its drawing. Ends with 1 where an answer was wrong."""

import sys

from benchmarks import fallback, measure, report
from benchmarks.measure import LARGEST, OURS, REPEATED_60, UNIQUE_60, Measured
from benchmarks.processes import WrongAnswer


def main() -> int:
    try:
        return _main()
    except WrongAnswer as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1


def _main() -> int:
    notes: list[str] = []
    starts = measure.starts()
    print(report.starts_table(starts), "\n", flush=True)
    found = []
    for each in measure.measured(notes.append):
        found.append(each)
        print(f"{each.series.label:36} {each.app:20} {each.cpu:>9.0f} µs {each.ratio:>6.1f} × the floor", flush=True)
    without = fallback.measured()
    both, why_not = measure.two_processes()
    aims = "\n".join(f"- {line}" for line in [*_aims(found), _two(both, why_not)])
    parts = [
        f"Machine: {report.machine()}", aims, report.calls_table(found), *notes,
        report.starts_table(starts), report.fallback_lines(without),
    ]  # fmt: skip
    text = "\n\n".join(parts)
    print(f"\n{text}")
    report.write(text, found)
    return 0


def _aims(found: list[Measured]) -> list[str]:
    by_series = {(m.series, m.app): m for m in found}
    unique, repeated, largest = (by_series[series, OURS] for series in (UNIQUE_60, REPEATED_60, LARGEST))
    growth = (largest.cpu / largest.body_bytes) / (unique.cpu / unique.body_bytes)
    return [
        f"60 Observations, every call another patient: **{unique.ratio:.1f}** times the floor (aim: at most 8, near 5)",
        f"60 Observations, the calls of a visit: **{repeated.ratio:.1f}** times the floor (aim: at most 4)",
        f"20,000 Observations: **{largest.ratio:.1f}** times the floor; a kilobyte costs {growth:.2f} of what it costs with 60 "
        "Observations (aim: at most 1: no more than linear growth)",
    ]


def _two(both: float, why_not: str) -> str:
    if why_not:
        return f"two processes on two cores: not measured ({why_not})"
    return f"two processes on two cores: **{both:.2f}** times the calls per second of one (aim: at least 1.8)"


if __name__ == "__main__":
    sys.exit(main())
