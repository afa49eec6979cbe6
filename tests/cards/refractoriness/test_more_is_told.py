"""Adding a missing fact never turns a definition that is met into one that cannot be told.

A missing fact is one of which nothing is recorded. Four are not tried, as a definition takes their silence for an answer and
says so: technical failure of a session and an unchanged technique (JSH), invasion or spread before the first session,
and a category that contradicts what is recorded of the same imaging. A lesion of which nothing was known before is
another subject, not a missing fact.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cards.facts import OVERALL
from cards.verdict import Verdict
from tests.cards.build import facts, response, session
from tests.cards.refractoriness.course import AFTER, BEFORE, FIRST, judged, on

A, B = "segment-8", "segment-2"
MAYBE = st.sampled_from([None, True, False])
CATEGORIES = ("CR", "PR", "SD", "PD")


@st.composite
def sessions(draw):
    """One to four sessions, two to ten weeks apart, with anything told or not."""
    when, found = FIRST, []
    for _ in range(draw(st.integers(1, 4))):
        found.append(session(when, *draw(st.sampled_from([(), (A,), (A,), (B,), (A, B)])), selective=draw(MAYBE),
                             changed=draw(MAYBE), success=draw(st.sampled_from([None, True])),
                             intent=draw(st.sampled_from(["", "curative", "palliative"]))))  # fmt: skip
        when += timedelta(days=draw(st.integers(30, 70)))
    return found


@st.composite
def patients(draw):
    """A history with gaps: responses of lesions or of the liver, markers, invasion, spread and number told or not."""
    treated = draw(sessions())
    found = []
    for each in treated:
        for about in draw(st.sets(st.sampled_from([A, B, OVERALL]), max_size=2)):
            category, viable = draw(
                st.sampled_from([("", 60.0), ("", 40.0), *((c, None) for c in CATEGORIES), ("SD", 60.0)])
            )
            found.append(response(each, category, lesion=about, viable=viable, day=draw(st.sampled_from([20, 30]))))
    told = {}
    if draw(st.booleans()):
        rising = ((150.0, AFTER - timedelta(30)), (200.0, AFTER))
        told["afp"] = on("afp", (100.0, BEFORE), *draw(st.sampled_from([((90.0, AFTER),), rising])))
    for name, (no, yes) in (("portal_vein_invasion", ("none", "vp2")), ("extrahepatic_spread", (False, True))):
        if draw(st.booleans()):
            told[name] = on(name, (no, BEFORE), (draw(st.sampled_from([no, yes])), AFTER))
    if draw(st.booleans()):
        told["nodule_count"] = on(
            "nodule_count", (1, BEFORE), *((n + 2, s.when + timedelta(29)) for n, s in enumerate(treated))
        )
    return facts(sessions=treated, responses=found, **told)


def completions(patient):
    """The patient with one missing fact answered, each in each way."""
    only_a = {x for s in patient.sessions for x in s.lesions} | {r.lesion for r in patient.responses} <= {A, OVERALL}
    for n, each in enumerate(patient.sessions):
        yield from (_session(patient, n, **{name: value}) for name, value in _silent(each))
        if not each.lesions and only_a:
            yield _session(patient, n, lesions=(A,))
        for about in each.lesions or ((A,) if only_a else ()):
            mine = [r for r in patient.responses if r.session in each.evidence and r.lesion == about]
            viable = next((r.viable_percent for r in mine if r.viable_percent is not None), None)
            if not any(r.category for r in mine):
                fitting = _fitting(patient, each, viable)
                yield from (_told(patient, response(each, c, lesion=about, day=30)) for c in fitting)
            if viable is None and not any(r.category == "CR" for r in mine):
                yield from (_told(patient, response(each, viable=v, lesion=about, day=30)) for v in (40.0, 60.0))
    for name, values in (("afp", ((100.0, BEFORE), (90.0, AFTER))), ("dcp", ((10.0, BEFORE), (5.0, AFTER))),
                         ("portal_vein_invasion", (("none", BEFORE), ("vp2", AFTER))),
                         ("extrahepatic_spread", ((False, BEFORE), (False, AFTER))),
                         ("nodule_count", ((1, BEFORE), (1, AFTER)))):  # fmt: skip
        if name not in patient.series:
            yield replace(patient, series={**patient.series, name: tuple(reversed(on(name, *values)))})


def _fitting(patient, each, viable):
    """The categories of a lesion that do not contradict what is recorded of the session."""
    overall = {
        r.category for r in patient.responses if r.session in each.evidence and r.lesion == OVERALL and r.category
    }
    if overall:
        return overall
    if viable is None:
        return CATEGORIES
    return ("SD", "PD") if viable > 50 else ("CR", "PR")


def _silent(each):
    return [*((("selective", True), ("selective", False)) if each.selective is None else ()),
            *((("technique_changed", True),) if each.technique_changed is None else ()),
            *((("technical_success", True),) if each.technical_success is None else ()),
            *((("intent", "curative"), ("intent", "palliative")) if not each.intent else ())]  # fmt: skip


def _session(patient, n, **changed):
    return replace(patient, sessions=(*patient.sessions[:n], replace(patient.sessions[n], **changed),
                                      *patient.sessions[n + 1 :]))  # fmt: skip


def _told(patient, added):
    return replace(patient, responses=tuple(sorted((*patient.responses, added), key=lambda r: r.when)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(patients())
def test_a_missing_fact_never_turns_met_into_unknown(patient):
    met = {code for code, verdict in judged(patient).definitions.items() if verdict is Verdict.MET}
    assume(met)
    for completed in completions(patient):
        found = judged(completed).definitions
        assert {code for code in met if found[code] is Verdict.UNKNOWN} == set(), completed
