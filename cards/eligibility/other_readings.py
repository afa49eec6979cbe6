"""Where another table or list reads the same values otherwise, and what blurs a value: remarks, they decide nothing."""

from cards.case import Case
from cards.eligibility.contraindications import CHILD_PUGH_MIN
from cards.facts import Fact
from cards.liver.child_pugh import cholestatic_total
from cards.words import span


def below_8_by_cholestatic_limits(case: Case) -> str:
    """Child-Pugh B8 or worse by the ordinary bilirubin limits, below 8 by those for PBC/PSC.

    Source
        anesthguide-pbc; published worked cases use the ordinary limits
    """
    low, high = cholestatic_total(case.child_pugh, case.state)
    if not high < CHILD_PUGH_MIN <= case.child_pugh.low:
        return ""
    return f"in PBC or PSC, by the bilirubin limits for these: Child-Pugh {span(low, high)}"


def unsuitable_by_albi_grade_2(case: Case) -> str:
    """Modified ALBI 2a: JSH 2021 names 2b alone, APASL 2020 is cited with the whole of grade 2. HCC only.

    Source
        jsh-2021 table 10 (2); the statement of APASL was not read
    """
    if not case.hcc or case.albi.modified_grades != ("2a",):
        return ""
    return "modified ALBI 2a: TACE-unsuitable from 2b by JSH 2021; APASL 2020 is cited with the whole of grade 2 (not read)"


def inr_under_anticoagulation(case: Case) -> str:
    """An INR that has points in Child-Pugh while anticoagulation is stated: the drug may have raised it.

    Inputs
        inr, anticoagulated; Child-Pugh of today
    Source
        contract: said, not corrected
    """
    inr, drug = case.state.inr, case.state.anticoagulated
    stated = isinstance(drug, Fact) and drug.value is True
    if not isinstance(inr, Fact) or not stated or case.child_pugh.points["inr"][0] == 1:
        return ""
    return f"INR {inr.shown} under anticoagulation: Child-Pugh takes it as it is, the drug may have raised it"


OTHER_READINGS = (below_8_by_cholestatic_limits, unsuitable_by_albi_grade_2, inr_under_anticoagulation)
