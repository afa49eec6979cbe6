"""What the record should say before a systemic drug beside TACE and often does not: named, not judged.

No document of ours gives a rule for them: the card says what is documented, and that the rest was not checked.
"""

from dataclasses import replace

from cards.case import Case
from cards.combination.guidance import Drugs
from cards.facts import FACTS, Absent, Why
from cards.rule import is_one_of
from cards.verdict import Finding

UNDOCUMENTED = " not checked: not documented"
_LOCATOR = "named, not judged"


def varices_documented(case: Case, drugs: Drugs) -> Finding:
    """Untreated varices at risk of bleeding, as documented.

    Inputs
        varices_at_risk
    Source
        contract (named, not judged)
    """
    return _named(is_one_of("varices_documented", case.state.varices_at_risk, (True,), "contract", _LOCATOR), case)


def bleeding_documented(case: Case, drugs: Drugs) -> Finding:
    """Active gastrointestinal bleeding, as documented.

    Inputs
        active_bleeding
    Source
        contract (named, not judged)
    """
    return _named(is_one_of("bleeding_documented", case.state.active_bleeding, (True,), "contract", _LOCATOR), case)


def anticoagulation_documented(case: Case, drugs: Drugs) -> Finding:
    """Anticoagulation, as documented.

    Inputs
        anticoagulated
    Source
        contract (named, not judged)
    """
    return _named(
        is_one_of("anticoagulation_documented", case.state.anticoagulated, (True,), "contract", _LOCATOR), case
    )


def transplant_listing_documented(case: Case, drugs: Drugs) -> Finding:
    """Listed for liver transplant, as documented.

    Inputs
        transplant_listed
    Source
        contract (named, not judged)
    """
    known = case.state.transplant_listed
    return _named(is_one_of("transplant_listing_documented", known, (True,), "contract", _LOCATOR), case)


def unchecked(case: Case, drugs: Drugs) -> tuple[Finding, ...]:
    """Varices, bleeding and transplant listing, whatever the drug: no document of ours tells which drugs they matter to."""
    rules = (varices_documented, bleeding_documented, anticoagulation_documented, transplant_listing_documented)
    return tuple(rule(case, drugs) for rule in rules)


def _named(found: Finding, case: Case) -> Finding:
    """ "not checked: not documented" where the record is silent; else what it says, or why it cannot be used."""
    known = case.state[found.missing[0]] if found.missing else None
    if not isinstance(known, Absent) or known.why is not Why.NOT_DOCUMENTED:
        return found
    return replace(found, because=f"{FACTS[found.missing[0]].label}{UNDOCUMENTED}")
