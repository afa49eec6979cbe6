"""The verdict is the first tier that holds."""

from itertools import pairwise

import pytest

from cards.assess import assess
from cards.eligibility.card import eligibility_card
from cards.eligibility.verdict import eligibility
from cards.facts import NOT_TOLD
from cards.verdict import Finding, Verdict
from tests.cards.build import (
    CANDIDATE,
    EMPTY,
    LESION,
    LIVER,
    TODAY,
    candidate,
    case,
    drug,
    order,
    present,
    response,
    session,
)

TIERS = {
    "not-applicable": {"tumor_rupture": True},
    "contraindicated": {"hepatorenal_syndrome": True},
    "not-recommended": {"hepatic_vein_invasion": True},
    "indeterminate": {"ecog": None},
    "caution": {"active_infection": True},
}


def verdict(**changes):
    return eligibility(case(candidate(**changes))).verdict


def deciding(**changes):
    return [f.rule for f in eligibility(case(candidate(**changes))).deciding]


@pytest.mark.parametrize("tier", TIERS)
def test_each_tier_alone(tier):
    assert verdict(**TIERS[tier]) == tier


@pytest.mark.parametrize(("first", "second"), list(pairwise(TIERS)))
def test_of_two_adjacent_tiers_the_first_wins(first, second):
    assert verdict(**TIERS[first], **TIERS[second]) == first


def test_all_tiers_at_once():
    changes = {name: what for tier in TIERS.values() for name, what in tier.items()}
    assert verdict(**changes) == "not-applicable"


def test_findings_of_the_later_tiers_are_still_listed():
    found = eligibility(case(candidate(**TIERS["contraindicated"], **TIERS["caution"])))
    assert {"hepatorenal_syndrome", "active_infection"} <= {f.rule for f in found.findings if f.verdict is Verdict.MET}
    assert found.findings[0].rule == "hepatorenal_syndrome"


def test_several_of_one_tier_all_decide():
    assert deciding(hepatorenal_syndrome=True, portal_flow="absent") == ["hepatorenal_syndrome", "portal_flow_lost"]


# Needed facts

NEEDED = {
    "tumor type": ({"tumor": ""}, "tumor_type"),
    "bilirubin": ({"bilirubin": None}, "bilirubin"),
    "albumin": ({"albumin": None}, "albumin"),
    "INR": ({"inr": None}, "inr"),
    "ascites": ({"ascites_grade": None}, "ascites_grade"),
    "encephalopathy": ({"encephalopathy_grade": None}, "encephalopathy_grade"),
    "ECOG": ({"ecog": None}, "ecog"),
    "spread": ({"extrahepatic_spread": None}, "extrahepatic_spread"),
    "portal vein": ({"portal_vein_invasion": None}, "portal_vein_invasion"),
    "number": ({"nodule_count": None, "sizes": [(4.0, 10), (2.0, 40)]}, "nodule_count"),
    "size": ({"sizes": ()}, "nodule_size"),
    "bilirubin too old": ({"bilirubin": (0.9, 91)}, "bilirubin"),
    "ECOG too old": ({"ecog": (0, 91)}, "ecog"),
    "imaging too old": ({"extrahepatic_spread": (False, 121)}, "extrahepatic_spread"),
    "size too old": ({"sizes": [(4.0, 121), (2.0, 121)]}, "nodule_size"),
    "bilirubin undated": ({"bilirubin": (0.9, None)}, "bilirubin"),
    "bilirubin not usable": ({"bilirubin": None, "refused": {"bilirubin": "unit conflict"}}, "bilirubin"),
    "bilirubin only a limit": ({"bilirubin": "<2.5"}, "bilirubin"),
    "ascites without grade": (
        {"ascites_grade": None, "states": [present("ascites_grade", "present")]},
        "ascites_grade",
    ),
    "date of a TACE": ({"sessions": [session(None)]}, "date_of_tace"),
    "several kinds of liver tumor": ({"tumor": "unknown"}, "tumor_type"),
}


@pytest.mark.parametrize(("changes", "missing"), NEEDED.values(), ids=NEEDED)
def test_needed_fact_that_is_not_there_leaves_the_verdict_open(changes, missing):
    found = eligibility(case(candidate(**changes)))
    assert found.verdict == "indeterminate"
    assert missing in {name for f in found.deciding for name in f.missing}


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        pytest.param({"tumor": "", "unreached": ["Condition"]}, "needed_tumor_type", "could not be fetched",
                     id="Conditions could not be fetched"),
        pytest.param({"unreached": ["Procedure"]}, "needed_treatment_history", "could not be fetched",
                     id="procedures could not be fetched"),
        pytest.param({"refused": {"treatment_history": "a treatment is not usable"}}, "needed_treatment_history",
                     "not usable: whether and when it was done", id="a session that cannot be read"),
        pytest.param({"responses": [response(session(60, LESION), "SD")]}, "needed_treatment_history", "but no treatment",
                     id="a response without any treatment"),
        pytest.param({"sessions": [session(None, kind="y90")]}, "needed_date_of_tace", "has no date",
                     id="a Y-90 session without a date"),
    ],
)  # fmt: skip
def test_history_that_is_not_known_leaves_the_verdict_open(changes, rule, words):
    found = eligibility(case(candidate(**changes)))
    assert (found.verdict, [f.rule for f in found.deciding]) == ("indeterminate", [rule])
    assert words in found.deciding[0].because


def test_tumor_that_is_told_needs_no_further_conditions():
    assert verdict(unreached=["Condition"]) == "candidate"


@pytest.mark.parametrize("name", [*LIVER, "ecog", "extrahepatic_spread", "portal_vein_invasion"])
@pytest.mark.parametrize(
    ("day", "open_"), [pytest.param(0, True, id="day of the session"), pytest.param(29, False, id="day 29")]
)
def test_needed_fact_from_before_the_last_session_leaves_the_verdict_open(name, day, open_):
    recent = {each: (what, 5) for each, what in CANDIDATE.items()}
    patient = candidate(**{**recent, name: (CANDIDATE[name], 40 - day)}, sessions=[session(40)])
    found = eligibility(case(patient))
    assert (f"needed_{name.removesuffix('_grade')}" in {f.rule for f in found.deciding}) is open_


NOT_NEEDED = [name for name in CANDIDATE if name not in {*LIVER, "ecog", "extrahepatic_spread", "portal_vein_invasion"}]
NOT_STARRED = ["platelets", "varices_at_risk", "hepatorenal_syndrome", "jaundice", "lobar_distribution",
               "liver_involvement_percent", "hepatic_vein_invasion", "bile_duct_invasion", "biliary_obstruction",
               "active_infection", "active_bleeding", "anticoagulated", "bilioenteric_anastomosis", "unresectable",
               "sodium", "afp", "dialysis_twice_weekly"]  # fmt: skip


def test_what_is_not_needed_is_not_stated_and_does_not_block():
    assert not {*NOT_STARRED} & {*CANDIDATE}
    assert verdict() == "candidate"


@pytest.mark.parametrize("name", ["creatinine", "portal_flow", "growth_pattern", "selective_access"])
def test_starred_criterion_that_is_not_stated_is_caution_and_says_so(name):
    found = eligibility(case(candidate(**{name: None})))
    assert (found.verdict, len(found.deciding)) == ("caution", 1)
    assert "counts as caution while it is not stated" in found.deciding[0].because
    assert found.deciding[0].missing == (name,)


@pytest.mark.parametrize("missing", ["sizes", "nodule_count"])
def test_count_of_measured_lesions_stands_in_for_a_stated_one(missing):
    expected = {"sizes": "indeterminate", "nodule_count": "candidate"}
    assert verdict(**{missing: None if missing == "nodule_count" else ()}) == expected[missing]


@pytest.mark.parametrize(
    ("sizes", "count", "expected"),
    [
        pytest.param((8.0,), 2, "caution", id="one of two measured, out of up-to-seven already"),
        pytest.param((4.0,), 2, "indeterminate", id="one of two measured, the other could be larger"),
        pytest.param((), 4, "indeterminate", id="four, none measured: the size is needed"),
        pytest.param((2.0,), 4, "caution", id="four, one measured, beyond the entry rule already"),
    ],
)
def test_nodules_that_decide_without_being_all_measured(sizes, count, expected):
    assert verdict(sizes=sizes, nodule_count=count) == expected


@pytest.mark.parametrize(
    ("sizes", "count", "missing"),
    [
        pytest.param([(4.0, 10, NOT_TOLD)], None, ("nodule_count", "nodule_size"), id="both could change the verdict"),
        pytest.param([(9.0, 10, NOT_TOLD)], None, ("nodule_count",), id="the size is decided, the number is not told"),
        pytest.param([4.0], 2, ("nodule_size",), id="one of two measured"),
        pytest.param([], 5, ("nodule_size",), id="no size at all"),
    ],
)
def test_what_is_missing_of_the_nodules(sizes, count, missing):
    found = eligibility(case(candidate(sizes=sizes, nodule_count=count)))
    assert {f.rule: f.missing for f in found.deciding} == {"needed_nodules": missing}


# Bounds


@pytest.mark.parametrize("missing", [*LIVER])
def test_contraindicated_where_every_completion_leads_there(missing):
    worst = {"bilirubin": 2.5, "albumin": 2.0, "inr": 2.0, "ascites_grade": "mild", "encephalopathy_grade": 1}
    assert verdict(**{**worst, missing: None}) == "contraindicated"


def test_indeterminate_where_one_completion_does_not_lead_there():
    assert verdict(bilirubin=2.5, albumin=3.0, inr=None) == "indeterminate"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"lobar_distribution": "bilobar", "liver_involvement_percent": ">40"},
                     id="both lobes, above 40 % as a limit"),
        pytest.param({"encephalopathy_grade": None, "states": [present("encephalopathy_grade", "present")]},
                     id="encephalopathy without a grade"),
    ],
)  # fmt: skip
def test_documented_but_undecided_contraindication_is_never_a_candidate(changes):
    assert verdict(**changes) == "indeterminate"


def test_controlled_encephalopathy_without_a_grade_is_caution():
    assert verdict(encephalopathy_grade=None, encephalopathy_controlled=True) == "caution"


# Rows of the contract

ROWS = [
    ("Child-Pugh B7", "caution", {"bilirubin": 2.5, "albumin": 3.0}),
    ("Child-Pugh B8", "contraindicated", {"bilirubin": 2.5, "albumin": 3.0, "inr": 1.7}),
    ("bilirubin 2.0", "caution", {"bilirubin": 2.0}),
    ("bilirubin 3.1", "contraindicated", {"bilirubin": 3.1}),
    ("jaundice Condition", "contraindicated", {"states": [present("jaundice")]}),
    ("encephalopathy grade 1", "caution", {"encephalopathy_grade": 1}),
    ("encephalopathy grade 2", "contraindicated", {"encephalopathy_grade": 2}),
    ("mild ascites", "caution", {"ascites_grade": "mild"}),
    ("refractory ascites", "contraindicated", {"ascites_grade": "refractory"}),
    ("vp4", "contraindicated", {"portal_vein_invasion": "vp4"}),
    ("vp1", "not-recommended", {"portal_vein_invasion": "vp1"}),
    ("hepatofugal flow", "contraindicated", {"portal_flow": "hepatofugal"}),
    ("reduced flow", "caution", {"portal_flow": "reduced"}),
    ("both lobes and 60 %", "contraindicated", {"lobar_distribution": "bilobar", "liver_involvement_percent": 60.0}),
    ("60 %, lobes not stated", "caution", {"liver_involvement_percent": 60.0}),
    ("spread", "not-recommended", {"extrahepatic_spread": True}),
    ("bile duct thrombus", "not-recommended", {"bile_duct_invasion": True}),
    ("ECOG 1", "candidate", {"ecog": 1}),
    ("ECOG 2", "caution", {"ecog": 2}),
    ("ECOG 3", "not-recommended", {"ecog": 3}),
    ("infiltrative", "not-recommended", {"growth_pattern": "infiltrative"}),
    ("massive", "caution", {"growth_pattern": "massive"}),
    ("dialysis", "caution", {"dialysis_twice_weekly": True}),
    ("10 cm", "caution", {"sizes": (10.0, 2.0)}),
    ("up-to-seven out", "caution", {"sizes": (5.1, 2.0)}),
    ("mALBI 2b", "caution", {"albumin": 3.51}),
    ("within Milan", "caution", {"sizes": (3.0, 2.0)}),
    ("within Milan, unresectable", "candidate", {"sizes": (3.0, 2.0), "unresectable": True}),
    ("within Milan, bridge to transplant", "candidate", {"sizes": (3.0, 2.0), "bridge_to_transplant": True}),
    ("four nodules", "caution", {"sizes": (2.0,) * 4, "nodule_count": 4}),
    ("single of 7 cm", "caution", {"sizes": (7.0,), "nodule_count": 1, "unresectable": True}),
    ("single of 6 cm, unresectable", "candidate", {"sizes": (6.0,), "nodule_count": 1, "unresectable": True}),
]


@pytest.mark.parametrize(("expected", "changes"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_row_of_the_contract(expected, changes):
    assert verdict(**changes) == expected


def test_bridge_does_not_set_a_contraindication_aside():
    assert verdict(bridge_to_transplant=True, bilirubin=4.0) == "contraindicated"


# Tumors that are not HCC

OTHERS = ["icc", "neuroendocrine-metastasis", "colorectal-metastasis", "melanoma-metastasis", "other-metastasis",
          "other-primary"]  # fmt: skip


@pytest.mark.parametrize("tumor", OTHERS)
@pytest.mark.parametrize(
    ("changes", "expected", "palliative"),
    [
        pytest.param({}, "caution", False, id="systemic therapy not stated"),
        pytest.param({"systemic_therapy_status": "candidate"}, "caution", False, id="systemic therapy possible"),
        pytest.param({"systemic_therapy_status": "not-candidate"}, "candidate", True, id="systemic therapy not possible"),
        pytest.param({"systemic_therapy_status": "failed"}, "candidate", True, id="systemic therapy failed"),
        pytest.param({"treatments": [drug(active=False)]}, "candidate", True, id="systemic therapy given"),
        pytest.param({"systemic_therapy_status": "failed", "extrahepatic_spread": True}, "not-recommended", False,
                     id="spread"),
        pytest.param({"systemic_therapy_status": "failed", "bilirubin": 4.0}, "contraindicated", False, id="bilirubin"),
        pytest.param({"systemic_therapy_status": "failed", "sizes": (3.0, 2.0)}, "candidate", True,
                     id="small: no Milan outside HCC"),
    ],
)  # fmt: skip
def test_other_tumor(tumor, changes, expected, palliative):
    found = eligibility(case(candidate(tumor=tumor, **changes)))
    assert (found.verdict, found.palliative) == (expected, palliative)


def test_candidate_with_hcc_is_not_called_palliative():
    assert eligibility(case(candidate())).palliative is False


# Where topics meet, and remarks


def test_refractory_ordered_lesion_is_not_recommended_and_elsewhere_is_caution():
    finding = Finding("source_003_steps", Verdict.MET, "", "source-003", "step 3")
    assert eligibility(case(candidate()), refractory=(finding,)).verdict == "not-recommended"
    assert eligibility(case(candidate()), refractory_elsewhere=(finding,)).verdict == "caution"


def test_systemic_order_has_no_tace_verdict():
    assert assess(candidate(), TODAY, order("systemic", drugs=("sorafenib",))).eligibility.verdict == "not-applicable"


def test_order_for_another_patient_is_not_assessed():
    found = assess(candidate(), TODAY, order(subject_matches=False)).eligibility
    assert (found.verdict, found.deciding[0].rule) == ("indeterminate", "order_names_another_patient")


def test_empty_patient_is_indeterminate_and_every_needed_fact_is_named():
    found = eligibility(case(EMPTY))
    named = {name for f in found.deciding for name in f.missing}
    assert found.verdict == "indeterminate"
    assert named == {"tumor_type", *LIVER, "ecog", "extrahepatic_spread", "portal_vein_invasion", "nodule_count",
                     "nodule_size"}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"ecog": 1}, "BCLC C by ECOG 1 alone", id="ECOG 1 may be a candidate, with the remark of BCLC"),
        pytest.param({"sizes": (6.0,), "nodule_count": 1}, "older practice (AASLD) calls it B", id="single above 5 cm"),
        pytest.param({"bilirubin": "34.1 umol/L"},
                     "printed µmol/L band", id="bilirubin between the two printed bands"),
        pytest.param({"nodule_count": 1}, "1 nodules stated, 2 measured", id="count and measurements disagree"),
        pytest.param({"bilirubin": (0.9, 80)}, "Child-Pugh, ALBI and MELD from values 70 days apart: total bilirubin of "
                     "2 Sep 2026, newest of 11 Nov 2026", id="values of a score far apart"),
    ],
)  # fmt: skip
def test_remark_changes_nothing_and_is_said(changes, words):
    assert any(words in remark for remark in eligibility(case(candidate(**changes))).remarks)


@pytest.mark.parametrize(
    ("changes", "indicator"),
    [
        pytest.param({}, "info", id="candidate"),
        pytest.param({"portal_flow": None, "creatinine": None}, "info", id="caution, only by what is not stated"),
        pytest.param({"portal_flow": None, "ecog": 2}, "warning", id="caution by something met"),
    ],
)
def test_caution_warns_only_when_something_is_met(changes, indicator):
    found = case(candidate(**changes))
    card = eligibility_card(found, eligibility(found))
    assert card is not None
    assert card.indicator == indicator
