"""The refractoriness verdict over the seven definitions that count, judged per lesion."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import partial

from cards.case import Case
from cards.facts import TREATMENT_HISTORY, PatientFacts, Response
from cards.questions import label
from cards.record import record
from cards.refractoriness.deciding_fact import deciding_fact
from cards.refractoriness.definitions import CONTEXT, COUNTING, DECIDING, Lesion, lesion
from cards.response.history import (
    Outcome,
    lesion_name,
    same_lesion,
    tace_sessions,
    target_lesions,
    timed,
    undated_tace,
)
from cards.verdict import Finding, Verdict, any_of
from cards.words import listed


@record(frozen=True, slots=True)
class Refractoriness:
    """What every definition says.

    verdict      met-by-all | met-by-some | not-met | indeterminate | not-applicable
    definitions  code → verdict over all target lesions (met: for at least one)
    per_lesion   lesion key → code → finding
    ordered      the ordered lesions that have been treated; deciding: findings that make TACE of them not recommended
    elsewhere    findings met by some definition that do not decide this order
    if_measured  definitions that would be met besides, if the categories by diameters counted instead of the stated ones
    histories    lesion key → what followed each session
    would_decide code → the one fact that would decide a definition which cannot be told; what is missing where no single
                 one does
    """

    verdict: str
    definitions: dict[str, Verdict]
    findings: tuple[Finding, ...]
    per_lesion: dict[str, dict[str, Finding]]
    ordered: tuple[str, ...] = ()
    deciding: tuple[Finding, ...] = ()
    elsewhere: tuple[Finding, ...] = ()
    if_measured: tuple[str, ...] = ()
    histories: dict[str, tuple[Outcome, ...]] = field(default_factory=dict)
    would_decide: dict[str, str] = field(default_factory=dict)


def refractoriness(case: Case) -> Refractoriness:
    """Judge every definition for every target lesion.

    Seven definitions count; three may decide, and only for the ordered lesion: the others inform.
    """
    facts = case.facts
    if not tace_sessions(facts) and not undated_tace(facts):
        because = _open_history(facts)
        return _unreached(because) if because else Refractoriness("not-applicable", {}, (), {})
    on = {key: lesion(facts, key) for key in target_lesions(facts)}
    lesions, per_lesion = tuple(on), _judged(on)
    definitions = {code: any_of(per_lesion[key][code].verdict for key in lesions) for code in COUNTING | CONTEXT}
    ordered = _ordered(case, [key for key in lesions if on[key].history])
    named = {
        key: {c: _named(case, key, f, len(lesions)) for c, f in found.items()} for key, found in per_lesion.items()
    }
    deciding = tuple(
        named[key][code] for key in ordered for code in DECIDING if named[key][code].verdict is Verdict.MET
    )
    met = (named[key][code] for key in lesions for code in COUNTING if named[key][code].verdict is Verdict.MET)
    elsewhere = tuple(f for f in met if f not in deciding)
    findings = tuple(_representative([named[key][code] for key in lesions], definitions[code]) for code in definitions)
    return Refractoriness(
        _verdict(definitions), definitions, findings, named, ordered, deciding, _once(elsewhere),
        _if_measured(on, per_lesion), {key: each.history for key, each in on.items()},
        _would_decide(case, dict(zip(definitions, findings, strict=True)), on, per_lesion),
    )  # fmt: skip


def _judged(on: Mapping[str, Lesion]) -> dict[str, dict[str, Finding]]:
    """Lesion → definition → finding."""
    return {key: {code: judge(code, each) for code in COUNTING | CONTEXT} for key, each in on.items()}


def _would_decide(
    case: Case, findings: Mapping[str, Finding], on: Mapping[str, Lesion], judged: Mapping[str, Mapping[str, Finding]]
) -> dict[str, str]:
    found = {}
    for code, finding in findings.items():
        if finding.verdict is not Verdict.UNKNOWN:
            continue
        open_on = next((on[key] for key in on if judged[key][code].verdict is Verdict.UNKNOWN), None)
        one = deciding_fact(partial(judge, code), open_on, case.today) if open_on else ""
        found[code] = one or listed(label(n) for n in finding.missing)
    return found


def _if_measured(on: Mapping[str, Lesion], judged: Mapping[str, Mapping[str, Finding]]) -> tuple[str, ...]:
    """Which definitions the measured categories meet where they differ from the stated ones."""
    differing = {(o.lesion, o.session.evidence) for each in on.values() for o in each.history if o.disagreement}
    if not differing:
        return ()
    facts = next(iter(on.values())).facts
    kept = tuple(r for r in facts.responses if not (r.category and _is_of(facts, r, differing)))
    instead = replace(facts, responses=kept)
    other = _judged({key: lesion(instead, key) for key in on})
    return tuple(
        code
        for code in COUNTING
        if any(other[key][code].verdict is Verdict.MET and judged[key][code].verdict is not Verdict.MET for key in on)
    )


def _is_of(facts: PatientFacts, response: Response, differing: set[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether a stated response is one of a lesion and session whose diameters say otherwise."""
    return any(
        same_lesion(facts, response.lesion, key) and t.response is response
        for key, session in differing
        for t in timed(facts, key)
        if t.session.evidence == session
    )


def _open_history(facts: PatientFacts) -> str:
    """Why it is not known which treatments were done; "" where it is."""
    if TREATMENT_HISTORY in facts.refused:
        return facts.refused[TREATMENT_HISTORY]
    unreached = "Procedure" in facts.unreached
    return "procedures could not be fetched: whether TACE was done is not known" if unreached else ""


def _unreached(because: str) -> Refractoriness:
    """Procedures that could not be fetched or read may hold any history."""
    findings = tuple(
        Finding(rule.__name__, Verdict.UNKNOWN, because, "contract", "treatment history", (), ("treatment_history",))
        for rule in (COUNTING | CONTEXT).values()
    )
    codes = COUNTING | CONTEXT
    return Refractoriness("indeterminate", dict.fromkeys(codes, Verdict.UNKNOWN), findings, {},
                          would_decide=dict.fromkeys(codes, label(TREATMENT_HISTORY)))  # fmt: skip


def judge(code: str, on: Lesion) -> Finding:
    """One definition for one lesion, open while a session has no date or cannot be read."""
    return _unless_undated(on.facts, (COUNTING | CONTEXT)[code](on))


def _unless_undated(facts: PatientFacts, found: Finding) -> Finding:
    """A TACE session without a date, or one that cannot be read, could be the one that a definition counts: nothing is
    excluded while it is open.
    """
    if found.verdict is not Verdict.NOT_MET:
        return found
    if TREATMENT_HISTORY in facts.refused:
        return replace(found, verdict=Verdict.UNKNOWN, missing=("treatment_history",),
                       because=f"{found.because}; {facts.refused[TREATMENT_HISTORY]}")  # fmt: skip
    if not undated_tace(facts):
        return found
    return replace(found, verdict=Verdict.UNKNOWN, because=f"{found.because}; a TACE session has no date",
                   missing=("date_of_tace",))  # fmt: skip


def _ordered(case: Case, treated: Sequence[str]) -> tuple[str, ...]:
    """The treated lesions that the order is for. An order that names none is for the only one there is, if there is one."""
    order = case.order
    if order is not None and order.lesions:
        return tuple(k for k in treated if any(same_lesion(case.facts, k, o) for o in order.lesions))
    told = [k for k in treated if k.startswith(("BodyStructure/", "segment-"))]
    return tuple(told) if len(told) == 1 else ()


def _named(case: Case, key: str, finding: Finding, lesions: int) -> Finding:
    """The finding with its lesion in words."""
    return replace(finding, because=f"{lesion_name(case.facts, key)}: {finding.because}") if lesions > 1 else finding


def _representative(findings: list[Finding], verdict: Verdict) -> Finding:
    return next(f for f in findings if f.verdict is verdict)


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Each definition once: what is met for several lesions, or for the whole liver, is one caution."""
    return tuple({f.rule: f for f in reversed(findings)}.values())


def _verdict(definitions: dict[str, Verdict]) -> str:
    counted = [definitions[code] for code in COUNTING]
    if all(v is Verdict.MET for v in counted):
        return "met-by-all"
    if any(v is Verdict.MET for v in counted):
        return "met-by-some"
    return "not-met" if all(v is Verdict.NOT_MET for v in counted) else "indeterminate"
