"""The one place where topics meet: facts in, one Assessment out, from which every card is rendered."""

from datetime import date

from cards.case import Case, case_of
from cards.combination.verdict import Combination, combination
from cards.current import DEFAULT_WINDOWS, Windows
from cards.eligibility.verdict import Eligibility, eligibility
from cards.facts import Order, PatientFacts
from cards.prior_auth.policy import Policies
from cards.prior_auth.policy_file import med140
from cards.prior_auth.verdict import PriorAuth, no_policy, prior_auth
from cards.record import record
from cards.refractoriness.verdict import Refractoriness, refractoriness
from cards.verdict import Finding, Verdict
from cards.words import day


@record(frozen=True, slots=True)
class Assessment:
    """Everything said of one patient and one order on one day."""

    case: Case
    eligibility: Eligibility
    refractoriness: Refractoriness
    combination: Combination
    prior_auth: PriorAuth
    payer_elsewhere: bool = False  # a service of its own answers for the payer

    @property
    def order(self) -> Order | None:
        return self.case.order


def assess(
    facts: PatientFacts,
    today: date,
    order: Order | None = None,
    windows: Windows = DEFAULT_WINDOWS,
    policies: Policies | None = None,
    policy: str = "med140",
) -> Assessment:
    """Judge one patient on one day.

    facts    what was read; today  the day asked, in the site's time zone
    order    the order that is judged; None: TACE as if it were being considered
    policies what is on file (None: the policy of source 001); policy: the key of the one that applies
    A refractory ordered lesion makes TACE not recommended: topics stay apart and meet here.
    """
    case = case_of(facts, today, order, windows)
    refractory = refractoriness(case)
    concerns_tace = order is None or order.kind != "systemic"
    verdict = eligibility(case, refractory.deciding, refractory.elsewhere)
    if order is not None and not order.subject_matches:
        verdict = Eligibility("indeterminate", (_another_patient(order),), (_another_patient(order),))
    elif not concerns_tace:
        verdict = Eligibility("not-applicable", (), verdict.findings, verdict.remarks)
    return Assessment(case, verdict, refractory, combination(case, refractory.findings),
                      _prior_auth(case, policies, policy))  # fmt: skip


def _prior_auth(case: Case, policies: Policies | None, key: str) -> PriorAuth:
    """By the policy in force on the day the order was written, else on the day asked."""
    on = (case.order.authored if case.order is not None else None) or case.today
    found = (policies or Policies((med140(),))).in_force(key, on)
    if found is None:
        return no_policy(case, f"{key} on {day(on)}" if key else "none is configured for this payer")
    return prior_auth(case, found)


def _another_patient(order: Order) -> Finding:
    because = f"{order.reference} names another patient than the one in context: it is not assessed"
    return Finding("order_names_another_patient", Verdict.UNKNOWN, because, "contract", "whose record it is",
                   (order.reference,))  # fmt: skip
