"""The published definitions of TACE failure/refractoriness, each judged for one lesion.

A definition that speaks of the whole liver (markers, invasion, spread, session count) gives every lesion the same answer.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from cards.facts import NOT_TOLD, PatientFacts, Session
from cards.record import record
from cards.refractoriness.runs import over_told_sessions, run_of
from cards.response.course import Course, afp_above_baseline, appeared, markers_rise, number_rises
from cards.response.history import Outcome, add_months, lesion_history, tace_sessions
from cards.sources import LOE_OTHER_THERAPY
from cards.verdict import Finding, Verdict, all_of, any_of, verdict_of
from cards.words import day, listed

VIABLE_ABOVE_PERCENT = 50.0
WINDOW_MONTHS = 6
SESSIONS_IN_WINDOW = 3
AFP_RISE_PERCENT = 20.0
SAME_AREA_SESSIONS, EASL_SESSIONS, STEPS_SESSIONS, ZHANG_SESSIONS, GEORGIADES_SESSIONS = 3, 2, 2, 3, 2


@record(frozen=True, slots=True)
class Lesion:
    """What a definition judges: one lesion's history in one patient."""

    facts: PatientFacts
    key: str
    history: tuple[Outcome, ...]


def lesion(facts: PatientFacts, key: str) -> Lesion:
    return Lesion(facts, key, lesion_history(facts, key))


def _row(history: Sequence[Outcome]) -> str:
    return "; ".join(o.words + ("" if o.told else " (target not told)") for o in history) or "no TACE session"


def _evidence(history: Sequence[Outcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for o in history for ref in (*o.session.evidence, *o.evidence)))


def _missing(history: Sequence[Outcome], name: str = "mrecist_response") -> tuple[str, ...]:
    names = [name] if any(o.failed is None for o in history) else []
    return (*names, "target lesion of the session") if any(not o.told for o in history) else tuple(names)


def _per_lesion(
    rule: str, on: Lesion, verdict: Verdict, source: str, locator: str, missing: tuple[str, ...] = (), extra: str = ""
) -> Finding:
    because = _row(on.history) + (f". {extra}" if extra else "")
    shown = missing or _missing(on.history)
    if on.key == NOT_TOLD and rule in _ABOUT_ONE_LESION and not shown:
        shown = ("target lesion of the session",)
    return Finding(rule, verdict, because, source, locator, _evidence(on.history),
                   shown if verdict is Verdict.UNKNOWN else ())  # fmt: skip


_ABOUT_ONE_LESION = ("jsh_viable_over_half", "iasl_same_area", "zhang_2022_proposal")


def _target_known(on: Lesion, verdict: Verdict) -> Verdict:
    """A definition about one lesion cannot be met while the record names no lesion at all."""
    return Verdict.UNKNOWN if on.key == NOT_TOLD and verdict is Verdict.MET else verdict


# JSH-LCSGJ 2014


def jsh_lcsgj_2014(on: Lesion) -> Finding:
    """JSH-LCSGJ 2014: any one of insufficient response, progression in number, marker rise, invasion, spread.

    Inputs
        those of its parts; portal_vein_invasion, hepatic_vein_invasion and extrahepatic_spread, each with its day
    Result
        MET one item met; NOT_MET all items not met; UNKNOWN otherwise
    Source
        jsh-lcsgj-2014, table 1 of source-002
    """
    items = (
        jsh_viable_over_half(on),
        jsh_number_increases(on),
        _liver("jsh_markers", markers_rise(on.facts), "jsh-lcsgj-2014", "(2)"),
        _liver("jsh_vascular_invasion", _invasion(on.facts), "jsh-lcsgj-2014", "(3)"),
        _liver("jsh_extrahepatic_spread", _spread(on.facts), "jsh-lcsgj-2014", "(4)"),
    )
    return _any_item("jsh_lcsgj_2014", items, "jsh-lcsgj-2014", "table 1 of Zhang 2022")


def _any_item(rule: str, items: Sequence[Finding], source: str, locator: str) -> Finding:
    """Any one item: what it says is that of the items which decide it."""
    verdict = any_of(i.verdict for i in items)
    said = [i for i in items if i.verdict is verdict] or list(items)
    because = "; ".join(dict.fromkeys(f"{i.locator} {i.because}" for i in said))
    missing = tuple(dict.fromkeys(n for i in said for n in i.missing)) if verdict is Verdict.UNKNOWN else ()
    return Finding(rule, verdict, because, source, locator, tuple(dict.fromkeys(r for i in said for r in i.evidence)),
                   missing)  # fmt: skip


def jsh_viable_over_half(on: Lesion) -> Finding:
    """JSH item 1a: two or more consecutive insufficient responses of the treated tumor (viable above 50 %) after
    adequate selective TACE, even after the agent was changed or the feeding artery analysed again.

    Inputs
        of each session of the lesion: viable_percent, else a complete mrecist_response
        of each session: selective_session, technical_success, technique_changed
    Result
        MET      two adjacent sessions, each selective and not technically failed, viable above 50 % both times, agent or
                 feeder changed for the second
        UNKNOWN  the same with something not recorded
    Source
        jsh-lcsgj-2014 (1), table 1 of source-002
    """
    verdict = over_told_sessions(on.history, lambda h: any_of(_insufficient_pair(a, b) for a, b in _pairs(h)))
    missing = _jsh_missing(on.history)
    return _per_lesion("jsh_viable_over_half", on, _target_known(on, verdict), "jsh-lcsgj-2014", "(1)", missing)


def _pairs(history: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    return list(pairwise(history))


def _insufficient_pair(first: Outcome, second: Outcome) -> Verdict:
    insufficient = (verdict_of(_insufficient(first)), verdict_of(_insufficient(second)))
    return all_of(
        (
            *insufficient,
            _adequate(first.session),
            _adequate(second.session),
            verdict_of(second.session.technique_changed),
        )
    )


def _insufficient(outcome: Outcome) -> bool | None:
    """Viable above 50 %; a complete response leaves nothing viable; other categories do not tell the fraction."""
    if outcome.viable is not None:
        return outcome.viable > VIABLE_ABOVE_PERCENT
    return False if outcome.category == "CR" else None


def _adequate(session: Session) -> Verdict:
    """Adequately performed selective TACE: selective, and technical success not denied."""
    return Verdict.NOT_MET if session.technical_success is False else verdict_of(session.selective)


def _jsh_missing(history: Sequence[Outcome]) -> tuple[str, ...]:
    names = []
    if any(_insufficient(o) is None for o in history):
        names.append("viable_percent")
    if any(o.session.selective is None for o in history):
        names.append("selective_session")
    if any(o.session.technique_changed is None for o in history[1:]):
        names.append("technique_changed")
    return tuple(names) + (("target lesion of the session",) if any(not o.told for o in history) else ())


def jsh_number_increases(on: Lesion) -> Finding:
    """JSH item 1b: two or more consecutive progressions in the liver: the number rises over that before the TACE.

    Inputs
        nodule_count before and after each session, or new_intrahepatic_lesion after it
        of each session: selective_session, technical_success, technique_changed
    Result
        MET      the number rises after two adjacent sessions, each selective and not technically failed, and it is not
                 stated that agent and feeder were left unchanged
        UNKNOWN  a number or the selectivity not told
    Source
        jsh-lcsgj-2014 (1), table 1 of source-002
    """
    rises = number_rises(on.facts)
    verdict = any_of(
        all_of((verdict_of(rose_a), verdict_of(rose_b), _adequate(a), _adequate(b),
                verdict_of(b.technique_changed is not False)))
        for (a, rose_a), (b, rose_b) in pairwise(rises)
    )  # fmt: skip
    words = {True: "more nodules", False: "no more nodules", None: "number not told"}
    because = "; ".join(f"{day(s.when)}: {words[rose]}" for s, rose in rises) or "no TACE session"
    missing = ("nodule_count", "selective_session") if verdict is Verdict.UNKNOWN else ()
    return Finding("jsh_number_increases", verdict, because, "jsh-lcsgj-2014", "(1)",
                   tuple(r for s, _ in rises for r in s.evidence), missing)  # fmt: skip


def _liver(rule: str, course: Course, source: str, locator: str) -> Finding:
    missing = course.missing if course.verdict is Verdict.UNKNOWN else ()
    return Finding(rule, course.verdict, course.because, source, locator, course.evidence, missing)


def _invasion(facts: PatientFacts) -> Course:
    portal = appeared(facts, "portal_vein_invasion", "portal vein invasion")
    hepatic = appeared(facts, "hepatic_vein_invasion", "hepatic vein invasion")
    present_since_unknown = hepatic.verdict is Verdict.UNKNOWN and bool(hepatic.evidence)
    if hepatic.verdict is Verdict.MET or (present_since_unknown and portal.verdict is not Verdict.MET):
        return hepatic
    return portal


def _spread(facts: PatientFacts) -> Course:
    return appeared(facts, "extrahepatic_spread", "extrahepatic spread")


# The others that count


def korean(on: Lesion) -> Finding:
    """Korean conditions: three or more TACE within 6 months, or progression to portal vein invasion, or spread.

    Read literally the first counts sessions, not failures: three planned sessions with complete response meet it.

    Inputs
        days of the sessions; portal_vein_invasion and extrahepatic_spread, each with its day
    Source
        korean-criteria, text of source-002
    """
    items = (
        _three_sessions(on.facts),
        _liver("korean_portal_vein", appeared(on.facts, "portal_vein_invasion", "portal vein invasion"),
               "korean-criteria", "(2)"),
        _liver("korean_spread", _spread(on.facts), "korean-criteria", "(3)"),
    )  # fmt: skip
    return _any_item("korean", items, "korean-criteria", "text of Zhang 2022")


def _three_sessions(facts: PatientFacts) -> Finding:
    sessions = tace_sessions(facts)
    starts = [s.when for s in sessions if s.when is not None]
    within = any(
        last <= add_months(first, WINDOW_MONTHS)
        for first, last in zip(starts, starts[SESSIONS_IN_WINDOW - 1 :], strict=False)
    )
    because = f"{len(starts)} dated TACE session{'' if len(starts) == 1 else 's'}" + (
        ", three within 6 months (this counts sessions, not failures)" if within else ""
    )
    undated = any(s.kind == "tace" and s.when is None for s in facts.sessions)
    verdict = Verdict.MET if within else Verdict.UNKNOWN if undated else Verdict.NOT_MET
    return Finding("korean_three_sessions", verdict, because, "korean-criteria", "(1)",
                   tuple(r for s in sessions for r in s.evidence), ("date_of_tace",) if undated else ())  # fmt: skip


def iasl_same_area(on: Lesion) -> Finding:
    """No response after 3 or more TACE within 6 months to the same area.

    Inputs
        of each session of the lesion: mrecist_response, its day
    Result
        MET      three consecutive sessions of the lesion within 6 calendar months, each SD or PD
        NOT_MET  fewer than three such sessions, or a response among them
        UNKNOWN  a response or a target not told
    Source
        iasl-criteria, table 1 of source-002
    """
    verdict = over_told_sessions(on.history, _same_area)
    return _per_lesion("iasl_same_area", on, _target_known(on, verdict), "iasl-criteria", "table 1")


def _same_area(history: Sequence[Outcome]) -> Verdict:
    starts = range(len(history) - SAME_AREA_SESSIONS + 1)
    return any_of(_window(history[i : i + SAME_AREA_SESSIONS]) for i in starts)


def _window(run: Sequence[Outcome]) -> Verdict:
    first, last = run[0].session.when, run[-1].session.when
    if first is None or last is None or last > add_months(first, WINDOW_MONTHS):
        return Verdict.NOT_MET
    return all_of(verdict_of(o.failed) for o in run)


def european(on: Lesion) -> Finding:
    """European: failure depends on the purpose. Palliative: stable disease is effective. Curative: SD or PD is failure.

    Inputs
        of each session of the lesion: mrecist_response, its intent
    Result
        MET      SD or PD after a session with curative intent
        NOT_MET  CR or PR after the last session that was imaged; or palliative intent and SD
        UNKNOWN  intent or response not told; palliative intent and PD, of which the definition does not speak
    Source
        european-criteria, text and table 1 of source-002
    """
    judged = [o for o in on.history if o.failed is not None]
    source, locator = "european-criteria", "table 1"
    if any(o.failed and o.session.intent == "curative" for o in judged):
        since = "; it has responded since" if judged[-1].failed is False else ""
        return _per_lesion("european", on, Verdict.MET, source, locator, (), f"intent curative{since}")
    if not judged:
        verdict = Verdict.UNKNOWN if on.history else Verdict.NOT_MET
        return _per_lesion("european", on, verdict, source, locator, ("mrecist_response",))
    last, intent = judged[-1], judged[-1].session.intent
    if last.failed is False or (intent == "palliative" and last.category == "SD"):
        return _per_lesion("european", on, Verdict.NOT_MET, source, locator, (), f"intent {intent or 'not told'}")
    extra = "the definition does not speak of progression under palliative intent" if intent else "intent not told"
    return _per_lesion("european", on, Verdict.UNKNOWN, source, locator,
                       () if intent else ("intent of the session",), extra)  # fmt: skip


def easl_2025_quoted(on: Lesion) -> Finding:
    """EASL 2025 as quoted: after 1–2 consecutive TACE without response, with preserved liver function, consider other
    therapy.

    Inputs
        of each session of the lesion: mrecist_response
    Result
        MET two consecutive sessions without response; UNKNOWN exactly one (the statement says "1–2"); NOT_MET none
    Source
        easl-2025, level of evidence 3, strong recommendation, strong consensus; quoted in source-003
    """
    verdict = over_told_sessions(on.history, _easl)
    extra = "one session without response: the statement says 1–2" if verdict is Verdict.UNKNOWN and _one(on) else ""
    return _per_lesion("easl_2025_quoted", on, verdict, "easl-2025", LOE_OTHER_THERAPY, (), extra)


def _easl(history: Sequence[Outcome]) -> Verdict:
    two = run_of(EASL_SESSIONS, [o.failed for o in history])
    if two is not Verdict.NOT_MET or not history:
        return two
    return Verdict.NOT_MET if history[-1].failed is False else Verdict.UNKNOWN


def _one(on: Lesion) -> bool:
    return bool(on.history) and on.history[-1].failed is True


def source_003_steps(on: Lesion) -> Finding:
    """The summary's own steps: progression after any session, or stable disease after two: change; stable disease after
    one: repeat once; CR or PR: on demand.

    Inputs
        of each session of the lesion: mrecist_response
    Result
        MET PD after any session, or two consecutive sessions without response; UNKNOWN a response not told
    Source
        source-003, step 3 and its pitfalls
    """
    verdict = over_told_sessions(on.history, _steps)
    later = on.history and on.history[-1].failed is False and verdict is Verdict.MET
    return _per_lesion(
        "source_003_steps", on, verdict, "source-003", "step 3", (), "it has responded since" if later else ""
    )


def _steps(history: Sequence[Outcome]) -> Verdict:
    progressed = any_of(verdict_of(_progressed(o)) for o in history)
    return any_of((progressed, run_of(STEPS_SESSIONS, [o.failed for o in history])))


def _progressed(outcome: Outcome) -> bool | None:
    return outcome.category == "PD" if outcome.category else None


def zhang_2022_proposal(on: Lesion) -> Finding:
    """Proposal of Zhang 2022: three consecutive insufficient responses in target lesions; new lesions, portal invasion
    and spread alone do not count.

    Inputs
        of each session of the lesion: mrecist_response, else viable_percent
    Source
        source-002, suggestions to define TACE failure/refractoriness
    """
    verdict = over_told_sessions(on.history, lambda h: run_of(ZHANG_SESSIONS, [_no_response(o) for o in h]))
    return _per_lesion("zhang_2022_proposal", on, _target_known(on, verdict), "source-002", "suggestions")


def _no_response(outcome: Outcome) -> bool | None:
    """Insufficient in the target: SD or PD; where only the viable fraction is told, above 50 %."""
    if outcome.failed is not None:
        return outcome.failed
    return outcome.viable > VIABLE_ABOVE_PERCENT if outcome.viable is not None else None


# Context


def klca_2022(on: Lesion) -> Finding:
    """KLCA-NCC 2022, known from a machine summary: no CR or PR after two or more on-demand TACE within 6 months; or new
    vascular invasion; or spread. Context only.

    Inputs
        of each session of the lesion: mrecist_response, its day
        portal_vein_invasion, hepatic_vein_invasion and extrahepatic_spread, each with its day
    Source
        klca-2022, second-hand
    """
    two = over_told_sessions(on.history, lambda h: any_of(_two_within(a, b) for a, b in _pairs(h)))
    items = (
        _per_lesion("klca_no_response", on, two, "klca-2022", "(1)"),
        _liver("klca_invasion", _invasion(on.facts), "klca-2022", "(2)"),
        _liver("klca_spread", _spread(on.facts), "klca-2022", "(3)"),
    )
    return _any_item("klca_2022", items, "klca-2022", "second-hand, context")


def _two_within(first: Outcome, second: Outcome) -> Verdict:
    a, b = first.session.when, second.session.when
    if a is None or b is None or b > add_months(a, WINDOW_MONTHS):
        return Verdict.NOT_MET
    return all_of((verdict_of(first.failed), verdict_of(second.failed)))


def georgiades(on: Lesion) -> Finding:
    """At least two treatments before abandoning TACE: 47 % of those without response to the first responded to the
    second. MET: two or more sessions and none responded. Context only.

    Inputs
        of each session of the lesion: mrecist_response
    Source
        georgiades-2012 in source-002
    """
    verdict = over_told_sessions(on.history, _none_responded)
    return _per_lesion("georgiades", on, verdict, "georgiades-2012", "text of Zhang 2022")


def _none_responded(history: Sequence[Outcome]) -> Verdict:
    return all_of([verdict_of(len(history) >= GEORGIADES_SESSIONS), *(verdict_of(o.failed) for o in history)])


def ogasawara_afp(on: Lesion) -> Finding:
    """AFP at least 20 % above baseline. Context only: one quantification, disputed.

    Inputs
        afp, or afp_units, before the first session and since
    Source
        ogasawara-afp in source-002
    """
    return _liver(
        "ogasawara_afp", afp_above_baseline(on.facts, AFP_RISE_PERCENT), "ogasawara-afp", "text of Zhang 2022"
    )


COUNTING: dict[str, Callable[[Lesion], Finding]] = {
    "jsh-lcsgj-2014": jsh_lcsgj_2014,
    "korean-002": korean,
    "iasl-002": iasl_same_area,
    "european-002": european,
    "easl-2025-quoted": easl_2025_quoted,
    "source-003-steps": source_003_steps,
    "zhang-2022-proposal": zhang_2022_proposal,
}
CONTEXT: dict[str, Callable[[Lesion], Finding]] = {
    "klca-2022": klca_2022,
    "georgiades-002": georgiades,
    "ogasawara-afp-002": ogasawara_afp,
}
DECIDING = ("source-003-steps", "zhang-2022-proposal", "iasl-002")


def names(keys: Sequence[str]) -> str:
    """Definitions as a summary names them."""
    short = {
        "jsh-lcsgj-2014": "JSH 2014", "korean-002": "Korean conditions", "iasl-002": "same-area definition",
        "european-002": "European definition", "easl-2025-quoted": "EASL 2025 as quoted",
        "source-003-steps": "2026 summary steps", "zhang-2022-proposal": "Zhang 2022 proposal",
        "klca-2022": "KLCA 2022", "georgiades-002": "Georgiades", "ogasawara-afp-002": "AFP +20 %",
    }  # fmt: skip
    return listed(short[k] for k in keys)
