"""What the documents report of TACE itself: success, downstaging, survival, technique."""

from cards.case import Case
from cards.published.statement import ADVISED, Statement, any_tumor, hcc, stated
from cards.staging.burden import source_000_downstaging


def _within_downstaging(case: Case) -> bool:
    """Of the two readings the one whose patients the figures are of."""
    return case.hcc and source_000_downstaging(case.burden, case.state) == "within"


def _intermediate(case: Case) -> bool:
    return case.bclc is not None and case.bclc.stage == "B"


def _treated(case: Case) -> bool:
    return any(s.kind == "tace" for s in case.facts.sessions)


def _in_both_lobes(case: Case) -> bool:
    return stated(case, "lobar_distribution", "bilobar")


TACE = (
    Statement(
        "technical_success",
        "Technical success (Society of Interventional Radiology): catheter placed, and particles and drug given as planned, "
        "in at least 98 % of procedures: a standard for a department, no prediction for a patient",
        "source-000", "technical success", any_tumor,
    ),
    Statement(
        "clinical_success",
        "Clinical success: tumor necrosis that leads to downstaging or to longer survival; no national organization is known"
        " to have set a threshold for it",
        "source-000", "clinical success", any_tumor,
    ),
    Statement(
        "near_criteria_for_surgery",
        "Survival improves clearly in patients who just miss the criteria for surgery and have good performance status, good"
        " underlying liver function and low tumor burden (no figures given)",
        "source-000", "clinical success", any_tumor,
    ),
    Statement(
        "downstaging_21_of_30",
        "Downstaging by the best minimally invasive method (ablation, TACE, ethanol or several) succeeded in 21 of 30 "
        "patients inside the limits as source 000 prints them (Yao; period not given); the chance may be much lower in other"
        " patients",
        "source-000", "HCC downstaging", _within_downstaging, on_card=ADVISED,
    ),
    Statement(
        "downstaging_34_of_62",
        "Patients under 65 whom only the Milan criteria kept from transplant: 34 of 62 were downstaged (study and period not"
        " named); the chance may be much lower in other patients",
        "source-000", "HCC downstaging", _within_downstaging,
    ),
    Statement(
        "survival_tace_embolization_supportive_care",
        "Unresectable HCC, one randomized trial (period not given): 1-year survival 82 % with TACE, 75 % with bland "
        "embolization, 63 % with supportive care; 2-year survival 63, 50 and 27 %",
        "source-001", "unresectable HCC, other treatment options", hcc, outcome=True, on_card=ADVISED, card_if=_intermediate,
    ),
    Statement(
        "trials_against_supportive_care",
        "Two randomized trials in unresectable HCC found longer survival with TACE than with supportive care (figures not "
        "given)",
        "source-001", "unresectable HCC, other treatment options", hcc, outcome=True,
    ),
    Statement(
        "disadvantages_of_tace",
        "HCC, against radioembolization: TACE needs several sessions and hospital stays, is contraindicated in portal vein "
        "thrombosis and is tolerated less well; tumor response and survival are called comparable",
        "source-001", "summary, primary HCC", hcc,
    ),
    Statement(
        "arterial_supply_isolated",
        "NCCN v.1.2022 (category 2A): a tumor anywhere in the liver may be treated through its artery, provided that its "
        "arterial supply can be isolated without excessive treatment of other tissue",
        "nccn-hcc-2022", "principles of locoregional therapy", hcc,
    ),
    Statement(
        "half_of_the_liver_per_session",
        "Technique: avoid treating more than 50 % of the liver volume in one session",
        "source-003", "step 2; critical pitfalls", any_tumor, on_card=ADVISED, card_if=_in_both_lobes,
    ),
    Statement(
        "drug_eluting_beads",
        "Technique: superselective catheterization to spare the liver; consider drug-eluting beads, which reduce systemic "
        "exposure to the drug",
        "source-003", "step 2", any_tumor,
    ),
    Statement(
        "responders_live_longer",
        "Responders to TACE had a risk of death lower by 42–59 % than others (population and period not given); outcome "
        "falls from complete to partial response, stable disease and progression",
        "source-003", "the sequential approach", _treated, outcome=True,
    ),
    Statement(
        "deterioration_may_preclude_systemic_therapy",
        "Deterioration of liver function under repeated TACE may preclude the benefit of later systemic therapy",
        "source-003", "liver function preservation", hcc,
    ),
)  # fmt: skip
