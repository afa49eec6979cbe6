"""Each published definition by named scenarios: first a–e, then their edges."""

from datetime import date, timedelta

import pytest

from cards.facts import NOT_TOLD, OVERALL
from cards.refractoriness.definitions import CONTEXT, COUNTING, jsh_number_increases, korean, lesion
from cards.response.history import add_months
from tests.cards.build import LESION, present, session
from tests.cards.refractoriness.course import AFTER, BEFORE, FIRST, GAP_DAYS, course, judged, on, step

SHORT = {
    "jsh": "jsh-lcsgj-2014",
    "korean": "korean-002",
    "same_area": "iasl-002",
    "european": "european-002",
    "easl": "easl-2025-quoted",
    "steps": "source-003-steps",
    "zhang": "zhang-2022-proposal",
    "klca": "klca-2022",
    "georgiades": "georgiades-002",
    "afp": "ogasawara-afp-002",
}
MET, NOT_MET, UNKNOWN = "met", "not-met", "unknown"
SECOND = FIRST + timedelta(days=GAP_DAYS)
MID, LATER = date(2026, 4, 20), date(2026, 6, 15)
SIX_MONTHS = date(2026, 8, 2)


def scenario(name, patient, **expected):
    assert expected.keys() <= SHORT.keys()
    return pytest.param(patient, expected, id=name)


def others(but=(), **expected):
    """Every definition not met, but those named."""
    return {key: NOT_MET for key in SHORT if key not in but} | expected


VIABLE = step("SD", 60.0)
SCENARIOS = [
    # The scenarios a–e
    scenario("a: 60 % viable twice, agent changed in between", course(VIABLE, VIABLE),
             jsh=MET, korean=NOT_MET, same_area=NOT_MET, european=NOT_MET, easl=MET, steps=MET, zhang=NOT_MET, klca=MET,
             georgiades=MET, afp=NOT_MET),
    scenario("a: whether the technique was changed is not recorded", course(VIABLE, step("SD", 60.0, changed=None)),
             jsh=UNKNOWN),
    scenario("b: one new lesion, target in complete response",
             course("CR", nodule_count=on("nodule_count", (1, BEFORE), (2, AFTER))), **others()),
    scenario("b: new lesions after two sessions, target in complete response",
             course("CR", "CR", nodule_count=on("nodule_count", (1, BEFORE), (2, SECOND), (3, AFTER))),
             **others(jsh=MET)),
    scenario("c: first portal invasion",
             course("CR", portal_vein_invasion=on("portal_vein_invasion", ("none", BEFORE), ("vp2", AFTER))),
             **others(jsh=MET, korean=MET, klca=MET)),
    scenario("d: stable disease after one palliative session", course("SD"), **others(easl=UNKNOWN)),
    scenario("d: stable disease after one curative session", course(step("SD", intent="curative")),
             **others(easl=UNKNOWN, european=MET)),
    scenario("e: AFP 100, 125, 140", course("CR", afp=on("afp", (100.0, BEFORE), (125.0, MID), (140.0, AFTER))),
             **others(jsh=MET, afp=MET)),
    # JSH: insufficient response
    scenario("viable exactly 50 %", course(step("SD", 50.0), step("SD", 50.0)), jsh=NOT_MET),
    scenario("viable just above 50 %", course(step("SD", 50.01), step("SD", 50.01)), jsh=MET),
    scenario("viable above 50 % once", course(VIABLE, step("SD", 40.0)), jsh=NOT_MET),
    scenario("viable above 50 %, a response in between", course(VIABLE, step("PR", 20.0), VIABLE), jsh=NOT_MET),
    scenario("viable above 50 %, complete response in between", course(VIABLE, "CR", VIABLE), jsh=NOT_MET),
    scenario("viable fraction not told", course("SD", "SD"), jsh=UNKNOWN),
    scenario("technique not changed", course(VIABLE, step("SD", 60.0, changed=False)), jsh=NOT_MET),
    scenario("selectivity of the second session not told", course(VIABLE, step("SD", 60.0, selective=None)), jsh=UNKNOWN),
    scenario("second session not selective", course(VIABLE, step("SD", 60.0, selective=False)), jsh=NOT_MET),
    scenario("second session technically failed", course(VIABLE, step("SD", 60.0, success=False)), jsh=NOT_MET),
    scenario("technical success stated", course(step("SD", 60.0, success=True), VIABLE), jsh=MET),
    scenario("technique of the first session does not matter", course(step("SD", 60.0, changed=False), VIABLE), jsh=MET),
    # JSH: number of nodules
    scenario("number rises once, then stays",
             course("CR", "CR", nodule_count=on("nodule_count", (1, BEFORE), (2, SECOND), (2, AFTER))), jsh=NOT_MET),
    scenario("new lesions stated twice",
             course("CR", "CR", new_intrahepatic_lesion=on("new_intrahepatic_lesion", (True, SECOND), (True, AFTER))),
             jsh=MET),
    scenario("new lesions of day 27 are too early",
             course("CR", "CR", nodule_count=None, new_intrahepatic_lesion=on(
                 "new_intrahepatic_lesion", (True, FIRST + timedelta(27)), (True, AFTER))), jsh=UNKNOWN),
    scenario("new lesions of day 28 count",
             course("CR", "CR", nodule_count=None, new_intrahepatic_lesion=on(
                 "new_intrahepatic_lesion", (True, FIRST + timedelta(28)), (True, AFTER))), jsh=MET),
    scenario("new lesions twice, technique not changed",
             course("CR", step("CR", changed=False),
                    nodule_count=on("nodule_count", (1, BEFORE), (2, SECOND), (3, AFTER))), jsh=NOT_MET),
    scenario("new lesions twice, whether the technique was changed not recorded",
             course("CR", step("CR", changed=None),
                    nodule_count=on("nodule_count", (1, BEFORE), (2, SECOND), (3, AFTER))), jsh=MET),
    scenario("number of nodules not told", course("CR", "CR", nodule_count=None), jsh=UNKNOWN),
    # JSH: markers
    scenario("AFP rises after a slight transient fall",
             course("CR", afp=on("afp", (100.0, BEFORE), (95.0, MID), (110.0, LATER), (118.0, AFTER))), jsh=MET,
             afp=NOT_MET),
    scenario("AFP rose once", course("CR", afp=on("afp", (100.0, BEFORE), (125.0, AFTER))), jsh=UNKNOWN, afp=MET),
    scenario("AFP rises and falls again",
             course("CR", afp=on("afp", (100.0, BEFORE), (150.0, MID), (130.0, AFTER))), jsh=NOT_MET, afp=MET),
    scenario("AFP rises between two sessions, none since the second",
             course("CR", "CR", afp=on("afp", (100.0, BEFORE), (125.0, FIRST + timedelta(30)), (140.0, SECOND))), jsh=MET),
    scenario("AFP falls between two sessions, none since the second",
             course("CR", "CR", afp=on("afp", (100.0, BEFORE), (90.0, FIRST + timedelta(30)), (80.0, SECOND))), jsh=UNKNOWN),
    scenario("AFP only around the second session, falling",
             course("CR", "CR", afp=on("afp", (100.0, SECOND), (90.0, AFTER))), jsh=NOT_MET),
    scenario("AFP back to its baseline",
             course("CR", afp=on("afp", (100.0, BEFORE), (150.0, MID), (100.0, AFTER))), jsh=NOT_MET, afp=NOT_MET),
    scenario("AFP rises within the normal range",
             course("CR", afp=on("afp", (2.0, BEFORE), (3.0, MID), (4.0, AFTER), limit=8.0)), jsh=NOT_MET),
    scenario("AFP rises out of the normal range",
             course("CR", afp=on("afp", (6.0, BEFORE), (7.0, MID), (9.0, AFTER), limit=8.0)), jsh=MET),
    scenario("AFP +19.9 %", course("CR", afp=on("afp", (100.0, BEFORE), (119.9, AFTER))), afp=NOT_MET),
    scenario("AFP +20 %", course("CR", afp=on("afp", (100.0, BEFORE), (120.0, AFTER))), afp=MET),
    scenario("AFP +20 % in binary fractions", course("CR", afp=on("afp", (3.3, BEFORE), (3.96, AFTER))), afp=MET),
    scenario("no AFP before the first session", course("CR", afp=on("afp", (140.0, AFTER))), jsh=UNKNOWN, afp=UNKNOWN),
    scenario("no AFP since the first session", course("CR", afp=on("afp", (100.0, BEFORE))), jsh=UNKNOWN, afp=UNKNOWN),
    scenario("no AFP at all", course("CR", afp=None), jsh=UNKNOWN, afp=UNKNOWN),
    scenario("ng/mL before and IU/mL since are never compared",
             course("CR", afp=on("afp", (10.0, BEFORE)), afp_units=on("afp_units", (200.0, AFTER))), afp=UNKNOWN),
    scenario("IU/mL before and since",
             course("CR", afp=None, afp_units=on("afp_units", (10.0, BEFORE), (200.0, AFTER))), afp=MET),
    scenario("DCP rises continuously",
             course("CR", dcp_units=on("dcp_units", (40.0, BEFORE), (90.0, MID), (200.0, AFTER))), jsh=MET),
    # JSH and Korean: invasion and spread
    scenario("portal invasion from before the first session",
             course("CR", portal_vein_invasion=on("portal_vein_invasion", ("vp1", BEFORE), ("vp2", AFTER))), **others()),
    scenario("invasion on the day of the first session is from before it",
             course("CR", portal_vein_invasion=on("portal_vein_invasion", ("vp1", FIRST), ("vp2", AFTER))), **others()),
    scenario("hepatic vein invasion appeared",
             course("CR", hepatic_vein_invasion=on("hepatic_vein_invasion", (False, BEFORE), (True, AFTER))),
             **others(jsh=MET, klca=MET)),
    scenario("hepatic vein invasion, since when is not told", course("CR", states=[present("hepatic_vein_invasion")]),
             jsh=UNKNOWN, korean=NOT_MET),
    scenario("portal invasion as a Condition without a date",
             course("CR", portal_vein_invasion=None, states=[present("portal_vein_invasion", "vp2")]), jsh=UNKNOWN,
             korean=UNKNOWN),
    scenario("portal invasion not documented since", course("CR", portal_vein_invasion=None), jsh=UNKNOWN,
             korean=UNKNOWN, klca=UNKNOWN),
    scenario("bland thrombosis, no tumor in the vein", course("CR", states=[present("portal_vein_thrombosis")]),
             **others()),
    scenario("thrombosis of unknown nature",
             course("CR", portal_vein_invasion=None, states=[present("portal_vein_thrombosis")]), jsh=UNKNOWN,
             korean=UNKNOWN),
    scenario("spread appeared",
             course("CR", extrahepatic_spread=on("extrahepatic_spread", (False, BEFORE), (True, AFTER))),
             **others(jsh=MET, korean=MET, klca=MET)),
    # Runs of sessions
    scenario("stable disease twice", course("SD", "SD"), easl=MET, steps=MET, zhang=NOT_MET, same_area=NOT_MET, klca=MET,
             georgiades=MET, european=NOT_MET, korean=NOT_MET),
    scenario("stable disease three times within six months", course("SD", "SD", "SD"), easl=MET, steps=MET, zhang=MET,
             same_area=MET, korean=MET, klca=MET, georgiades=MET),
    scenario("three failures after a response", course("PR", "SD", "SD", "SD"), same_area=MET, zhang=MET, steps=MET),
    scenario("three failures before a response", course("SD", "SD", "SD", "PR"), same_area=MET, zhang=MET, steps=MET),
    scenario("failures that are not adjacent", course("SD", "PR", "SD"), easl=UNKNOWN, steps=NOT_MET, zhang=NOT_MET,
             same_area=NOT_MET, klca=NOT_MET, georgiades=NOT_MET),
    scenario("two failures, a response, two failures", course("SD", "SD", "PR", "SD", "SD"), easl=MET, steps=MET,
             zhang=NOT_MET, same_area=NOT_MET),
    scenario("responder after the second session", course("SD", "SD", "PR"), steps=MET, easl=MET, zhang=NOT_MET,
             georgiades=NOT_MET, european=NOT_MET),
    scenario("second session responds (Georgiades)", course("SD", "PR"), steps=NOT_MET, easl=NOT_MET, georgiades=NOT_MET,
             klca=NOT_MET),
    scenario("progression after the first session", course("PD"), steps=MET, easl=UNKNOWN, zhang=NOT_MET,
             european=UNKNOWN, georgiades=NOT_MET, klca=NOT_MET),
    scenario("progression after a curative session", course(step("PD", intent="curative")), european=MET),
    scenario("stable disease, intent not told", course(step("SD", intent="")), european=UNKNOWN),
    scenario("response, intent not told", course(step("PR", intent="")), european=NOT_MET),
    scenario("responses throughout", course("PR", "CR"), **others(jsh=NOT_MET)),
    scenario("three planned sessions in complete response", course("CR", "CR", "CR"), **others(korean=MET)),
    scenario("not evaluable", course("NE"), steps=UNKNOWN, easl=UNKNOWN, european=UNKNOWN, zhang=NOT_MET),
    scenario("no imaging between two sessions", course("", "SD"), steps=UNKNOWN, easl=UNKNOWN, klca=UNKNOWN,
             georgiades=UNKNOWN),
    scenario("no imaging between, progression after", course("", "PD"), steps=MET, easl=UNKNOWN),
    scenario("no imaging since the last of three", course("SD", "SD", ""), steps=MET, zhang=UNKNOWN, same_area=UNKNOWN),
    scenario("viable above 50 % three times, category not told",
             course(step("", 60.0), step("", 70.0), step("", 80.0)), zhang=MET, steps=UNKNOWN),
    scenario("no session but Y-90", course(step("SD", kind="y90"))),
    # Six calendar months
    scenario("third session on the last day of six months",
             course("SD", "SD", step("SD", when=SIX_MONTHS)), same_area=MET, korean=MET, zhang=MET),
    scenario("third session one day later",
             course("SD", "SD", step("SD", when=SIX_MONTHS + timedelta(1))), same_area=NOT_MET, korean=NOT_MET, zhang=MET),
    scenario("second session on the last day of six months", course("SD", step("SD", when=SIX_MONTHS)), klca=MET),
    scenario("second session one day later", course("SD", step("SD", when=SIX_MONTHS + timedelta(1))), klca=NOT_MET,
             easl=MET),
    # When a response counts
    scenario("imaged on day 27", course("SD", step("SD", day=27)), steps=UNKNOWN, easl=UNKNOWN),
    scenario("imaged on day 28", course("SD", step("SD", day=28)), steps=MET, easl=MET),
    scenario("imaged on day 92", course("SD", step("SD", day=92)), steps=MET, easl=MET),
    scenario("imaged on day 93: late, and counts", course("SD", step("SD", day=93)), steps=MET, easl=MET),
    # Which lesion
    scenario("three sessions on three lesions",
             course(*(step("SD", on=(s,), about=s) for s in ("segment-2", "segment-5", "segment-8"))), steps=NOT_MET,
             zhang=NOT_MET, same_area=NOT_MET, easl=UNKNOWN, georgiades=NOT_MET, korean=MET),
    scenario("only the overall response is told, one lesion", course(step("SD", about=OVERALL), step("SD", about=OVERALL)),
             steps=MET, easl=MET),
    scenario("only the overall response is told, two lesions",
             course(*(step("SD", on=(LESION, "segment-2"), about=OVERALL) for _ in range(2))), steps=UNKNOWN, easl=UNKNOWN),
    scenario("overall complete response, two lesions",
             course(*(step("CR", on=(LESION, "segment-2"), about=OVERALL) for _ in range(2))), steps=NOT_MET, easl=NOT_MET),
    scenario("own response goes before the overall one",
             course("PR", "PR", responses=[]), steps=NOT_MET),
    scenario("no target is told at all", course(*(step("SD", on=(), about=NOT_TOLD) for _ in range(3))), steps=MET,
             zhang=UNKNOWN, same_area=UNKNOWN),
    scenario("one target told, two not", course("SD", step("SD", on=()), step("SD", on=())), zhang=UNKNOWN, steps=UNKNOWN,
             same_area=UNKNOWN, easl=UNKNOWN),
    scenario("a session without target, with a response, between two failures",
             course("SD", step("PR", on=()), "SD"), steps=UNKNOWN),
    scenario("a session without target after two failures", course("SD", "SD", step("", on=())), steps=MET, easl=MET),
    # Sessions without a date
    scenario("one session without a date", course(more=[session(None, LESION)]), steps=UNKNOWN, zhang=UNKNOWN,
             korean=UNKNOWN, same_area=UNKNOWN, easl=UNKNOWN, jsh=UNKNOWN, european=UNKNOWN),
    scenario("two dated failures beside one without a date", course("SD", "SD", more=[session(None, LESION)]), steps=MET,
             zhang=UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("patient", "expected"), SCENARIOS)
def test_scenario(patient, expected):
    found = judged(patient).definitions
    assert {key: found[SHORT[key]].value for key in expected} == expected


def test_scenarios_reach_every_answer_of_every_definition():
    reached = {(key, answer) for row in SCENARIOS for key, answer in row.values[1].items()}
    assert {(key, answer) for key in SHORT for answer in (MET, NOT_MET, UNKNOWN)} - reached == set()


def test_definitions_are_those_of_the_contract():
    assert [*COUNTING, *CONTEXT] == list(SHORT.values())


@pytest.mark.parametrize(("patient", "expected"), SCENARIOS)
def test_unknown_names_what_is_missing(patient, expected):
    unknown = [f for f in judged(patient).findings if f.verdict.value == UNKNOWN]
    for finding in unknown:
        progression_of_palliation = finding.rule == "european" and "does not speak of progression" in finding.because
        second_opinion = finding.rule == "easl_2025_quoted" and "says 1–2" in finding.because
        assert finding.missing or progression_of_palliation or second_opinion, finding


NOWHERE = step("SD", on=(), about=NOT_TOLD)
THREE_TIMES = (step("CR", gap=30), step("CR", gap=30), step("CR", gap=30))


@pytest.mark.parametrize(
    ("patient", "key", "missing"),
    [
        pytest.param(course(NOWHERE, NOWHERE, NOWHERE), "zhang", ("target lesion of the session",), id="three of no lesion"),
        pytest.param(course(*(step("SD", on=(), about=NOT_TOLD, intent=""),) * 2), "european", ("intent of the session",),
                     id="intent, of no lesion"),
        pytest.param(course("", step("", on=())), "european", ("mrecist_response",), id="European: a response first of all"),
        pytest.param(course(VIABLE, step("SD", 60.0, on=())), "jsh", ("target lesion of the session",), id="JSH: the target"),
        pytest.param(course(VIABLE, step("SD", on=())), "jsh", ("viable_percent", "target lesion of the session"),
                     id="JSH: the viable part and the target"),
        pytest.param(course(*(step("", 60.0, selective=None, changed=None),) * 2), "jsh",
                     ("selective_session", "technique_changed"), id="JSH: how it was done"),
        pytest.param(course(VIABLE, step("SD", changed=None)), "jsh", ("viable_percent", "technique_changed"),
                     id="JSH: the viable part"),
        pytest.param(course(*THREE_TIMES, more=[session(None, LESION)]), "korean", (), id="met: an undated one is not missing"),
        pytest.param(course("CR", more=[session(None, LESION)]), "korean", ("date_of_tace",), id="Korean: the date"),
    ],
)  # fmt: skip
def test_what_a_definition_misses(patient, key, missing):
    found = dict(zip(judged(patient).definitions, judged(patient).findings, strict=True))
    assert found[SHORT[key]].missing == missing


@pytest.mark.parametrize(
    ("patient", "key", "expected"),
    [
        pytest.param(
            course(*(step("SD", gap=30) for _ in range(3)), step("CR", gap=30)),
            "same_area",
            MET,
            id="three in six months, then a response",
        ),
        pytest.param(
            course("SD", step("SD", when=SIX_MONTHS)), "klca", MET, id="two, the second on the last day of six months"
        ),
        pytest.param(course("SD", step("SD", when=SIX_MONTHS + timedelta(1))), "klca", NOT_MET, id="a day later"),
        pytest.param(course(*(step("", 50.0) for _ in range(3))), "zhang", NOT_MET, id="50 % viable three times"),
        pytest.param(course(*(step("", 50.1) for _ in range(3))), "zhang", MET, id="more than half, three times"),
    ],
)
def test_edges_of_a_definition(patient, key, expected):
    assert judged(patient).definitions[SHORT[key]].value == expected


@pytest.mark.parametrize(
    ("patient", "key", "words"),
    [
        pytest.param(
            course(step("SD", intent="curative"), "CR"),
            "european",
            "CR. intent curative; it has responded since",
            id="European: responded since",
        ),
        pytest.param(
            course(step("SD", intent="curative")), "european", "SD. intent curative", id="European: not since"
        ),
    ],
)
def test_what_is_said_at_the_end(patient, key, words):
    found = dict(zip(judged(patient).definitions, judged(patient).findings, strict=True))
    assert found[SHORT[key]].because.endswith(words)


@pytest.mark.parametrize(
    ("patient", "key", "words"),
    [
        pytest.param(course("CR", "CR", "CR"), "korean", "this counts sessions, not failures", id="sessions, not failures"),
        pytest.param(course("SD", "SD", "PR"), "steps", "it has responded since", id="responded since"),
        pytest.param(course("SD"), "easl", "the statement says 1–2", id="EASL says 1–2"),
        pytest.param(course("PD"), "european", "does not speak of progression under palliative intent", id="palliative PD"),
        pytest.param(course("CR", portal_vein_invasion=on("portal_vein_invasion", ("vp2", AFTER))), "korean",
                     "its absence before the first TACE is not documented", id="absence before not documented"),
        pytest.param(course("CR", more=[session(None, LESION)]), "steps", "a TACE session has no date", id="no date"),
    ],
)  # fmt: skip
def test_what_a_reader_must_know_is_said(patient, key, words):
    found = dict(zip(judged(patient).definitions, judged(patient).findings, strict=True))
    assert words in found[SHORT[key]].because


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param(date(2026, 2, 2), 6, date(2026, 8, 2), id="same day"),
        pytest.param(date(2026, 8, 31), 6, date(2027, 2, 28), id="end of February"),
        pytest.param(date(2027, 8, 31), 6, date(2028, 2, 29), id="end of February in a leap year"),
        pytest.param(date(2026, 3, 31), 6, date(2026, 9, 30), id="month of 30 days"),
        pytest.param(date(2026, 12, 1), 6, date(2027, 6, 1), id="over the year"),
    ],
)
def test_six_calendar_months(start, months, expected):
    assert add_months(start, months) == expected


def test_afp_within_the_normal_range_is_said():
    for last, said in ((4.0, True), (9.0, False)):
        found = judged(course("CR", afp=on("afp", (2.0, BEFORE), (last, AFTER), limit=8.0)))
        because = next(f.because for f in found.findings if f.rule == "ogasawara_afp")
        assert ("within the normal range" in because) is said


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("jsh-lcsgj-2014", [
            ("jsh_viable_over_half", "jsh-lcsgj-2014", "(1)"),
            ("jsh_number_increases", "jsh-lcsgj-2014", "(1)"),
            ("jsh_markers", "jsh-lcsgj-2014", "(2)"),
            ("jsh_vascular_invasion", "jsh-lcsgj-2014", "(3)"),
            ("jsh_extrahepatic_spread", "jsh-lcsgj-2014", "(4)"),
        ]),
        ("korean-002", [
            ("korean_three_sessions", "korean-criteria", "(1)"),
            ("korean_portal_vein", "korean-criteria", "(2)"),
            ("korean_spread", "korean-criteria", "(3)"),
        ]),
        ("klca-2022", [
            ("klca_no_response", "klca-2022", "(1)"),
            ("klca_invasion", "klca-2022", "(2)"),
            ("klca_spread", "klca-2022", "(3)"),
        ]),
    ],
)  # fmt: skip
def test_items_of_a_definition_name_rule_and_place(monkeypatch, code, expected):
    monkeypatch.setattr("cards.refractoriness.definitions._any_item", lambda rule, items, *_: items)
    items = (COUNTING | CONTEXT)[code](lesion(course("SD", "SD"), LESION))
    assert [(each.rule, each.source, each.locator) for each in items] == expected


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        pytest.param(course(), "no TACE session", id="none"),
        pytest.param(course("SD"), "2 Feb 2026: no more nodules", id="one"),
        pytest.param(course("SD", nodule_count=None), "2 Feb 2026: number not told", id="not told"),
        pytest.param(
            course(
                "SD",
                "SD",
                nodule_count=on("nodule_count", (1, BEFORE), (2, FIRST + timedelta(40)), (2, FIRST + timedelta(96))),
            ),
            "2 Feb 2026: more nodules; 30 Mar 2026: no more nodules",
            id="more and no more",
        ),
    ],
)
def test_course_of_the_number_is_told(patient, expected):
    found = jsh_number_increases(lesion(patient, LESION))
    assert found.because == expected
    assert found.missing == (("nodule_count", "selective_session") if found.verdict.value == UNKNOWN else ())


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ((), "0 dated TACE sessions"),
        ((0,), "1 dated TACE session"),
        ((0, 56, 56), "3 dated TACE sessions, three within 6 months (this counts sessions, not failures)"),
        ((0, 56, 156), "3 dated TACE sessions"),
        ((0, 156, 56, 56), "4 dated TACE sessions, three within 6 months (this counts sessions, not failures)"),
    ],
)
def test_sessions_are_counted(monkeypatch, gaps, expected):
    monkeypatch.setattr("cards.refractoriness.definitions._any_item", lambda rule, items, *_: items)
    sessions, *_ = korean(lesion(course(*(step("CR", gap=gap) for gap in gaps)), LESION))
    assert sessions.because == expected
