"""What source 002 reports of TACE with a tyrosine kinase inhibitor in advanced disease: invasion, spread.

MET: the statement is about these drugs and this patient. NOT_MET: it is about others. UNKNOWN: the record does not tell.
"""

from collections.abc import Callable

from cards.case import Case
from cards.combination.guidance import Drugs
from cards.combination.limits import absent_of
from cards.staging.burden import spread, vascular_invasion
from cards.verdict import Finding, Verdict, all_of, any_of, verdict_of

_PORTAL = ("portal_vein_invasion",)
_ADVANCED = (*_PORTAL, "extrahepatic_spread")


def sorafenib_with_vascular_invasion(case: Case, drugs: Drugs) -> Finding:
    """TACE with sorafenib against sorafenib alone, vascular invasion, large cohort of 1,136 patients: HR 0.78 (0.59–1.02).

    Inputs
        drugs; portal_vein_invasion, hepatic_vein_invasion
    Result
        MET      sorafenib is among the drugs, and vascular invasion is stated
        NOT_MET  another drug, or no invasion
        UNKNOWN  portal vein invasion not known
    Source
        source-002, vascular invasion; against sorafenib alone, not against TACE alone
    """
    because = (
        "1,136 patients with vascular invasion (cohort), TACE + sorafenib vs sorafenib: HR of death 0.78 (0.59–1.02)"
    )
    verdict = all_of((verdict_of("sorafenib" in drugs), vascular_invasion(case.state)))
    return _reported("sorafenib_with_vascular_invasion", verdict, because, "vascular invasion", case, _PORTAL)


def sorafenib_in_advanced_disease(case: Case, drugs: Drugs) -> Finding:
    """TACE with sorafenib against sorafenib alone in advanced stage: time to progression 2.7 vs 2.1 months (P = 0.011),
    survival 8.9 vs 5.9 months (P = 0.009); more with good liver function and extrahepatic spread.

    Inputs
        drugs; portal_vein_invasion, hepatic_vein_invasion, extrahepatic_spread
    Result
        MET      sorafenib is among the drugs, and invasion or spread is stated
        NOT_MET  another drug, or neither of the two
        UNKNOWN  invasion or spread not known
    Not modelled
        "advanced" by performance status alone
    Source
        source-002, extrahepatic spread
    """
    because = (
        "advanced HCC, TACE + sorafenib vs sorafenib: time to progression 2.7 vs 2.1 mo, OS 8.9 vs 5.9 mo; more with good "
        "liver function and spread"
    )
    advanced = any_of((vascular_invasion(case.state), spread(case.state)))
    verdict = all_of((verdict_of("sorafenib" in drugs), advanced))
    return _reported("sorafenib_in_advanced_disease", verdict, because, "extrahepatic spread", case, _ADVANCED)


def lenvatinib_over_sorafenib_with_portal_invasion(case: Case, drugs: Drugs) -> Finding:
    """TACE with lenvatinib against TACE with sorafenib, portal vein invasion, randomized: HR 0.12 (0.03–0.42) for Vp1–3, 0.30
    (0.15–0.61) for heavy tumor burden; which endpoint the ratios are of is not told.

    Inputs
        drugs; portal_vein_invasion
    Result
        MET      lenvatinib or sorafenib is among the drugs, and portal vein invasion is stated
        NOT_MET  another drug, or no portal vein invasion
        UNKNOWN  portal vein invasion not known
    Source
        source-002, vascular invasion
    """
    known = case.state.portal_vein_invasion
    invaded = verdict_of(None if absent_of(case, *_PORTAL) else getattr(known, "value", "none") != "none")
    verdict = all_of((verdict_of(bool({"lenvatinib", "sorafenib"} & set(drugs))), invaded))
    because = (
        "portal vein invasion (randomized), TACE + lenvatinib vs TACE + sorafenib: HR 0.12 (0.03–0.42) for Vp1–3, 0.30 "
        "(0.15–0.61) for heavy burden, endpoint not told"
    )
    return _reported("lenvatinib_over_sorafenib_with_portal_invasion", verdict, because, "vascular invasion", case,
                     _PORTAL)  # fmt: skip


def _reported(
    rule: str, verdict: Verdict, because: str, locator: str, case: Case, needs: tuple[str, ...]
) -> Finding:  # fmt: skip
    missing = absent_of(case, *needs) if verdict is Verdict.UNKNOWN else ()
    return Finding(rule, verdict, because, "source-002", locator, (), missing)


ADVANCED: tuple[Callable[[Case, Drugs], Finding], ...] = (
    sorafenib_with_vascular_invasion,
    sorafenib_in_advanced_disease,
    lenvatinib_over_sorafenib_with_portal_invasion,
)
