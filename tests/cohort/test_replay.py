"""The moments of a record, and what was known at each: never anything dated later."""

from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.cohort.patient.known import Dated, dates_of, known_at
from service.cohort.simulate.course import patient_of
from service.cohort.simulate.parameters import read_parameters
from service.cohort.simulate.resources import OWN
from service.fhir.read.reading import name_of
from service.fhir.read.when import Clock
from tests.cohort.build import assessed, question, record, rows, whole

DAY = date(2026, 3, 10)
AT = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
CLOCK = Clock(AT, UTC)
LATER = "2026-03-10T12:00:01Z"  # one second: a live call would allow for skewed clocks, the replay does not
PARAMETERS = read_parameters()


def dated(resource, clock=CLOCK):
    return Dated(resource, tuple(dates_of(resource, clock)))


def known(*resources):
    return known_at([dated(r) for r in resources], CLOCK)


def is_later(resource, clock):
    return dated(resource, clock).is_later(clock)


def observation(**members):
    return {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "x"}, **members}


@pytest.mark.parametrize(
    "resource",
    [
        observation(effectiveDateTime=LATER),
        observation(effectiveDateTime="2026-03-11"),
        observation(effectiveDateTime="2026-03-01", issued=LATER),
        observation(effectivePeriod={"start": "2026-03-01", "end": "2026-03-11"}),
        observation(issued=LATER),
        {"resourceType": "Condition", "onsetDateTime": "2025-01-01", "recordedDate": "2026-03-11"},
        {"resourceType": "Condition", "onsetDateTime": "2026-03-11"},
        {
            "resourceType": "Condition",
            "extension": [{"url": "http://x/condition-assertedDate", "valueDateTime": LATER}],
        },
        {"resourceType": "Procedure", "performedDateTime": LATER},
        {"resourceType": "Procedure", "performedPeriod": {"start": "2026-03-10T11:00:00Z", "end": LATER}},
        {"resourceType": "MedicationRequest", "authoredOn": "2026-03-11"},
        {"resourceType": "MedicationStatement", "effectiveDateTime": "2026-01-01", "dateAsserted": "2026-03-11"},
        {"resourceType": "MedicationStatement", "effectivePeriod": {"start": "2026-03-11"}},
        {"resourceType": "QuestionnaireResponse", "authored": LATER},
        {"resourceType": "DiagnosticReport", "effectiveDateTime": "2026-03-01", "issued": LATER},
    ],
    ids=lambda r: (
        f"{r['resourceType']} {orjson.dumps({k: v for k, v in r.items() if k != 'resourceType'}).decode()[:60]}"
    ),
)
def test_what_is_dated_or_recorded_later_is_not_known(resource):
    assert known(resource) == []


@pytest.mark.parametrize(
    "resource",
    [
        observation(effectiveDateTime="2026-03-10"),
        observation(effectiveDateTime="2026-03-10T12:00:00Z", issued="2026-03-10T12:00:00Z"),
        observation(),
        {"resourceType": "BodyStructure", "id": "b"},
        {"resourceType": "Condition", "code": {"text": "HCC"}},
        {"resourceType": "MedicationStatement", "effectivePeriod": {"start": "2026-03-01", "end": "2026-03-09"}},
    ],
)
def test_what_is_dated_earlier_or_not_dated_stays_as_it_is(resource):
    assert known(resource) == [resource]


def test_an_undated_result_of_a_later_report_is_dated_by_it():
    report = {"resourceType": "DiagnosticReport", "issued": LATER, "result": [{"reference": "Observation/o1"}]}
    assert known(observation(), report) == []


def test_an_undated_result_that_an_earlier_report_names_is_known():
    report = {"resourceType": "DiagnosticReport", "issued": LATER, "result": [{"reference": "Observation/o1"}]}
    earlier = report | {"issued": "2026-03-01T00:00:00Z"}
    assert known(observation(), report, earlier) == [observation(), earlier]


def test_a_condition_that_abated_later_was_active():
    resolved = {
        "resourceType": "Condition",
        "recordedDate": "2026-01-01",
        "clinicalStatus": {"coding": [{"code": "resolved"}]},
        "abatementDateTime": "2026-03-20",
    }
    assert known(resolved) == [{"resourceType": "Condition", "recordedDate": "2026-01-01"}]
    earlier = resolved | {"abatementDateTime": "2026-03-09"}
    assert known(earlier) == [earlier]


def test_a_drug_that_was_stopped_later_was_being_given():
    stopped = {"resourceType": "MedicationStatement", "status": "stopped"}
    period = {"start": "2026-01-01", "end": "2026-04-01"}
    assert known(stopped | {"effectivePeriod": period})[0]["status"] == "active"
    assert known(stopped | {"effectivePeriod": period | {"end": "2026-03-01"}})[0]["status"] == "stopped"


# The record as a whole


def later_resources(patient: str, at: datetime, treated: bool = False) -> list[dict]:
    """The most telling things, one second after the moment. treated: another TACE of that day would be the same session."""
    soon, next_treatment = (
        (at + timedelta(seconds=1)).isoformat(),
        (at + timedelta(days=treated, seconds=1)).isoformat(),
    )
    subject = {"reference": f"Patient/{patient}"}

    def made(kind, number, **members):
        return {"resourceType": kind, "id": f"later-{number}", "subject": subject, **members}

    def observed(number, system, code, **value):
        concept = {"coding": [{"system": system, "code": code}]}
        return made("Observation", number, status="final", code=concept, effectiveDateTime=soon, **value)

    loinc = "http://loinc.org"
    return [
        observed(1, loinc, "1975-2", valueQuantity={"value": 19, "unit": "mg/dL", "code": "mg/dL"}),
        observed(2, loinc, "1751-7", valueQuantity={"value": 1.9, "unit": "g/dL", "code": "g/dL"}),
        observed(3, OWN, "portal-vein-invasion", valueCodeableConcept={"coding": [{"system": OWN, "code": "vp4"}]}),
        observed(4, OWN, "extrahepatic-spread", valueBoolean=True),
        observed(5, OWN, "mrecist-response", valueCodeableConcept={"coding": [{"system": OWN, "code": "PD"}]}),
        observed(6, loinc, "89247-1", valueInteger=4),
        made("Procedure", 7, status="completed", performedDateTime=next_treatment,
             code={"coding": [{"system": "http://snomed.info/sct", "code": "441525007"}]}),
        made("Condition", 8, recordedDate=soon, code={"coding": [
            {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "K76.7"}]}),
        made("MedicationRequest", 9, status="active", intent="order", authoredOn=soon,
             medicationCodeableConcept={"text": "lenvatinib"}),
    ]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), which=st.integers(0, 30))
def test_replay_never_uses_a_resource_dated_after_the_moment_asked(seed, which):
    """At every moment: no later evidence; the same row when the future is cut off, and when it is another one."""
    resources = patient_of(1, seed, PARAMETERS)
    key, by_name = resources[0]["id"], {name_of(r): r for r in resources}
    whole_course = rows(assessed(key, resources, question(findings=True)))
    if not whole_course:
        return
    row = whole_course[which % len(whole_course)]
    at = datetime.fromisoformat(row["asked"])
    clock = Clock(at, UTC)
    used = {ref for finding in _findings(row) for ref in finding["evidence"] if ref in by_name}
    events = set(row["events"])
    assert not [ref for ref in used - events if is_later(by_name[ref], clock)]
    until = [r for r in whole_course if datetime.fromisoformat(r["asked"]) <= at]
    past = [r for r in resources if not is_later(r, clock) or name_of(r) in events]
    assert rows(assessed(key, past, question(findings=True, asked=at)))[: len(until)] == until
    future = later_resources(key, at, treated=row["by"] == "procedure")
    another = rows(assessed(key, [*past, *future], question(findings=True)))
    assert another[: len(until)] == until


def _findings(row):
    return [
        f for topic in ("eligibility", "refractoriness", "combination", "priorAuth") for f in row[topic]["findings"]
    ]


def test_the_property_can_fail():
    """The resources of the future that are tried do change the answer once they are known."""
    resources = patient_of(1, 7, PARAMETERS)
    key = resources[0]["id"]
    first = rows(assessed(key, resources))[0]
    at = datetime.fromisoformat(first["asked"])
    changed = [*resources, *later_resources(key, at - timedelta(hours=1))]
    again = next(r for r in rows(assessed(key, changed)) if r["events"] == first["events"])
    assert again["eligibility"]["verdict"] == "contraindicated" != first["eligibility"]["verdict"]


# Moments


def hcc(key="p1"):
    made = record(key)
    made.tumor("hcc", date(2026, 1, 5))
    return made


def moments(made):
    return [(r["asked"], r["by"], r["counted"], r["kind"]) for r in rows(assessed(made.patient, whole(made)))]


def test_an_order_and_its_treatment_are_asked_about_and_counted_once():
    made = hcc()
    order = made.order(DAY, [], "")
    made.procedure("441525007", DAY + timedelta(days=2), [], order)
    assert moments(made) == [
        ("2026-03-10T10:00:00+00:00", "order", True, "tace"),
        ("2026-03-12T13:00:00+00:00", "procedure", False, "tace"),
    ]


def test_a_treatment_without_an_order_on_record_is_counted():
    made = hcc()
    made.procedure("441525007", DAY, [], "")
    assert moments(made) == [("2026-03-10T13:00:00+00:00", "procedure", True, "tace")]


def test_the_next_treatment_within_90_days_is_that_of_the_order():
    made = hcc()
    made.order(DAY, [], "")
    made.procedure("441525007", DAY + timedelta(days=90), [], "")
    made.procedure("441525007", DAY + timedelta(days=190), [], "")
    assert [counted for _, _, counted, _ in moments(made)] == [True, False, True]


def test_a_treatment_is_not_its_own_history():
    made = hcc()
    made.procedure("441525007", DAY, [], "")
    (row,) = rows(assessed(made.patient, whole(made)))
    assert row["refractoriness"]["verdict"] == "not-applicable"


def test_a_treatment_later_on_the_day_of_a_dateless_order_time_is_not_its_history():
    made = hcc()
    made.order(DAY, [], "")
    made.resources[-1]["authoredOn"] = DAY.isoformat()
    made.procedure("441525007", DAY, [], "")
    assert [r["refractoriness"]["verdict"] for r in rows(assessed(made.patient, whole(made)))] == ["not-applicable"] * 2


def test_drugs_ordered_together_are_one_call():
    made = hcc()
    made.drug("atezolizumab", DAY, None)
    made.drug("bevacizumab", DAY, None)
    found = rows(assessed(made.patient, whole(made)))
    assert [r["kind"] for r in found] == ["systemic", "systemic"]
    assert len({r["asked"] for r in found}) == 1
    assert all(len(r["events"]) == 2 for r in found)


@pytest.mark.parametrize(
    "change",
    [{"status": "entered-in-error"}, {"intent": "proposal"}, {"authoredOn": None}, {"doNotPerform": True},
     {"authoredOn": "2027-01-01"}, {"authoredOn": "2026"}],
    ids=str,
)  # fmt: skip
def test_what_was_not_ordered_or_not_dated_is_no_moment(change):
    made = hcc()
    made.order(DAY, [], "")
    made.resources[-1] |= change
    assert moments(made) == []


def test_a_revoked_order_was_once_signed():
    made = hcc()
    made.order(DAY, [], "")
    made.resources[-1]["status"] = "revoked"
    assert len(moments(made)) == 1


def test_every_date_of_a_resource_is_looked_at():
    assert len(dates_of(observation(effectiveDateTime="2026-01-01", issued="2026-01-02T00:00:00Z"), CLOCK)) == 2
