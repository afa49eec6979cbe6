"""What reviews report of TACE with systemic therapy besides the trials, one function a published statement.

MET: the statement is about these drugs. NOT_MET: it is about others. UNKNOWN: it does not tell about which.
"""

from collections.abc import Callable

from cards.case import Case
from cards.combination.drugs import CHECKPOINT_INHIBITORS
from cards.combination.guidance import Drugs
from cards.combination.limits import CHILD_PUGH_A_MAX, absent_of, child_pugh_at_most, intermediate, liver_words
from cards.facts import Absent
from cards.staging.burden import up_to_seven
from cards.verdict import Finding, Verdict, all_of, any_of, verdict_of
from cards.words import listed

COHORT_SURVIVAL = (
    "2024 cohort (China, intermediate stage, TACE + atezolizumab + bevacizumab vs TACE): PFS 20.0 vs 9.8 mo, OS not reached "
    "vs 20.3 mo"
)
COHORT = (
    f"{COHORT_SURVIVAL} (P = 0.029, P = 0.004), ORR 60.9 vs 41.3 % (P = 0.026), DCR 89.1 vs 58.7 % (P < 0.001); the same after "
    "propensity score matching"
)
WHY_CONSERVATIVE = (
    "most combination studies are retrospective or Asian, where practice differs; decompensation may cancel a gain in "
    "survival"
)
META_ANALYSIS_SURVIVAL = (
    "2024 meta-analysis (16 studies, 3,004 patients, drugs not told): PFS HR 0.59, OS HR 0.51, more rises of ALT (OR 2.17) "
    "and AST (OR 2.28)"
)
LENVATINIB_FIRST = (
    "an editorial proposes lenvatinib first, then selective TACE, in the intermediate stage that is unsuitable for TACE"
)
META_ANALYSIS = f"{META_ANALYSIS_SURVIVAL}; CR OR 2.12, ORR OR 2.78, DCR OR 2.46"


def source_003_cohort(case: Case, drugs: Drugs) -> Finding:
    """A 2024 retrospective cohort of TACE with atezolizumab and bevacizumab against TACE alone, in intermediate stage: OS not
    reached vs 20.3 months (P = 0.004), PFS 20.0 vs 9.8 months (P = 0.029), ORR 60.9 vs 41.3 % (P = 0.026), DCR 89.1 vs 58.7 %
    (P < 0.001); the same after propensity score matching.

    Result
        MET      atezolizumab and bevacizumab are the drugs
        NOT_MET  other drugs
    Source
        source-003, the research-practice gap (its reference 3); its pitfall: not on retrospective data alone
    """
    same = {"atezolizumab", "bevacizumab"} <= set(drugs)
    because = COHORT if same else f"{COHORT}; other drugs than {listed(drugs) or 'none'}"
    return Finding("source_003_cohort", verdict_of(same), because, "source-003", "research-practice gap, reference 3")


def source_003_meta_analysis(case: Case, drugs: Drugs) -> Finding:
    """A 2024 meta-analysis of 16 studies with 3,004 patients: CR OR 2.12, ORR OR 2.78, DCR OR 2.46, PFS HR 0.59, OS HR 0.51,
    with more rises of ALT (OR 2.17) and AST (OR 2.28).

    Result
        UNKNOWN  which drugs its studies gave is not told
        NOT_MET  no drug
    Source
        source-003, the research-practice gap (its reference 4)
    """
    verdict = Verdict.UNKNOWN if drugs else Verdict.NOT_MET
    return Finding("source_003_meta_analysis", verdict, META_ANALYSIS, "source-003",
                   "research-practice gap, reference 4")  # fmt: skip


def no_trial_against_sequence(case: Case, drugs: Drugs) -> Finding:
    """No phase III trial has shown the combination to be superior to the sequence in Western populations; the newer trials
    compare with TACE alone and do not refute it.

    Result
        MET      a systemic drug is combined with TACE
        NOT_MET  none
    Source
        source-003, why guidelines remain conservative; emerald-1, leap-012, talentace, emerald-3 compare with TACE alone
    """
    because = "no trial of the combination against the sequence was found: the newer trials compare with TACE alone"
    return Finding("no_trial_against_sequence", verdict_of(bool(drugs)), because, "source-003",
                   "why guidelines remain conservative")  # fmt: skip


def source_003_reasons_for_caution(case: Case, drugs: Drugs) -> Finding:
    """Why guidance stays conservative: most combination studies are retrospective or Asian, where practice differs;
    decompensation may cancel a gain in survival.

    Result
        MET      a systemic drug is combined with TACE
        NOT_MET  none
    Source
        source-003, why guidelines remain conservative
    """
    return Finding("source_003_reasons_for_caution", verdict_of(bool(drugs)), WHY_CONSERVATIVE, "source-003",
                   "why guidelines remain conservative")  # fmt: skip


def source_003_survival_after_earlier_tace(case: Case, drugs: Drugs) -> Finding:
    """In the trials that proved systemic immunotherapy combinations survival was alike with and without earlier TACE; patients
    with impaired liver function or performance status were not enrolled.

    Result
        MET      a checkpoint inhibitor is among the drugs
        NOT_MET  none
    Source
        source-003, liver function preservation; the trials and their figures are not named there
    """
    because = (
        "in the trials of immunotherapy combinations survival was alike with and without earlier TACE; impaired liver function "
        "or performance status was not enrolled"
    )
    return Finding("source_003_survival_after_earlier_tace", verdict_of(bool(CHECKPOINT_INHIBITORS & set(drugs))), because,
                   "source-003", "liver function preservation")  # fmt: skip


def tace_plus_sorafenib_sources_differ(case: Case, drugs: Drugs) -> Finding:
    """TACE with sorafenib: the review names TACTICS as showing superiority to TACE alone, the summary names SPACE and TACE-2
    as failed.

    Result
        MET      sorafenib is among the drugs
        NOT_MET  it is not
    Source
        source-002, new intrahepatic lesions (TACTICS); source-003, why guidelines remain conservative (SPACE, TACE-2)
    """
    because = "Zhang 2022 names TACTICS as showing superiority to TACE alone; the 2026 summary names SPACE and TACE-2 as failed"
    return Finding("tace_plus_sorafenib_sources_differ", verdict_of("sorafenib" in drugs), because, "source-002",
                   "new intrahepatic lesions; against source-003, why guidelines remain conservative")  # fmt: skip


def kudo_2019_lenvatinib_then_tace(case: Case, drugs: Drugs) -> Finding:
    """Lenvatinib first, then selective TACE, is proposed for the intermediate stage that is unsuitable for TACE: likely to fail
    (up-to-seven out), likely to become Child-Pugh B, or unlikely to respond. A proposal of one author, not the combination.

    Inputs
        burden             number and size of today's imaging; intermediate stage by portal_vein_invasion, hepatic_vein_invasion
                           and extrahepatic_spread too
        bilirubin, albumin modified ALBI 2b, as jsh-2021 reads the second group; grade 3 a fortiori is our reading
        growth_pattern     confluent-multinodular, massive or infiltrative, of what jsh-2021 lists in the third group
        Child-Pugh         A, as the second group is to be kept from B: our reading
    Result
        MET      lenvatinib is the drug, intermediate stage, Child-Pugh A, one of the three groups
        NOT_MET  another drug, or one beside it; not liver-confined; Child-Pugh B or C; or none of the three
        UNKNOWN  the record does not tell; a single large nodule (BCLC 2022 A, older practice B)
    Not modelled
        of the third group: poor differentiation, intrahepatic dissemination, sarcomatous change, extranodular growth
    Source
        kudo-2019, abstract; its three groups are those of jsh-2021 table 10; figures were not taken up
    """
    grades = {grade in ("2b", "3") for grade in case.albi.modified_grades}
    growth = case.state.growth_pattern
    signs = (
        ("up-to-seven out", ~up_to_seven(case.burden, case.state)),
        ("modified ALBI 2b or 3", verdict_of(grades.pop() if len(grades) == 1 else None)),
        ("growth not nodular", verdict_of(None if isinstance(growth, Absent) else growth.value != "nodular")),
    )
    alone, stage = set(drugs) == {"lenvatinib"}, intermediate(case)
    verdict = all_of(
        (verdict_of(alone), stage, child_pugh_at_most(case, CHILD_PUGH_A_MAX), any_of(t for _, t in signs))
    )
    met = listed(words for words, told in signs if told is Verdict.MET) or "none of the three groups is shown"
    elsewhere = "; not the intermediate stage" if stage is Verdict.NOT_MET else ""
    here = f"{liver_words(case)}, {met}{elsewhere}" if alone else listed(drugs) or "no drug"
    because = f"{LENVATINIB_FIRST}; here {here}"
    missing = (*case.burden.missing, *case.child_pugh.missing,
               *absent_of(case, "growth_pattern", "portal_vein_invasion", "extrahepatic_spread"))  # fmt: skip
    return Finding("kudo_2019_lenvatinib_then_tace", verdict, because, "kudo-2019", "abstract",
                   (*case.burden.evidence, *case.child_pugh.evidence),
                   tuple(dict.fromkeys(missing)) if verdict is Verdict.UNKNOWN else ())  # fmt: skip


EVIDENCE: tuple[Callable[[Case, Drugs], Finding], ...] = (
    source_003_cohort,
    source_003_meta_analysis,
    no_trial_against_sequence,
    source_003_reasons_for_caution,
    source_003_survival_after_earlier_tace,
    tace_plus_sorafenib_sources_differ,
    kudo_2019_lenvatinib_then_tace,
)
