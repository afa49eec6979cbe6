"""What source 001 says of radioembolization, beside a Y-90 order: labels, ratings, indications, comparisons with TACE.

Nothing here decides. Figures and limits are those that the source prints; a guideline that it reports was not read itself
(`quoted_in`). The judged limits are in y90_criteria; here the lines.
"""

from collections.abc import Callable

from cards.case import Case
from cards.eligibility.context import Line
from cards.eligibility.y90_criteria import (
    acr_colorectal,
    acr_hcc,
    acr_neuroendocrine,
    nccn_colorectal,
    practice_parameter,
    sir_spheres_label,
    therasphere_label,
    usual_candidate,
)
from cards.facts import Absent, Fact
from cards.published.statement import NO_NNT
from cards.rule import shown
from cards.verdict import Finding, Verdict

_WORDS = {Verdict.MET: "met", Verdict.NOT_MET: "not met", Verdict.UNKNOWN: "cannot tell"}


def y90_lines(case: Case) -> tuple[Line, ...]:
    """The lines that concern this tumor type, at most eight.

    Source
        source-001: regulatory status, background, evidence summary, practice guideline summary
    """
    by_kind = _BY_KIND.get(case.facts.tumor.kind, _of_another_tumor)
    return (*by_kind(case), _practice_parameter_line(case), _usual_line(case), _BEFORE, *_comparisons(case))


def _line(statement: str, judged: Finding) -> Line:
    """The statement, then how this patient stands to it; what is met needs no second list."""
    reason = f" ({judged.because})" if judged.verdict is not Verdict.MET else ""
    return Line(f"{statement}: {_WORDS[judged.verdict]}{reason}", judged.source)


# Products


_NOT_ALIKE = "Results of one product do not necessarily apply to another."


def _products(case: Case) -> Line:
    none = "; no label for this tumor is reported" if case.facts.tumor.kind != "unknown" else ""
    return Line(
        "Products: TheraSphere is labeled for solitary unresectable HCC (17 Mar 2021), SIR-Spheres for colorectal metastases "
        f"with hepatic-artery floxuridine{none}. {_NOT_ALIKE}",
        "source-001",
    )


def _therasphere_line(case: Case) -> Line:
    line = _line(
        "TheraSphere label, 17 Mar 2021 (unresectable HCC, solitary 1–8 cm, Child-Pugh A, no macrovascular invasion; "
        "compensated liver and good performance status without a printed limit)",
        therasphere_label(case),
    )
    portal = case.state.portal_vein_invasion
    if isinstance(portal, Absent) or portal.value == "none":
        return line
    earlier = (
        "; an exemption of Jan 2007 included partial or branch portal vein thrombosis, whether it holds is not said"
    )
    return Line(line.text + earlier, line.source)


# Ratings and guidelines


def _acr_hcc_line(case: Case) -> Line:
    judged = acr_hcc(case)
    words = judged.because if judged.verdict is not Verdict.UNKNOWN else f"cannot tell ({judged.because})"
    return Line(
        "ACR for HCC (solitary below 3 cm: may be appropriate; solitary of 5 cm, or several with one above 5 cm: usually "
        f"appropriate, particularly with portal vein thrombosis or extensive bilobar disease): {words}",
        judged.source,
    )


def _practice_parameter_line(case: Case) -> Line:
    return _line(
        "Joint practice parameter (unresectable, liver-dominant, ECOG 0–1 or Karnofsky ≥ 70, life expectancy ≥ 3 months)",
        practice_parameter(case),
    )


def _usual_line(case: Case) -> Line:
    own = ", HCC above 3 cm" if case.hcc else ", liver-dominant" if case.facts.tumor.is_metastasis else ""
    return _line(f"Usual candidates (background, not a rule: ECOG 0–2, Child-Pugh A or B{own})", usual_candidate(case))


_BEFORE = Line(
    "Before treatment: hepatic angiogram to map the arteries, and albumin particles with SPECT to look for shunting to lung or "
    "gut (whether done is not read); a consensus panel (level 2A: consensus, low-level evidence) asks for multidisciplinary "
    "management",
    "brachytherapy-consortium",
)


# By tumor


def _of_hcc(case: Case) -> tuple[Line, ...]:
    sir_spheres = Line(
        "SIR-Spheres: US approval for unresectable HCC announced July 2025, its label not read here; MED140 knows it for "
        f"colorectal metastases only. {_NOT_ALIKE}",
        "sir-spheres-2025",
    )
    return _therasphere_line(case), sir_spheres, _acr_hcc_line(case)


def _of_colorectal(case: Case) -> tuple[Line, ...]:
    label = _line(
        "SIR-Spheres label (undated there; unresectable colorectal metastases with hepatic-artery floxuridine)",
        sir_spheres_label(case),
    )
    acr = _line(
        "ACR: may be appropriate (liver-dominant above 5 cm, or solitary; survival similar to TACE)",
        acr_colorectal(case),
    )
    nccn = _line(
        "NCCN v.1.2022, category 2A (highly selected: chemotherapy-refractory, no obvious systemic disease, "
        "predominantly hepatic)",
        nccn_colorectal(case),
    )
    return label, acr, nccn


def _of_neuroendocrine(case: Case) -> tuple[Line, ...]:
    acr = _line(
        "ACR: usually appropriate (symptomatic, and medication fails to control symptoms)", acr_neuroendocrine(case)
    )
    nccn = Line(
        "NCCN v.1.2022, category 2A: a regional option for lobar or segmental distribution, and after Whipple surgery or "
        f"biliary instrumentation ({shown(case.state.bilioenteric_anastomosis)})",
        "nccn-neuroendocrine-2022",
    )
    return _products(case), acr, nccn


def _of_cholangiocarcinoma(case: Case) -> tuple[Line, ...]:
    nccn = Line(
        "NCCN v.1.2022, category 2A: arterially directed therapy is one option for unresectable intrahepatic cholangiocarcinoma, "
        f"beside chemotherapy, trial, radiotherapy and supportive care ({shown(case.state.unresectable)})",
        "nccn-hcc-2022",
    )
    return _products(case), nccn


def _of_melanoma(case: Case) -> tuple[Line, ...]:
    nccn = Line(
        "NCCN uveal melanoma v.2.2022: which patients benefit needs further study; cutaneous melanoma v.3.2022: not discussed",
        "nccn-melanoma-2022",
    )
    return _products(case), nccn


def _of_another_tumor(case: Case) -> tuple[Line, ...]:
    return (_products(case),)


_BY_KIND: dict[str, Callable[[Case], tuple[Line, ...]]] = {
    "hcc": _of_hcc,
    "colorectal-metastasis": _of_colorectal,
    "neuroendocrine-metastasis": _of_neuroendocrine,
    "icc": _of_cholangiocarcinoma,
    "melanoma-metastasis": _of_melanoma,
}


# Comparisons, as source 001 reports them: population and year of publication with each figure


_TRACE = Line(
    "TRACE 2022 (one center, randomized, stopped at interim; unresectable HCC, BCLC A–B; 38 glass Y-90, 34 drug-eluting-bead "
    "TACE): median time to progression 17.1 and 9.5 months (HR 0.36), survival 30.2 and 15.6 months (HR 0.48, 0.28–0.82)",
    "trace-2022",
)
_HCC_OTHERS = Line(
    "Other comparisons in unresectable HCC: meta-analysis 2020 of randomized trials, survival HR 0.84 (0.70–1.00) for Y-90 "
    "over TACE, 0.59 (0.38–0.91) for drug-eluting-bead TACE over Y-90; trials of 28 and 24 patients (2014): progression-free "
    f"survival alike. MED140 concludes: comparable to TACE. {NO_NNT}",
    "source-001",
)
_HCC_BRIDGE = Line(
    "As a bridge to transplant: randomized 2016 (24 Y-90, 21 TACE), median time to progression above 26 and 6.8 months, survival "
    "19 and 18 months; retrospective 2020 (28 and 37), 3-year survival 92.9 and 75.7 % (p = 0.052). NCCN: limited evidence, most "
    f"of its centers use it. {NO_NNT}",
    "source-001",
)
_COMPARISONS = {
    "colorectal-metastasis": (
        Line(
            "EPOCH 2021 (428 patients after first-line chemotherapy; second line with and without glass Y-90): progression-free "
            "survival 8.0 and 7.2 months (HR 0.69), survival 14.0 and 14.4 months, grade 3 events 68.4 and 49.3 %. "
            f"{_NOT_ALIKE}",
            "source-001",
        ),
        Line(
            "Against TACE: retrospective, matched, 2019 (colorectal metastases; 47 drug-eluting-bead TACE, 155 Y-90): survival "
            f"HR 0.94 (0.54–1.65). {NO_NNT}",
            "source-001",
        ),
    ),
    "neuroendocrine-metastasis": (
        Line(
            "Against TACE, no randomized trial: six retrospective cohorts pooled 2021 (neuroendocrine; 422 TACE, 221 Y-90), "
            "survival better with TACE (OR 1.92, 1.14–3.22), response alike; retrospective 2020 (51 Y-90, 197 TACE), median "
            f"survival 35.9 and 50.1 months (p = 0.3). {NO_NNT}",
            "source-001",
        ),
    ),
    "icc": (
        Line(
            "Against TACE, no randomized trial: meta-analysis 2021 (unresectable; 789 Y-90, 906 TACE), median survival 13.5 and "
            f"14.2 months, adverse events 43.0 and 58.5 %; pooled analysis 2021, mean 14.1 and 15.9 months. {NO_NNT}",
            "source-001",
        ),
    ),
    "melanoma-metastasis": (
        Line("Melanoma: no randomized trial and no comparison with TACE is reported; small studies", "source-001"),
    ),
    "other-metastasis": (
        Line("Other metastases: data too limited for conclusions (small, heterogeneous, uncontrolled)", "source-001"),
    ),
}  # fmt: skip


def _comparisons(case: Case) -> tuple[Line, ...]:
    if not case.hcc:
        return _COMPARISONS.get(case.facts.tumor.kind, ())
    bridge = case.state.bridge_to_transplant
    return _TRACE, _HCC_BRIDGE if isinstance(bridge, Fact) and bridge.value is True else _HCC_OTHERS
