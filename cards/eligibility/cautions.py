"""Relative criteria. `STARRED` ones count when they are met and also when they are not stated."""

from dataclasses import replace

from cards.bounds import bounds, holds
from cards.case import Case
from cards.current import Known
from cards.facts import Absent, Fact
from cards.rule import finding, is_one_of, shown, threshold
from cards.staging.burden import confined, milan, up_to_seven
from cards.verdict import Finding, Verdict, all_of, any_of, verdict_of
from cards.words import span

BILIRUBIN_FROM_MG_DL, BILIRUBIN_TO_MG_DL = 2.0, 3.0
CREATININE_MIN_MG_DL = 2.0
TUMOR_MIN_CM = 10.0
CHILD_PUGH_B7 = 7
ENTRY_MAX_NODULES, ENTRY_SINGLE_BELOW_CM = 3, 7.0
INVOLVEMENT_ABOVE_PERCENT = 50.0
INR_FEMORAL_BELOW, INR_RADIAL_BELOW = 1.8, 2.2
PLATELETS_LOW_RISK, PLATELETS_HIGH_RISK = 20.0, 50.0
_MORTALITY = "more than 50 %, mortality after the procedure"


def bilirubin_2_to_3(case: Case) -> Finding:
    """Total bilirubin 2 to 3 mg/dL, both inclusive.

    Source
        source-003 step 1 ("bilirubin below 2 mg/dL"); seekhealth: above 2 is associated with mortality after the procedure
    """
    known, rule, locator = case.state.bilirubin, "bilirubin_2_to_3", "step 1; SeekHealth: > 2 mg/dL, mortality"
    inside = lambda mg_dl: BILIRUBIN_FROM_MG_DL <= mg_dl <= BILIRUBIN_TO_MG_DL  # noqa: E731
    if isinstance(known, Fact) and known.comparator:
        ends = bounds(known)
        if ends.low < BILIRUBIN_FROM_MG_DL <= ends.high:
            return finding(rule, known, Verdict.UNKNOWN, "source-003", locator)
    return threshold(rule, known, inside, "source-003", locator)


def any_ascites(case: Case) -> Finding:
    """Any ascites, controlled ascites included.

    Inputs
        ascites_grade        none | mild | moderate-severe | refractory
        ascites_controlled   by diuretics
    Source
        source-003 step 1 ("no ascites")
    """
    controlled = case.state.ascites_controlled
    if isinstance(controlled, Fact) and controlled.value is True:
        return finding("any_ascites", controlled, Verdict.MET, "source-003", "step 1")
    known = case.state.ascites_grade
    verdict = Verdict.UNKNOWN if isinstance(known, Absent) else verdict_of(known.value != "none")
    return finding("any_ascites", known, verdict, "source-003", "step 1")


def encephalopathy_grade_1_or_controlled(case: Case) -> Finding:
    """Encephalopathy grade 1, or controlled by medication.

    Inputs
        encephalopathy_grade        West Haven 0–4
        encephalopathy_controlled   by medication
    Source
        our grading; crad-tace names clinical encephalopathy only
    """
    rule, locator = "encephalopathy_grade_1_or_controlled", "encephalopathy below grade 2"
    controlled, grade = case.state.encephalopathy_controlled, case.state.encephalopathy_grade
    if isinstance(controlled, Fact) and controlled.value is True:
        return finding(rule, controlled, Verdict.MET, "crad-tace", locator)
    if not isinstance(grade, Absent) and grade.value == "present":
        return finding(rule, grade, Verdict.UNKNOWN, "crad-tace", locator)
    return threshold(rule, grade, lambda g: g == 1, "crad-tace", locator)


def child_pugh_b7(case: Case) -> Finding:
    """Child-Pugh B7. Source: source-003 ("well-compensated B7": 7 and no ascites; its step 1 asks for A)."""
    liver = case.child_pugh
    only_7 = liver.low == liver.high == CHILD_PUGH_B7
    can = verdict_of(True if only_7 else None if liver.low <= CHILD_PUGH_B7 <= liver.high else False)
    without_ascites = liver.points["ascites"] == (1, 1)  # controlled ascites has 2 points
    compensated = (
        "well compensated (no ascites)" if without_ascites else "not the well-compensated B7 of the summary: ascites"
    )
    because = f"Child-Pugh {span(liver.low, liver.high)}" + (f", {compensated}" if can is Verdict.MET else "")
    return Finding("child_pugh_b7", can, because, "source-003", "TACE alone, liver function", liver.evidence,
                   liver.missing if can is Verdict.UNKNOWN else ())  # fmt: skip


def ecog_2(case: Case) -> Finding:
    """Performance status 2. Source: source-003 (TACE at ECOG 0–1); seekhealth excludes above 2, a machine-written summary
    from 2 on.
    """
    rule, known, locator = "ecog_2", case.state.ecog, "ECOG 0–1"
    found = threshold(rule, known, lambda grade: grade == 2, "source-003", locator)
    if found.verdict is not Verdict.MET:
        return found
    differ = "the lists differ: SeekHealth excludes above 2, an unreviewed summary of EASL from 2 on"
    return finding(rule, known, Verdict.MET, "source-003", locator, differ)


def creatinine_2_or_more(case: Case) -> Finding:
    """Creatinine at least 2 mg/dL. Source: lists differ: "technical" in crad-tace, "kidney failure" in wjh-2015."""
    locator = "creatinine ≥ 2 mg/dL; WJH 2015: kidney failure; graded as caution here"
    return threshold("creatinine_2_or_more", case.state.creatinine, lambda mg: mg >= CREATININE_MIN_MG_DL,
                     "crad-tace", locator)  # fmt: skip


def dialysis(case: Case) -> Finding:
    """Dialysis. Source: crad-tace gives contrast nephropathy as its reason for the creatinine limit."""
    return is_one_of("dialysis", case.state.dialysis_twice_weekly, (True,), "crad-tace", "renal function")


def over_half_replaced(case: Case) -> Finding:
    """More than 50 % of the liver replaced, with lobes not stated or unilobar.

    Inputs
        liver_involvement_percent   liver volume replaced by tumor, %
        lobar_distribution          unilobar | bilobar
    Source
        seekhealth (associated with mortality)
    """
    lobes, involved = case.state.lobar_distribution, case.state.liver_involvement_percent
    not_both = verdict_of(isinstance(lobes, Absent) or lobes.value != "bilobar")
    above = verdict_of(holds(involved, lambda p: p > INVOLVEMENT_ABOVE_PERCENT))
    return finding("over_half_replaced", involved, all_of((not_both, above)), "seekhealth", _MORTALITY, shown(lobes))


def portal_flow_reduced(case: Case) -> Finding:
    """Reduced portal flow. Source: wjh-2015 (severely reduced flow is absolute there); easl-2025 as quoted (preserved)."""
    locator = "table 1: severely reduced is absolute there; reduced graded here"
    return is_one_of("portal_flow_reduced", case.state.portal_flow, ("reduced",), "wjh-2015", locator)


def growth_not_nodular(case: Case) -> Finding:
    """Confluent multinodular or massive growth. Source: jsh-2021 table 10, unlikely to respond."""
    known = case.state.growth_pattern
    return is_one_of("growth_not_nodular", known, ("confluent-multinodular", "massive"), "jsh-2021", "table 10 (3)")


def selective_access_not_feasible(case: Case) -> Finding:
    """Selective catheterization not feasible. Source: source-003, easl-2025 as quoted."""
    known = case.state.selective_access
    return is_one_of(
        "selective_access_not_feasible", known, (False,), "source-003", "selective catheterization feasible"
    )


def beyond_up_to_seven(case: Case) -> Finding:
    """Up-to-seven exceeded: likely to fail TACE. HCC only. Source: jsh-2021 table 10 (1), (2)."""
    verdict = ~up_to_seven(case.burden, case.state) if case.hcc else Verdict.NOT_MET
    missing = case.burden.missing if verdict is Verdict.UNKNOWN else ()
    return Finding("beyond_up_to_seven", verdict, case.burden.text, "jsh-2021", "table 10 (1), (2)",
                   case.burden.evidence, missing)  # fmt: skip


def modified_albi_2b_or_worse(case: Case) -> Finding:
    """Modified ALBI 2b: likely to become Child-Pugh B. HCC only.

    Source
        jsh-2021 table 10 (2) names 2b; grade 3 a fortiori is our reading. APASL 2020 is cited elsewhere as "ALBI grade 2".
    """
    score, grades = case.albi.score, case.albi.modified_grades
    if not case.hcc:
        return Finding("modified_albi_2b_or_worse", Verdict.NOT_MET, "not HCC", "jsh-2021", "table 10 (2)")
    verdict = Verdict.UNKNOWN
    if grades:
        worse = {g in ("2b", "3") for g in grades}
        verdict = verdict_of(worse.pop() if len(worse) == 1 else None)
    because = (
        f"ALBI {score.low:.2f}, modified grade {' or '.join(grades)}" if score.low is not None else "ALBI not known"
    )
    return Finding("modified_albi_2b_or_worse", verdict, because, "jsh-2021", "table 10 (2)", score.evidence,
                   score.missing if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def tumor_10_cm_or_more(case: Case) -> Finding:
    """A tumor of 10 cm or more. Source: wjh-2015 (≥ 10 cm); crad-tace prints > 10."""
    b = case.burden
    verdict = verdict_of(True if b.largest.low >= TUMOR_MIN_CM else False if b.largest.high < TUMOR_MIN_CM else None)
    at_ten = "; at exactly 10 cm the lists differ: WJH 2015 says ≥ 10, Commonwealth Radiology > 10"
    because = b.text + (at_ten if b.largest.low == b.largest.high == TUMOR_MIN_CM else "")
    return Finding("tumor_10_cm_or_more", verdict, because, "wjh-2015", "table 1 (≥ 10 cm)", b.evidence,
                   b.missing if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def beyond_entry_rule(case: Case) -> Finding:
    """More than 3 nodules, or a single one of 7 cm or more.

    Source
        source-003 step 1 ("≤ 3 nodules or single lesion < 7 cm"); its primary source was not found; it conflicts with
        up-to-seven (three nodules of 5 cm pass the first and fail the second)
    """
    b = case.burden
    many = verdict_of(True if b.count.low > ENTRY_MAX_NODULES else False if b.count.high <= ENTRY_MAX_NODULES else None)
    single = verdict_of(True if b.count.high == 1 else False if b.count.low > 1 else None)
    big = verdict_of(
        True if b.largest.low >= ENTRY_SINGLE_BELOW_CM else False if b.largest.high < ENTRY_SINGLE_BELOW_CM else None
    )
    verdict = any_of((many, all_of((single, big))))
    return Finding("beyond_entry_rule", verdict, b.text, "source-003", "step 1", b.evidence,
                   b.missing if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def curable_without_stated_reason(case: Case) -> Finding:
    """A curable HCC (BCLC 0 or A, or within Milan) with no documented reason against resection, ablation or transplant,
    and not a bridge.

    BCLC 0 or A is that of the tumor: a worse performance status does not make the tumor less curable.

    Source
        source-001 (NCCN: all patients evaluated for curative therapy; locoregional as a bridge or where not a candidate)
    """
    rule, locator = "curable_without_stated_reason", "NCCN, principles of locoregional therapy"
    if not case.hcc or case.bclc is None:
        return Finding(rule, Verdict.NOT_MET, "not HCC", "source-001", locator)
    inside = milan(case.burden, case.state)
    by_tumor = set(case.bclc.by_tumor)
    early = verdict_of(True if by_tumor <= {"0", "A"} else None if by_tumor & {"0", "A"} else False)
    curable = any_of((all_of((early, confined(case.state))), inside))
    if _says_yes(case.state.unresectable) or _says_yes(case.state.bridge_to_transplant):
        reason = next(k for k in (case.state.unresectable, case.state.bridge_to_transplant) if _says_yes(k))
        return finding(rule, reason, Verdict.NOT_MET, "source-001", locator)
    limits = "within Milan" if inside is Verdict.MET else f"BCLC {' or '.join(case.bclc.by_tumor)} by tumor"
    because = f"{limits}; no reason against resection, ablation or transplant is documented, nor a bridge"
    missing = ("unresectable", "bridge_to_transplant") if curable is not Verdict.NOT_MET else ()
    return Finding(rule, curable, because, "source-001", locator, case.burden.evidence, missing)


def _says_yes(known: Known) -> bool:
    return isinstance(known, Fact) and known.value is True


def bilioenteric_anastomosis(case: Case) -> Finding:
    """Bilioenteric anastomosis: liver abscess. Source: vanderwalde-2009, not to be offered except in rare circumstances."""
    known = case.state.bilioenteric_anastomosis
    return is_one_of("bilioenteric_anastomosis", known, (True,), "vanderwalde-2009", "abscess after embolization")


def biliary_obstruction(case: Case) -> Finding:
    """Biliary obstruction. Source: wjh-2015; a label contraindication for lipiodol TACE unless drained."""
    known = case.state.biliary_obstruction
    return is_one_of("biliary_obstruction", known, (True,), "wjh-2015", "table 1; ethiodized oil label")


def untreated_varices(case: Case) -> Finding:
    """Untreated varices at high risk of bleeding. Source: wjh-2015."""
    return is_one_of("untreated_varices", case.state.varices_at_risk, (True,), "wjh-2015", "table 1")


def active_bleeding(case: Case) -> Finding:
    """Active gastrointestinal bleeding. Source: seekhealth (ungraded there; caution is our grading)."""
    return is_one_of("active_bleeding", case.state.active_bleeding, (True,), "seekhealth", "exclusions; graded here")


def active_infection(case: Case) -> Finding:
    """Active infection. Source: seekhealth (intractable systemic infection; ungraded there)."""
    return is_one_of("active_infection", case.state.active_infection, (True,), "seekhealth", "exclusions; graded here")


def inr_beyond_puncture_limit(case: Case) -> Finding:
    """INR at or above the limit for arterial access: 1.8 femoral, 2.2 radial. Source: sir-2019.

    Result
        MET 1.8 or more; below 2.2 it says that the radial limit is not reached; UNKNOWN without a usable value
    """
    known, locator = case.state.inr, "arterial access: < 1.8 femoral, < 2.2 radial"
    beyond = threshold("inr_beyond_puncture_limit", known, lambda inr: inr >= INR_FEMORAL_BELOW, "sir-2019", locator)
    radial = holds(known, lambda inr: inr < INR_RADIAL_BELOW)
    if beyond.verdict is not Verdict.MET or radial is None:
        return beyond
    said = "inside the limit for radial access" if radial else "beyond the limit for radial access too"
    return replace(beyond, because=f"{beyond.because}; {said}")


def platelets_beyond_puncture_limit(case: Case) -> Finding:
    """Platelets below 50 ×10⁹/L (high-risk access, sheath above 7 F) or below 20 (low-risk). Source: sir-2019.

    Result
        MET below 50; from 20 on it says that the limit for low-risk access is not reached; UNKNOWN without a usable value
    """
    known, locator = case.state.platelets, "< 20 low-risk, < 50 high-risk access (×10⁹/L)"
    below = threshold("platelets_beyond_puncture_limit", known, lambda n: n < PLATELETS_HIGH_RISK, "sir-2019", locator)
    low_risk = holds(known, lambda n: n >= PLATELETS_LOW_RISK)
    if below.verdict is not Verdict.MET or low_risk is None:
        return below
    said = "inside the limit for low-risk access" if low_risk else "below the limit for low-risk access too"
    return replace(below, because=f"{below.because}; {said}")


def anticoagulation(case: Case) -> Finding:
    """Anticoagulation. Source: seekhealth (uncorrectable coagulopathy, ungraded there; caution is our grading)."""
    locator = "uncorrectable coagulopathy; graded here"
    return is_one_of("anticoagulation", case.state.anticoagulated, (True,), "seekhealth", locator)


def systemic_therapy_comes_first(case: Case) -> Finding:
    """Not HCC: TACE is typically palliative, following systemic therapy.

    Inputs
        systemic_therapy_status   candidate | not-candidate | failed | failed-to-control-symptoms; systemic drugs given
    Result
        NOT_MET  HCC; or systemic therapy was given, failed, or is not possible
        MET      a candidate for systemic therapy that was not given
        UNKNOWN  not documented
    Source
        source-000, metastatic disease
    """
    rule, locator = "systemic_therapy_comes_first", "metastatic disease: palliation following systemic chemotherapy"
    if case.hcc:
        return Finding(rule, Verdict.NOT_MET, "HCC", "source-000", locator)
    given = next((t for t in case.facts.treatments if t.kind == "systemic"), None)
    status = case.state.systemic_therapy_status
    if isinstance(status, Fact) and status.value != "candidate":
        return finding(rule, status, Verdict.NOT_MET, "source-000", locator)
    if given is not None:
        return Finding(rule, Verdict.NOT_MET, f"systemic therapy given: {given.label}", "source-000", locator,
                       (given.evidence,))  # fmt: skip
    verdict = Verdict.UNKNOWN if isinstance(status, Absent) else Verdict.MET
    return finding(rule, status, verdict, "source-000", locator)


STARRED = (creatinine_2_or_more, portal_flow_reduced, growth_not_nodular, selective_access_not_feasible,
           systemic_therapy_comes_first)  # fmt: skip
CAUTIONS = (
    bilirubin_2_to_3,
    any_ascites,
    encephalopathy_grade_1_or_controlled,
    child_pugh_b7,
    ecog_2,
    creatinine_2_or_more,
    dialysis,
    over_half_replaced,
    portal_flow_reduced,
    growth_not_nodular,
    selective_access_not_feasible,
    beyond_up_to_seven,
    modified_albi_2b_or_worse,
    tumor_10_cm_or_more,
    curable_without_stated_reason,
    bilioenteric_anastomosis,
    biliary_obstruction,
    untreated_varices,
    active_bleeding,
    active_infection,
    inr_beyond_puncture_limit,
    platelets_beyond_puncture_limit,
    anticoagulation,
    beyond_entry_rule,
    systemic_therapy_comes_first,
)
