"""Everything the core says of a patient, line by line: text, cards, JSON, values, packet and picture; and its tables.

One statement a line, so that a changed word is a changed line.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, astuple
from datetime import date
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

from cards.advise import advise, payer_cards
from cards.assess import Assessment
from cards.assessment_json import as_json
from cards.card import Card
from cards.derived import derived
from cards.eligibility.apart import values_apart
from cards.eligibility.y90 import y90_lines
from cards.eligibility.y90_criteria import JUDGED
from cards.liver.albi import ez_albi
from cards.prior_auth.packet import packet
from cards.refractoriness.advice import advice
from cards.response.liver_course import art
from cards.staging.hap import hap, mhap_ii
from cards.text import assessment_text
from cards.timeline.history import timeline_rows
from cards.timeline.picture import timeline_svg
from cards.verdict import Verdict
from tests.scenarios.patients import GROUPS, patient

HOOKS = ("order-sign", "order-select", "patient-view")
NARROW_PX = 360
MARKS = {Verdict.MET: "+", Verdict.NOT_MET: "-", Verdict.UNKNOWN: "?"}
# Groups whose patients differ in what payers ask for
DECIDING = ("candidate-tumors", "candidate-of-sizes", "candidate-worse", "candidate-others", "candidate-ecog",
            "candidate-bilirubin", "candidate-portal-vein-invasion", "candidate-systemic-therapy-status",
            "candidate-encephalopathy-grade", "candidate-nodule-count")  # fmt: skip

WITH_PAPERS = ("candidate-others", "candidate-papers")


def shown(assessments: Sequence[Assessment]) -> list[str]:
    """What people get for the orders of one request; a card stands once, with the hooks that get it."""
    lines = list(_cards(assessments))
    for each in assessments:
        lines += ["", "TEXT", *assessment_text(each).split("\n")]
        lines += ["", "PACKET", *tree([asdict(section) for section in packet(each.case, each.prior_auth)])]
        lines += _timeline(each)
    return lines


def everything(a: Assessment) -> list[str]:
    """What people get, and every finding and value behind it."""
    return [line for part in PARTS for line in part(a)]


def changed(lines: Iterable[str], earlier: Iterable[str]) -> list[str]:
    """The lines that are new, and those that are gone."""
    now, before = list(lines), list(earlier)
    kept, known = set(now), set(before)
    return [f"- {line}" for line in before if line not in kept] + [f"+ {line}" for line in now if line not in known]


def tree(value: Any, path: str = "") -> Iterator[str]:
    """A JSON value as lines: a member a line, an element of a list a line; what holds no object stays in one."""
    members = [*value.items()] if isinstance(value, dict) else [("-", each) for each in value]
    for name, each in members:
        where = f"{path} {name}".strip()
        if (isinstance(each, dict) and any(map(_holds_objects, each.values()))) or _holds_objects(each):
            yield from tree(each, where)
        else:
            yield f"{where} {json.dumps(each, ensure_ascii=False, default=_plain)}"


def _behind(a: Assessment) -> Iterator[object]:
    """What the core hands on: findings with their rule, place, evidence and gaps; scores; statements of radioembolization."""
    case = a.case
    yield from (*a.eligibility.deciding, *a.eligibility.findings, *a.refractoriness.findings, *a.combination.findings)
    yield from (*a.prior_auth.findings, *a.prior_auth.documentation, *a.prior_auth.expected)
    yield from (case.albi.score, case.meld, case.meld_na, case.meld3, ez_albi(case.state), hap(case.state, case.burden))
    yield from (mhap_ii(case.state, case.burden), art(case.facts, case.course))
    yield from (*advice(case, a.refractoriness), *values_apart(case))
    yield from (*(rule(case) for rule in JUDGED), *y90_lines(case))


def _holds_objects(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return any(isinstance(each, dict) for each in inside)


def _cards(assessments: Sequence[Assessment]) -> Iterator[str]:
    of: dict[Card, list[str]] = {}
    for hook in HOOKS:
        for card in advise(assessments, hook):
            of.setdefault(card, []).append(hook)
    for card in payer_cards(assessments):
        of.setdefault(card, []).append("payer")
    for card, hooks in of.items():
        yield from ("", f"CARD of {', '.join(hooks)}")
        yield from (line for name, value in asdict(card).items() for line in f"{name}: {value}".split("\n") if value)


def _timeline(a: Assessment) -> list[str]:
    wide = _elements(timeline_svg(a, name="wide"))
    if not wide:
        return []
    narrow = _elements(timeline_svg(a, width=NARROW_PX, name="narrow"))
    rows = [f"{r.when} | {r.what} | {r.of} | {r.found} | {', '.join(r.evidence)}" for r in timeline_rows(a)]
    return ["", "TIMELINE", *rows, *wide, *(line for line in narrow if line not in wide)]


def _elements(svg: str) -> list[str]:
    return svg.replace("><", ">\n<").split("\n") if svg else []


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


PARTS: tuple[Callable[[Assessment], list[str]], ...] = (
    lambda a: shown([a]),
    lambda a: ["", "JSON", *tree(as_json(a))],
    lambda a: ["", "VERDICTS", *tree(as_json(a, findings=False))],
    lambda a: ["", "VALUES", *tree(derived(a.case))],
    lambda a: ["", "BEHIND", *map(repr, _behind(a))],
)


def tables() -> Iterator[str]:
    """The tables that are made when the core is imported, made anew: facts, systems, payer predicates, names of criteria."""
    for spec in anew("cards.facts").FACTS.values():
        yield f"FACT {' | '.join(map(str, astuple(spec)))}"
    for system in anew("cards.systems").SYSTEMS:
        limits = ", ".join(f"{limit.key} {limit.value:g}" for limit in system.limits)
        rules = ", ".join(rule.__qualname__ for rule in system.rules)
        yield f"SYSTEM {system.name} | {', '.join(system.named_in)} | {rules} | {limits} | {system.why_not}"
    asked = [patient("candidate", changes).case for name in DECIDING for changes in GROUPS[name][1].values()]
    for name, predicate in anew("cards.prior_auth.predicates").PREDICATES.items():
        verdicts = "".join(MARKS[predicate.says(case)] for case in asked)
        yield f"PREDICATE {name} | {predicate.words} | {', '.join(predicate.facts)} | {verdicts}"
    for name, words in anew("cards.eligibility.detail")._NAMES.items():
        yield f"CRITERION {name} | {words}"
    papers = [patient("candidate", changes).case for name in WITH_PAPERS for changes in GROUPS[name][1].values()]
    for name, shows in anew("cards.prior_auth.documentation").EVIDENCE.items():
        found = dict.fromkeys(json.dumps(asdict(shows(case)), ensure_ascii=False, default=_plain) for case in papers)
        yield from (f"EVIDENCE {name} | {document}" for document in found)


def anew(name: str) -> ModuleType:
    """A module made a second time, beside the one that the service uses."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
