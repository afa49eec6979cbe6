"""Criteria under which guidelines do not recommend TACE."""

from cards.bounds import holds
from cards.case import Case
from cards.facts import Absent
from cards.rule import finding, is_one_of, threshold
from cards.sources import GR_INVASION_OR_SPREAD, LOE_SELECTIVE
from cards.verdict import Finding, Verdict

ECOG_ABOVE = 2
_MACROVASCULAR = f"macrovascular invasion or extrahepatic spread, {GR_INVASION_OR_SPREAD}"


def extrahepatic_spread(case: Case) -> Finding:
    """Extrahepatic spread. Source: easl-eortc-2012."""
    known = case.state.extrahepatic_spread
    return is_one_of("extrahepatic_spread", known, (True,), "easl-eortc-2012", _MACROVASCULAR)


def portal_vein_branch_invasion(case: Case) -> Finding:
    """Tumor invasion of a portal vein branch (vp1–vp3).

    Inputs
        portal_vein_invasion   none | vp1 | vp2 | vp3 | vp4
        Child-Pugh and ecog of today, for what is shown beside it
    Result
        MET vp1, vp2, vp3; with vp1–vp2, Child-Pugh A and ECOG up to 2 the reading of source 002 is shown beside it
    Source
        easl-eortc-2012; disagreement: source-002
    """
    known = case.state.portal_vein_invasion
    rule = "portal_vein_branch_invasion"
    acceptable = holds(case.state.ecog, lambda grade: grade <= ECOG_ABOVE) is True
    segmental = not isinstance(known, Absent) and known.value in ("vp1", "vp2")
    if segmental and case.child_pugh.classes == ("A",) and acceptable:
        extra = "Zhang 2022: segmental invasion with Child-Pugh A and acceptable performance status may be treated"
        return finding(rule, known, Verdict.MET, "easl-eortc-2012", _MACROVASCULAR, extra)
    return is_one_of(rule, known, ("vp1", "vp2", "vp3"), "easl-eortc-2012", _MACROVASCULAR)


def hepatic_vein_or_caval_invasion(case: Case) -> Finding:
    """Tumor invasion of a hepatic vein or the vena cava. Source: easl-eortc-2012."""
    known = case.state.hepatic_vein_invasion
    return is_one_of("hepatic_vein_or_caval_invasion", known, (True,), "easl-eortc-2012", _MACROVASCULAR)


def bile_duct_tumor_thrombus(case: Case) -> Finding:
    """Tumor thrombus of a bile duct. Source: wjh-2015 (bile-duct occlusion); our grading with invasion, said."""
    known, locator = case.state.bile_duct_invasion, "table 1, bile-duct occlusion; graded with invasion here"
    return is_one_of("bile_duct_tumor_thrombus", known, (True,), "wjh-2015", locator)


def ecog_above_2(case: Case) -> Finding:
    """Performance status above 2.

    Inputs
        ecog   oken-1982, grade 0–4
    Source
        bclc-2022, stage D (PS 3–4); seekhealth lists ECOG > 2 without a grade (read as relative), a machine-written
        summary calls ≥ 2 absolute
    """
    extra = "BCLC D; the SeekHealth table lists it without a grade, read here as relative"
    is_high = threshold("ecog_above_2", case.state.ecog, lambda grade: grade > ECOG_ABOVE, "bclc-2022", "stage D")
    if is_high.verdict is not Verdict.MET:
        return is_high
    return finding("ecog_above_2", case.state.ecog, Verdict.MET, "bclc-2022", "stage D", extra)


def infiltrative_growth(case: Case) -> Finding:
    """Infiltrative growth. Source: easl-2025 as quoted in source-003 ("no infiltrative gross appearance")."""
    known = case.state.growth_pattern
    return is_one_of(
        "infiltrative_growth", known, ("infiltrative",), "easl-2025", f"selective approach, {LOE_SELECTIVE}"
    )


NOT_RECOMMENDED = (
    extrahepatic_spread,
    portal_vein_branch_invasion,
    hepatic_vein_or_caval_invasion,
    bile_duct_tumor_thrombus,
    ecog_above_2,
    infiltrative_growth,
)
