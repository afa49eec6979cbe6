"""What guidance says of TACE with systemic therapy, one function a published statement.

MET: the statement is about this patient and these drugs. NOT_MET: it is about others. UNKNOWN: the record does not tell.
"""

from collections.abc import Callable, Iterable, Sequence

from cards.case import Case
from cards.combination.drugs import CHECKPOINT_INHIBITORS, TYROSINE_KINASE_INHIBITORS
from cards.combination.limits import (
    CHILD_PUGH_A_MAX,
    CHILD_PUGH_B7,
    absent_of,
    child_pugh_a_or_compensated_b7,
    child_pugh_at_most,
    ecog_at_most,
    ecog_words,
    evidence_of,
    intermediate,
    liver_confined,
    liver_words,
)
from cards.facts import Absent
from cards.response.history import tace_sessions, undated_tace
from cards.sources import LOE_NO_TKI, LOE_OTHER_THERAPY
from cards.staging.burden import spread, up_to_seven
from cards.verdict import Finding, Verdict, all_of, any_of, verdict_of
from cards.words import listed

Drugs = Sequence[str]
ECOG_MAX = 1
TRIALS_UP_TO_B7 = "EMERALD-1 enrolled A to B7"
_LIVER = ("bilirubin", "albumin", "inr", "ascites_grade", "encephalopathy_grade")


def source_003_tace_alone(case: Case, drugs: Drugs) -> Finding:
    """TACE alone rather than combined: liver-confined, Child-Pugh A or well-compensated B7, ECOG 0–1, selective access with
    low tumor burden and no infiltrative pattern, preserved portal flow without main portal vein invasion.

    Inputs
        burden  inside up-to-seven stands for "low tumor burden": our reading, the summary gives no limit
        Child-Pugh, ecog, selective_access, growth_pattern, portal_flow, portal_vein_invasion, extrahepatic_spread of today
    Result
        MET      the patient is in the group for which the summary advises TACE alone
        NOT_MET  one of its criteria does not hold
        UNKNOWN  none fails and one is not known
    Not modelled
        "intermediate stage" of its title; its step 1 asks for Child-Pugh A without ascites: eligibility judges it
    Source
        source-003, when TACE monotherapy is appropriate
    """
    state = case.state
    parts = (  # what is said where it fails, the verdict, what would decide
        ("extrahepatic spread", ~spread(state), ("extrahepatic_spread",)),
        (liver_words(case), child_pugh_a_or_compensated_b7(case), case.child_pugh.missing),
        (ecog_words(case), ecog_at_most(case, ECOG_MAX), ("ecog",)),
        ("up-to-seven out (in is our reading of low)", up_to_seven(case.burden, state), case.burden.missing),
        ("no selective access", _is(case, "selective_access", True), ("selective_access",)),
        ("infiltrative growth", ~_is(case, "growth_pattern", "infiltrative"), ("growth_pattern",)),
        ("portal flow not preserved", _is(case, "portal_flow", "preserved"), ("portal_flow",)),
        ("main portal vein invasion", ~_is(case, "portal_vein_invasion", "vp4"), ("portal_vein_invasion",)),
    )
    verdict = all_of(part[1] for part in parts)
    failed = [words for words, told, _ in parts if told is Verdict.NOT_MET]
    missing = [n for _, told, names in parts if told is Verdict.UNKNOWN for n in names]
    because = {
        Verdict.MET: "all of its criteria hold",
        Verdict.NOT_MET: listed(failed),
        Verdict.UNKNOWN: "not all of its criteria are known",
    }[verdict]
    evidence = evidence_of(
        case,
        *_LIVER,
        "ecog",
        "extrahepatic_spread",
        "selective_access",
        "growth_pattern",
        "portal_flow",
        "portal_vein_invasion",
    )
    return Finding("source_003_tace_alone", verdict, because, "source-003", "when TACE monotherapy is appropriate",
                   evidence, tuple(dict.fromkeys(missing)) if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def easl_2025_tki_in_large_burden(case: Case, drugs: Drugs) -> Finding:
    """EASL 2025 as quoted: intra-arterial therapy should not be combined with TKIs in intermediate-stage HCC with large
    tumor burden.

    Inputs
        drugs   a tyrosine kinase inhibitor among them: nothing is said of immunotherapy or bevacizumab
        burden  number and size of today's imaging; up-to-seven out as "large" is our reading, the sentence gives no limit
        portal_vein_invasion, hepatic_vein_invasion, extrahepatic_spread   of today
    Result
        MET      a TKI, intermediate stage by tumor extent, up-to-seven out
        NOT_MET  no TKI; or not liver-confined; or inside up-to-seven
        UNKNOWN  number, size, invasion or spread not known; a single large nodule (BCLC 2022 A, older practice B)
    Source
        easl-2025, level of evidence 2, strong recommendation, 82 % consensus; quoted in source-003
    """
    rule, source, locator = "easl_2025_tki_in_large_burden", "easl-2025", LOE_NO_TKI
    inhibitors = [d for d in drugs if d in TYROSINE_KINASE_INHIBITORS]
    if not inhibitors:
        return Finding(rule, Verdict.NOT_MET, "no TKI: the sentence speaks of TKIs alone", source, locator)
    large = ~up_to_seven(case.burden, case.state)
    verdict = all_of((intermediate(case), large))
    because = f"{listed(inhibitors)}; {case.burden.text}, {_large_words(large)}{_stage_words(case, large)}"
    missing = (*case.burden.missing, *absent_of(case, "portal_vein_invasion", "extrahepatic_spread"))
    return Finding(rule, verdict, because, source, locator, case.burden.evidence,
                   missing if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def _large_words(large: Verdict) -> str:
    return {
        Verdict.MET: "up-to-seven out (our reading of large)",
        Verdict.NOT_MET: "up-to-seven in (out is our reading of large)",
        Verdict.UNKNOWN: "up-to-seven (out is our reading of large) not known",
    }[large]


def _stage_words(case: Case, large: Verdict) -> str:
    if liver_confined(case) is Verdict.NOT_MET:
        return "; invasion or spread: not the intermediate stage"
    single = case.bclc is not None and "B" not in case.bclc.by_tumor
    return "; BCLC 2022 A by tumor, older practice B" if single and large is Verdict.MET else ""


def source_003_extrapolation_to_immunotherapy(case: Case, drugs: Drugs) -> Finding:
    """The summary extends the sentence on TKIs to immunotherapy, by its own reasoning on liver function.

    Result
        MET      a checkpoint inhibitor among the drugs
        NOT_MET  none
    Source
        source-003, critical contraindication: its own extrapolation, never attributed to EASL
    """
    found = [d for d in drugs if d in CHECKPOINT_INHIBITORS]
    because = (
        f"{listed(found)}: the summary's own extension of the sentence quoted from EASL 2025, which is on TKIs"
        if found
        else "no immunotherapy"
    )
    return Finding("source_003_extrapolation_to_immunotherapy", verdict_of(bool(found)), because, "source-003",
                   "critical contraindication, second sentence")  # fmt: skip


def source_003_pitfall_child_pugh_b_or_c(case: Case, drugs: Drugs) -> Finding:
    """Do not use combination therapy in Child-Pugh B or C.

    Inputs
        Child-Pugh of today
    Result
        MET      Child-Pugh 7 or more; that EMERALD-1 enrolled up to B7 is said beside it
        NOT_MET  Child-Pugh A
        UNKNOWN  the missing items leave both open
    Source
        source-003, critical pitfalls (B or C, not B8); emerald-1, population
    """
    verdict = ~child_pugh_at_most(case, CHILD_PUGH_A_MAX)
    within = child_pugh_at_most(case, CHILD_PUGH_B7)
    beside = {
        Verdict.MET: f"; {TRIALS_UP_TO_B7}, 7 included",
        Verdict.NOT_MET: f"; {TRIALS_UP_TO_B7}: outside it too",
        Verdict.UNKNOWN: f"; {TRIALS_UP_TO_B7}",
    }[within]
    because = liver_words(case) + ("" if verdict is Verdict.NOT_MET else beside)
    return Finding("source_003_pitfall_child_pugh_b_or_c", verdict, because, "source-003", "critical pitfalls",
                   case.child_pugh.evidence, case.child_pugh.missing if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def source_003_extensive_disease(case: Case, drugs: Drugs) -> Finding:
    """Extensive liver-confined disease (beyond up-to-seven, multiple bilobar lesions, or infiltrative): consider systemic
    therapy first, without TACE.

    Inputs
        number and size of today's imaging; lobar_distribution, growth_pattern, portal_vein_invasion, hepatic_vein_invasion,
        extrahepatic_spread
    Result
        MET      liver-confined and one of the three
        NOT_MET  not liver-confined, or none of the three
        UNKNOWN  what is documented does not tell
    Source
        source-003, patients with more extensive disease
    """
    b, state = case.burden, case.state
    several = verdict_of(True if b.count.low >= 2 else False if b.count.high < 2 else None)
    signs = (
        ("up-to-seven out", ~up_to_seven(b, state)),
        ("multiple bilobar lesions", all_of((several, _is(case, "lobar_distribution", "bilobar")))),
        ("infiltrative growth", _is(case, "growth_pattern", "infiltrative")),
    )
    verdict = all_of((any_of(told for _, told in signs), liver_confined(case)))
    met = [words for words, told in signs if told is Verdict.MET]
    because = f"{b.text}; {listed(met) or 'none of the three is shown'}"
    names = (*b.missing, *absent_of(case, "lobar_distribution", "growth_pattern", "portal_vein_invasion",
                                    "extrahepatic_spread"))  # fmt: skip
    return Finding("source_003_extensive_disease", verdict, because, "source-003",
                   "patients with more extensive disease", b.evidence,
                   tuple(dict.fromkeys(names)) if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def source_003_systemic_precondition(case: Case, drugs: Drugs) -> Finding:
    """Before systemic therapy: confirm preserved liver function, Child-Pugh A, and ECOG 0–1.

    Inputs
        Child-Pugh and ecog of today
    Result
        MET      Child-Pugh A and ECOG 0 or 1
        NOT_MET  Child-Pugh B or C, or ECOG 2 or more
        UNKNOWN  an item is missing and the others do not decide
    Source
        source-003, step 4
    """
    liver, ecog = child_pugh_at_most(case, CHILD_PUGH_A_MAX), ecog_at_most(case, ECOG_MAX)
    verdict = all_of((liver, ecog))
    open_liver = case.child_pugh.missing if liver is Verdict.UNKNOWN else ()
    missing = (*open_liver, *(("ecog",) if ecog is Verdict.UNKNOWN else ()))
    because = f"{liver_words(case)}, {ecog_words(case)}"
    return Finding("source_003_systemic_precondition", verdict, because, "source-003", "step 4",
                   (*case.child_pugh.evidence, *evidence_of(case, "ecog")),
                   missing if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def easl_2025_other_therapy(case: Case, refractory: Iterable[Finding]) -> Finding:
    """EASL 2025 as quoted: after 1–2 consecutive TACE without response and with preserved liver function, other therapies
    should be considered.

    Inputs
        refractory  what the definitions of refractoriness found, among them that of EASL 2025: judged once, there
        Child-Pugh  A stands for preserved liver function: our reading, as step 4 of the summary asks
    Result
        MET      two consecutive sessions without response, Child-Pugh A
        NOT_MET  no TACE; it responded; Child-Pugh B or C
        UNKNOWN  exactly one session without response ("1–2"), a response not told, Child-Pugh not known
    Source
        easl-2025, level of evidence 3, strong recommendation, strong consensus; quoted in source-003
    """
    rule, locator = "easl_2025_other_therapy", LOE_OTHER_THERAPY
    judged = next((f for f in refractory if f.rule == "easl_2025_quoted"), None)
    treated = bool(tace_sessions(case.facts) or undated_tace(case.facts))
    if judged is None:
        verdict = Verdict.UNKNOWN if treated or "Procedure" in case.facts.unreached else Verdict.NOT_MET
        because = "response to TACE not known" if verdict is Verdict.UNKNOWN else "no TACE is recorded"
        return Finding(rule, verdict, because, "easl-2025", locator)
    liver = child_pugh_at_most(case, CHILD_PUGH_A_MAX)
    verdict = all_of((judged.verdict, liver))
    missing = (*judged.missing, *(case.child_pugh.missing if liver is Verdict.UNKNOWN else ()))
    return Finding(rule, verdict, f"{judged.because}; {liver_words(case)}", "easl-2025", locator, judged.evidence,
                   missing if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def _is(case: Case, name: str, value: object) -> Verdict:
    known = case.state[name]
    if isinstance(known, Absent):
        return Verdict.UNKNOWN
    return verdict_of(known.value == value)


GUIDANCE: tuple[Callable[[Case, Drugs], Finding], ...] = (
    source_003_tace_alone,
    easl_2025_tki_in_large_burden,
    source_003_extrapolation_to_immunotherapy,
    source_003_pitfall_child_pugh_b_or_c,
    source_003_extensive_disease,
    source_003_systemic_precondition,
)
