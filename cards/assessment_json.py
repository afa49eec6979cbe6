"""The assessment as the JSON object of the contract. Null and empty members are left out."""

import math
from typing import Any

from cards.assess import Assessment
from cards.case import Case
from cards.eligibility.y90 import y90_lines
from cards.facts import Absent, Fact
from cards.liver.albi import ez_albi
from cards.liver.child_pugh import cholestatic_total
from cards.liver.score import Score
from cards.prior_auth.documentation import Document
from cards.published.selection import published
from cards.refractoriness.advice import advice
from cards.refractoriness.differences import why_they_differ
from cards.response.liver_course import art
from cards.response.readings import Reading, readings
from cards.staging.bclc import Bclc
from cards.staging.bolondi import bolondi
from cards.staging.burden import (
    milan,
    six_and_twelve,
    source_000_downstaging,
    ucsf,
    unos_downstaging,
    up_to_seven,
)
from cards.staging.hap import hap, hap_class, mhap_ii
from cards.verdict import Finding, Verdict

Json = dict[str, Any]
_LIMIT = {Verdict.MET: "within", Verdict.NOT_MET: "beyond", Verdict.UNKNOWN: "unknown"}
_KEPT_EMPTY = frozenset({"missing", "evidence", "findings", "response", "unusable", "documentation"})


_TOPICS = ("eligibility", "refractoriness", "combination", "priorAuth")


def as_json(assessment: Assessment, findings: bool = True) -> Json:
    """Names as the contract gives them; members may be added, none is renamed.

    findings   False: verdicts without the findings behind them, a tenth of the size
    """
    case = assessment.case
    facts = case.facts
    made: Json = {
        "asOf": case.today.isoformat(),
        "patient": facts.patient,
        "order": case.order.reference if case.order else None,
        "tumorType": facts.tumor.kind,
        "scores": _scores(case),
        "stage": _stage(case),
        "burden": _burden(case),
        "response": _responses(case),
        "liverCourse": _liver_course(case),
        "eligibility": _eligibility(assessment),
        "refractoriness": _refractoriness(assessment),
        "combination": {
            "verdict": assessment.combination.verdict,
            "findings": [_finding(f) for f in assessment.combination.findings],
        },
        "priorAuth": _prior_auth(assessment),
        "unusable": [{"resource": u.resource, "because": u.because} for u in facts.unusable],
        "gaps": list(facts.gaps),
    }
    for topic in () if findings else _TOPICS:
        del made[topic]["findings"]
    cleaned: Json = _without_empty(made)
    return cleaned


def _without_empty(value: Any) -> Any:
    """Drop null and empty members, but keep lists that the contract names as lists."""
    if isinstance(value, dict):
        cleaned = {k: _without_empty(v) for k, v in value.items()}
        return {k: v for k, v in cleaned.items() if v not in (None, "", {}) and (v != [] or k in _KEPT_EMPTY)}
    return [_without_empty(v) for v in value] if isinstance(value, list) else value


def _finding(f: Finding) -> Json:
    return {"rule": f.rule, "verdict": f.verdict.value, "because": f.because, "source": f.source,
            "locator": f.locator, "evidence": list(f.evidence), "missing": list(f.missing)}  # fmt: skip


def _scores(case: Case) -> Json:
    return {
        "childPugh": _child_pugh(case),
        "albi": _albi(case),
        "meld": _score(case.meld),
        "meldNa": _score(case.meld_na),
        "meld3": _score(case.meld3),
        "ecog": _ecog(case),
        "ezAlbi": _score(ez_albi(case.state)),
        **(_embolization_scores(case) if case.hcc else {}),
        **_art(case),
    }


def _embolization_scores(case: Case) -> Json:
    """HAP with its class, and mHAP-II (whose classes were not read); of HCC only."""
    first, second = hap(case.state, case.burden), mhap_ii(case.state, case.burden)
    grade = {"class": hap_class(int(first.value))} if first.value is not None else {}
    return {first.name: _score(first) | grade, second.name: _score(second)}


def _art(case: Case) -> Json:
    score = art(case.facts, case.course)
    return {"art": _score(score)} if score is not None else {}


def _liver_course(case: Case) -> list[Json]:
    """Liver function before each TACE, and today."""
    return [
        {
            "date": point.when.isoformat(),
            "before": point.before.evidence[0] if point.before is not None else None,
            "childPugh": {
                "low": point.child_pugh.low,
                "high": point.child_pugh.high,
                "classes": list(point.child_pugh.classes),
            },
            "albi": {"score": _rounded(point.albi.score.value), "grades": list(point.albi.modified_grades)},
        }
        for point in case.course
    ]


def _cholestatic(case: Case) -> Json:
    """The total by the limits for PBC/PSC, where it differs."""
    low, high = cholestatic_total(case.child_pugh, case.state)
    ordinary = (case.child_pugh.low, case.child_pugh.high)
    return {"low": low, "high": high} if (low, high) != ordinary and isinstance(case.state.bilirubin, Fact) else {}


def _child_pugh(case: Case) -> Json:
    liver = case.child_pugh
    known = liver.status == "known"
    return {
        "status": liver.status,
        "score": liver.low if known else None,
        "low": liver.low,
        "high": liver.high,
        "class": liver.classes[0] if len(liver.classes) == 1 else None,
        "classes": list(liver.classes),
        "points": {item: low for item, (low, high) in liver.points.items() if low == high},
        "bounds": {item: [low, high] for item, (low, high) in liver.points.items() if low != high},
        "missing": list(liver.undecided()),
        "evidence": list(liver.evidence),
        "notes": list(liver.notes),
        "stated": _stated(case),
        "cholestatic": _cholestatic(case),
    }


def _stated(case: Case) -> Json:
    """What the clinic itself stated; a disagreement with the derived value is said."""
    said: Json = {}
    score, cls = case.state.child_pugh_score, case.state.child_pugh_class
    liver = case.child_pugh
    if isinstance(score, Fact):
        said["score"] = int(score.value)
        said["agrees"] = liver.low <= int(score.value) <= liver.high
    if isinstance(cls, Fact):
        said["class"] = str(cls.value)
        said["agrees"] = said.get("agrees", True) and str(cls.value) in liver.classes
    return said


def _albi(case: Case) -> Json:
    score, grades, modified = case.albi.score, case.albi.grades, case.albi.modified_grades
    return {
        **_score(score),
        "grade": grades[0] if len(grades) == 1 else None,
        "grades": list(grades) if len(grades) > 1 else None,
        "modifiedGrade": modified[0] if len(modified) == 1 else None,
    }


def _score(score: Score) -> Json:
    return {
        "status": score.status,
        "score": _rounded(score.value),
        "low": _rounded(score.low),
        "high": _rounded(score.high),
        "missing": list(score.missing),
        "evidence": list(score.evidence),
        "notes": list(score.notes),
    }


def _rounded(value: float | None) -> float | int | None:
    if value is None or math.isinf(value):
        return None
    return value if isinstance(value, int) else round(value, 2)


def _ecog(case: Case) -> Json:
    known = case.state.ecog
    if isinstance(known, Absent):
        return {"status": "unknown", "missing": ["ecog"], "evidence": [], "notes": [known.because]}
    return {"status": "known", "score": int(known.value), "missing": [], "evidence": [known.evidence]}


def _stage(case: Case) -> Json:
    stage = case.bclc
    if stage is None:
        unknown = {"status": "unknown", "because": "the type of the tumor is not known", "missing": ["tumor_type"]}
        return {"bclc": unknown} if case.facts.tumor.kind == "unknown" else {}
    stated = case.state.bclc_stage
    said = {}
    if isinstance(stated, Fact):
        said = {"stage": str(stated.value), "agrees": str(stated.value) in stage.candidates}
    return {
        "bclc": {
            "status": stage.status,
            "stage": stage.stage,
            "candidates": list(stage.candidates),
            "because": stage.because,
            "missing": list(stage.missing),
            "remarks": list(stage.remarks),
            "stated": said,
        },
        "bolondi": _bolondi(case, stage),
    }


def _bolondi(case: Case, stage: Bclc) -> Json:
    found = bolondi(case.state, case.child_pugh, case.burden, stage)
    return {
        "status": found.status,
        "stage": found.candidates[0] if found.status == "known" else None,
        "candidates": list(found.candidates),
        "missing": list(found.missing),
    }


_HCC_LIMITS = ("milan", "ucsf", "upToSeven", "unosDownstaging", "source000Downstaging", "sixAndTwelve")


def _burden(case: Case) -> Json:
    """HCC systems are applied to HCC only."""
    b, state = case.burden, case.state
    size = {"count": _ends(b.count), "largestCm": _ends(b.largest)}
    if case.facts.tumor.kind == "unknown":
        return dict.fromkeys(_HCC_LIMITS, "unknown") | size
    if not case.hcc:
        return size
    return {
        "milan": _LIMIT[milan(b, state)],
        "ucsf": _LIMIT[ucsf(b, state)],
        "upToSeven": _LIMIT[up_to_seven(b, state)],
        "unosDownstaging": unos_downstaging(b, state),
        "source000Downstaging": source_000_downstaging(b, state),
        "sixAndTwelve": six_and_twelve(b),
        **size,
    }


def _ends(bounds: tuple[float, float]) -> Json:
    low, high = bounds
    return {"low": low, "high": None if math.isinf(high) else high}


def _responses(case: Case) -> list[Json]:
    return [_response(r) for r in readings(case.facts)]


def _response(r: Reading) -> Json:
    return {
        "session": r.session.evidence[0],
        "date": r.session.when.isoformat() if r.session.when else None,
        "lesion": r.lesion,
        "response": r.category or (r.measured.category if r.measured is not None else ""),
        "viablePercent": r.viable,
        "on": r.on.isoformat(),
        "counts": r.counts,
        "because": r.because,
        "conflict": r.conflict,
        "measured": _measured(r),
        "evidence": list(r.evidence),
    }


def _measured(r: Reading) -> Json:
    """mRECIST by the viable diameters, in cm, and whether the stated category is the same."""
    m = r.measured
    if m is None:
        return {}
    baseline = {"baselineCm": m.baseline, "baselineIsWholeDiameter": m.whole or None, "nadirCm": m.nadir}
    return {"response": m.category, "viableCm": m.now, **baseline, "agrees": r.agrees}


def _eligibility(a: Assessment) -> Json:
    e = a.eligibility
    return {
        "verdict": e.verdict,
        "deciding": [f.rule for f in e.deciding],
        "missing": list(dict.fromkeys(n for f in e.deciding if e.verdict == "indeterminate" for n in f.missing)),
        "remarks": list(e.remarks),
        "palliative": e.palliative or None,
        "findings": [_finding(f) for f in e.findings],
        "context": _context(a.case),
    }


def _context(case: Case) -> list[Json]:
    """What the documents report beside the criteria; of a Y-90 order what source 001 reports of it."""
    statements = [
        {"statement": s.key, "text": s.said, "source": s.source, "locator": s.locator} for s in published(case)
    ]
    beside_y90 = case.order is not None and case.order.kind == "y90" and case.order.subject_matches
    lines = y90_lines(case) if beside_y90 else ()
    return [*statements, *({"text": line.text, "source": line.source} for line in lines)]


def _refractoriness(a: Assessment) -> Json:
    r = a.refractoriness
    return {
        "verdict": r.verdict,
        "definitions": {code: verdict.value for code, verdict in r.definitions.items()},
        "orderedLesions": list(r.ordered),
        "wouldDecide": r.would_decide,
        "whyTheyDiffer": list(why_they_differ(a.case, r)),
        "advice": [_finding(f) for f in advice(a.case, r)],
        "ifMeasured": list(r.if_measured),
        "perLesion": {k: {c: f.verdict.value for c, f in found.items()} for k, found in r.per_lesion.items()},
        "findings": [_finding(f) for f in r.findings],
    }


def _prior_auth(a: Assessment) -> Json:
    p = a.prior_auth
    return {
        "policy": p.policy,
        "procedure": p.procedure,
        "decision": p.decision,
        "clause": p.clause,
        "documentation": [{"item": item.item, **_document(doc)} for item, doc in p.documentation],
        "expected": [{"item": item.item, **_document(doc)} for item, doc in p.expected],
        "authorization": p.authorization,
        "readings": [
            {
                "procedure": r.procedure,
                "decision": r.decision,
                "clause": r.clause,
                "findings": [_finding(f) for f in r.findings],
            }
            for r in p.readings
        ],
        "remarks": list(p.remarks),
        "findings": [_finding(f) for f in p.findings],
    }


def _document(doc: Document) -> Json:
    """evidence: the references alone; found: each with its day and what it says, short."""
    found = [
        {"resource": f.reference, "date": f.when.isoformat() if f.when else None, "quote": f.quote} for f in doc.found
    ]
    return {"status": doc.status, "because": doc.words, "evidence": list(doc.evidence), "found": found}
