"""What guidance says of TACE with systemic therapy (source-003, easl-2025 as it quotes it), at each of its edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.combination.evidence import EVIDENCE, no_trial_against_sequence, source_003_cohort, source_003_meta_analysis
from cards.combination.evidence import tace_plus_sorafenib_sources_differ as sources_differ
from cards.combination.guidance import (
    GUIDANCE,
    easl_2025_other_therapy,
    easl_2025_tki_in_large_burden,
    source_003_extensive_disease,
    source_003_extrapolation_to_immunotherapy,
    source_003_pitfall_child_pugh_b_or_c,
    source_003_systemic_precondition,
    source_003_tace_alone,
)
from cards.refractoriness.verdict import refractoriness
from cards.sources import SOURCES
from cards.verdict import Verdict
from tests.cards.build import EMPTY, LESION, candidate, case, facts, response, session, value

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
TKI, IMMUNE = ("lenvatinib",), ("atezolizumab", "bevacizumab")
STATEMENTS = (*GUIDANCE, *EVIDENCE)
OLD = 200  # days: too old for laboratory, clinical and imaging facts alike

B7_NO_ASCITES = {"albumin": 2.7}
B7_WITH_ASCITES = {"albumin": 3.0, "ascites_grade": "mild"}
B8 = {"albumin": 2.7, "bilirubin": 2.0}


def judged(rule, drugs=TKI, **changes):
    return rule(case(candidate(**changes)), drugs)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, MET, id="all of it holds"),
        pytest.param({"extrahepatic_spread": True}, NOT_MET, id="extrahepatic spread"),
        pytest.param({"extrahepatic_spread": None}, UNKNOWN, id="spread not documented"),
        pytest.param({"albumin": 2.8}, MET, id="A6"),
        pytest.param(B7_NO_ASCITES, MET, id="B7 without ascites: well-compensated"),
        pytest.param(B7_WITH_ASCITES, NOT_MET, id="B7 with ascites"),
        pytest.param(B8, NOT_MET, id="B8"),
        pytest.param({"inr": None}, MET, id="INR missing: A5 to B7 without ascites"),
        pytest.param({"inr": None, "albumin": 3.5}, UNKNOWN, id="INR missing: A6 to B8"),
        pytest.param({"inr": (1.0, OLD), "albumin": 3.5}, UNKNOWN, id="INR too old: A6 to B8"),
        pytest.param({"ascites_grade": None}, UNKNOWN, id="ascites missing: A5 to B7 with ascites"),
        pytest.param({"ecog": 1}, MET, id="ECOG 1"),
        pytest.param({"ecog": 2}, NOT_MET, id="ECOG 2"),
        pytest.param({"ecog": None}, UNKNOWN, id="ECOG missing"),
        pytest.param({"ecog": (0, OLD)}, UNKNOWN, id="ECOG too old"),
        pytest.param({"sizes": (5.0, 2.0)}, MET, id="up-to-seven 7.0"),
        pytest.param({"sizes": (5.1, 2.0)}, NOT_MET, id="up-to-seven 7.1"),
        pytest.param({"sizes": ()}, UNKNOWN, id="sizes missing"),
        pytest.param({"selective_access": False}, NOT_MET, id="no selective access"),
        pytest.param({"selective_access": None}, UNKNOWN, id="selective access not stated"),
        pytest.param({"growth_pattern": "infiltrative"}, NOT_MET, id="infiltrative"),
        pytest.param({"growth_pattern": "confluent-multinodular"}, MET, id="confluent is not infiltrative"),
        pytest.param({"growth_pattern": None}, UNKNOWN, id="growth pattern not stated"),
        pytest.param({"portal_flow": "reduced"}, NOT_MET, id="reduced portal flow"),
        pytest.param({"portal_flow": None}, UNKNOWN, id="portal flow not stated"),
        pytest.param({"portal_vein_invasion": "vp4"}, NOT_MET, id="main portal vein"),
        pytest.param({"portal_vein_invasion": None}, UNKNOWN, id="portal vein not stated"),
        pytest.param({"portal_flow": None, "ecog": 2}, NOT_MET, id="one that fails decides over one not known"),
    ],
)
def test_tace_alone(changes, expected):
    assert judged(source_003_tace_alone, **changes).verdict is expected


def test_tace_alone_names_what_fails_and_what_is_missing():
    assert judged(source_003_tace_alone, **B8).because == "Child-Pugh B8"
    assert judged(source_003_tace_alone, sizes=(5.1, 2.0), ecog=2).because == (
        "ECOG 2 and up-to-seven out (in is our reading of low)"
    )
    assert judged(source_003_tace_alone, portal_flow=None, ecog=None).missing == ("ecog", "portal_flow")


@pytest.mark.parametrize(
    ("drugs", "changes", "expected"),
    [
        pytest.param(TKI, {"sizes": (5.0, 2.0)}, NOT_MET, id="up-to-seven 7.0: in"),
        pytest.param(TKI, {"sizes": (5.1, 2.0)}, MET, id="up-to-seven 7.1: out"),
        pytest.param(("sorafenib",), {"sizes": (6.0, 2.0)}, MET, id="sorafenib"),
        pytest.param(("regorafenib",), {"sizes": (6.0, 2.0)}, MET, id="regorafenib"),
        pytest.param(("cabozantinib",), {"sizes": (6.0, 2.0)}, MET, id="cabozantinib"),
        pytest.param((*TKI, "pembrolizumab"), {"sizes": (6.0, 2.0)}, MET, id="a TKI with immunotherapy"),
        pytest.param(IMMUNE, {"sizes": (6.0, 2.0)}, NOT_MET, id="immunotherapy and bevacizumab: not spoken of"),
        pytest.param(("ramucirumab",), {"sizes": (6.0, 2.0)}, NOT_MET, id="an antibody is no TKI"),
        pytest.param((), {"sizes": (6.0, 2.0)}, NOT_MET, id="no drug"),
        pytest.param(
            TKI, {"sizes": (6.0, 2.0), "portal_vein_invasion": "vp2"}, NOT_MET, id="invasion: not intermediate"
        ),
        pytest.param(TKI, {"sizes": (6.0, 2.0), "extrahepatic_spread": True}, NOT_MET, id="spread: not intermediate"),
        pytest.param(TKI, {"sizes": (6.0, 2.0), "extrahepatic_spread": None}, UNKNOWN, id="spread not documented"),
        pytest.param(TKI, {"sizes": (6.0, 2.0), "ecog": 1}, MET, id="ECOG 1: still intermediate by tumor"),
        pytest.param(TKI, {"sizes": (6.1,), "nodule_count": 1}, UNKNOWN, id="single large: 2022 A, older practice B"),
        pytest.param(TKI, {"sizes": (6.0,), "nodule_count": 1}, NOT_MET, id="single 6 cm: in"),
        pytest.param(TKI, {"nodule_count": None, "sizes": ()}, UNKNOWN, id="burden not documented"),
        pytest.param(TKI, {"sizes": ((6.0, OLD), (2.0, OLD))}, UNKNOWN, id="sizes too old"),
    ],
)
def test_no_tki_in_large_burden(drugs, changes, expected):
    assert judged(easl_2025_tki_in_large_burden, drugs, **changes).verdict is expected


def test_easl_is_quoted_with_its_level_and_never_on_immunotherapy():
    found = judged(easl_2025_tki_in_large_burden, sizes=(6.0, 2.0))
    assert (found.source, found.locator) == ("easl-2025", "LoE 2, strong recommendation, 82 % consensus")
    assert SOURCES[found.source].quoted_in == "source-003"
    assert "our reading of large" in found.because
    own = judged(source_003_extrapolation_to_immunotherapy, IMMUNE)
    assert (own.verdict, own.source) == (MET, "source-003")
    assert "own extension" in own.because


@pytest.mark.parametrize(
    ("drugs", "expected"),
    [(("atezolizumab",), MET), (("tremelimumab",), MET), (("bevacizumab",), NOT_MET), (TKI, NOT_MET), ((), NOT_MET)],
)
def test_extrapolation_concerns_checkpoint_inhibitors(drugs, expected):
    assert judged(source_003_extrapolation_to_immunotherapy, drugs).verdict is expected


@pytest.mark.parametrize(
    ("changes", "expected", "words"),
    [
        pytest.param({"albumin": 2.8}, NOT_MET, "Child-Pugh A6", id="A6"),
        pytest.param(B7_NO_ASCITES, MET, "Child-Pugh B7; EMERALD-1 enrolled A to B7, 7 included", id="B7"),
        pytest.param(B8, MET, "Child-Pugh B8; EMERALD-1 enrolled A to B7: outside it too", id="B8"),
        pytest.param({"albumin": 2.7, "bilirubin": 3.1, "inr": 2.4}, MET, "Child-Pugh C11", id="C"),
        pytest.param({"inr": None}, UNKNOWN, "5–7 (A or B); EMERALD-1 enrolled", id="A5 to B7"),
        pytest.param({"inr": None, "albumin": 2.7}, MET, "7–9 (B); EMERALD-1 enrolled", id="B7 to B9"),
    ],
)
def test_pitfall_child_pugh_b_or_c(changes, expected, words):
    found = judged(source_003_pitfall_child_pugh_b_or_c, **changes)
    assert found.verdict is expected
    assert words in found.because


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"lobar_distribution": "unilobar"}, NOT_MET, id="none of the three"),
        pytest.param({"sizes": (5.1, 2.0)}, MET, id="up-to-seven out"),
        pytest.param({"lobar_distribution": "bilobar"}, MET, id="two nodules in both lobes"),
        pytest.param({"lobar_distribution": "bilobar", "nodule_count": 1, "sizes": (4.0,)}, NOT_MET, id="one nodule"),
        pytest.param({"growth_pattern": "infiltrative", "lobar_distribution": "unilobar"}, MET, id="infiltrative"),
        pytest.param({}, UNKNOWN, id="lobes not documented"),
        pytest.param({"sizes": (5.1, 2.0), "extrahepatic_spread": True}, NOT_MET, id="not liver-confined"),
        pytest.param({"sizes": (5.1, 2.0), "portal_vein_invasion": None}, UNKNOWN, id="invasion not documented"),
    ],
)
def test_extensive_disease(changes, expected):
    assert judged(source_003_extensive_disease, **changes).verdict is expected


@pytest.mark.parametrize(
    ("changes", "expected", "missing"),
    [
        pytest.param({"albumin": 2.8, "ecog": 1}, MET, (), id="A6, ECOG 1"),
        pytest.param(B7_NO_ASCITES, NOT_MET, (), id="B7, well-compensated or not"),
        pytest.param({"ecog": 2}, NOT_MET, (), id="ECOG 2"),
        pytest.param({"ecog": None}, UNKNOWN, ("ecog",), id="ECOG missing"),
        pytest.param({"inr": None}, UNKNOWN, ("inr",), id="INR missing"),
        pytest.param({"inr": None, "ecog": 2}, NOT_MET, (), id="INR missing, ECOG 2 decides"),
        pytest.param({"ecog": None, **B8}, NOT_MET, (), id="ECOG missing, B8 decides"),
    ],
)
def test_precondition_of_systemic_therapy(changes, expected, missing):
    found = judged(source_003_systemic_precondition, **changes)
    assert (found.verdict, found.missing) == (expected, missing)


# After one or two sessions without response

FIRST, SECOND = session(200, LESION), session(100, LESION)


def after(*categories, **changes):
    sessions = [FIRST, SECOND][: len(categories)]
    told = [response(s, c) for s, c in zip(sessions, categories, strict=True) if c]
    patient = case(candidate(sessions=sessions, responses=told, **changes))
    return easl_2025_other_therapy(patient, refractoriness(patient).findings)


@pytest.mark.parametrize(
    ("categories", "changes", "expected"),
    [
        pytest.param((), {}, NOT_MET, id="no TACE"),
        pytest.param(("CR",), {}, NOT_MET, id="responded"),
        pytest.param(("PR",), {}, NOT_MET, id="partly responded"),
        pytest.param(("SD",), {}, UNKNOWN, id="one without response: the sentence says 1–2"),
        pytest.param(("SD", "PD"), {}, MET, id="two without response"),
        pytest.param(("SD", "CR"), {}, NOT_MET, id="responded to the second"),
        pytest.param(("SD", ""), {}, UNKNOWN, id="second not told"),
        pytest.param(("SD", "PD"), {"inr": None}, UNKNOWN, id="liver function not known"),
        pytest.param(("SD", "PD"), B7_NO_ASCITES, NOT_MET, id="liver function not preserved"),
    ],
)
def test_other_therapy_after_one_or_two_sessions_without_response(categories, changes, expected):
    found = after(*categories, **changes)
    assert (found.verdict, found.source) == (expected, "easl-2025")
    assert found.locator == "LoE 3, strong recommendation, strong consensus"


def test_other_therapy_is_open_where_procedures_could_not_be_fetched():
    patient = case(candidate(unreached=("Procedure",)))
    assert easl_2025_other_therapy(patient, ()).verdict is UNKNOWN
    assert easl_2025_other_therapy(patient, refractoriness(patient).findings).verdict is UNKNOWN


def test_other_therapy_is_open_where_only_that_there_was_tace_is_known():
    assert easl_2025_other_therapy(case(candidate(sessions=[session(None, LESION)])), ()).verdict is UNKNOWN


# Reviews


@pytest.mark.parametrize(
    ("rule", "drugs", "expected"),
    [
        (source_003_cohort, IMMUNE, MET),
        (source_003_cohort, ("atezolizumab",), NOT_MET),
        (source_003_cohort, TKI, NOT_MET),
        (source_003_meta_analysis, TKI, UNKNOWN),
        (source_003_meta_analysis, (), NOT_MET),
        (no_trial_against_sequence, TKI, MET),
        (no_trial_against_sequence, (), NOT_MET),
        (sources_differ, ("sorafenib",), MET),
        (sources_differ, TKI, NOT_MET),
    ],
)
def test_what_reviews_speak_of(rule, drugs, expected):
    assert judged(rule, drugs).verdict is expected


def test_figures_are_those_of_the_summary():
    cohort, pooled = (judged(rule, IMMUNE).because for rule in (source_003_cohort, source_003_meta_analysis))
    for figure in ("OS not reached vs 20.3", "PFS 20.0 vs 9.8", "ORR 60.9 vs 41.3 %", "DCR 89.1 vs 58.7 %"):
        assert figure in cohort
    for figure in ("16 studies, 3,004 patients", "PFS HR 0.59", "OS HR 0.51", "ALT (OR 2.17)", "AST (OR 2.28)",
                   "CR OR 2.12", "ORR OR 2.78", "DCR OR 2.46"):  # fmt: skip
        assert figure in pooled


# All statements at once


@pytest.mark.parametrize("rule", STATEMENTS, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("patient", [EMPTY, facts()], ids=["empty", "HCC alone"])
def test_no_statement_is_met_by_silence(rule, patient):
    assert rule(case(patient), ()).verdict is not MET


@pytest.mark.parametrize("rule", STATEMENTS, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("patient", [EMPTY, facts()], ids=["empty", "HCC alone"])
def test_facts_are_named_where_they_would_decide(rule, patient):
    found = rule(case(patient), TKI)
    assert bool(found.missing) == (found.verdict is UNKNOWN and rule is not source_003_meta_analysis)


@pytest.mark.parametrize("rule", [*STATEMENTS, easl_2025_other_therapy], ids=lambda rule: rule.__name__)
def test_every_statement_names_its_source_and_itself(rule):
    found = rule(case(candidate()), ())
    assert found.rule == rule.__name__
    assert found.source in SOURCES
    assert found.source in rule.__doc__.split("Source\n")[1]


LIVER = {"bilirubin": st.sampled_from([0.9, 2.0, 3.1]), "albumin": st.sampled_from([4.2, 3.0, 2.7]),
         "inr": st.sampled_from([1.0, 1.7, 2.4])}  # fmt: skip
MILD_FIRST = {MET: 0, UNKNOWN: 1, NOT_MET: 2}


@given(better=st.fixed_dictionaries(LIVER), worse=st.fixed_dictionaries(LIVER), hidden=st.sampled_from([*LIVER, ""]))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_worse_liver_function_never_gets_nearer_to_the_precondition(better, worse, hidden):
    worse = {name: (min if name == "albumin" else max)(better[name], worse[name], key=float) for name in LIVER}
    told = [case(candidate(**{**values, **({hidden: None} if hidden else {})})) for values in (better, worse)]
    precondition = [MILD_FIRST[source_003_systemic_precondition(each, ()).verdict] for each in told]
    pitfall = [-MILD_FIRST[source_003_pitfall_child_pugh_b_or_c(each, ()).verdict] for each in told]
    alone = [MILD_FIRST[source_003_tace_alone(each, ()).verdict] for each in told]
    assert all(found == sorted(found) for found in (precondition, pitfall, alone))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, UNKNOWN, id="two, lobes not told"),
        pytest.param({"lobar_distribution": "bilobar"}, MET, id="two, bilobar"),
        pytest.param({"lobar_distribution": "bilobar", "sizes": (4.0,), "nodule_count": 1}, NOT_MET, id="one, bilobar"),
        pytest.param(
            {"lobar_distribution": "bilobar", "sizes": (), "nodule_count": None}, UNKNOWN, id="number not told"
        ),
        pytest.param({"lobar_distribution": "unilobar"}, NOT_MET, id="two, in one lobe"),
    ],
)
def test_several_bilobar_lesions_are_extensive_disease(changes, expected):
    assert judged(source_003_extensive_disease, **changes).verdict is expected


@pytest.mark.parametrize(
    ("changes", "expected", "missing"),
    [
        pytest.param({"bilirubin": "<=2.5", "ecog": None}, UNKNOWN, ("ecog",), id="A5 or A6: the limit is no matter"),
        pytest.param({"inr": None, "ecog": None}, UNKNOWN, ("inr", "ecog"), id="A or B, ECOG not known"),
        pytest.param({"inr": None, "ecog": 2}, NOT_MET, (), id="ECOG 2 decides"),
        pytest.param({"inr": None}, UNKNOWN, ("inr",), id="A or B"),
    ],
)
def test_what_would_settle_the_precondition(changes, expected, missing):
    found = judged(source_003_systemic_precondition, **changes)
    assert (found.verdict, found.missing) == (expected, missing)


TREATED = session(100, LESION)


def other_therapy(responses=(), judged_before=True, **changes):
    on = case(candidate(sessions=changes.pop("sessions", [TREATED]), responses=responses, **changes))
    return easl_2025_other_therapy(on, refractoriness(on).findings if judged_before else ())


@pytest.mark.parametrize(
    ("sessions", "unreached", "expected", "because"),
    [
        pytest.param([TREATED], (), UNKNOWN, "response to TACE not known", id="treated"),
        pytest.param([], {"Procedure"}, UNKNOWN, "response to TACE not known", id="treatments not fetched"),
        pytest.param([], (), NOT_MET, "no TACE is recorded", id="no TACE"),
    ],
)
def test_other_therapy_where_no_definition_was_judged(sessions, unreached, expected, because):
    found = other_therapy(judged_before=False, sessions=sessions, unreached=unreached)
    assert (found.verdict, found.because, found.missing) == (expected, because, ())


@pytest.mark.parametrize(
    ("category", "changes", "expected", "missing"),
    [
        pytest.param("", {}, UNKNOWN, ("mrecist_response",), id="a response not told"),
        pytest.param("", {"inr": None}, UNKNOWN, ("mrecist_response", "inr"), id="a response and INR not told"),
        pytest.param("", {"bilirubin": "<=2.5"}, UNKNOWN, ("mrecist_response",), id="A5 or A6: the limit is no matter"),
        pytest.param("", {"bilirubin": 3.5, "inr": 1.8, "albumin": 3.0}, NOT_MET, (), id="Child-Pugh B decides"),
        pytest.param("CR", {"inr": None}, NOT_MET, (), id="a response decides"),
    ],
)
def test_what_would_settle_other_therapy(category, changes, expected, missing):
    after = [response(TREATED, category)] if category else []
    found = other_therapy(
        after, **{name: [value(name, what, 5)] if what is not None else None for name, what in changes.items()}
    )
    assert (found.verdict, found.missing) == (expected, missing)
