"""Criteria that the published lists call absolute. Where the lists differ, the finding says which says what."""

from cards.bounds import holds
from cards.case import Case
from cards.facts import Absent
from cards.rule import finding, is_one_of, shown, threshold
from cards.verdict import Finding, Verdict, all_of, verdict_of
from cards.words import span

CHILD_PUGH_MIN = 8
BILIRUBIN_ABOVE_MG_DL = 3.0
ENCEPHALOPATHY_MIN_GRADE = 2
INVOLVEMENT_ABOVE_PERCENT = 50.0
_BOTH_LISTS = "table 1; Commonwealth Radiology list"
_HALF = f"{_BOTH_LISTS}; the 50 % are SeekHealth's"


def child_pugh_b8_or_worse(case: Case) -> Finding:
    """Decompensated cirrhosis: Child-Pugh B8 or worse.

    Inputs
        Child-Pugh of today, known or bounded
    Result
        MET      lowest possible score 8 or more
        NOT_MET  highest possible score below 8
        UNKNOWN  the range crosses 8
    Source
        wjh-2015 table 1 prints "≥ B8"; the Commonwealth Radiology list prints "> 8": they differ at exactly 8
    """
    liver = case.child_pugh
    score = f"Child-Pugh {span(liver.low, liver.high)} ({' or '.join(liver.classes)})"
    verdict = verdict_of(True if liver.low >= CHILD_PUGH_MIN else False if liver.high < CHILD_PUGH_MIN else None)
    at_eight = "; at exactly 8 the lists differ: WJH 2015 says ≥ B8, Commonwealth Radiology > 8"
    because = score + (at_eight if (liver.low, liver.high) == (8, 8) else "")
    missing = liver.missing if verdict is Verdict.UNKNOWN else ()
    return Finding("child_pugh_b8_or_worse", verdict, because, "wjh-2015", _BOTH_LISTS, liver.evidence, missing)


def bilirubin_above_3(case: Case) -> Finding:
    """Jaundice by number: total bilirubin above 3 mg/dL.

    Result
        MET above 3.0 mg/dL; NOT_MET up to 3.0; UNKNOWN without a usable value
    Not modelled
        Gilbert syndrome, PBC/PSC and obstruction, which a clinician may hold against it; "listed for transplant"
    Source
        crad-tace lists jaundice; the cut-off of 3 mg/dL is that of seekhealth ("described in the literature")
    """
    extra = (
        "an isolated rise can be Gilbert syndrome, PBC/PSC or obstruction; some treat patients listed for transplant"
    )
    known, locator = case.state.bilirubin, "jaundice; the limit of 3 mg/dL is SeekHealth's"
    is_high = threshold("bilirubin_above_3", known, lambda mg_dl: mg_dl > BILIRUBIN_ABOVE_MG_DL, "crad-tace", locator)
    if is_high.verdict is not Verdict.MET:
        return is_high
    return finding("bilirubin_above_3", known, Verdict.MET, "crad-tace", locator, extra)


def jaundice(case: Case) -> Finding:
    """Jaundice as a recorded finding. Source: crad-tace."""
    return is_one_of("jaundice", case.state.jaundice, (True,), "crad-tace", "jaundice")


def clinical_encephalopathy(case: Case) -> Finding:
    """Clinical encephalopathy: West Haven grade 2 or more.

    Inputs
        encephalopathy_grade        West Haven 0–4
        encephalopathy_controlled   by medication
    Result
        MET grade 2–4; NOT_MET grade 0 or 1, or controlled by medication with no grade; UNKNOWN present without a grade
    Source
        crad-tace; grade 1 or controlled encephalopathy is not "clinical"
    """
    grade, controlled = case.state.encephalopathy_grade, case.state.encephalopathy_controlled
    is_controlled = not isinstance(controlled, Absent) and controlled.value is True
    if isinstance(grade, Absent):
        if is_controlled:
            return finding(
                "clinical_encephalopathy", controlled, Verdict.NOT_MET, "crad-tace", "clinical encephalopathy"
            )
        return finding("clinical_encephalopathy", grade, Verdict.UNKNOWN, "crad-tace", "clinical encephalopathy")
    if grade.value == "present":
        verdict = Verdict.NOT_MET if is_controlled else Verdict.UNKNOWN
        return finding("clinical_encephalopathy", grade, verdict, "crad-tace", "clinical encephalopathy",
                       "controlled by medication" if is_controlled else "grade not documented")  # fmt: skip
    return threshold(
        "clinical_encephalopathy", grade, lambda g: g >= ENCEPHALOPATHY_MIN_GRADE, "crad-tace",
        "clinical encephalopathy",
    )  # fmt: skip


def refractory_ascites(case: Case) -> Finding:
    """Refractory ascites.

    Result
        MET refractory; NOT_MET another grade; UNKNOWN absent, or present without a grade
    Source
        crad-tace
    """
    known = case.state.ascites_grade
    if not isinstance(known, Absent) and known.value == "present":
        return finding("refractory_ascites", known, Verdict.UNKNOWN, "crad-tace", "refractory ascites",
                       "grade not documented")  # fmt: skip
    return is_one_of("refractory_ascites", known, ("refractory",), "crad-tace", "refractory ascites")


def hepatorenal_syndrome(case: Case) -> Finding:
    """Hepatorenal syndrome. Source: crad-tace."""
    return is_one_of(
        "hepatorenal_syndrome", case.state.hepatorenal_syndrome, (True,), "crad-tace", "hepatorenal syndrome"
    )


def main_portal_vein_invasion(case: Case) -> Finding:
    """Tumor thrombus of the portal trunk (vp4).

    Inputs
        portal_vein_invasion   none, vp1–vp4 as wjg-2022-pvtt classes it
    Source
        source-003 "no main portal vein invasion"; the contraindication lists print portal vein thrombosis without "main"
    """
    known = case.state.portal_vein_invasion
    return is_one_of("main_portal_vein_invasion", known, ("vp4",), "source-003", "preserved portal flow, main trunk")


def portal_flow_lost(case: Case) -> Finding:
    """Hepatofugal or absent portal flow. Source: crad-tace (hepatofugal flow), wjh-2015 (severely reduced flow)."""
    known = case.state.portal_flow
    return is_one_of("portal_flow_lost", known, ("hepatofugal", "absent"), "crad-tace", "hepatofugal blood flow")


def massive_replacement_of_both_lobes(case: Case) -> Finding:
    """Massive replacement of both lobes: bilobar, more than 50 % of the liver volume.

    Result
        MET bilobar and above 50 %; NOT_MET unilobar or up to 50 %; UNKNOWN otherwise
    Source
        wjh-2015 and crad-tace, both lobes; "> 50 %" is seekhealth's
    """
    lobes, involved = case.state.lobar_distribution, case.state.liver_involvement_percent
    above = verdict_of(holds(involved, lambda p: p > INVOLVEMENT_ABOVE_PERCENT))
    both = Verdict.UNKNOWN if isinstance(lobes, Absent) else verdict_of(lobes.value == "bilobar")
    missing = tuple(k.name for k, v in ((lobes, both), (involved, above)) if v is Verdict.UNKNOWN)
    verdict = all_of((both, above))
    return Finding(
        "massive_replacement_of_both_lobes", verdict, f"{shown(lobes)}; {shown(involved)}", "wjh-2015", _HALF,
        tuple(k.evidence for k in (lobes, involved) if k.evidence), missing if verdict is Verdict.UNKNOWN else (),
    )  # fmt: skip


CONTRAINDICATIONS = (
    child_pugh_b8_or_worse,
    bilirubin_above_3,
    jaundice,
    clinical_encephalopathy,
    refractory_ascites,
    hepatorenal_syndrome,
    main_portal_vein_invasion,
    portal_flow_lost,
    massive_replacement_of_both_lobes,
)
