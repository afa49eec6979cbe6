"""What the documents report of TACE with portal vein invasion and with extrahepatic spread: where they differ from guidelines."""

from cards.case import Case
from cards.published.statement import ALWAYS, Statement, stated

_BRANCHES = ("vp1", "vp2", "vp3")
_MAIN = "vp4"


def _any_portal(case: Case) -> bool:
    return case.hcc and stated(case, "portal_vein_invasion", *_BRANCHES, _MAIN)


def _main_portal(case: Case) -> bool:
    return case.hcc and stated(case, "portal_vein_invasion", _MAIN)


def _spread(case: Case) -> bool:
    return case.hcc and stated(case, "extrahepatic_spread", True)


def _advanced(case: Case) -> bool:
    return _any_portal(case) or _spread(case)


INVASION = (
    Statement(
        "portal_invasion_sources_differ",
        "Sources differ on portal vein invasion: EASL-EORTC 2012 and, by Zhang 2022, AASLD do not recommend TACE; the lists "
        "and MED140 name portal vein thrombosis without telling branch from trunk; SeekHealth: no longer absolute with selective "
        "technique; Zhang 2022: safe in some patients with adequate collaterals (not read here), and 242 of 257 clinicians "
        "surveyed in China (2020) would combine TACE with other treatment in segmental invasion while liver function is well "
        "preserved",
        "source-002", "vascular invasion; suggestions", _any_portal, on_card=ALWAYS,
    ),
    Statement(
        "branch_against_main_trunk",
        "Meta-analysis of TACE in HCC (period not given): median survival 11 months with invasion of a branch, 5 with that "
        "of the main trunk (P < 0.001)",
        "source-002", "vascular invasion", _any_portal, outcome=True,
    ),
    Statement(
        "main_trunk_recanalized",
        "Main trunk, selected patients (periods and numbers not given): irradiation with a stent, then selective TACE: stent"
        " open for a median of 8 months, median survival 12.5 months; iodine-125 seeds with TACE: median survival 9.8 months",
        "source-002", "vascular invasion", _main_portal, outcome=True,
    ),
    Statement(
        "surgery_after_downstaging_of_invasion",
        "With invasion of a segment or above surgery is a potential option once the tumor in the liver is downstaged to "
        "Milan",
        "source-002", "vascular invasion", _any_portal,
    ),
    Statement(
        "advanced_disease_in_practice",
        "In practice TACE was the most frequent first treatment of advanced HCC (BRIDGE), and nearly half of the clinicians "
        "asked in Korea would go on with TACE despite portal vein invasion or spread: practice, not a recommendation",
        "source-002", "appearance of vascular invasion or extrahepatic spread", _advanced,
    ),
    Statement(
        "spread_sources_differ",
        "Sources differ on spread: systemic therapy first by EASL-EORTC 2012; Zhang 2022: TACE may stay an alternative in "
        "selected patients, and 253 of 257 clinicians surveyed in China (2020) would combine it with other treatment while "
        "liver function is well preserved",
        "source-002", "extrahepatic spread; suggestions", _spread, on_card=ALWAYS,
    ),
    Statement(
        "limited_spread_against_sorafenib",
        "HCC with limited spread, cohort (period not given): median survival 7.0 months with TACE, 8.8 with sorafenib (P = "
        "0.312); 8.0 and 4.0 after matching (P = 0.613)",
        "source-002", "extrahepatic spread", _spread, outcome=True,
    ),
    Statement(
        "who_gains_with_spread",
        "186 patients with spread (cohort, period not given): TACE gained more below 60 years (HR 0.58, 0.37–0.91) and with "
        "portal vein invasion (HR 0.44, 0.25–0.79)",
        "source-002", "extrahepatic spread", _spread, outcome=True,
    ),
)  # fmt: skip
