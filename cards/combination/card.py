"""The combination card: concurrent is a warning, sequential is information."""

from cards.card import Card
from cards.case import Case
from cards.combination.verdict import Combination
from cards.markdown import escaped
from cards.sources import SOURCES
from cards.words import day

_OVERRIDE = (
    ("trial", "Within a clinical trial"),
    ("tumor-board-decision", "Tumor board decided for the combination"),
    ("systemic-stopped", "Systemic drug stopped before TACE"),
)


def combination_card(case: Case, c: Combination) -> Card | None:
    if c.verdict not in ("concurrent", "sequential"):
        return None
    concurrent = c.verdict == "concurrent"
    finding = c.findings[0]
    summary = (
        "TACE and a systemic drug together: the 2026 summary advises TACE alone; newer trials show PFS, not OS, benefit."
        if concurrent
        else "Systemic therapy after TACE, no TACE ordered: the sequence that the 2026 summary advises."
    )
    detail = (
        f"**What decides.** {escaped(finding.because)}. Assessed {day(case.today)}.\n\n"
        f"Source: {escaped(SOURCES['source-003'].label)}. Its sentence on immunotherapy is its own extrapolation, not EASL's."
    )
    return Card("combination", "guideline", "warning" if concurrent else "info", summary, detail, finding.source,
                (), _OVERRIDE if concurrent else (), (), (case.order.reference,) if case.order else (),
                case.facts.patient)  # fmt: skip
