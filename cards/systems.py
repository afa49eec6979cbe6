"""Every system that a document names or that the service computes, with the rules that carry it and their limits.

The coverage table of the rule book is made of it. A test holds that every limit has its table of edges (below, at, above,
missing, too old) and that no limit of a rule stands outside this list.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from cards.combination import guidance, limits
from cards.eligibility import apart, cautions, contraindications, not_recommended, other_readings, y90_criteria
from cards.liver import albi, child_pugh, meld
from cards.prior_auth.verdict import prior_auth
from cards.published.selection import published
from cards.record import record
from cards.refractoriness import advice, definitions
from cards.response import card as imaging
from cards.response import history, liver_course, mrecist
from cards.staging import bclc, bclc_b, bolondi, burden, hap

Rule = Callable[..., Any]


@record(frozen=True, slots=True)
class Limit:
    """One threshold: the constant that holds it. part: which of a pair (0 the lower, 1 the upper)."""

    module: ModuleType
    constant: str
    part: int | None = None

    @property
    def value(self) -> float:
        held = getattr(self.module, self.constant)
        return float(held if self.part is None else held[self.part])

    @property
    def key(self) -> str:
        name = f"{self.module.__name__.removeprefix('cards.')}.{self.constant}"
        return name if self.part is None else f"{name}[{self.part}]"


@record(frozen=True, slots=True)
class System:
    """named_in: which of the four source documents name it; rules: none where it is left out, and then `why_not`."""

    name: str
    named_in: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    limits: tuple[Limit, ...] = ()
    why_not: str = ""


def _all(module: ModuleType, *constants: str) -> tuple[Limit, ...]:
    return tuple(Limit(module, name) for name in constants)


def _pairs(module: ModuleType, *constants: str) -> tuple[Limit, ...]:
    return tuple(Limit(module, name, part) for name in constants for part in (0, 1))


_000, _001, _002, _003 = "source-000", "source-001", "source-002", "source-003"

SYSTEMS: tuple[System, ...] = (
    # Liver function
    System("Child-Pugh", (_001, _002, _003), (child_pugh.child_pugh, contraindications.child_pugh_b8_or_worse), (
        *_pairs(child_pugh, "BILIRUBIN_MIDDLE_MG_DL", "BILIRUBIN_MIDDLE_UMOL_L", "ALBUMIN_MIDDLE_G_DL", "INR_MIDDLE",
                "PT_OVER_CONTROL_MIDDLE_S"),
        *_all(child_pugh, "ENCEPHALOPATHY_MIDDLE_MAX_GRADE", "CLASS_A_MAX", "CLASS_B_MAX"),
        *_all(contraindications, "CHILD_PUGH_MIN"),
    )),
    System("Child-Pugh, limits for PBC and PSC", (),
           (child_pugh.cholestatic_total, other_readings.below_8_by_cholestatic_limits),
           _pairs(child_pugh, "BILIRUBIN_MIDDLE_CHOLESTATIC_MG_DL")),
    System("well-compensated B7", (_003,), (cautions.child_pugh_b7,), _all(cautions, "CHILD_PUGH_B7")),
    System("ALBI grade", (_003,), (albi.albi, albi.albi_grade), _all(albi, "GRADE_1_MAX", "GRADE_2_MAX")),
    System("modified ALBI grade", (), (albi.modified_albi_grade, cautions.modified_albi_2b_or_worse),
           _all(albi, "GRADE_2A_MAX")),
    System("EZ-ALBI", (), (albi.ez_albi,)),
    System("MELD, MELD-Na (OPTN), MELD 3.0", (), (meld.meld_score, meld.meld_na_score, meld.meld3_score),
           _all(meld, "LAB_FLOOR", "MELD_CREATININE_MAX_MG_DL", "MELD3_CREATININE_MAX_MG_DL", "SODIUM_MIN", "SODIUM_MAX",
                "ALBUMIN_MIN_G_DL", "ALBUMIN_MAX_G_DL", "MELD_MIN", "MELD_MAX", "SODIUM_TERM_ABOVE")),
    System("deterioration of liver function after TACE", (_003,), (liver_course.liver_course,)),
    System("ART", (), (liver_course.art,), _all(liver_course, "ART_WITHIN_DAYS", "ART_AST_RISE_PERCENT")),
    # Performance status
    System("ECOG performance status", (_001, _003), (cautions.ecog_2, not_recommended.ecog_above_2),
           _all(not_recommended, "ECOG_ABOVE")),
    System("Karnofsky performance status", (_001,), (y90_criteria.practice_parameter,)),
    # Stage and burden
    System("BCLC", (_000, _001, _002, _003), (bclc.bclc, bclc.bclc_stage, bclc.tumor_stage),
           _all(bclc, "SINGLE_VERY_EARLY_MAX_CM", "EARLY_EACH_MAX_CM", "EARLY_MAX_NODULES", "OLDER_SINGLE_MAX_CM",
                "ADVANCED_MIN_ECOG", "TERMINAL_MIN_ECOG")),
    System("BCLC B subgroups, treatment stage migration", (_002,), (bclc_b.b_subgroup_remark, bclc_b.stage_migration)),
    System("Bolondi substages", (), (bolondi.bolondi, bolondi.substage),
           _all(bolondi, "B2_MAX_CHILD_PUGH", "B4_MIN_CHILD_PUGH", "B4_MAX_CHILD_PUGH", "B1_TO_B3_MAX_ECOG", "B4_MAX_ECOG")),
    System("Milan", (_000, _001, _002), (burden.milan,),
           _all(burden, "MILAN_SINGLE_MAX_CM", "MILAN_EACH_MAX_CM", "MILAN_MAX_NODULES")),
    System("UCSF", (), (burden.ucsf,),
           _all(burden, "UCSF_SINGLE_MAX_CM", "UCSF_EACH_MAX_CM", "UCSF_TOTAL_MAX_CM", "UCSF_MAX_NODULES")),
    System("up-to-seven", (_003,), (burden.up_to_seven, cautions.beyond_up_to_seven), _all(burden, "UP_TO_SEVEN_MAX")),
    System("six-and-twelve", (), (burden.six_and_twelve,), _all(burden, "SIX", "TWELVE")),
    System("downstaging limits as printed (Yao)", (_000,), (burden.source_000_downstaging,),
           _all(burden, "PRINTED_SINGLE_MIN_CM", "PRINTED_SINGLE_MAX_CM", "PRINTED_FEW", "PRINTED_FEW_ONE_MIN_CM",
                "PRINTED_FEW_EACH_MAX_CM", "PRINTED_MANY", "PRINTED_MANY_EACH_BELOW_CM", "PRINTED_TOTAL_BELOW_CM")),
    System("UNOS downstaging as published", (), (burden.unos_downstaging,),
           _all(burden, "DOWNSTAGING_SINGLE_ABOVE_CM", "DOWNSTAGING_SINGLE_MAX_CM", "DOWNSTAGING_FEW",
                "DOWNSTAGING_FEW_EACH_MAX_CM", "DOWNSTAGING_MANY", "DOWNSTAGING_MANY_EACH_MAX_CM", "DOWNSTAGING_TOTAL_MAX_CM")),
    System("HAP, mHAP-II", (), (hap.hap, hap.mhap_ii, hap.hap_class),
           _all(hap, "ALBUMIN_BELOW_G_DL", "BILIRUBIN_ABOVE_UMOL_L", "ABSTRACT_BILIRUBIN_ABOVE_MG_DL", "AFP_ABOVE_NG_ML",
                "SIZE_ABOVE_CM", "MANY_FROM")),
    System("portal vein invasion Vp1–Vp4, segmental and main trunk", (_001, _002, _003),
           (not_recommended.portal_vein_branch_invasion, contraindications.main_portal_vein_invasion)),
    System("quasi-C", (_002,), (not_recommended.portal_vein_branch_invasion,)),
    System("extrahepatic spread", (_001, _002, _003), (not_recommended.extrahepatic_spread,)),
    System("UNOS T3 to T2", (_001,), (), (), "one series of 2009 downstaged by it; its classes are not given"),
    # Eligibility
    System("entry rule of the 2026 summary", (_003,), (cautions.beyond_entry_rule, cautions.any_ascites),
           _all(cautions, "ENTRY_MAX_NODULES", "ENTRY_SINGLE_BELOW_CM")),
    System("bilirubin limits of TACE", (_003,), (cautions.bilirubin_2_to_3, contraindications.bilirubin_above_3), (
        *_all(cautions, "BILIRUBIN_FROM_MG_DL", "BILIRUBIN_TO_MG_DL"), *_all(contraindications, "BILIRUBIN_ABOVE_MG_DL"))),
    System("renal function", (_003,), (cautions.creatinine_2_or_more, cautions.dialysis),
           _all(cautions, "CREATININE_MIN_MG_DL")),
    System("clinical encephalopathy", (), (contraindications.clinical_encephalopathy,),
           _all(contraindications, "ENCEPHALOPATHY_MIN_GRADE")),
    System("half of the liver volume", (_003,),
           (cautions.over_half_replaced, contraindications.massive_replacement_of_both_lobes, published),
           (*_all(cautions, "INVOLVEMENT_ABOVE_PERCENT"), *_all(contraindications, "INVOLVEMENT_ABOVE_PERCENT"))),
    System("selective catheterization, preserved portal flow, no infiltrative growth", (_003,),
           (cautions.selective_access_not_feasible, cautions.portal_flow_reduced, contraindications.portal_flow_lost,
            not_recommended.infiltrative_growth)),
    System("TACE-unsuitable (JSH 2021)", (_002,),
           (cautions.beyond_up_to_seven, cautions.modified_albi_2b_or_worse, cautions.growth_not_nodular,
            not_recommended.infiltrative_growth)),
    System("tumor of 10 cm", (), (cautions.tumor_10_cm_or_more,), _all(cautions, "TUMOR_MIN_CM")),
    System("arterial puncture limits (SIR 2019)", (),
           (cautions.inr_beyond_puncture_limit, cautions.platelets_beyond_puncture_limit),
           _all(cautions, "INR_FEMORAL_BELOW", "INR_RADIAL_BELOW", "PLATELETS_LOW_RISK", "PLATELETS_HIGH_RISK")),
    System("curative treatment first (NCCN)", (_000, _001), (cautions.curable_without_stated_reason,)),
    System("systemic therapy before TACE of metastases", (_000,), (cautions.systemic_therapy_comes_first,)),
    System("values far apart", (), (apart.values_apart,), _all(apart, "FAR_APART_DAYS")),
    System("technical and clinical success (SIR)", (_000,), (published,)),
    System("number needed to treat", (_000,), (published,)),
    # Radioembolization
    System("TheraSphere and SIR-Spheres labels", (_001,), (y90_criteria.therasphere_label, y90_criteria.sir_spheres_label),
           _all(y90_criteria, "LABEL_MIN_CM", "LABEL_MAX_CM")),
    System("ACR Appropriateness Criteria", (_001,),
           (y90_criteria.acr_hcc, y90_criteria.acr_colorectal, y90_criteria.acr_neuroendocrine),
           _all(y90_criteria, "ACR_SMALL_BELOW_CM", "ACR_HCC_CM", "ACR_COLORECTAL_ABOVE_CM")),
    System("joint practice parameter", (_001,), (y90_criteria.practice_parameter,), _all(y90_criteria, "PARAMETER_ECOG_MAX")),
    System("usual candidates for radioembolization", (_001,), (y90_criteria.usual_candidate,),
           _all(y90_criteria, "USUAL_ECOG_MAX", "USUAL_HCC_ABOVE_CM")),
    System("NCCN, colorectal metastases", (_001,), (y90_criteria.nccn_colorectal,)),
    System("payer policy, clauses I–IV and required documentation", (_001,), (prior_auth,)),
    # Response and refractoriness
    System("mRECIST", (_001, _003), (mrecist.mrecist, history.lesion_history, definitions.source_003_steps),
           (*_all(mrecist, "FALL_PERCENT", "RISE_PERCENT"), *_all(history, "SAME_IMAGING_DAYS"))),
    System("RECIST", (_001,), (), (), "whole diameters: TACE is judged by mRECIST; named with series of radioembolization"),
    System("response imaging at 4–6 weeks", (_003,), (imaging.imaging_card,),
           (*_all(imaging, "DUE_FROM_DAY", "OVERDUE_AFTER_DAY"), *_all(history, "COUNTS_FROM_DAY", "LATE_AFTER_DAY"))),
    System("JSH-LCSGJ 2014", (_002,), (definitions.jsh_lcsgj_2014,), _all(definitions, "VIABLE_ABOVE_PERCENT")),
    System("Korean conditions", (_002,), (definitions.korean,), _all(definitions, "WINDOW_MONTHS", "SESSIONS_IN_WINDOW")),
    System("International Association, same area", (_002,), (definitions.iasl_same_area,),
           _all(definitions, "SAME_AREA_SESSIONS")),
    System("European, by intent", (_002,), (definitions.european,)),
    System("EASL 2025, 1–2 sessions without response", (_003,), (definitions.easl_2025_quoted,),
           _all(definitions, "EASL_SESSIONS")),
    System("steps of the 2026 summary", (_003,), (definitions.source_003_steps,), _all(definitions, "STEPS_SESSIONS")),
    System("proposal of Zhang 2022", (_002,), (definitions.zhang_2022_proposal, advice.three_sessions_before_abandoning),
           (*_all(definitions, "ZHANG_SESSIONS"), *_all(advice, "SESSIONS_BEFORE_ABANDONING"))),
    System("Georgiades, two sessions before abandoning", (_002,), (definitions.georgiades,),
           _all(definitions, "GEORGIADES_SESSIONS")),
    System("progressive disease and stage progression of one cohort", (_002,), (), (),
           "the definition of one study; response is taken by mRECIST"),
    System("Ogasawara, AFP rise of 20 %", (_002,), (definitions.ogasawara_afp,), _all(definitions, "AFP_RISE_PERCENT")),
    System("KLCA-NCC 2022", (), (definitions.klca_2022,)),
    System("nomograms for repeated TACE", (_002,), (), (), "their points could not be verified; the source calls them disputed"),
    # After failure
    System("local treatment of residual tumor", (_002,), (advice.ablation_of_residual_tumor, advice.radioembolization_or_seeds),
           _all(advice, "FAILURES_OF_SEVERAL")),
    System("ramucirumab by AFP", (_002,), (advice.ramucirumab_by_afp,), _all(advice, "AFP_FOR_RAMUCIRUMAB")),
    # Combination
    System("EASL 2025, no TKI in large burden", (_003,), (guidance.easl_2025_tki_in_large_burden,)),
    System("TACE alone, its criteria", (_003,), (guidance.source_003_tace_alone, guidance.source_003_extensive_disease)),
    System("Child-Pugh A and ECOG 0–1 before systemic therapy", (_003,),
           (guidance.source_003_systemic_precondition, guidance.source_003_pitfall_child_pugh_b_or_c,
            advice.systemic_therapy_next),
           (*_all(guidance, "ECOG_MAX"), *_all(limits, "CHILD_PUGH_A_MAX", "CHILD_PUGH_B7"),
            *_all(advice, "CHILD_PUGH_A_MAX", "ECOG_MAX"))),
)  # fmt: skip

LIMITS: dict[str, Limit] = {limit.key: limit for system in SYSTEMS for limit in system.limits}
