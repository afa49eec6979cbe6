"""One patient's lines → one patient's result lines and counts: a pure function, for one process, a pool or a cluster."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

import orjson

from cards.advise import advise
from cards.assess import Assessment
from cards.card import Card
from cards.current import Windows
from cards.record import record
from service.advice import as_json, assess_patient
from service.cohort.patient.counted import Counts, count_definitions, count_order, count_treatment
from service.cohort.patient.known import Dated, Resource, dates_of, known_at, without
from service.cohort.patient.moments import Asked, moments_of
from service.cohort.patient.outcomes import outcomes
from service.fhir import bundle
from service.fhir.read.codings import local, reference
from service.fhir.read.reading import name_of
from service.fhir.read.when import Clock
from service.settings import Settings

Lookup = Callable[[Iterable[str]], list[bytes]]
HOOK = "order-sign"
_ROW_ONLY_WITH_FINDINGS = frozenset({"evidence", "notes", "because", "remarks", "liverCourse", "stated"})


@record(frozen=True, slots=True)
class Question:
    """What is asked of every patient.

    asked     the end of what is known; replay: also at each order and treatment before
    findings  rows carry the whole assessment with every finding
    """

    asked: datetime
    replay: bool
    settings: Settings
    findings: bool = False


@record(frozen=True, slots=True)
class Answered:
    """rows: NDJSON lines; counts for the report; failed: the kind of error where the patient could not be assessed."""

    rows: list[bytes] = field(default_factory=list)
    counts: Counts = field(default_factory=Counter)
    failed: str = ""


def assess_lines(key: str, lines: Iterable[bytes], medications: Lookup, question: Question) -> Answered:
    """Assess one patient.

    key          the Patient's id
    lines        the patient's resources as they stand in the export, in any order
    medications  Medication lines by id
    Errors: none; a patient that the core cannot assess is a row that says so, and the others go on.
    """
    try:
        return _assess(key, _resources(lines, medications), question)
    except (ImportError, MemoryError):  # of this installation or machine, not of a patient
        raise
    except Exception as problem:  # one patient never stops a cohort; the text could hold a value of the patient
        failed = type(problem).__name__
        row = {"patient": f"Patient/{key}", "failed": failed}
        return Answered([orjson.dumps(row)], Counter({("patients", "failed"): 1}), failed)


def _resources(lines: Iterable[bytes], medications: Lookup) -> list[Resource]:
    """In an order of their own, each once: what is said does not depend on how the export was cut."""
    found: list[Resource] = [orjson.loads(line) for line in sorted(set(lines))]
    ids = medication_ids(found)
    found += [orjson.loads(line) for line in sorted(set(medications(ids)))] if ids else []
    return bundle.flatten(found)[0]


def medication_ids(resources: Iterable[Resource]) -> list[str]:
    """Ids of the Medication resources that requests and administrations name."""
    named = {local(reference(r["medicationReference"])) for r in resources if r.get("medicationReference")}
    return sorted(each.removeprefix("Medication/") for each in named if each.startswith("Medication/"))


def _assess(key: str, resources: list[Resource], question: Question) -> Answered:
    in_the_end = _asked_of(key, resources, question, question.asked, None)
    first = in_the_end[0] if in_the_end else None
    if first is None or not _concerned(first):
        return Answered([], Counter({("patients", "no liver tumor, no treatment of one"): 1}))
    counts: Counts = Counter({("patients", "assessed"): 1})
    settings = question.settings
    windows = Windows(settings.laboratory_days, settings.clinical_days, settings.imaging_days, settings.recovery_days)
    counts.update(outcomes(first.case, windows))
    counts.update(count_definitions(first.refractoriness))
    if not question.replay:
        rows = _rows(in_the_end, _now(question, in_the_end), question, counts)
    else:
        rows = _replayed(key, resources, first, question, counts)
    return Answered(list(rows), counts)


def _concerned(a: Assessment) -> bool:
    """A liver tumor is stated, or treated, or something of ours is drafted for it."""
    facts = a.case.facts
    return facts.tumor.stated or bool(facts.sessions) or a.case.order is not None


def _asked_of(
    key: str, resources: Sequence[Resource], question: Question, at: datetime, drafts: list[Resource] | None
) -> list[Assessment]:
    return assess_patient(
        resources,
        patient=key,
        asked=at,
        settings=question.settings,
        draft_orders=drafts,
        full_urls={f"{bundle.URN}{key}": f"Patient/{key}"},
    )


def _now(question: Question, assessments: Sequence[Assessment]) -> Asked:
    kinds = tuple(a.case.order.kind if a.case.order else "tace" for a in assessments)
    drafted = tuple(a.case.order.reference for a in assessments if a.case.order)
    return Asked(question.asked, "draft" if drafted else "considered", kinds, [], drafted)


def _replayed(
    key: str, resources: list[Resource], last: Assessment, question: Question, counts: Counts
) -> Iterator[bytes]:
    end = Clock(question.asked, question.settings.zone)
    medications: Mapping[str, Resource] = {name_of(r): r for r in resources if r.get("resourceType") == "Medication"}
    record = [Dated(r, tuple(dates_of(r, end))) for r in resources]
    for asked in moments_of(resources, last.case.facts.sessions, medications, end):
        known = known_at(without(record, asked.history_without), Clock(asked.at, question.settings.zone))
        found = _asked_of(key, known, question, asked.at, asked.drafts)
        yield from _rows(found, asked, question, counts)


def _rows(found: Sequence[Assessment], asked: Asked, question: Question, counts: Counts) -> Iterator[bytes]:
    """One line an assessment; counted on the way."""
    cards = _cards(found, asked)
    for a in found:
        mine = [c for c in cards if a.case.order is None or not c.orders or a.case.order.reference in c.orders]
        kind = a.case.order.kind if a.case.order is not None else "tace"
        if asked.counted:
            counts.update(count_order(a, mine, kind, asked.by in ("order", "draft")))
        if asked.by == "procedure" and kind == "tace":
            counts.update(count_treatment(a.refractoriness))
        yield orjson.dumps(_row(a, mine, asked, kind, question))


def _cards(found: Sequence[Assessment], asked: Asked) -> list[Card]:
    """Those of signing the order; for a patient nobody orders for today, also what opening the chart would show."""
    cards = advise(found, HOOK)
    if asked.by in ("draft", "considered"):
        cards += [c for c in advise(found[:1], "patient-view") if c.topic == "response-imaging"]
    return cards


def _row(a: Assessment, cards: Sequence[Card], asked: Asked, kind: str, question: Question) -> dict[str, Any]:
    """The assessment by the names it has everywhere; without its findings unless they are asked for."""
    assessment = as_json(a, findings=question.findings)
    return {
        "patient": assessment["patient"],
        "asked": asked.at.isoformat(),
        "by": asked.by,
        "events": list(asked.events),
        "counted": asked.counted,
        "kind": kind,
        "cards": [{"topic": c.topic, "indicator": c.indicator, "summary": c.summary} for c in cards],
        **(assessment if question.findings else _without_findings(assessment)),
    }


def _without_findings(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_findings(v) for k, v in value.items() if k not in _ROW_ONLY_WITH_FINDINGS}
    return [_without_findings(v) for v in value] if isinstance(value, list) else value
