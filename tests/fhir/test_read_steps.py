"""A treatment planned in two steps is one session; nothing else makes two sessions one."""

from datetime import date

import pytest

from cards.response.history import lesion_history, tace_sessions
from tests.fhir.build import SNOMED, coded, icd, own, procedure, read

HCC = icd("C22.0", id="hcc")
TACE, Y90 = coded(SNOMED, "441525007"), coded(SNOMED, "764677008")
RIGHT, LEFT = {"bodySite": [{"text": "segment 8"}]}, {"bodySite": [{"text": "segment 2"}]}
FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 22)


def first(**more):
    return procedure(TACE, "2026-06-01", id="a", **RIGHT, **more)


def second(code=TACE, when="2026-06-22", **more):
    return procedure(code, when, id="b", **LEFT, **more)


PART = {"partOf": [{"reference": "Procedure/a"}]}
SAID = {"extension": [{"url": "https://tace-cds.example.org/fhir/StructureDefinition/planned-second-step",
                       "valueBoolean": True}]}  # fmt: skip
NOTE = own("planned-second-step", True, id="n", partOf=[{"reference": "Procedure/b"}])


def days(*resources):
    return [(s.when, s.latest) for s in read(HCC, *resources).sessions]


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param((first(), second(**PART)), id="part of the first"),
        pytest.param((first(), second(**SAID)), id="by an extension"),
        pytest.param((first(), second(), NOTE), id="by an Observation about it"),
        pytest.param((second(**PART), first()), id="in the other order"),
        pytest.param((first(), second(**PART), NOTE), id="said twice"),
    ],
)
def test_planned_steps_are_one_session(resources):
    (session,) = read(HCC, *resources).sessions
    assert (session.when, session.latest, session.steps) == (FIRST, SECOND, (FIRST, SECOND))
    assert session.lesions == ("segment-8", "segment-2")
    assert session.evidence == ("Procedure/a", "Procedure/b")


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param((first(), second()), id="nothing said"),
        pytest.param((first(), second(), own("planned-second-step", False, id="n", partOf=PART["partOf"])), id="said no"),
        pytest.param((first(partOf=[{"reference": "Procedure/z"}]), second(partOf=[{"reference": "Procedure/z"}])),
                     id="parts of something else: a series is no plan in steps"),
        pytest.param((first(), second(basedOn=[{"reference": "ServiceRequest/1"}])), id="one order"),
        pytest.param((first(), second(Y90, **PART)), id="another treatment"),
    ],
)  # fmt: skip
def test_two_sessions_stay_two(resources):
    assert days(*resources) == [(FIRST, FIRST), (SECOND, SECOND)]


def test_second_step_without_a_first_is_a_session():
    assert days(second(**SAID)) == [(SECOND, SECOND)]


def test_three_steps_are_one_session():
    third = procedure(TACE, "2026-07-13", id="c", partOf=[{"reference": "Procedure/b"}])
    assert days(first(), second(**PART), third) == [(FIRST, date(2026, 7, 13))]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(True, True, True), (True, False, False), (True, None, None), (False, None, False), (None, None, None)],
)
def test_adequate_only_where_each_step_was(one, other, expected):
    notes = [own("selective-session", said, id=f"s{n}", partOf=[{"reference": f"Procedure/{ref}"}])
             for n, (ref, said) in enumerate((("a", one), ("b", other))) if said is not None]  # fmt: skip
    (session,) = read(HCC, first(), second(**PART), *notes).sessions
    assert session.selective is expected


def test_target_is_told_only_where_each_step_tells_it():
    untold = procedure(TACE, "2026-06-22", id="b", **PART)
    (session,) = read(HCC, first(), untold).sessions
    assert session.lesions == ()


def test_response_is_timed_from_the_last_step():
    after = own("mrecist-response", "SD", id="r", effectiveDateTime="2026-07-10", bodySite={"text": "segment 8"})
    later = own("mrecist-response", "PR", id="q", effectiveDateTime="2026-07-20", bodySite={"text": "segment 8"})
    patient = read(HCC, first(), second(**PART), after, later)
    assert len(tace_sessions(patient)) == 1
    assert [o.category for o in lesion_history(patient, "segment-8")] == ["PR"]  # day 18 is too early, day 28 counts
