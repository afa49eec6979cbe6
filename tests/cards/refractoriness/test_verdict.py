"""The verdict over the seven definitions that count, and the ordered lesion."""

from datetime import date

import pytest

from cards.assess import assess
from cards.facts import NOT_TOLD
from cards.refractoriness.definitions import COUNTING, DECIDING
from cards.verdict import Verdict
from tests.cards.build import CANDIDATE, CANDIDATE_SIZES, LESION, TODAY, facts, order, response, session
from tests.cards.refractoriness.course import AFTER, BEFORE, course, judged, on, step

OTHER = "segment-2"
CURATIVE = {"intent": "curative"}
# Everything that eligibility needs, from after the last session
FIT = {
    **{
        name: (what, 5)
        for name, what in CANDIDATE.items()
        if name not in ("extrahepatic_spread", "portal_vein_invasion")
    },
    "portal_vein_invasion": on("portal_vein_invasion", ("none", BEFORE), ("none", AFTER)),
    "extrahepatic_spread": on("extrahepatic_spread", (False, BEFORE), (False, AFTER)),
    "sizes": [(cm, 5) for cm in CANDIDATE_SIZES],
}
TWICE_STABLE = ("SD", "SD")
UNREADABLE = {"treatment_history": "a treatment is recorded and not usable (Procedure/t)"}


def eligibility_of(*steps, ordered=None, **changes):
    return assess(course(*steps, **{**FIT, **changes}), TODAY, ordered).eligibility


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        pytest.param(course(), "not-applicable", id="no session"),
        pytest.param(course(step("PD", kind="y90")), "not-applicable", id="Y-90 is no TACE"),
        pytest.param(course("CR"), "not-met", id="complete response"),
        pytest.param(course("SD"), "indeterminate", id="stable disease once: EASL says 1–2"),
        pytest.param(course("SD", "SD"), "met-by-some", id="stable disease twice"),
        pytest.param(course(*(step("SD", 60.0, **CURATIVE) for _ in range(3))), "met-by-all",
                     id="60 % viable three times, curative intent"),
        pytest.param(course("CR", afp=None), "indeterminate", id="nothing met, markers not told"),
        pytest.param(course("PD", afp=None), "met-by-some", id="one met, others not told"),
        pytest.param(course(more=[session(None, LESION)]), "indeterminate", id="only a session without a date"),
        pytest.param(course(refused=UNREADABLE), "indeterminate", id="only a session that cannot be read"),
        pytest.param(course("CR", refused=UNREADABLE), "indeterminate", id="nothing met, a session cannot be read"),
        pytest.param(course("PD", refused=UNREADABLE), "met-by-some", id="one met, a session cannot be read"),
        pytest.param(course("CR", afp=on("afp", (100.0, BEFORE), (200.0, AFTER))), "indeterminate",
                     id="AFP rose once: open by JSH, met by a definition that is context only"),
    ],
)  # fmt: skip
def test_verdict(patient, expected):
    assert judged(patient).verdict == expected


def test_definitions_that_are_context_do_not_count():
    found = judged(course("PR", afp=on("afp", (100.0, BEFORE), (150.0, date(2026, 4, 1)), (140.0, AFTER))))
    assert found.definitions["ogasawara-afp-002"] is Verdict.MET
    assert found.verdict == "not-met"


def test_seven_count_and_three_may_decide():
    assert len(COUNTING) == 7
    assert set(DECIDING) == {"source-003-steps", "zhang-2022-proposal", "iasl-002"}


# The ordered lesion


@pytest.mark.parametrize(
    ("ordered", "expected", "deciding"),
    [
        pytest.param(order("tace", LESION), "not-recommended", ["source_003_steps"], id="the refractory lesion"),
        pytest.param(order("tace", OTHER), "caution", ["easl_2025_quoted", "source_003_steps"], id="another lesion"),
        pytest.param(order("tace"), "not-recommended", ["source_003_steps"], id="none named, only one treated"),
        pytest.param(None, "not-recommended", ["source_003_steps"], id="no order, only one treated"),
        pytest.param(order("y90", LESION), "not-recommended", ["source_003_steps"], id="Y-90 to the refractory lesion"),
    ],
)
def test_refractory_lesion_decides_only_for_its_own_order(ordered, expected, deciding):
    found = eligibility_of(*TWICE_STABLE, ordered=ordered)
    assert found.verdict == expected
    assert sorted(f.rule for f in found.deciding) == deciding


def test_order_that_names_no_lesion_is_not_decided_by_one_of_several():
    both = step("SD", on=(LESION, OTHER))
    found = eligibility_of(both, both, ordered=order("tace"))
    assert found.verdict == "caution"


def test_lesion_of_the_order_by_its_segment():
    body = "BodyStructure/a"
    patient = course(*(step("SD", on=(body,), about=body) for _ in range(2)), **FIT, segments={body: LESION})
    assert assess(patient, TODAY, order("tace", LESION)).eligibility.verdict == "not-recommended"


def test_segment_with_two_lesions_names_neither():
    body = "BodyStructure/a"
    patient = course(*(step("SD", on=(body,), about=body) for _ in range(2)), **FIT,
                     segments={body: LESION, "BodyStructure/b": LESION})  # fmt: skip
    assert assess(patient, TODAY, order("tace", LESION)).eligibility.verdict == "caution"


@pytest.mark.parametrize(
    ("steps", "changes", "decides"),
    [
        pytest.param(("PD",), {}, {"source_003_steps"}, id="steps: progression after one"),
        pytest.param(("SD", "SD"), {}, {"source_003_steps"}, id="steps: stable after two"),
        pytest.param(("SD", "SD", "SD"), {}, {"source_003_steps", "zhang_2022_proposal", "iasl_same_area"},
                     id="three failures within six months: all three"),
        pytest.param(tuple(step("", 60.0) for _ in range(3)), {}, {"zhang_2022_proposal"},
                     id="proposal: viable above 50 % three times"),
        pytest.param((step("PR", 60.0), step("PR", 60.0)), {}, set(), id="JSH alone"),
        pytest.param(("CR", "CR", "CR"), {}, set(), id="Korean alone"),
        pytest.param((step("SD", **CURATIVE),), {}, set(), id="European alone"),
        pytest.param(("CR",), {"afp": on("afp", (100.0, BEFORE), (120.0, date(2026, 4, 1)), (140.0, AFTER))}, set(),
                     id="JSH by markers alone"),
    ],
)  # fmt: skip
def test_only_the_three_deciding_rules_make_it_not_recommended(steps, changes, decides):
    ordered = order("tace", LESION)
    found = eligibility_of(*steps, ordered=ordered, **changes)
    assert {
        f.rule for f in found.deciding if f.rule in {"source_003_steps", "zhang_2022_proposal", "iasl_same_area"}
    } == (decides)
    assert found.verdict == ("not-recommended" if decides else "caution")


def test_each_definition_makes_caution_once_however_many_lesions_meet_it():
    both = step("SD", on=(LESION, OTHER))
    patient = course(both, both, step("SD", on=(OTHER,), about=OTHER), **FIT)
    rules = [f.rule for f in assess(patient, TODAY, order("tace", "segment-7")).eligibility.deciding]
    assert len(rules) == len(set(rules))


def test_no_refractory_lesion_leaves_the_candidate():
    assert eligibility_of("CR", ordered=order("tace", LESION)).verdict == "candidate"


def test_each_lesion_is_judged_for_itself():
    first = step("PD", on=(LESION,))
    second = step("CR", on=(OTHER,), about=OTHER)
    found = judged(course(first, second), order("tace", OTHER))
    assert found.per_lesion[LESION]["source-003-steps"].verdict is Verdict.MET
    assert found.per_lesion[OTHER]["source-003-steps"].verdict is Verdict.NOT_MET
    assert found.definitions["source-003-steps"] is Verdict.MET
    assert (found.ordered, found.deciding) == ((OTHER,), ())


# What the diameters would change

BASE, STABLE = (5.0, 300, LESION), (4.0, 58, LESION)
FIRST_ONE, SECOND_ONE = session(200, LESION), session(100, LESION)


def if_measured(*responses, viable=(BASE, STABLE), **more):
    patient = facts(sessions=[FIRST_ONE, SECOND_ONE], responses=responses, viable=viable, **more)
    return judged(patient, order("tace", LESION)).if_measured


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        pytest.param([response(FIRST_ONE, "SD"), response(SECOND_ONE, "PR")], ("easl-2025-quoted", "source-003-steps"),
                     id="what is stated after the other session stays"),
        pytest.param([response(FIRST_ONE, "PR"), response(SECOND_ONE, "PR")], (), id="one session without response is not two"),
        pytest.param([response(FIRST_ONE, "SD"), response(SECOND_ONE, "SD")], (), id="both agree"),
    ],
)  # fmt: skip
def test_definitions_that_the_diameters_would_meet(responses, expected):
    assert if_measured(*responses) == expected


def test_diameters_of_a_lesion_by_its_segment():
    body = "BodyStructure/a"
    found = if_measured(response(FIRST_ONE, "SD"), response(SECOND_ONE, "PR", lesion=body), segments={body: LESION})
    assert found == ("easl-2025-quoted", "source-003-steps")


@pytest.mark.parametrize(
    ("lesions", "expected"),
    [
        pytest.param(("BodyStructure/a",), ("BodyStructure/a",), id="the only one, by its name"),
        pytest.param((LESION,), (LESION,), id="the only one, by its segment"),
        pytest.param((LESION, OTHER), (), id="one of two"),
        pytest.param((), (), id="none told"),
    ],
)
def test_an_order_that_names_no_lesion_is_for_the_only_one(lesions, expected):
    patient = course(step("SD", on=lesions, about=NOT_TOLD))
    assert judged(patient, order("tace")).ordered == expected
