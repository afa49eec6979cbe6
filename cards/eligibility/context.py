"""What is said beside the verdict: alternatives that the sources name, and published outcomes with their population.

Nothing here decides. Every line names its source; no outcome stands without its population and the sentence that no number
needed to treat has been published.
"""

from cards.case import Case
from cards.facts import Fact
from cards.published.statement import NO_NNT
from cards.record import record
from cards.staging.burden import milan, unos_downstaging
from cards.verdict import Verdict


@record(frozen=True, slots=True)
class Line:
    """One statement with the source that makes it."""

    text: str
    source: str


def alternatives(case: Case) -> tuple[Line, ...]:
    """What the sources name besides TACE, where TACE is not advised.

    Inputs
        number and size of today's imaging; diffuse, transplant_listed
    Source
        source-000, alternatives to TACE; source-001, background on other treatments; aasld-2023-t4 for transplant criteria
    """
    lines = [Line("systemic therapy", "source-000"), _radiation(case)]
    lines += [
        Line("ablation by heat or cold, or ethanol injection", "source-000"),
        Line("bland embolization or radioembolization", "source-000"),
    ]
    transplant = _transplant(case)
    return (*lines, *([transplant] if transplant is not None else []), Line("no treatment of the tumor", "source-000"))


def _radiation(case: Case) -> Line:
    """External beam radiation, and its limit in diffuse, multiple lesions."""
    diffuse = case.state.diffuse
    if isinstance(diffuse, Fact) and diffuse.value is True:
        return Line(
            "external beam radiation (of limited use in diffuse, multiple lesions: diffuse disease is stated)",
            "source-001",
        )
    return Line("external beam radiation (of limited use in diffuse, multiple lesions)", "source-001")


def _transplant(case: Case) -> Line | None:
    """Transplant referral within Milan, downstaging within its published limits, or listed already; HCC only."""
    if not case.hcc:
        return None
    if milan(case.burden, case.state) is Verdict.MET:
        return Line("transplant referral (within Milan)", "aasld-2023-t4")
    if unos_downstaging(case.burden, case.state) == "within":
        return Line("transplant referral for downstaging (within the UNOS downstaging limits)", "aasld-2023-t4")
    listed = case.state.transplant_listed
    if isinstance(listed, Fact) and listed.value is True:
        return Line("transplant (listed: the transplant team decides)", "contract")
    return None


def outcomes(case: Case) -> tuple[Line, ...]:
    """Published outcomes that concern this patient's stage, with population.

    Source
        source-000: three randomized trials, intermediate stage (BCLC B); metastatic disease
    """
    if case.hcc and case.bclc is not None and case.bclc.stage == "B":
        text = (
            "intermediate stage (BCLC B) in three randomized trials: median survival about 16 months, with one or more TACE "
            f"up to 19–20 months. {NO_NNT}"
        )
        return (Line(text, "source-000"),)
    if case.facts.tumor.is_metastasis:
        return (
            Line(
                "metastatic tumors: the expected benefit is more variable and generally smaller than in HCC",
                "source-000",
            ),
        )
    return ()
