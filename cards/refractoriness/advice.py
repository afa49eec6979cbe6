"""What the documents advise or report for a history like this one, one function a statement.

MET: the statement is about this patient now. NOT_MET: its precondition fails. UNKNOWN: the record does not tell. Nothing
here decides.
"""

from collections.abc import Callable

from cards.bounds import holds
from cards.case import Case
from cards.facts import Absent
from cards.published.statement import NO_NNT
from cards.refractoriness.verdict import Refractoriness
from cards.response.course import number_rises
from cards.response.history import Outcome, tace_sessions
from cards.verdict import Finding, Verdict, all_of, verdict_of
from cards.words import number, span

AFP_FOR_RAMUCIRUMAB = 400.0
CHILD_PUGH_A_MAX, ECOG_MAX = 6, 1
FAILURES_OF_SEVERAL, SESSIONS_BEFORE_ABANDONING = 2, 3


def _histories(r: Refractoriness) -> list[tuple[Outcome, ...]]:
    """Those of the ordered lesions; where none is told, of every target."""
    return [r.histories[key] for key in r.ordered or r.histories]


def _failures(r: Refractoriness) -> int:
    """The most sessions that left one of the lesions without response."""
    return max((sum(o.failed is True for o in h) for h in _histories(r)), default=0)


def _met(r: Refractoriness, *codes: str) -> bool:
    return any(r.definitions.get(code) is Verdict.MET for code in codes)


def systemic_therapy_next(case: Case, r: Refractoriness) -> Finding | None:
    """Systemic therapy once TACE has failed, where liver function and performance status are kept.

    Inputs
        refractoriness   by EASL 2025 as quoted or the steps of the summary
        child_pugh, ecog today's
    Result
        None     neither definition is met
        MET      Child-Pugh A and ECOG 0–1
        NOT_MET  Child-Pugh above A, or ECOG above 1
        UNKNOWN  one of them not known
    Source
        source-003, steps 3 and 4; easl-2025 as quoted there (LoE 3); source-002 on residual tumor
    """
    if not _met(r, "easl-2025-quoted", "source-003-steps"):
        return None
    liver, ecog = case.child_pugh, case.state.ecog
    inside = True if liver.high <= CHILD_PUGH_A_MAX else False if liver.low > CHILD_PUGH_A_MAX else None
    fit = holds(ecog, lambda grade: grade <= ECOG_MAX)
    verdict = all_of((verdict_of(inside), verdict_of(fit)))
    here = f"Child-Pugh {span(liver.low, liver.high)} ({' or '.join(liver.classes)}), ECOG " + (
        "not known" if isinstance(ecog, Absent) else f"{ecog.comparator}{ecog.value}"
    )
    because = f"systemic therapy instead of further TACE, if Child-Pugh A and ECOG 0–1; here {here}"
    missing = (*liver.missing, *(("ecog",) if fit is None else ())) if verdict is Verdict.UNKNOWN else ()
    return Finding("systemic_therapy_next", verdict, because, "source-003", "steps 3 and 4", liver.evidence, missing)


def ablation_of_residual_tumor(case: Case, r: Refractoriness) -> Finding | None:
    """Local treatment of a residual target, once its size allows: microwave ablation against sorafenib after incomplete TACE.

    Inputs
        of each session of the lesion: mrecist_response; nodule_size
    Result
        None     fewer than two sessions left the target without response
        UNKNOWN  otherwise: the document gives no limit of size
    Source
        source-002, persistent viable targeted lesions (Chen): incomplete remission after several sessions
    """
    if _failures(r) < FAILURES_OF_SEVERAL:
        return None
    because = (
        f"ablation of residual tumor once its size allows (no limit given; {case.burden.text}): after incomplete "
        "remission by several TACE, PFS 9.0 months with microwave ablation, 2.8 with sorafenib; survival not reached and "
        "16.6 months (design and period not given). Residual tumor is no absolute indication for systemic therapy alone. "
        f"{NO_NNT}"
    )
    return Finding("ablation_of_residual_tumor", Verdict.UNKNOWN, because, "source-002",
                   "persistent viable targeted lesions", case.burden.evidence, ("nodule_size",))  # fmt: skip


def radioembolization_or_seeds(case: Case, r: Refractoriness) -> Finding | None:
    """Yttrium-90 radioembolization and iodine-125 seeds have been used to control target lesions; no figures are given.

    Inputs
        of each session of the lesion: mrecist_response
    Result
        None  fewer than two sessions left the target without response; MET otherwise
    Source
        source-002, persistent viable targeted lesions
    """
    if _failures(r) < FAILURES_OF_SEVERAL:
        return None
    because = "Y-90 radioembolization or iodine-125 seeds have been used to control target lesions (no figures given)"
    return Finding(
        "radioembolization_or_seeds", Verdict.MET, because, "source-002", "persistent viable targeted lesions"
    )


def three_sessions_before_abandoning(case: Case, r: Refractoriness) -> Finding | None:
    """Three sessions before TACE of a target is abandoned, and what a response within them meant.

    Inputs
        of each session of the lesion: mrecist_response
    Result
        None     no session left the target without response, or no lesion is told
        MET      fewer than three sessions of it so far
        NOT_MET  three or more
    Source
        source-002, persistent viable targeted lesions (Chen, 4,154 patients)
    """
    failed = _failures(r)
    if not failed:
        return None
    most = max(len(h) for h in _histories(r))
    because = (
        f"three sessions before abandoning: in 4,154 patients response was below 10 % after three; with CR or PR within the "
        f"first three median survival 43.4 months, else 16.6 (P < 0.001; period not given). Here {most} so far. {NO_NNT}"
    )
    return Finding("three_sessions_before_abandoning", verdict_of(most < SESSIONS_BEFORE_ABANDONING), because, "source-002",
                   "persistent viable targeted lesions")  # fmt: skip


def on_demand_tace_of_new_lesions(case: Case, r: Refractoriness) -> Finding | None:
    """New lesions outside the treated area may be treated on demand: they are no failure of TACE by this document.

    Inputs
        nodule_count before and after each session, or new_intrahepatic_lesion after it
    Result
        None  no new lesion after a session is documented; MET otherwise
    Source
        source-002, new intrahepatic lesions: 264 patients in the intermediate stage, 1–13 sessions (mean 3)
    """
    if not any(rose for _, rose in number_rises(case.facts)):
        return None
    because = (
        "on-demand TACE of new lesions: 264 patients in the intermediate stage (1–13 sessions, mean 3), median survival 36.6 "
        "months without and 35.5 with progression in the liver, neither with invasion or spread (period not given); not "
        f"without limit: liver function and residual tumor count. {NO_NNT}"
    )
    return Finding("on_demand_tace_of_new_lesions", Verdict.MET, because, "source-002", "new intrahepatic lesions")


def ramucirumab_by_afp(case: Case, r: Refractoriness) -> Finding | None:
    """Ramucirumab is the only drug for HCC that is chosen by a marker: AFP of 400 ng/mL or more.

    Inputs
        afp ng/mL
    Result
        None     no definition is met, or not HCC
        MET      AFP at least 400 ng/mL; NOT_MET below; UNKNOWN not known, in IU/mL, or its comparator leaves it open
    Source
        source-002, continuous elevation of tumor markers
    """
    if not case.hcc or not any(v is Verdict.MET for v in r.definitions.values()):
        return None
    afp = case.state.afp
    rule, locator = "ramucirumab_by_afp", "continuous elevation of tumor markers"
    said = "of systemic drugs only ramucirumab is chosen by a marker, AFP 400 ng/mL or more"
    if isinstance(afp, Absent):
        return Finding(rule, Verdict.UNKNOWN, f"{said}; here not known", "source-002", locator, (), ("afp",))
    verdict = verdict_of(holds(afp, lambda ng_ml: ng_ml >= AFP_FOR_RAMUCIRUMAB))
    here = f"{afp.comparator}{number(float(afp.value))}"
    return Finding(rule, verdict, f"{said}; here {here}", "source-002", locator, (afp.evidence,),
                   ("afp",) if verdict is Verdict.UNKNOWN else ())  # fmt: skip


def marker_rise_alone(case: Case, r: Refractoriness) -> Finding | None:
    """A rise of markers after TACE is no proof of refractoriness: burden, liver function and response decide together.

    Inputs
        afp, or afp_units, before the first session and since
    Result
        None  AFP has not risen by 20 %; MET otherwise
    Source
        source-002, continuous elevation of tumor markers; of the EASL guideline it says that marker response is under
        investigation
    """
    if not _met(r, "ogasawara-afp-002"):
        return None
    because = (
        "a marker rise alone is no reason to abandon TACE: burden, liver function and the response so far decide together; "
        "marker response is under investigation (EASL, as Zhang 2022 reports)"
    )
    return Finding("marker_rise_alone", Verdict.MET, because, "source-002", "continuous elevation of tumor markers")


def surveyed_clinicians(case: Case, r: Refractoriness) -> Finding | None:
    """What clinicians in China thought of the definitions in 2020: context, no criterion.

    Source
        source-002, suggestions: 257 clinicians in 184 hospitals
    """
    if not tace_sessions(case.facts):
        return None
    because = (
        "context: 257 clinicians surveyed in China in 2020: 235 disagree with the current definitions, 42 call new lesions "
        "failure (94 unsure), 166 would repeat TACE while feeding arteries are there, 150 would stop at three"
    )
    return Finding("surveyed_clinicians", Verdict.MET, because, "source-002", "suggestions")


ADVICE: tuple[Callable[[Case, Refractoriness], Finding | None], ...] = (
    systemic_therapy_next,
    on_demand_tace_of_new_lesions,
    ablation_of_residual_tumor,
    radioembolization_or_seeds,
    three_sessions_before_abandoning,
    ramucirumab_by_afp,
    marker_rise_alone,
    surveyed_clinicians,
)


def advice(case: Case, r: Refractoriness) -> tuple[Finding, ...]:
    """Every statement that is about this patient, in the order in which a card shows them."""
    return tuple(f for rule in ADVICE if (f := rule(case, r)) is not None)
