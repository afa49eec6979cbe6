"""Every criterion of eligibility below, at and above its edge, missing, too old; the rest of the patient is a candidate."""

import pytest

from cards.eligibility.cautions import CAUTIONS
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.facts import NOT_TOLD
from cards.verdict import Verdict
from tests.cards.build import candidate, case, drug, present, session

RULES = {rule.__name__: rule for rule in (*CONTRAINDICATIONS, *NOT_RECOMMENDED, *CAUTIONS)}
MET, NOT_MET, UNKNOWN = "met", "not-met", "unknown"


def judged(rule, **changes):
    return RULES[rule](case(candidate(**changes)))


def row(rule, name, expected, **changes):
    return pytest.param(rule, changes, expected, id=f"{rule}: {name}")


# B7: bilirubin and albumin at 2 points; B8: INR too
B7 = {"bilirubin": 2.5, "albumin": 3.0}
B8 = {**B7, "inr": 1.8}

ROWS = [
    row("child_pugh_b8_or_worse", "B7", NOT_MET, **B7),
    row("child_pugh_b8_or_worse", "B8", MET, **B8),
    row("child_pugh_b8_or_worse", "B9", MET, **B8, ascites_grade="mild"),
    row("child_pugh_b8_or_worse", "7 to 9, encephalopathy not documented", UNKNOWN, **B7, encephalopathy_grade=None),
    row("child_pugh_b8_or_worse", "8 to 10 whatever encephalopathy is", MET, **B8, encephalopathy_grade=None),
    row("child_pugh_b8_or_worse", "5 to 7 whatever ascites is", NOT_MET, ascites_grade=None),
    row("child_pugh_b8_or_worse", "a limit that leaves it open", UNKNOWN, **{**B7, "inr": ">1.0"}),
    row("child_pugh_b8_or_worse", "bilirubin too old", UNKNOWN, **{**B7, "bilirubin": (2.5, 91)}, inr=1.8),
    row("bilirubin_above_3", "3.0", NOT_MET, bilirubin=3.0),
    row("bilirubin_above_3", "3.01", MET, bilirubin=3.01),
    row("bilirubin_above_3", "51.3 umol/L", NOT_MET, bilirubin="51.3 umol/L"),
    row("bilirubin_above_3", "51.4 umol/L", MET, bilirubin="51.4 umol/L"),
    row("bilirubin_above_3", "above 3 as a limit", MET, bilirubin=">3.0"),
    row("bilirubin_above_3", "above 2 as a limit", UNKNOWN, bilirubin=">2.0"),
    row("bilirubin_above_3", "below 3 as a limit", NOT_MET, bilirubin="<3.0"),
    row("bilirubin_above_3", "missing", UNKNOWN, bilirubin=None),
    row("bilirubin_above_3", "too old", UNKNOWN, bilirubin=(9.0, 91)),
    row("bilirubin_above_3", "a recovery value", UNKNOWN, bilirubin=(9.0, 20), sessions=[session(40)]),
    row("jaundice", "stated", MET, jaundice=True),
    row("jaundice", "as a Condition", MET, states=[present("jaundice")]),
    row("jaundice", "stated absent", NOT_MET, jaundice=False),
    row("jaundice", "not documented", UNKNOWN),
    row("jaundice", "too old", UNKNOWN, jaundice=(True, 91)),
    row("clinical_encephalopathy", "grade 0", NOT_MET, encephalopathy_grade=0),
    row("clinical_encephalopathy", "grade 1", NOT_MET, encephalopathy_grade=1),
    row("clinical_encephalopathy", "grade 2", MET, encephalopathy_grade=2),
    row("clinical_encephalopathy", "grade 4", MET, encephalopathy_grade=4),
    row("clinical_encephalopathy", "grade 2 though controlled", MET, encephalopathy_grade=2,
        encephalopathy_controlled=True),
    row("clinical_encephalopathy", "controlled, grade not told", NOT_MET, encephalopathy_grade=None,
        encephalopathy_controlled=True),
    row("clinical_encephalopathy", "present, grade not told", UNKNOWN, encephalopathy_grade=None,
        states=[present("encephalopathy_grade", "present")]),
    row("clinical_encephalopathy", "present, controlled", NOT_MET, encephalopathy_grade=None,
        encephalopathy_controlled=True, states=[present("encephalopathy_grade", "present")]),
    row("clinical_encephalopathy", "hepatic coma", MET, states=[present("encephalopathy_grade", 4)]),
    row("clinical_encephalopathy", "missing", UNKNOWN, encephalopathy_grade=None),
    row("clinical_encephalopathy", "too old", UNKNOWN, encephalopathy_grade=(3, 91)),
    row("refractory_ascites", "refractory", MET, ascites_grade="refractory"),
    row("refractory_ascites", "moderate to severe", NOT_MET, ascites_grade="moderate-severe"),
    row("refractory_ascites", "none", NOT_MET, ascites_grade="none"),
    row("refractory_ascites", "present, grade not told", UNKNOWN, ascites_grade=None,
        states=[present("ascites_grade", "present")]),
    row("refractory_ascites", "missing", UNKNOWN, ascites_grade=None),
    row("refractory_ascites", "too old", UNKNOWN, ascites_grade=("refractory", 91)),
    row("hepatorenal_syndrome", "stated", MET, hepatorenal_syndrome=True),
    row("hepatorenal_syndrome", "stated absent", NOT_MET, hepatorenal_syndrome=False),
    row("hepatorenal_syndrome", "not documented", UNKNOWN),
    *(row("main_portal_vein_invasion", vp, expected, portal_vein_invasion=vp)
      for vp, expected in (("none", NOT_MET), ("vp1", NOT_MET), ("vp3", NOT_MET), ("vp4", MET))),
    row("main_portal_vein_invasion", "missing", UNKNOWN, portal_vein_invasion=None),
    row("main_portal_vein_invasion", "too old", UNKNOWN, portal_vein_invasion=("vp4", 121)),
    row("main_portal_vein_invasion", "from before the last session", UNKNOWN, portal_vein_invasion=("vp4", 40),
        sessions=[session(40)]),
    *(row("portal_flow_lost", flow, expected, portal_flow=flow)
      for flow, expected in (("preserved", NOT_MET), ("reduced", NOT_MET), ("hepatofugal", MET), ("absent", MET))),
    row("portal_flow_lost", "not documented", UNKNOWN, portal_flow=None),
    row("massive_replacement_of_both_lobes", "both lobes, 50 %", NOT_MET, lobar_distribution="bilobar",
        liver_involvement_percent=50.0),
    row("massive_replacement_of_both_lobes", "both lobes, 51 %", MET, lobar_distribution="bilobar",
        liver_involvement_percent=51.0),
    row("massive_replacement_of_both_lobes", "both lobes, above 50 % as a limit", MET, lobar_distribution="bilobar",
        liver_involvement_percent=">50"),
    row("massive_replacement_of_both_lobes", "one lobe, 60 %", NOT_MET, lobar_distribution="unilobar",
        liver_involvement_percent=60.0),
    row("massive_replacement_of_both_lobes", "60 %, lobes not stated", UNKNOWN, liver_involvement_percent=60.0),
    row("massive_replacement_of_both_lobes", "40 %, lobes not stated", NOT_MET, liver_involvement_percent=40.0),
    row("massive_replacement_of_both_lobes", "both lobes, part not stated", UNKNOWN, lobar_distribution="bilobar"),
    row("massive_replacement_of_both_lobes", "nothing stated", UNKNOWN),
    # Not recommended
    row("extrahepatic_spread", "stated", MET, extrahepatic_spread=True),
    row("extrahepatic_spread", "as a Condition", MET, extrahepatic_spread=None,
        states=[present("extrahepatic_spread")]),
    row("extrahepatic_spread", "stated absent", NOT_MET, extrahepatic_spread=False),
    row("extrahepatic_spread", "missing", UNKNOWN, extrahepatic_spread=None),
    row("extrahepatic_spread", "too old", UNKNOWN, extrahepatic_spread=(False, 121)),
    *(row("portal_vein_branch_invasion", vp, expected, portal_vein_invasion=vp)
      for vp, expected in (("none", NOT_MET), ("vp1", MET), ("vp2", MET), ("vp3", MET), ("vp4", NOT_MET))),
    row("portal_vein_branch_invasion", "missing", UNKNOWN, portal_vein_invasion=None),
    row("hepatic_vein_or_caval_invasion", "stated", MET, hepatic_vein_invasion=True),
    row("hepatic_vein_or_caval_invasion", "stated absent", NOT_MET, hepatic_vein_invasion=False),
    row("hepatic_vein_or_caval_invasion", "not documented", UNKNOWN),
    row("bile_duct_tumor_thrombus", "stated", MET, bile_duct_invasion=True),
    row("bile_duct_tumor_thrombus", "stated absent", NOT_MET, bile_duct_invasion=False),
    row("bile_duct_tumor_thrombus", "not documented", UNKNOWN),
    row("ecog_above_2", "2", NOT_MET, ecog=2),
    row("ecog_above_2", "3", MET, ecog=3),
    row("ecog_above_2", "4", MET, ecog=4),
    row("ecog_above_2", "missing", UNKNOWN, ecog=None),
    row("ecog_above_2", "too old", UNKNOWN, ecog=(3, 91)),
    *(row("infiltrative_growth", growth, MET if growth == "infiltrative" else NOT_MET, growth_pattern=growth)
      for growth in ("nodular", "confluent-multinodular", "massive", "infiltrative")),
    row("infiltrative_growth", "not documented", UNKNOWN, growth_pattern=None),
    # Caution
    row("bilirubin_2_to_3", "1.99", NOT_MET, bilirubin=1.99),
    row("bilirubin_2_to_3", "2.0", MET, bilirubin=2.0),
    row("bilirubin_2_to_3", "3.0", MET, bilirubin=3.0),
    row("bilirubin_2_to_3", "3.01", NOT_MET, bilirubin=3.01),
    row("bilirubin_2_to_3", "34.3 umol/L", MET, bilirubin="34.3 umol/L"),
    row("bilirubin_2_to_3", "below 1 as a limit", NOT_MET, bilirubin="<1.0"),
    row("bilirubin_2_to_3", "below 5 as a limit", UNKNOWN, bilirubin="<5.0"),
    row("bilirubin_2_to_3", "above 1.5 as a limit", UNKNOWN, bilirubin=">1.5"),
    row("bilirubin_2_to_3", "missing", UNKNOWN, bilirubin=None),
    row("any_ascites", "none", NOT_MET),
    row("any_ascites", "mild", MET, ascites_grade="mild"),
    row("any_ascites", "none while on diuretics", MET, ascites_controlled=True),
    row("any_ascites", "present, grade not told", MET, ascites_grade=None, states=[present("ascites_grade", "present")]),
    row("any_ascites", "missing", UNKNOWN, ascites_grade=None),
    row("encephalopathy_grade_1_or_controlled", "grade 0", NOT_MET),
    row("encephalopathy_grade_1_or_controlled", "grade 1", MET, encephalopathy_grade=1),
    row("encephalopathy_grade_1_or_controlled", "grade 2", NOT_MET, encephalopathy_grade=2),
    row("encephalopathy_grade_1_or_controlled", "grade 0 on medication", MET, encephalopathy_controlled=True),
    row("encephalopathy_grade_1_or_controlled", "present, grade not told", UNKNOWN, encephalopathy_grade=None,
        states=[present("encephalopathy_grade", "present")]),
    row("encephalopathy_grade_1_or_controlled", "missing", UNKNOWN, encephalopathy_grade=None),
    row("child_pugh_b7", "A6", NOT_MET, bilirubin=2.5),
    row("child_pugh_b7", "B7", MET, **B7),
    row("child_pugh_b7", "B8", NOT_MET, **B8),
    row("child_pugh_b7", "6 to 8", UNKNOWN, bilirubin=2.5, ascites_grade=None),
    *(row("ecog_2", str(n), MET if n == 2 else NOT_MET, ecog=n) for n in range(5)),
    row("ecog_2", "missing", UNKNOWN, ecog=None),
    row("creatinine_2_or_more", "1.99", NOT_MET, creatinine=1.99),
    row("creatinine_2_or_more", "2.0", MET, creatinine=2.0),
    row("creatinine_2_or_more", "180 umol/L", MET, creatinine="180 umol/L"),
    row("creatinine_2_or_more", "170 umol/L", NOT_MET, creatinine="170 umol/L"),
    row("creatinine_2_or_more", "not documented", UNKNOWN, creatinine=None),
    row("creatinine_2_or_more", "too old", UNKNOWN, creatinine=(1.0, 91)),
    row("dialysis", "stated", MET, dialysis_twice_weekly=True),
    row("dialysis", "stated absent", NOT_MET, dialysis_twice_weekly=False),
    row("dialysis", "not documented", UNKNOWN),
    row("over_half_replaced", "50 %", NOT_MET, liver_involvement_percent=50.0),
    row("over_half_replaced", "51 %, lobes not stated", MET, liver_involvement_percent=51.0),
    row("over_half_replaced", "51 %, one lobe", MET, liver_involvement_percent=51.0, lobar_distribution="unilobar"),
    row("over_half_replaced", "51 %, both lobes: a contraindication instead", NOT_MET,
        liver_involvement_percent=51.0, lobar_distribution="bilobar"),
    row("over_half_replaced", "not documented", UNKNOWN),
    *(row("portal_flow_reduced", flow, MET if flow == "reduced" else NOT_MET, portal_flow=flow)
      for flow in ("preserved", "reduced", "hepatofugal")),
    row("portal_flow_reduced", "not documented", UNKNOWN, portal_flow=None),
    *(row("growth_not_nodular", growth, expected, growth_pattern=growth)
      for growth, expected in (("nodular", NOT_MET), ("confluent-multinodular", MET), ("massive", MET))),
    row("growth_not_nodular", "not documented", UNKNOWN, growth_pattern=None),
    row("selective_access_not_feasible", "feasible", NOT_MET, selective_access=True),
    row("selective_access_not_feasible", "not feasible", MET, selective_access=False),
    row("selective_access_not_feasible", "not documented", UNKNOWN, selective_access=None),
    row("beyond_up_to_seven", "5 cm and two: 7.0", NOT_MET, sizes=(5.0, 2.0)),
    row("beyond_up_to_seven", "5.1 cm and two: 7.1", MET, sizes=(5.1, 2.0)),
    row("beyond_up_to_seven", "portal invasion", MET, portal_vein_invasion="vp1"),
    row("beyond_up_to_seven", "not HCC", NOT_MET, tumor="colorectal-metastasis", sizes=(9.0, 2.0)),
    row("beyond_up_to_seven", "size missing", UNKNOWN, sizes=()),
    row("beyond_up_to_seven", "size too old", UNKNOWN, sizes=[(9.0, 121), (2.0, 121)]),
    # ALBI with bilirubin 1.0 mg/dL: -2.27 between albumin 36.2 and 36.3 g/L
    row("modified_albi_2b_or_worse", "grade 1", NOT_MET, bilirubin=1.0, albumin=4.2),
    row("modified_albi_2b_or_worse", "grade 2a", NOT_MET, bilirubin=1.0, albumin=3.63),
    row("modified_albi_2b_or_worse", "grade 2b", MET, bilirubin=1.0, albumin=3.62),
    row("modified_albi_2b_or_worse", "grade 3", MET, bilirubin=2.5, albumin=2.0),
    row("modified_albi_2b_or_worse", "2b or 3, one value a limit", MET, bilirubin=1.0, albumin="<3.0"),
    row("modified_albi_2b_or_worse", "1 to 3, one value a limit", UNKNOWN, bilirubin=1.0, albumin="<5.0"),
    row("modified_albi_2b_or_worse", "albumin missing", UNKNOWN, albumin=None),
    row("modified_albi_2b_or_worse", "not HCC", NOT_MET, tumor="icc", albumin=3.0),
    row("tumor_10_cm_or_more", "9.9 cm", NOT_MET, sizes=(9.9, 2.0)),
    row("tumor_10_cm_or_more", "10.0 cm", MET, sizes=(10.0, 2.0)),
    row("tumor_10_cm_or_more", "one of two measured", UNKNOWN, sizes=(4.0,)),
    row("tumor_10_cm_or_more", "size missing", UNKNOWN, sizes=()),
    row("beyond_entry_rule", "three nodules", NOT_MET, sizes=(8.0, 2.0, 2.0), nodule_count=3),
    row("beyond_entry_rule", "four nodules", MET, sizes=(2.0,) * 4, nodule_count=4),
    row("beyond_entry_rule", "four nodules, none measured", MET, sizes=(), nodule_count=4),
    row("beyond_entry_rule", "single of 6.9 cm", NOT_MET, sizes=(6.9,), nodule_count=1),
    row("beyond_entry_rule", "single of 7.0 cm", MET, sizes=(7.0,), nodule_count=1),
    row("beyond_entry_rule", "two, one of 7.0 cm", NOT_MET, sizes=(7.0, 1.0)),
    row("beyond_entry_rule", "number missing", UNKNOWN, sizes=[(7.0, 10, NOT_TOLD)], nodule_count=None),
    row("curable_without_stated_reason", "BCLC B beyond Milan", NOT_MET),
    row("curable_without_stated_reason", "single of 6 cm: BCLC A", MET, sizes=(6.0,), nodule_count=1),
    row("curable_without_stated_reason", "single of 6 cm, ECOG 1: no less curable", MET, sizes=(6.0,), nodule_count=1,
        ecog=1),
    row("curable_without_stated_reason", "within Milan, ECOG 1", MET, sizes=(3.0, 2.0), ecog=1),
    row("curable_without_stated_reason", "single of 6 cm, spread", NOT_MET, sizes=(6.0,), nodule_count=1,
        extrahepatic_spread=True),
    row("curable_without_stated_reason", "unresectable", NOT_MET, sizes=(3.0, 2.0), unresectable=True),
    row("curable_without_stated_reason", "stated resectable", MET, sizes=(3.0, 2.0), unresectable=False),
    row("curable_without_stated_reason", "bridge to transplant", NOT_MET, sizes=(3.0, 2.0), bridge_to_transplant=True),
    row("curable_without_stated_reason", "no bridge", MET, sizes=(3.0, 2.0), bridge_to_transplant=False),
    row("curable_without_stated_reason", "the reason is too old", MET, sizes=(3.0, 2.0), unresectable=(True, 91)),
    row("curable_without_stated_reason", "single, not measured: 0 or A", MET, sizes=(), nodule_count=1),
    row("curable_without_stated_reason", "size missing", UNKNOWN, sizes=()),
    row("curable_without_stated_reason", "spread missing", UNKNOWN, sizes=(3.0, 2.0), extrahepatic_spread=None),
    row("curable_without_stated_reason", "not HCC", NOT_MET, tumor="icc", sizes=(3.0, 2.0)),
    *(row(rule, name, expected, **changes)
      for rule, fact in (("bilioenteric_anastomosis", "bilioenteric_anastomosis"),
                         ("biliary_obstruction", "biliary_obstruction"), ("untreated_varices", "varices_at_risk"),
                         ("active_bleeding", "active_bleeding"), ("active_infection", "active_infection"),
                         ("anticoagulation", "anticoagulated"))
      for name, expected, changes in (("stated", MET, {fact: True}), ("stated absent", NOT_MET, {fact: False}),
                                      ("as a Condition", MET, {"states": [present(fact)]}),
                                      ("not documented", UNKNOWN, {}))),
    row("inr_beyond_puncture_limit", "1.79", NOT_MET, inr=1.79),
    row("inr_beyond_puncture_limit", "1.8", MET, inr=1.8),
    row("inr_beyond_puncture_limit", "missing", UNKNOWN, inr=None),
    row("platelets_beyond_puncture_limit", "50", NOT_MET, platelets=50.0),
    row("platelets_beyond_puncture_limit", "49", MET, platelets=49.0),
    row("platelets_beyond_puncture_limit", "below 20 as a limit", MET, platelets="<20"),
    row("platelets_beyond_puncture_limit", "not documented", UNKNOWN),
    row("systemic_therapy_comes_first", "HCC", NOT_MET),
    row("systemic_therapy_comes_first", "metastases, nothing stated", UNKNOWN, tumor="colorectal-metastasis"),
    row("systemic_therapy_comes_first", "metastases, a candidate for it", MET, tumor="colorectal-metastasis",
        systemic_therapy_status="candidate"),
    *(row("systemic_therapy_comes_first", f"metastases, {status}", NOT_MET, tumor="colorectal-metastasis",
          systemic_therapy_status=status) for status in ("not-candidate", "failed", "failed-to-control-symptoms")),
    row("systemic_therapy_comes_first", "metastases, given", NOT_MET, tumor="colorectal-metastasis",
        treatments=[drug("oxaliplatin", active=False)]),
    row("systemic_therapy_comes_first", "cholangiocarcinoma, a candidate for it", MET, tumor="icc",
        systemic_therapy_status="candidate"),
    row("systemic_therapy_comes_first", "metastases, status too old", UNKNOWN, tumor="colorectal-metastasis",
        systemic_therapy_status=("failed", 91)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changes", "expected"), ROWS)
def test_criterion(rule, changes, expected):
    finding = judged(rule, **changes)
    assert (finding.rule, finding.verdict.value) == (rule, expected)


@pytest.mark.parametrize("rule", RULES)
def test_every_criterion_is_tested_with_every_answer(rule):
    tested = {row.values[2] for row in ROWS if row.values[0] == rule}
    assert tested == {MET, NOT_MET, UNKNOWN}


@pytest.mark.parametrize(("rule", "changes", "expected"), [r for r in ROWS if r.values[2] == UNKNOWN])
def test_unknown_names_what_would_decide_it(rule, changes, expected):
    assert judged(rule, **changes).missing


@pytest.mark.parametrize(("rule", "changes", "expected"), [r for r in ROWS if r.values[2] == MET])
def test_met_names_its_evidence(rule, changes, expected):
    assert judged(rule, **changes).evidence


def test_exactly_8_says_that_the_lists_differ():
    assert "at exactly 8 the lists differ" in judged("child_pugh_b8_or_worse", **B8).because
    assert "differ" not in judged("child_pugh_b8_or_worse", **B8, ascites_grade="mild").because


def test_high_bilirubin_says_what_may_explain_it():
    assert "Gilbert syndrome, PBC/PSC or obstruction" in judged("bilirubin_above_3", bilirubin=4.0).because


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"portal_vein_invasion": "vp1"}, True, id="vp1"),
        pytest.param({"portal_vein_invasion": "vp2"}, True, id="vp2"),
        pytest.param({"portal_vein_invasion": "vp3"}, False, id="vp3 is not segmental"),
        pytest.param({"portal_vein_invasion": "vp2", **B7}, False, id="Child-Pugh B"),
        pytest.param({"portal_vein_invasion": "vp2", "ecog": 3}, False, id="ECOG 3"),
        pytest.param({"portal_vein_invasion": "vp2", "ecog": None}, False, id="ECOG not documented"),
    ],
)
def test_reading_of_zhang_2022_is_shown_beside_segmental_invasion(changes, said):
    assert ("Zhang 2022" in judged("portal_vein_branch_invasion", **changes).because) is said


def test_ecog_above_2_says_how_a_list_is_read():
    assert "SeekHealth table lists it without a grade, read here as relative" in judged("ecog_above_2", ecog=3).because


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(B7, "well compensated (no ascites)", id="B7 without ascites"),
        pytest.param({"bilirubin": 2.5, "ascites_grade": "mild"}, "not the well-compensated B7", id="B7 with ascites"),
        pytest.param({"bilirubin": 2.5, "ascites_controlled": True}, "not the well-compensated B7",
                     id="B7 with controlled ascites"),
    ],
)  # fmt: skip
def test_b7_says_whether_it_is_well_compensated(changes, words):
    assert words in judged("child_pugh_b7", **changes).because


def test_verdicts_are_those_of_the_core():
    assert {v.value for v in Verdict} == {MET, NOT_MET, UNKNOWN}


@pytest.mark.parametrize(
    ("rule", "changes", "words"),
    [
        ("inr_beyond_puncture_limit", {"inr": 1.8}, "inside the limit for radial access"),
        ("inr_beyond_puncture_limit", {"inr": 2.2}, "beyond the limit for radial access too"),
        ("inr_beyond_puncture_limit", {"inr": 1.79}, ""),
        ("inr_beyond_puncture_limit", {"inr": ">2.0"}, ""),
        ("platelets_beyond_puncture_limit", {"platelets": 49.0}, "inside the limit for low-risk access"),
        ("platelets_beyond_puncture_limit", {"platelets": 19.9}, "below the limit for low-risk access too"),
        ("platelets_beyond_puncture_limit", {"platelets": 50.0}, ""),
        ("platelets_beyond_puncture_limit", {"platelets": "<30"}, ""),
    ],
)
def test_which_access_is_left_is_said(rule, changes, words):
    because = judged(rule, **changes).because
    assert words in because
    assert ("access" in because) is bool(words)


@pytest.mark.parametrize(
    ("cm", "words"),
    [
        (9.9, "9.9"),
        (10.0, "10 cm; at exactly 10 cm the lists differ: WJH 2015 says ≥ 10, Commonwealth Radiology > 10"),
        (10.1, "10.1"),
    ],
)
def test_lists_differ_at_exactly_10_cm(cm, words):
    because = judged("tumor_10_cm_or_more", sizes=(cm, 2.0)).because
    assert words in because
    assert ("lists differ" in because) is ("lists differ" in words)
    assert because.endswith("> 10") is (cm == 10.0)


@pytest.mark.parametrize(
    ("rule", "changes", "expected", "missing"),
    [
        pytest.param("tumor_10_cm_or_more", {"sizes": ("<=10.0",), "nodule_count": 1}, UNKNOWN, (), id="at most 10 cm"),
        pytest.param("tumor_10_cm_or_more", {"sizes": ("<10.0",), "nodule_count": 1}, NOT_MET, (), id="below 10 cm"),
        pytest.param("tumor_10_cm_or_more", {"sizes": (11.0,), "nodule_count": 3}, MET, (), id="11 cm, one of three"),
        pytest.param("tumor_10_cm_or_more", {"sizes": (4.0,), "nodule_count": 3}, UNKNOWN, ("nodule_size",),
                     id="4 cm, one of three"),
        pytest.param("beyond_entry_rule", {"sizes": ("<=7.0",), "nodule_count": 1}, UNKNOWN, (), id="one, at most 7 cm"),
        pytest.param("beyond_entry_rule", {"sizes": ("<7.0",), "nodule_count": 1}, NOT_MET, (), id="one, below 7 cm"),
        pytest.param("beyond_entry_rule", {"sizes": ((4.0, 10, NOT_TOLD),), "nodule_count": None}, UNKNOWN,
                     ("nodule_count", "nodule_size"), id="number not told"),
        pytest.param("beyond_entry_rule", {"sizes": ((4.0, 10), (2.0, 40)), "nodule_count": None}, UNKNOWN,
                     ("nodule_count", "nodule_size"), id="two or more, in two studies"),
        pytest.param("curable_without_stated_reason", {"sizes": ((6.0, 10, NOT_TOLD),), "nodule_count": None}, UNKNOWN,
                     ("unresectable", "bridge_to_transplant"), id="6 cm, beyond Milan, one or more: A or B"),
        pytest.param("curable_without_stated_reason", {"sizes": (6.0, 2.0)}, NOT_MET, (), id="6 cm, two: B"),
        pytest.param("portal_vein_branch_invasion", {"portal_vein_invasion": "vp1", "bilirubin": 2.5, "albumin": 3.0}, MET, (),
                     id="vp1, Child-Pugh B"),
        pytest.param("portal_vein_branch_invasion", {"portal_vein_invasion": "vp1"}, MET, (), id="vp1, Child-Pugh A"),
    ],
)  # fmt: skip
def test_what_is_open_and_what_would_settle_it(rule, changes, expected, missing):
    found = judged(rule, **changes)
    assert (found.verdict.value, found.missing) == (expected, missing)
