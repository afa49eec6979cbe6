"""The patient-view summary: liver function, stage, eligibility and refractoriness in one line each."""

from cards.assess import Assessment
from cards.card import Card
from cards.facts import Fact
from cards.markdown import escaped
from cards.refractoriness.definitions import COUNTING, names
from cards.verdict import Verdict
from cards.words import day, fitted, span

_TUMORS = {
    "hcc": "HCC", "icc": "Cholangiocarcinoma", "other-primary": "Primary liver tumor", "unknown": "Liver tumor",
}  # fmt: skip


def summary_card(a: Assessment) -> Card:
    """For a patient with a liver tumor."""
    case = a.case
    head = f"{_TUMORS.get(case.facts.tumor.kind, 'Liver metastasis')}: "
    return Card(
        topic="summary",
        kind="guideline",
        indicator="info",
        summary=fitted(
            head, [_liver(a), *_stage(a), f"TACE {a.eligibility.verdict.replace('-', ' ')}", *_refractory(a)]
        ),
        detail=_detail(a),
        source="source-003" if not case.hcc else "bclc-2022",
        patient=case.facts.patient,
    )


def _liver(a: Assessment) -> str:
    liver = a.case.child_pugh
    if liver.status == "known":
        return f"Child-Pugh {liver.classes[0]}{liver.low}"
    return "Child-Pugh not known" if liver.status == "unknown" else f"Child-Pugh {span(liver.low, liver.high)}"


def _stage(a: Assessment) -> list[str]:
    stage = a.case.bclc
    if stage is None or stage.status == "unknown":
        return []
    return [f"BCLC {' or '.join(stage.candidates)}"]


def _refractory(a: Assessment) -> list[str]:
    met = [code for code in COUNTING if a.refractoriness.definitions.get(code) is Verdict.MET]
    return [f"refractory by {len(met)} of 7 definitions"] if met else []


def _detail(a: Assessment) -> str:
    case = a.case
    albi = case.albi.score
    ecog = f"ECOG {case.state.ecog.value}" if isinstance(case.state.ecog, Fact) else "ECOG not documented"
    albi_words = f"ALBI {albi.low:.2f}" if albi.low is not None and albi.status == "known" else "ALBI not known"
    missing = ", ".join(case.child_pugh.open_items())
    lines = [
        f"- **Liver function:** {_liver(a)}, {albi_words}, {ecog}" + (f"; not known: {missing}" if missing else ""),
        f"- **Tumor:** {escaped(case.facts.tumor.because)}; {escaped(case.burden.text)}",
    ]
    if case.bclc is not None:
        lines.append(f"- **BCLC 2022 (2025 update not implemented):** {escaped(case.bclc.because)}")
    deciding = "; ".join(escaped(f.because) for f in a.eligibility.deciding[:4])
    lines.append(f"- **TACE:** {a.eligibility.verdict.replace('-', ' ')}" + (f": {deciding}" if deciding else ""))
    lines.append(f"- **Refractoriness:** {_refractoriness(a)}")
    return "\n".join([*lines, "", f"Assessed {day(case.today)}."])


def _refractoriness(a: Assessment) -> str:
    r = a.refractoriness
    if r.verdict == "not-applicable":
        return "no TACE session recorded"
    met = [code for code in COUNTING if r.definitions[code] is Verdict.MET]
    return f"met: {names(met)}" if met else r.verdict.replace("-", " ")
