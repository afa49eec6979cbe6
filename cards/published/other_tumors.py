"""What the documents report of TACE outside HCC: cholangiocarcinoma and metastases. HCC figures are never carried over."""

from cards.case import Case
from cards.published.statement import ADVISED, Statement, of_kind, stated

_ICC, _NEUROENDOCRINE, _COLORECTAL = "icc", "neuroendocrine-metastasis", "colorectal-metastasis"


def _resectable_or_not_told(case: Case) -> bool:
    return case.facts.tumor.kind == _ICC and not stated(case, "unresectable", True)


def _unresectable(case: Case) -> bool:
    return case.facts.tumor.kind == _ICC and stated(case, "unresectable", True)


_TWO_EVALUATIONS = "unresectable intrahepatic cholangiocarcinoma"

OTHER_TUMORS = (
    Statement(
        "cholangiocarcinoma_resection_first",
        "Resection is the only treatment of intrahepatic cholangiocarcinoma with potential for cure, 5-year survival 20–43 %"
        " (period not given): whether it is unresectable is not stated as yes",
        "source-001", _TWO_EVALUATIONS, _resectable_or_not_told, outcome=True, on_card=ADVISED,
    ),
    Statement(
        "cholangiocarcinoma_unresectable",
        "Unresectable intrahepatic cholangiocarcinoma: fluoropyrimidine- or gemcitabine-based chemotherapy, fluoropyrimidine"
        " chemoradiation or supportive care; NCCN v.1.2022 (category 2A) adds trial, radiotherapy and arterially directed "
        "therapy",
        "source-001", _TWO_EVALUATIONS, _unresectable, on_card=ADVISED,
    ),
    Statement(
        "cholangiocarcinoma_after_tace",
        "Unresectable intrahepatic cholangiocarcinoma after TACE, pooled and not randomized: median survival 14.2 months "
        "(906 patients, 2021; adverse events in 58.5 %), 12.4 with a response in 17.3 % (2015); pooled mean 15.9 (22 cohorts, "
        "2021)",
        "source-001", "evidence, cholangiocarcinoma", of_kind(_ICC), outcome=True,
    ),
    Statement(
        "neuroendocrine_response_without_survival",
        "Neuroendocrine metastases: nearly 80 % respond to chemoembolization, for a short time; a survival benefit was not "
        "shown (population and period not given)",
        "source-001", "unresectable metastatic neuroendocrine tumors", of_kind(_NEUROENDOCRINE), outcome=True, on_card=ADVISED,
    ),
    Statement(
        "neuroendocrine_after_tace",
        "Neuroendocrine metastases, 197 patients after TACE (retrospective, 2020): median survival 50.1 months, disease "
        "control 96 %, grade 3–4 complications 9.2 %, 90-day mortality 5.2 %; six retrospective cohorts pooled (2021): "
        "survival better with TACE than with Y-90 (OR 1.92, 1.14–3.22)",
        "source-001", "evidence, neuroendocrine", of_kind(_NEUROENDOCRINE), outcome=True,
    ),
    Statement(
        "appendiceal_goblet_tumors",
        "Appendiceal goblet cell tumors and adenocarcinoids have mixed histology and follow the colon cancer guidelines "
        "(NCCN), not those of neuroendocrine tumors: the histology is not read here",
        "source-001", "policy guidelines", of_kind(_NEUROENDOCRINE, _COLORECTAL),
    ),
    Statement(
        "colorectal_selected_for_embolization",
        "Colorectal metastases: NCCN v.1.2022 (category 2A) has intra-arterial embolization for highly selected patients, "
        "refractory to chemotherapy, without obvious systemic disease, predominantly hepatic",
        "nccn-colorectal-2022", "metastatic colorectal cancer", of_kind(_COLORECTAL), on_card=ADVISED,
    ),
    Statement(
        "colorectal_acr",
        "ACR: TACE and radioembolization may be appropriate for liver-dominant colorectal metastases above 5 cm or for a "
        "solitary one, with similar survival",
        "acr-hepatic-malignancy", "colorectal", of_kind(_COLORECTAL),
    ),
    Statement(
        "colorectal_after_tace",
        "Colorectal metastases, matched and retrospective (2019): drug-eluting-bead TACE (47 patients) against Y-90 (155): "
        "survival HR 0.94 (0.54–1.65), toxicity 27 and 9.1 % (p = 0.057)",
        "source-001", "evidence, colorectal", of_kind(_COLORECTAL), outcome=True,
    ),
    Statement(
        "breast_after_tace",
        "Of other metastases only those of breast cancer are reported: 10 studies of TACE pooled (2021), response 34 % "
        "(22–50), median survival 17.8 months (4.6–47.0); too heterogeneous to compare",
        "source-001", "evidence, breast", of_kind("other-metastasis"), outcome=True,
    ),
)  # fmt: skip
