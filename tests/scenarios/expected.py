"""What each fixture must lead to, by the contract: stated here by hand, so that a wrong golden response cannot hide."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Expected:
    """verdicts: of eligibility, one for each order that is ours; cards: topic → indicator; words: topic → in its summary;
    detail: words somewhere in the cards.
    """

    verdicts: tuple[str, ...]
    cards: dict[str, str] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    detail: tuple[str, ...] = ()


_INDICATOR = {"contraindicated": "critical", "not-recommended": "warning", "indeterminate": "warning",
              "caution": "warning", "candidate": "info", "not-applicable": "info"}  # fmt: skip
PAYER = {"prior-authorization": "info"}


def signed(verdict: str, *words: str, detail: tuple[str, ...] = (), **others: str) -> Expected:
    """An order-sign of one TACE order: the eligibility card with these words in its summary, and prior authorization.

    others   further topics with their indicator, such as refractoriness="warning"
    """
    cards = {"eligibility": _INDICATOR[verdict], **PAYER, **others}
    return Expected((verdict,), cards, {"eligibility": words}, detail)


def selected(verdict: str, *words: str, detail: tuple[str, ...] = (), **others: str) -> Expected:
    """The same while the order is chosen: no prior authorization yet."""
    return Expected((verdict,), {"eligibility": _INDICATOR[verdict], **others}, {"eligibility": words}, detail)


NO_CARDS = Expected(())

EXPECTED = {
    # candidate
    "first-tace-bclc-b-entry-criteria-met": signed("candidate", "Child-Pugh A5", "ECOG 0", "BCLC B"),
    "ecog-1-entry-met-though-bclc-c": signed(
        "candidate", "Child-Pugh A5", "ECOG 1", detail=("C by ECOG 1 alone; by tumor extent B",)
    ),
    "colorectal-metastases-after-chemotherapy": signed("candidate", "alliative", "Child-Pugh A5"),
    "bridge-to-transplant-within-milan": signed("candidate", "BCLC A"),
    "ascites-condition-refuted": signed("candidate", "Child-Pugh A5"),
    "bilirubin-entered-in-error": signed("candidate", "Child-Pugh A5"),
    "observations-of-another-patient": signed("candidate", "Child-Pugh A5", detail=("clover-not-his-bilirubin",)),
    "questionnaire-answers-complete-the-record": signed("candidate", "Child-Pugh A5", "ECOG 0"),
    "preliminary-laboratory-values-only": signed("candidate", "Child-Pugh A5", detail=("preliminary",)),
    "cpt-37243-kind-not-told": Expected(
        ("candidate",),
        {"eligibility": "info", **PAYER},
        {"prior-authorization": ("37243", "TACE", "bland", "Y-90")},
        ("which one is ordered",),
    ),
    "bland-embolization-order": signed("candidate", "Child-Pugh A5", detail=("clause II:",)),
    "two-orders-one-ours": signed("candidate", "Child-Pugh A5"),
    "concurrent-lenvatinib": Expected(
        ("candidate",),
        {"eligibility": "info", "combination": "warning", **PAYER},
        {"eligibility": ("Child-Pugh A5",), "combination": ("TACE with lenvatinib", "TACE alone", "OS not shown")},
        ("lenvatinib active (2 Oct 2026)", "up-to-seven in", "LEAP-012 (2025)", "does not fit**: BCLC B"),
    ),
    "concurrent-bevacizumab-varices-not-documented": Expected(
        ("candidate", "not-applicable"),
        {"eligibility": "info", "combination": "warning", **PAYER},
        {"combination": ("TACE with atezolizumab and bevacizumab", "TACE alone")},
        (
            "atezolizumab active (2 Oct 2026), bevacizumab ordered with it",
            "Not checked: not documented:** untreated varices at risk of bleeding",
            "fits: Child-Pugh A5, ECOG 0",
        ),
    ),
    "tace-and-atezolizumab-bevacizumab-ordered-together": Expected(
        ("candidate", "not-applicable", "not-applicable"),
        {"eligibility": "info", "combination": "warning", **PAYER},
        {"eligibility": ("Child-Pugh A5",), "combination": ("TACE with atezolizumab and bevacizumab",)},
        (
            "atezolizumab and bevacizumab: ordered together",
            "own extension of the sentence quoted from EASL 2025, which is on TKIs",
            "OS not reached vs 20.3 mo",
            "untreated varices at risk of bleeding no (18 Nov 2026)",
        ),
    ),
    "y90-hcc-unresectable-clause-i-b-1": signed("candidate", "Y-90", detail=("clause I.B.1:",)),
    # caution
    "bilirubin-38-umol-si-units": signed("caution", "bilirubin 38 µmol/L (2.22 mg/dL)", detail=("17.104", "÷ 10")),
    "child-pugh-b7-controlled-ascites": signed("caution", "ascites", "Child-Pugh B7", "mALBI 2b"),
    "single-nodule-within-milan-no-reason-stated": signed("caution", "curable", detail=("within Milan",)),
    "portal-flow-growth-access-not-stated": signed(
        "caution", "creatinine not stated", "portal flow not stated", "growth pattern not stated", eligibility="info"
    ),
    "concurrent-lenvatinib-large-burden": Expected(
        ("caution",),
        {"eligibility": "warning", "combination": "warning", **PAYER},
        {
            "eligibility": ("up-to-seven",),
            "combination": ("TACE with lenvatinib", "large tumor burden: EASL 2025 as quoted advises against"),
        },
        ("LoE 2, strong recommendation, 82 % consensus", "our reading of large", "consider systemic therapy first"),
    ),
    "concurrent-durvalumab-bevacizumab-child-pugh-b7": Expected(
        ("caution", "not-applicable", "not-applicable"),
        {"eligibility": "warning", "combination": "warning", **PAYER},
        {"eligibility": ("Child-Pugh B7",), "combination": ("in Child-Pugh B7", "advises against")},
        ("EMERALD-1 enrolled A to B7, 7 included", "fits: Child-Pugh B7, ECOG 0, no portal vein invasion"),
    ),
    "five-nodules-beyond-up-to-seven": selected("caution", "up-to-seven", "mALBI 2b", "5 nodules"),
    "low-platelets-on-apixaban": signed("caution", "varices", "platelets 41", "anticoagulation"),
    "two-bilirubins-at-the-same-time": signed(
        "caution", "bilirubin 2.4 mg/dL", detail=("conflict: 1.6 mg/dL at the same time",)
    ),
    "bilirubin-below-0-2-and-afp-above-range": signed("caution", "up-to-seven", detail=("holly-alt",)),
    "new-nodules-twice-target-controlled": selected("caution", "JSH 2014", refractoriness="info"),
    "cholangiocarcinoma-systemic-therapy-not-stated": signed("caution", "systemic therapy", eligibility="info"),
    "neuroendocrine-metastases-y90-clause-i-b-3-a": Expected(
        ("caution",),
        {"eligibility": "info", **PAYER},
        {"eligibility": ("Y-90", "14 nodules")},
        ("clause I.B.3.a:",),
    ),
    # not recommended
    "lung-metastases": signed("not-recommended", "not recommended", "extrahepatic spread"),
    "segmental-portal-vein-invasion-vp2": signed(
        "not-recommended", "not recommended", "vp2", detail=("Zhang 2022: segmental invasion with Child-Pugh A",)
    ),
    "infiltrative-growth-ecog-3": signed("not-recommended", "not recommended", "ECOG 3", "infiltrative"),
    "progression-after-first-tace-segment-6": signed("not-recommended", "not recommended", refractoriness="warning"),
    "third-tace-segment-8-jsh-refractory": signed(
        "not-recommended", "not recommended", refractoriness="warning", detail=("60 % viable", "segment 8")
    ),
    "stated-partial-response-measured-stable": signed(
        "candidate",
        "entry criteria met",
        refractoriness="info",
        detail=("Stated and measured response differ", "stated PR", "viable 4 cm to viable 3.2 cm (-20 %): SD"),
    ),
    "bridge-to-transplant-stable-after-two-sessions": signed(
        "not-recommended", "not recommended", refractoriness="warning"
    ),
    # contraindicated
    "child-pugh-b8-lists-differ": signed("contraindicated", "contraindicated", "8", detail=("the lists differ",)),
    "bilirubin-3-4-albumin-preserved": signed("contraindicated", "bilirubin 3.4 mg/dL", detail=("Gilbert",)),
    "refractory-ascites": signed("contraindicated", "refractory ascites"),
    "encephalopathy-grade-2": signed("contraindicated", "encephalopathy grade 2"),
    "main-portal-vein-tumor-thrombus-hepatofugal": signed("contraindicated", "main portal vein", "hepatofugal"),
    "bilobar-over-half-of-the-liver": signed("contraindicated", "both lobes"),
    "inr-missing-yet-contraindicated": signed("contraindicated", "Child-Pugh 9–11"),
    # indeterminate
    "nothing-recorded": signed("indeterminate", "cannot be assessed", "bilirubin", "INR", "tumor extent"),
    "cpt-37243-no-word-no-liver-tumor": signed("indeterminate", detail=("which one is ordered",)),
    "inr-missing-child-pugh-bounded": signed("indeterminate", "INR", detail=("5–7",)),
    "laboratory-values-too-old": signed(
        "indeterminate", "bilirubin", "albumin", "INR", detail=("30 Jun 2026 is too old (144 days old)",)
    ),
    "albumin-unit-conflict": signed("indeterminate", "albumin", detail=("tamarind-albumin", "unit conflict")),
    "inr-undated": signed("indeterminate", "INR", detail=("no date",)),
    "labs-only-in-recovery-after-tace": signed(
        "indeterminate", "bilirubin", "albumin", "INR", refractoriness="info", detail=("4.2 mg/dL on day 2",)
    ),
    "nothing-since-the-last-session": signed(
        "indeterminate", "bilirubin", refractoriness="info", detail=("since the treatment of 8 Oct 2026",)
    ),
    "broken-bilirubin-resource": signed("indeterminate", "bilirubin", detail=("willow-bilirubin",)),
    "order-names-another-patient": Expected(
        ("indeterminate",), {"eligibility": "warning"}, {"eligibility": ("another patient",)}
    ),
    "hcc-only-provisional": signed("indeterminate", detail=("provisional",)),
    "procedures-could-not-be-fetched": signed("indeterminate", detail=("procedures could not be fetched",)),
    # not applicable
    "ruptured-hcc": signed("not-applicable", "emergency", "do not apply"),
    "systemic-therapy-after-tace-sequential": Expected(
        ("not-applicable",),
        {"refractoriness": "info", "combination": "info"},
        {"combination": ("Atezolizumab after the TACE of 14 Sep 2026", "the sequence that the 2026 summary advises")},
        ("LoE 3, strong recommendation, strong consensus", "whether to give the drug is not judged here"),
    ),
    "systemic-therapy-after-tace-child-pugh-b8": Expected(
        ("not-applicable",),
        {"refractoriness": "info", "combination": "info"},
        {"combination": ("Atezolizumab after the TACE of 14 Sep 2026", "Child-Pugh B8")},
        ("no: Child-Pugh B8, ECOG 0", "whether to give the drug is not judged here"),
    ),
    # not ours
    "unrelated-chest-x-ray": NO_CARDS,
    "uterine-fibroid-embolization-37243": NO_CARDS,
    "pembrolizumab-for-lung-cancer": NO_CARDS,
    # patient-view
    "patient-view-hcc-before-any-treatment": Expected(
        ("candidate",), {"summary": "info"}, {"summary": ("HCC", "Child-Pugh A5", "BCLC B")}
    ),
    "patient-view-hcc-response-imaging-overdue": Expected(
        ("indeterminate",),
        {"summary": "info", "response-imaging": "warning"},
        {"response-imaging": ("overdue", "day 72", "10 Sep 2026")},
    ),
    "patient-view-cirrhosis-without-tumor": Expected(("indeterminate",)),
}

# How the definitions of refractoriness stand, where a fixture is about them.
DEFINITIONS = {
    "third-tace-segment-8-jsh-refractory": {
        "jsh-lcsgj-2014": "met",
        "easl-2025-quoted": "met",
        "source-003-steps": "met",
        "korean-002": "not-met",
        "iasl-002": "not-met",
        "european-002": "not-met",
        "zhang-2022-proposal": "not-met",
    },
    "progression-after-first-tace-segment-6": {
        "source-003-steps": "met",
        "easl-2025-quoted": "unknown",
        "iasl-002": "not-met",
        "zhang-2022-proposal": "not-met",
    },
    "new-nodules-twice-target-controlled": {
        "jsh-lcsgj-2014": "met",
        "european-002": "not-met",
        "easl-2025-quoted": "not-met",
        "source-003-steps": "not-met",
        "zhang-2022-proposal": "not-met",
    },
    "bridge-to-transplant-stable-after-two-sessions": {"source-003-steps": "met", "european-002": "met"},
}
