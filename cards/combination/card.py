"""The combination card: concurrent is a warning, sequential is information. It says where sources differ; it does not choose."""

from cards.card import SUMMARY_LIMIT, Card
from cards.case import Case
from cards.combination.detail import concurrent_detail, findings_shown, sequential_detail
from cards.combination.drugs import IMMUNOTHERAPY, classes_of
from cards.combination.limits import ecog_words, liver_words
from cards.combination.trials import trials_of
from cards.combination.verdict import Combination, last_tace
from cards.facts import FACTS
from cards.verdict import Verdict
from cards.words import listed

_OVERRIDE = (
    ("trial", "Within a clinical trial"),
    ("tumor-board-decision", "Tumor board decided for the combination"),
    ("systemic-stopped", "Systemic drug stopped before TACE"),
)


def combination_card(case: Case, c: Combination) -> Card | None:
    if c.verdict not in ("concurrent", "sequential"):
        return None
    concurrent = c.verdict == "concurrent"
    return Card(
        topic="combination",
        kind="guideline",
        indicator="warning" if concurrent else "info",
        summary=_concurrent_summary(case, c) if concurrent else _sequential_summary(case, c),
        detail=concurrent_detail(case, c) if concurrent else sequential_detail(case, c),
        source=c.findings[0].source,
        override=_OVERRIDE if concurrent else (),
        questions=_questions(case, c),
        orders=(case.order.reference,) if case.order is not None else (),
        patient=case.facts.patient,
    )


def _questions(case: Case, c: Combination) -> tuple[str, ...]:
    """Facts left open. Beside a TACE order the eligibility card asks for what it needs; here only what it does not.

    What is merely named is asked for beside a combination, and before immunotherapy or bevacizumab.
    """
    with_eligibility = case.order is not None and case.order.kind != "systemic"
    named = c.verdict == "concurrent" or IMMUNOTHERAPY in classes_of(c.drugs)
    asking = [f for f in findings_shown(c) if (named if f.source == "contract" else not with_eligibility)]
    wanted = (n for f in asking if f.verdict is Verdict.UNKNOWN for n in f.missing)
    return tuple(dict.fromkeys(n for n in wanted if n in FACTS))


# Summary


def _first_fitting(*wordings: str) -> str:
    return next((words for words in wordings if len(words) <= SUMMARY_LIMIT), wordings[-1])


def _concurrent_summary(case: Case, c: Combination) -> str:
    """The drugs, what speaks most against combining, and what newer trials show."""
    head = f"TACE with {_names(c)}{_advice(case, c)}"
    return _first_fitting(*(f"{head}; {words}." for words in _evidence_in_brief(c)), f"{head}.")


def _advice(case: Case, c: Combination) -> str:
    if c.says("source_003_pitfall_child_pugh_b_or_c") is Verdict.MET:
        return f" in {liver_words(case)}: unreviewed 2026 summary advises against"
    if c.says("easl_2025_tki_in_large_burden") is Verdict.MET:
        return ", large tumor burden: EASL 2025 as quoted advises against"
    if c.says("source_003_tace_alone") is Verdict.NOT_MET:
        return ": unreviewed 2026 summary advises against combining"
    return ": unreviewed 2026 summary advises TACE alone"


def _evidence_in_brief(c: Combination) -> tuple[str, ...]:
    """From long to short."""
    if not trials_of(c.drugs):
        return ("no trial of it was read",)
    if c.drugs == ("sorafenib",):
        return ("sources differ on its trials (TACTICS; SPACE, TACE-2)", "sources differ on its trials")
    return (
        "newer trials against TACE alone: PFS longer, OS not shown",
        "newer trials: PFS longer, OS not shown",
        "trials: longer PFS, not OS",
    )


def _sequential_summary(case: Case, c: Combination) -> str:
    """The sequence, and whether the precondition that the summary gives holds. Never against the drug."""
    names = _names(c)
    head = f"{names[0].upper()}{names[1:]} after {last_tace(case)}, no TACE ordered"
    here, limits = f"{liver_words(case)}, {ecog_words(case)}", "Child-Pugh A, ECOG 0–1"
    precondition = c.says("source_003_systemic_precondition")
    if precondition is Verdict.NOT_MET:
        said = (f"the 2026 summary asks for {limits}; here {here}", f"{here}; the summary asks for A, ECOG 0–1")
    elif precondition is Verdict.UNKNOWN:
        said = (f"the 2026 summary asks for {limits}: cannot tell", f"{limits} asked: cannot tell")
    elif c.says("easl_2025_other_therapy") is Verdict.NOT_MET:
        said = (f"a sequence, advised after TACE without response ({here})", f"a sequence ({here})")
    else:
        said = (f"the sequence that the 2026 summary advises ({here})", f"the advised sequence ({here})")
    return _first_fitting(*(f"{head}: {words}." for words in said))


def _names(c: Combination) -> str:
    if not c.drugs:
        return "systemic therapy"
    return listed(c.drugs) if len(c.drugs) <= 2 else f"{len(c.drugs)} systemic drugs"
