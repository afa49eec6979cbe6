"""What would decide an open definition, why the definitions differ, what the sources advise next; and the card of it."""

import pytest

from cards.assess import assess
from cards.assessment_json import as_json
from cards.published.statement import NO_NNT
from cards.refractoriness.advice import ADVICE, advice
from cards.refractoriness.card import refractoriness_card
from cards.refractoriness.definitions import COUNTING
from cards.refractoriness.detail import MOST_ADVICE, MOST_DIFFERENCES
from cards.refractoriness.differences import why_they_differ
from cards.refractoriness.verdict import refractoriness
from cards.text import assessment_text
from cards.verdict import Verdict
from cards.words import day
from tests.cards.build import LIVER, TODAY, case, order, response, session
from tests.cards.refractoriness.course import AFTER, BEFORE, course, judged, on, step
from tests.cards.refractoriness.test_definitions import MID, SCENARIOS, SHORT, VIABLE

FIT = {name: (what, 5) for name, what in LIVER.items()} | {"ecog": (0, 5)}


def facts_that_decide(patient):
    found = refractoriness(case(patient)).would_decide
    return {key: found[code] for key, code in SHORT.items() if code in found}


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        pytest.param(course("SD", ""), {"steps": "response after the TACE of 30 Mar 2026",
                                        "easl": "response after the TACE of 30 Mar 2026"}, id="no imaging since the last"),
        pytest.param(course("", "SD"), {"steps": "response after the TACE of 2 Feb 2026"}, id="no imaging in between"),
        pytest.param(course(VIABLE, step("SD", 60.0, changed=None)),
                     {"jsh": "whether agent or feeder was changed for the TACE of 30 Mar 2026"}, id="technique"),
        pytest.param(course(VIABLE, step("SD", 60.0, selective=None)),
                     {"jsh": "whether the TACE of 30 Mar 2026 was selective"}, id="selectivity"),
        pytest.param(course(VIABLE, step("SD")), {"jsh": "viable part after the TACE of 30 Mar 2026"}, id="viable part"),
        pytest.param(course(step("SD", intent="")), {"european": "intent of the TACE of 2 Feb 2026"}, id="intent"),
        pytest.param(course("SD", step("SD", on=())), {"steps": "which lesion the TACE of 30 Mar 2026 treated"},
                     id="target of a session"),
        pytest.param(course("CR", afp=on("afp", (100.0, BEFORE), (125.0, AFTER))), {"jsh": "AFP today"},
                     id="one rise of AFP"),
        pytest.param(course("CR", portal_vein_invasion=None), {"korean": "portal vein invasion today"}, id="invasion"),
        pytest.param(course("CR", extrahepatic_spread=None), {"korean": "extrahepatic spread today"}, id="spread"),
        pytest.param(course("CR", afp=on("afp", (140.0, AFTER))), {"afp": "AFP"}, id="no single fact: what is missing"),
        pytest.param(course("SD"), {"easl": ""}, id="the statement itself leaves it open"),
        pytest.param(course("CR", more=[session(None, "segment-8")]), {"steps": "date of a TACE session"}, id="a date"),
    ],
)  # fmt: skip
def test_fact_that_would_decide(patient, expected):
    found = facts_that_decide(patient)
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(("sessions", "said"), [(19, True), (20, True), (21, False)])
def test_in_a_long_history_no_single_fact_is_looked_for(sessions, said):
    """What is missing is named all the same."""
    patient = course(*["CR"] * (sessions - 1), step("SD", intent=""))
    found = facts_that_decide(patient)["european"]
    last = max(each.when for each in patient.sessions)
    assert found == (f"intent of the TACE of {day(last)}" if said else "intent of the session")


@pytest.mark.parametrize(("patient", "expected"), SCENARIOS)
def test_a_fact_is_named_for_each_open_definition_and_for_no_other(patient, expected):
    found = judged(patient)
    named = found.would_decide
    assert set(named) == {code for code, verdict in found.definitions.items() if verdict is Verdict.UNKNOWN}
    for code, finding in zip(found.definitions, found.findings, strict=True):
        assert bool(named.get(code)) == bool(finding.missing)


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        pytest.param(course("SD", "SD"), ["two sessions without response;", "effective under palliative intent"],
                     id="two against three"),
        pytest.param(course("PD"), ["one progression"], id="one progression"),
        pytest.param(course(step("", 60.0), step("", 60.0), step("SD", 60.0)), ["effective under palliative intent"],
                     id="three by the viable part, of which two have no category"),
        pytest.param(course("CR", portal_vein_invasion=on("portal_vein_invasion", ("none", BEFORE), ("vp2", AFTER))),
                     ["anywhere", "its table has only the same-area condition"], id="whole liver against target"),
        pytest.param(course("CR", "CR", "CR"), ["count sessions"], id="sessions against failures"),
        pytest.param(course(step("SD", intent="curative")), ["under curative intent"], id="curative intent"),
        pytest.param(course(step("SD", 40.0), step("SD", 40.0)), ["more than 50 %"], id="JSH asks for half"),
        pytest.param(course("SD", step("SD", gap=150), step("SD", gap=100)), ["within six months"], id="the window"),
        pytest.param(course("CR"), [], id="they agree"),
    ],
)  # fmt: skip
def test_why_the_definitions_differ(patient, words):
    said = why_they_differ(case(patient), judged(patient))
    assert len(said) >= len(words)
    assert [w for w in words if not any(w in each for each in said)] == []
    assert (said == ()) == (words == [])


def advised(patient, ordered=None):
    on_case = case(patient, ordered)
    return {f.rule: f for f in advice(on_case, refractoriness(on_case))}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, "met", id="Child-Pugh A, ECOG 0"),
        pytest.param({"ecog": (1, 5)}, "met", id="ECOG 1"),
        pytest.param({"ecog": (2, 5)}, "not-met", id="ECOG 2"),
        pytest.param({"ecog": None}, "unknown", id="ECOG not known"),
        pytest.param({"albumin": (3.0, 5)}, "met", id="Child-Pugh A6"),
        pytest.param({"albumin": (2.7, 5)}, "not-met", id="Child-Pugh B7"),
        pytest.param({"albumin": None}, "unknown", id="Child-Pugh 5–7"),
        pytest.param({"albumin": None, "ecog": (2, 5)}, "not-met", id="ECOG 2, Child-Pugh not known"),
        pytest.param({"albumin": (3.0, 5), "inr": None}, "unknown", id="Child-Pugh 6–8"),
        pytest.param({"albumin": (2.7, 5), "inr": None}, "not-met", id="Child-Pugh 7–9"),
    ],
)
def test_systemic_therapy_asks_for_child_pugh_a_and_ecog_0_or_1(changes, expected):
    found = advised(course("SD", "SD", **(FIT | changes)))["systemic_therapy_next"]
    assert found.verdict.value == expected
    assert bool(found.missing) == (expected == "unknown")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        pytest.param({"inr": None}, ("inr",), id="an item of Child-Pugh"),
        pytest.param({"ecog": None}, ("ecog",), id="ECOG"),
        pytest.param({"inr": None, "ecog": None}, ("inr", "ecog"), id="both"),
    ],
)
def test_systemic_therapy_names_what_is_missing(changes, missing):
    assert advised(course("SD", "SD", **(FIT | changes)))["systemic_therapy_next"].missing == missing


def test_sessions_of_the_ordered_lesion_are_counted():
    """Of the other lesion there are three."""
    other = [session(day, "segment-2") for day in (200, 150, 100)]
    patient = course("SD", more=other, responses=[response(each, "SD") for each in other])
    assert advised(patient, order("tace", "segment-8"))["three_sessions_before_abandoning"].verdict.value == "met"
    assert advised(patient, order("tace", "segment-2"))["three_sessions_before_abandoning"].verdict.value == "not-met"


@pytest.mark.parametrize(
    ("patient", "rules"),
    [
        pytest.param(course("CR"), set(), id="response: nothing to advise"),
        pytest.param(course("SD"), {"three_sessions_before_abandoning"}, id="stable once"),
        pytest.param(course("SD", "SD"), {"systemic_therapy_next", "ablation_of_residual_tumor",
                                          "radioembolization_or_seeds", "three_sessions_before_abandoning",
                                          "ramucirumab_by_afp"}, id="stable twice"),
        pytest.param(course("CR", "CR", nodule_count=on("nodule_count", (1, BEFORE), (2, MID), (3, AFTER))),
                     {"on_demand_tace_of_new_lesions"}, id="new lesions"),
        pytest.param(course("CR", afp=on("afp", (100.0, BEFORE), (125.0, AFTER))),
                     {"marker_rise_alone", "ramucirumab_by_afp"}, id="AFP +25 %"),
    ],
)  # fmt: skip
def test_which_statements_are_about_the_patient(patient, rules):
    assert set(advised(patient)) - {"surveyed_clinicians"} == rules


@pytest.mark.parametrize(
    ("afp", "expected"),
    [
        pytest.param((399.9, 5), "not-met", id="399.9"),
        pytest.param((400.0, 5), "met", id="400: inclusive"),
        pytest.param((">400", 5), "met", id="above the limit, as sent"),
        pytest.param(("<400", 5), "not-met", id="below the limit, as sent"),
        pytest.param((">200", 5), "unknown", id="above another limit"),
        pytest.param((500.0, 100), "unknown", id="too old"),
        pytest.param(None, "unknown", id="not documented"),
    ],
)
def test_ramucirumab_by_afp(afp, expected):
    assert advised(course("SD", "SD", afp=afp))["ramucirumab_by_afp"].verdict.value == expected


def test_no_advice_for_hcc_alone_in_another_tumor():
    assert "ramucirumab_by_afp" not in advised(course("SD", "SD", tumor="colorectal-metastasis"))


@pytest.mark.parametrize(
    ("sessions", "expected"), [(("SD",), "met"), (("SD", "SD"), "met"), (("SD", "SD", "SD"), "not-met")]
)
def test_three_sessions_before_abandoning(sessions, expected):
    assert advised(course(*sessions))["three_sessions_before_abandoning"].verdict.value == expected


def test_every_figure_of_outcome_stands_with_the_sentence_on_the_number_needed_to_treat():
    everything = course("SD", "SD", new_intrahepatic_lesion=on("new_intrahepatic_lesion", (True, AFTER)))
    found = advised(everything)
    with_outcome = [f for f in found.values() if "survival" in f.because or "PFS" in f.because]
    assert len(with_outcome) == 3
    assert all(NO_NNT in f.because for f in with_outcome)


def test_no_advice_before_the_first_session():
    assert advised(course()) == {}
    assert len(ADVICE) == 8


# The card


def card(patient, ordered=None):
    on_case = case(patient, ordered)
    return refractoriness_card(on_case, refractoriness(on_case))


def test_card_names_the_fact_beside_its_definition_and_the_one_that_decides_most():
    detail = card(course("SD", "")).detail
    row = next(line for line in detail.splitlines() if line.startswith("| 2026 summary steps"))
    assert "**Would decide:** response after the TACE of 30 Mar 2026" in row
    assert "**One fact would change most:** response after the TACE of 30 Mar 2026." in detail


def test_card_says_why_and_what_next_with_the_sentence_once():
    detail = card(course("SD", "SD", **FIT), order("tace", "segment-8")).detail
    assert "**Why they differ here.** EASL 2025 as quoted and the 2026 steps ask for two" in detail
    assert (
        "- Systemic therapy instead of further TACE, if Child-Pugh A and ECOG 0–1; here Child-Pugh 5 (A), ECOG 0 ("
        in detail
    )
    assert "9.0 months with microwave ablation, 2.8 with sorafenib" in detail
    assert "- Context: 257 clinicians" in detail
    assert detail.count(NO_NNT) == 1


def test_an_order_of_no_lesion_is_asked_about():
    said = "**Which lesion is the order for?** It names none: no definition decides about it."
    both = course(step("SD", on=("segment-8", "segment-2")))
    assert said in card(both, order("tace")).detail
    assert said not in card(both, order("tace", "segment-8")).detail
    assert (
        "The order is for segment 4, which no recorded session treated."
        in card(both, order("tace", "segment-4")).detail
    )


@pytest.mark.parametrize(
    ("steps", "summary"),
    [
        pytest.param((step("SD", 60.0, intent="curative"),) * 3, ".", id="all seven"),
        pytest.param(("SD", "SD"), "; not by 4 of 7.", id="two, one not known"),
        pytest.param((step("SD", 60.0),) * 3, "; not by 1 of 7.", id="all but the European one"),
    ],
)
def test_summary_tells_how_many_are_not_met(steps, summary):
    card_ = card(course(*steps))
    assert card_.summary.endswith(summary)
    assert ("not by" in card_.summary) is ("not by" in summary)


def test_precondition_that_fails_is_said():
    detail = card(course("SD", "SD", **FIT | {"ecog": (2, 5)})).detail
    assert "ECOG 2: **not met** (" in detail


def test_card_without_a_met_definition_advises_nothing():
    assert "sources advise" not in card(course("CR")).detail


@pytest.mark.parametrize(("patient", "expected"), SCENARIOS)
def test_card_keeps_to_one_screen(patient, expected):
    """Seven rows, and not more than a few lines around them; the assessment has the rest."""
    made = card(patient, order("tace", "segment-8"))
    if made is None:
        return
    assert sum(line.startswith("| ") for line in made.detail.splitlines()) == len(COUNTING) + 1
    assert made.detail.count("\n- ") <= MOST_ADVICE + 2
    assert len([line for line in made.detail.splitlines() if line]) <= 24
    assert made.detail.split("**Why they differ here.**")[-1].split("\n")[0].count(". ") <= MOST_DIFFERENCES


def test_json_and_text_carry_everything():
    a = assess(course("SD", "SD", step("", intent=""), **FIT), TODAY)
    found = as_json(a)["refractoriness"]
    assert found["wouldDecide"]["zhang-2022-proposal"] == "response after the TACE of 25 May 2026"
    assert len(found["whyTheyDiffer"]) > 0
    assert next(each["rule"] for each in found["advice"]) == "systemic_therapy_next"
    text = assessment_text(a)
    for words in (
        "would decide: response after the TACE of 25 May 2026",
        "Why they differ: ",
        "What the sources advise or report next",
        "[source-002, ",
    ):
        assert words in text  # fmt: skip
