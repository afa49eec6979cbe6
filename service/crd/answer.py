"""The answer of a CRD service: coverage information where the payer told it, and cards of the kinds that are wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cards.advise import payer_cards
from cards.assess import Assessment
from cards.card import Card
from cards.prior_auth.policy import NECESSARY, PROCEDURES, Policy
from cards.prior_auth.verdict import PriorAuth
from cards.record import record
from service.crd.options import Wanted
from service.crd.profile import Profile
from service.fhir.bundle import reference_to
from service.fhir.write.cards import cards_json
from service.fhir.write.coverage_information import NOT_TOLD, Assertion, coverage_information, updated
from service.fhir.write.document import is_valid
from service.fhir.write.policy_questionnaire import versioned

Json = dict[str, Any]
Resource = Mapping[str, Any]
MANDATORY = ("status", "intent", "code", "subject", "authoredOn", "requester")  # of an order that CRD may update


@record(frozen=True, slots=True)
class Call:
    """One call of a CRD service."""

    service_id: str
    hook_instance: str
    wanted: Wanted
    profile: Profile
    coverages: tuple[Resource, ...]
    orders: tuple[Resource, ...]
    today: date


def answer(call: Call, assessments: Sequence[Assessment]) -> Json:
    """cards, and systemActions where there are any.

    Without a coverage of this payer nothing is asserted: the instructions card alone.
    """
    cards = [card for card in payer_cards(assessments) if "clinical-reminder" in call.wanted.kinds]
    wire = cards_json(
        [_instructions(card, call) for card in cards], call.service_id, call.hook_instance, crd=call.wanted.version
    )
    if call.coverages and "guideline" in call.wanted.kinds:
        wire += _references(assessments, call)
    body: Json = {"cards": wire[: call.wanted.most]}
    actions = _actions(assessments, call) if "coverage-info" in call.wanted.kinds else []
    return body | ({"systemActions": actions} if actions else {})


def _instructions(card: Card, call: Call) -> Card:
    """An instructions card has neither suggestions nor links."""
    label = call.profile.payer if call.coverages else card.source_label
    return replace(card, kind="clinical-reminder", suggestions=(), source_label=label)


def _references(assessments: Sequence[Assessment], call: Call) -> list[Json]:
    """One card with the addresses of the policy, where it has any."""
    policies = {a.prior_auth.applied.key: a.prior_auth.applied for a in assessments if a.prior_auth.applied}
    links = [{"label": text, "url": url, "type": "absolute"} for p in policies.values() for text, url in p.links]
    if not links:
        return []
    card = Card("policy-link", "guideline", "info", f"{call.profile.payer}: the policy that applies to this order.",
                "The payer's policy, as it publishes it.", "payer-policy", source_label=call.profile.payer,
                orders=tuple(a.order.reference for a in assessments if a.order is not None))  # fmt: skip
    return [
        each | {"links": links}
        for each in cards_json([card], call.service_id, call.hook_instance, crd=call.wanted.version)
    ]


def _actions(assessments: Sequence[Assessment], call: Call) -> list[Json]:
    actions = []
    for a in assessments:
        order = next((o for o in call.orders if a.order is not None and reference_to(o) == a.order.reference), None)
        if order is None or not _may_be_updated(order, a):
            continue
        assertions = [_assertion(a.prior_auth, coverage, call) for coverage in call.coverages]
        told = [coverage_information(each, call.wanted.version) for each in assertions if each is not None]
        changed = updated(order, told) if told else None
        if changed is not None and is_valid(changed):
            description = f"Coverage information of {call.profile.payer} for {reference_to(order)}"
            actions.append({"type": "update", "description": description, "resource": changed})
    return actions


def _may_be_updated(order: Resource, a: Assessment) -> bool:
    """An order of this patient with what the CRD profile asks of it: what is lacking is not ours to add."""
    return a.order is not None and a.order.subject_matches and all(order.get(name) for name in MANDATORY)


def _assertion(p: PriorAuth, coverage: Resource, call: Call) -> Assertion | None:
    """What the operator was told, carried to this order; None where nothing was."""
    policy = p.applied
    if policy is None:
        return None
    told = {call.profile.covered.get(each, "") for each in ((p.procedure,) if p.procedure else PROCEDURES)}
    if "" in told or not told:
        return None
    covered, reasons = _covered(p, told)
    needs_code = not p.procedure
    authorization, because = _authorization(p)
    reasons += because if covered != "not-covered" else ()
    return Assertion(
        coverage=reference_to(coverage),
        covered=covered,
        pa_needed=authorization if covered != "not-covered" else "",
        reasons=tuple(dict.fromkeys(reasons)),
        needs_code=needs_code or bool(not _billing(p, call) and authorization == "conditional"),
        on=call.today,
        identifier=_identifier(coverage, policy, call),
        questionnaire=versioned(policy),
        codes=_billing(p, call),
        link=next((url for _, url in policy.links), ""),
        contact=call.profile.contact,
    )


def _covered(p: PriorAuth, told: set[str]) -> tuple[str, tuple[str, ...]]:
    """ "Covered" is said only of what the policy's own clauses allow as well."""
    if len(told) > 1:
        return "conditional", ("It depends on which embolization is ordered: the order does not tell",)
    (word,) = told
    if word == "covered" and p.procedure and p.decision != NECESSARY:
        return "conditional", ("It depends on clauses of the policy that the record does not show to be met",)
    if word == "conditional":
        return word, ("It depends on the clauses of the payer's policy",)
    return word, ()


def _authorization(p: PriorAuth) -> tuple[str, tuple[str, ...]]:
    if p.authorization == "not-needed":
        return "no-auth", ()
    documents = ("Documentation that the payer's policy requires is sent with the request for authorization",)
    if p.authorization == "needed":
        return "auth-needed", documents
    if p.applied is not None and p.applied.authorization_codes is None:
        return NOT_TOLD, (*documents, "The payer's list of codes that need authorization is not known here")
    return "conditional", (*documents, "It depends on the billing code: the order carries none")


def _billing(p: PriorAuth, call: Call) -> tuple[str, ...]:
    """The CPT codes among the order's codes that the policy lists."""
    listed = p.applied.codes if p.applied is not None else ()
    return tuple(code for code in p.billing if code in listed and code.isdecimal())


def _identifier(coverage: Resource, policy: Policy, call: Call) -> str:
    """The same for repetitions on one coverage, another for another; it starts with the policy that it rests on."""
    return f"{policy.key}.{policy.version}.{uuid5(NAMESPACE_URL, f'{call.profile.payer}|{reference_to(coverage)}')}"
