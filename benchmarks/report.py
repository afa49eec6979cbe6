"""The figures as a table and a drawing, written into docs/performance.md and docs/performance.svg."""

import os
import platform
from collections.abc import Sequence
from html import escape
from pathlib import Path

from benchmarks.fallback import Fallback
from benchmarks.measure import FLOOR, NAMES, Measured, Start

DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- written by make bench: begin -->", "<!-- written by make bench: end -->"
_COLORS = {"tace_cds": "#1f6feb", "fixed_card": "#8b949e"}


def calls_table(found: Sequence[Measured]) -> str:
    names = ("call", "body kB", "", "CPU µs", "× floor", "p50 ms", "p99 ms", "calls/s", "memory MB")
    head = f"| {' | '.join(names)} |\n|{'---|' * len(names)}"
    rows = [
        f"| {m.series.label} | {m.body_bytes / 1000:.0f} | {NAMES[m.app]} | {m.cpu:.0f} | {m.ratio:.1f} "
        f"| {m.p50 / 1000:.2f} | {m.p99 / 1000:.2f} | {m.per_second:.0f} | {m.memory_kb / 1000:.0f} |"
        for m in found
    ]
    return "\n".join([head, *rows])


def starts_table(found: Sequence[Start]) -> str:
    head = "| until it answers | CPU s | memory MB | first call ms | later call ms | first ÷ later |\n|---|---|---|---|---|---|"
    names = NAMES | {"all_validated": "Flask that imports the same models"}
    rows = [
        f"| {names[s.app]} | {s.cpu_s:.2f} | {s.memory_kb / 1000:.0f} | {s.first / 1000:.2f} | {s.later / 1000:.2f} "
        f"| {s.first / s.later:.1f} |"
        for s in found
    ]
    return "\n".join([head, *rows])


def fallback_lines(f: Fallback) -> str:
    return (
        f"Without prefetch, from a FHIR server that takes 50 ms an answer: {f.fetched:.0f} ms (one query {f.query:.0f} ms, the "
        f"same call with prefetch {f.prefetched:.1f} ms; the aim is at most {f.limit:.0f} ms). With one query that is never "
        f"answered and a deadline of {f.deadline:.0f} ms: {f.hanging:.0f} ms, with the rest of the advice."
    )


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")), "")
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores{load}. {model}".strip()
    )


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def write(text: str, found: Sequence[Measured]) -> None:
    page = DOCS / "performance.md"
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    (DOCS / "performance.svg").write_text(drawing(found), encoding="utf-8")


def drawing(found: Sequence[Measured]) -> str:
    """One bar an application and series: CPU of a call as a multiple of the floor."""
    bars = [m for m in found if m.app != FLOOR]
    longest = max(m.ratio for m in bars)
    height = 26 * len(bars) + 60
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" font-family="sans-serif" font-size="13" '
        'role="img" aria-label="CPU of one call as a multiple of the floor">',
        f'<rect width="900" height="{height}" fill="#ffffff"/>',
        '<text x="10" y="24" font-size="15">CPU of one call, as a multiple of a Flask route that answers a fixed card</text>',
    ]
    for place, m in enumerate(bars):
        y, width = 44 + 26 * place, max(2.0, 380 * m.ratio / longest)
        lines += [
            f'<text x="440" y="{y + 14}" text-anchor="end" fill="#24292f">{escape(_short(m))}</text>',
            f'<rect x="450" y="{y}" width="{width:.0f}" height="18" fill="{_COLORS.get(m.app, _COLORS[FLOOR])}"/>',
            f'<text x="{456 + width:.0f}" y="{y + 14}" fill="#24292f">{m.ratio:.1f}</text>',
        ]
    return "\n".join([*lines, "</svg>\n"])


def _short(m: Measured) -> str:
    who = {"tace_cds": "tace-cds", "healthchain": "HealthChain, no rules", "all_validated": "all validated, no rules",
           "evidence_validated": "evidence validated, no rules"}[m.app]  # fmt: skip
    return f"{m.series.label}: {who}"
