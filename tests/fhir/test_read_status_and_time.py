"""When an Observation was, which status counts, what is later than the moment asked, and two values at one time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cards.facts import Absent, Why
from tests.fhir.build import (
    NOW,
    SUBJECT,
    bilirubin,
    coded,
    facts_named,
    lab,
    now,
    own,
    problems,
    quantity,
    read,
    values_of,
)

# Status


@pytest.mark.parametrize("status", ["final", "amended", "corrected", " final ", "FINAL", "Corrected\n"])
def test_status_that_counts(status):
    assert values_of("bilirubin", bilirubin(status=status)) == [1.1]
    assert problems(bilirubin(status=status)) == {}


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "unknown", "Entered-In-Error ", " CANCELLED"])
def test_status_that_never_counts(status):
    assert read(bilirubin(status=status)).series == {}
    assert problems(bilirubin(status=status)) == {}


@pytest.mark.parametrize("status", [..., None, "", "bogus", 3, {}])
def test_status_that_is_missing_or_unknown_is_said(status):
    facts = read(bilirubin(status=status))
    assert facts.series == {}
    assert facts.refused["bilirubin"].endswith("its status is missing or none of FHIR R4")


@pytest.mark.parametrize("status", ["preliminary", "registered", "Preliminary "])
def test_preliminary_alone_is_used_and_said(status):
    known = now(bilirubin(status=status)).bilirubin
    assert (known.value, known.preliminary, known.notes) == (1.1, True, ("preliminary",))


def test_a_final_value_stands_before_a_newer_preliminary_one():
    newer = bilirubin(9.9, id="new", status="preliminary", effectiveDateTime="2026-11-20")
    assert now(bilirubin(), newer).bilirubin.value == 1.1


def test_a_preliminary_value_where_the_final_one_is_too_old():
    old = bilirubin(1.0, id="old", effectiveDateTime="2026-01-01")
    assert now(old, bilirubin(2.2, status="preliminary")).bilirubin.value == 2.2


def test_preliminary_size_and_response_only_without_a_final_one():
    site = {"bodySite": {"text": "segment 8"}}
    preliminary = lab("33728-7", quantity(9, "cm"), id="p", status="preliminary", **site)
    final = lab("33728-7", quantity(3, "cm"), id="f", **site)
    assert [s.size.value for s in read(preliminary, final).sizes] == [3]
    assert [s.size.notes for s in read(preliminary).sizes] == [("preliminary",)]
    pd = own("mrecist-response", "PD", id="p", status="preliminary", **site)
    cr = own("mrecist-response", "CR", id="f", **site)
    assert [r.category for r in read(pd, cr).responses] == ["CR"]
    assert [(r.category, r.notes) for r in read(pd).responses] == [("PD", ("preliminary",))]
    later = own("mrecist-response", "PD", id="p", status="preliminary", effectiveDateTime="2026-11-19", **site)
    assert [r.category for r in read(cr, later).responses] == ["CR", "PD"]


# Dates

REPORT = {
    "resourceType": "DiagnosticReport",
    "id": "r",
    "status": "final",
    "code": {"text": "liver panel"},
    "subject": SUBJECT,
    "effectiveDateTime": "2026-11-08",
    "result": [{"reference": "Observation/o"}],
}


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ({"effectiveDateTime": "2026-11-10"}, date(2026, 11, 10)),
        ({"effectiveDateTime": "2026-11"}, date(2026, 11, 1)),
        ({"effectiveDateTime": "2026"}, date(2026, 1, 1)),
        ({"effectiveDateTime": "2026-11-10T08:30:00Z"}, date(2026, 11, 10)),
        ({"effectiveDateTime": "2026-11-10T08:30:00.123456789Z"}, date(2026, 11, 10)),
        ({"effectiveDateTime": "2026-11-10T23:30:00-05:00"}, date(2026, 11, 11)),
        ({"effectiveDateTime": "2026-11-10T08:30:00"}, date(2026, 11, 10)),
        ({"effectiveDateTime": "2026-11-10T08:30Z"}, date(2026, 11, 10)),
        ({"effectiveDateTime": "2026-11-10T08:30"}, date(2026, 11, 10)),
        ({"effectiveDateTime": " 2026-11-10 "}, date(2026, 11, 10)),
        ({"effectivePeriod": {"start": "2026-11-01", "end": "2026-11-03"}}, date(2026, 11, 3)),
        ({"effectivePeriod": {"start": "2026-11-01"}}, date(2026, 11, 1)),
        ({"effectiveInstant": "2026-11-10T08:30:00Z"}, date(2026, 11, 10)),
        ({"effectiveDateTime": None, "issued": "2026-11-09T08:30:00Z"}, date(2026, 11, 9)),
        ({"issued": "2026-11-09T08:30:00"}, date(2026, 11, 9)),
    ],
    ids=lambda x: str(x) if isinstance(x, dict) else None,
)
def test_dates_of_every_precision(when, day):
    (fact,) = facts_named("bilirubin", bilirubin(**{"effectiveDateTime": ...} | when))
    assert fact.when == day


def test_a_date_without_day_is_said():
    (fact,) = facts_named("bilirubin", bilirubin(effectiveDateTime="2026-11"))
    assert (fact.partial_date, fact.notes) == (True, ("dated to 1 Nov 2026 at the earliest",))


@pytest.mark.parametrize(
    ("result", "resource_id", "urls"),
    [
        ("Observation/o", "o", {}),
        ("https://ehr.example.org/r4/Observation/o", "o", {}),
        ("Observation/o/_history/3", "o", {}),
        ("urn:uuid:77", "77", {"urn:uuid:77": "Observation/77"}),
    ],
)
def test_the_report_that_names_it_dates_it(result, resource_id, urls):
    report = REPORT | {"result": [{"reference": result}]}
    undated = bilirubin(effectiveDateTime=..., id=resource_id, issued="2026-11-12T00:00:00Z")
    assert facts_named("bilirubin", report, undated, full_urls=urls)[0].when == date(2026, 11, 8)


def panel(name, *members, **more):
    named = [{"reference": f"Observation/{member}"} for member in members]
    return lab("24325-3", {}, **({"id": name, "hasMember": named, "effectiveDateTime": ...} | more))


def test_the_report_of_a_panel_dates_its_members():
    undated = bilirubin(effectiveDateTime=..., issued="2026-11-12T00:00:00Z")
    report = REPORT | {"result": [{"reference": "Observation/panel"}]}
    for panels in ((panel("panel", "o"),), (panel("panel", "inner"), panel("inner", "o", "panel"))):
        assert facts_named("bilirubin", report, undated, *panels)[0].when == date(2026, 11, 8)
    dated = panel("panel", "o", effectiveDateTime="2026-11-07")
    assert facts_named("bilirubin", undated, dated)[0].when == date(2026, 11, 7)


def test_reports_that_do_not_date():
    undated = bilirubin(effectiveDateTime=..., issued="2026-11-12T00:00:00Z")
    for changed in ({"status": "entered-in-error"}, {"result": None}, {"effectiveDateTime": None}):
        assert facts_named("bilirubin", REPORT | changed, undated)[0].when == date(2026, 11, 12)


def test_its_own_date_stands_before_the_report():
    assert facts_named("bilirubin", REPORT, bilirubin())[0].when == date(2026, 11, 10)


def test_undated_is_shown_and_never_scored():
    facts = read(bilirubin(effectiveDateTime=...))
    assert [f.when for f in facts.series["bilirubin"]] == [None]
    known = now(bilirubin(effectiveDateTime=...)).bilirubin
    assert isinstance(known, Absent)
    assert (known.why, known.because) == (Why.UNDATED, "total bilirubin 1.1 mg/dL has no date")


def test_an_undated_value_does_not_hide_a_dated_one():
    assert now(bilirubin(9, effectiveDateTime=..., id="u"), bilirubin(1.1)).bilirubin.value == 1.1


def test_an_undated_size_is_said():
    state = now(lab("33728-7", quantity(3, "cm"), effectiveDateTime=...))
    assert state.sizes == ()
    assert state.sizes_absent.why is Why.UNDATED


@pytest.mark.parametrize("when", ["yesterday", "10.11.2026", "2026-13-01", "2026-02-30", "20261110", "0000-01-01"])
def test_a_date_that_is_none_is_said(when):
    assert problems(bilirubin(effectiveDateTime=when)) == {
        "Observation/o": "effectiveDateTime is not what FHIR R4 has there"
    }


# Later than the moment asked


@pytest.mark.parametrize(
    ("when", "used"),
    [
        ("2026-11-21T12:00:00Z", True),
        ("2026-11-21T12:02:00Z", True),
        ("2026-11-21T12:02:01Z", False),
        ("2026-11-21T14:01:00+02:00", True),
        ("2026-11-21", True),
        ("2026-11-22", False),
        ("2026-11", True),
        ("2026-12", False),
        ("2027", False),
    ],
)
def test_what_is_later_is_not_used(when, used):
    assert bool(values_of("bilirubin", bilirubin(effectiveDateTime=when))) is used


@pytest.mark.parametrize(
    ("zone", "asked", "used"),
    [
        ("Pacific/Auckland", datetime(2026, 11, 21, 11, tzinfo=UTC), True),  # already the 22nd there
        ("Pacific/Auckland", datetime(2026, 11, 21, 10, 59, tzinfo=UTC), False),
        ("America/Los_Angeles", datetime(2026, 11, 22, 7, 59, tzinfo=UTC), False),  # still the 21st there
        ("America/Los_Angeles", datetime(2026, 11, 22, 8, tzinfo=UTC), True),
    ],
)
def test_bare_dates_are_in_the_zone_of_the_site(zone, asked, used):
    found = values_of("bilirubin", bilirubin(effectiveDateTime="2026-11-22"), asked=asked, zone=ZoneInfo(zone))
    assert bool(found) is used


def test_a_time_without_zone_is_that_of_the_site():
    site = {"zone": ZoneInfo("America/Los_Angeles"), "asked": NOW}
    assert values_of("bilirubin", bilirubin(effectiveDateTime="2026-11-21T03:59:00"), **site) == [1.1]
    assert values_of("bilirubin", bilirubin(effectiveDateTime="2026-11-21T04:30:00"), **site) == []


def test_a_later_value_does_not_hide_todays():
    later = bilirubin(9.9, id="later", effectiveDateTime="2026-12-01")
    assert values_of("bilirubin", later, bilirubin()) == [1.1]


# Two values at one time

SAME = [
    ("bilirubin", "1975-2", (1.0, "mg/dL"), (2.5, "mg/dL"), 2.5),
    ("albumin", "1751-7", (3.6, "g/dL"), (28, "g/L"), 2.8),
    ("inr", "6301-6", (1.1, "1"), (1.9, "1"), 1.9),
    ("sodium", "2951-2", (140, "mmol/L"), (128, "mmol/L"), 128),
    ("platelets", "777-3", (120, "10*3/uL"), (40, "10*3/uL"), 40),
]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("fact", "code", "one", "other", "used"), SAME)
@pytest.mark.parametrize(
    "when",
    [
        ("2026-11-10", "2026-11-10"),
        ("2026-11-10T08:00:00Z", "2026-11-10T10:00:00+02:00"),
        ("2026-11-10", "2026-11-10T08:00:00Z"),
    ],
    ids=["day", "instant", "day and instant"],
)
def test_of_two_at_one_time_the_more_cautious(fact, code, one, other, used, when, swapped):
    pair = [
        lab(code, quantity(*v), id=n, effectiveDateTime=w) for v, n, w in zip((one, other), "ab", when, strict=True)
    ]
    known = now(*(reversed(pair) if swapped else pair))[fact]
    assert known.value == used
    assert any("conflict" in note and "more cautious" in note for note in known.notes)


def test_at_other_times_the_newest():
    pair = [
        bilirubin(2.5, id="a", effectiveDateTime="2026-11-10T08:00:00Z"),
        bilirubin(1.0, id="b", effectiveDateTime="2026-11-10T09:00:00Z"),
    ]
    assert [f.value for f in (now(*pair).bilirubin, now(*reversed(pair)).bilirubin)] == [1.0, 1.0]


def test_the_same_value_twice_is_no_conflict():
    assert now(bilirubin(id="a"), bilirubin(id="b")).bilirubin.notes == ()


@pytest.mark.parametrize(("code", "unit", "used"), [("1975-2", "mg/dL", ""), ("1751-7", "g/dL", "<")])
def test_a_limit_beside_the_number(code, unit, used):
    exact, below = lab(code, quantity(2, unit), id="a"), lab(code, quantity(2, unit, comparator="<"), id="b")
    fact = {"1975-2": "bilirubin", "1751-7": "albumin"}[code]
    assert [now(*pair)[fact].comparator for pair in ((exact, below), (below, exact))] == [used, used]


def test_words_and_yes_no_at_one_time():
    pair = [own("ascites-grade", "none", id="a"), own("ascites-grade", "mild", id="b")]
    assert now(*pair).ascites_grade.value == now(*reversed(pair)).ascites_grade.value == "mild"
    pair = [own("selective-access", True, id="a"), own("selective-access", False, id="b")]
    assert now(*pair).selective_access.value is now(*reversed(pair)).selective_access.value is False


def test_an_unusable_newest_value_is_said_beside_the_older_one():
    broken = lab("1975-2", quantity(2, "s"), id="new", effectiveDateTime="2026-11-20")
    facts = read(broken, bilirubin(id="old"))
    assert [f.value for f in facts.series["bilirubin"]] == [1.1]
    assert [u.resource for u in facts.unusable] == ["Observation/new"]


def test_modifier_extension():
    words = problems(bilirubin(modifierExtension=[{"url": "http://example.org/not", "valueBoolean": True}]))
    assert words == {"Observation/o": "it carries a modifierExtension, which may change its meaning"}


def test_broken_ones_are_named_and_everything_else_is_read():
    broken = [
        bilirubin(id="code", code="bilirubin"),
        bilirubin(id="status", status="bogus"),
        bilirubin(id="subject", subject="Patient/1"),
        bilirubin(id="extra", unheardOf=1),
        lab("1751-7", {"valueQuantity": [1]}, id="value"),
    ]
    facts = read(*broken, bilirubin())
    assert [f.value for f in facts.series["bilirubin"]] == [1.1]
    assert {u.resource for u in facts.unusable} == {f"Observation/{r['id']}" for r in broken}


def test_a_resource_without_id_is_named_by_its_type():
    assert problems(bilirubin(id=..., status=...)) == {
        "Observation without id": "its status is missing or none of FHIR R4"
    }


def test_null_members_and_vendor_extensions_change_nothing():
    vendor = {
        "extension": [{"url": "vendor", "valueFoo": 1}],
        "meta": {"lastUpdated": "broken"},
        "note": None,
        "_status": {},
    }
    assert values_of(
        "bilirubin", bilirubin(**vendor, code=coded("http://loinc.org", "1975-2", None, display=None))
    ) == [1.1]
