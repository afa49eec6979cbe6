"""$questionnaire-package: which questionnaire is meant, and the record it is prefilled from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from cards.prior_auth.policy import Policies, Policy
from cards.record import record
from service import advice
from service.errors import NotUsable, json_type
from service.fhir import bundle
from service.fhir.write.package import package_bundle, package_output
from service.fhir.write.policy_questionnaire import prefilled, questionnaire_id
from service.fhir.write.questionnaire import canonical
from service.hooks.case import now
from service.settings import Settings

SEND = "Parameters with coverage, and with order, questionnaire or context"
Json = dict[str, Any]


@record(frozen=True, slots=True)
class Asked:
    """What came in. version: of DTR, told by the profile of the Parameters ("|2.0.1"), else the latest."""

    coverages: tuple[Json, ...] = field(repr=False)
    orders: tuple[Json, ...] = field(repr=False)
    others: tuple[Json, ...] = field(repr=False)
    questionnaires: tuple[str, ...]
    contexts: tuple[str, ...]
    version: str


def asked_in(body: Any) -> Asked:
    """NotUsable with the path where it is not what the operation takes."""
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise NotUsable("", json_type(body) if not isinstance(body, dict) else "another resource", SEND)
    given = body.get("parameter")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise NotUsable("Parameters.parameter", json_type(given), SEND)
    asked = Asked(
        coverages=_resources(given, "coverage"),
        orders=_resources(given, "order"),
        others=tuple(
            r for each in given if isinstance(r := each.get("resource"), dict) and _name(each) == "referenced"
        ),
        questionnaires=_texts(given, "questionnaire", ("valueCanonical", "valueUri", "valueUrl")),
        contexts=_texts(given, "context", ("valueString",)),
        version="2.0" if "|2.0" in str(body.get("meta")) else "2.2",
    )
    if not asked.coverages:
        raise NotUsable("Parameters.parameter.where(name='coverage')", "nothing", SEND)
    if not (asked.orders or asked.questionnaires or asked.contexts):
        raise NotUsable("Parameters.parameter", "neither order, questionnaire nor context", SEND)
    return asked


def _name(parameter: Mapping[str, Any]) -> str:
    name = parameter.get("name")
    return name if isinstance(name, str) else ""


def _resources(given: Sequence[Mapping[str, Any]], name: str) -> tuple[Json, ...]:
    found = (each.get("resource") for each in given if _name(each) == name)
    return tuple(resource for resource in found if isinstance(resource, dict) and bundle.is_resource(resource))


def _texts(given: Sequence[Mapping[str, Any]], name: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    values = (each[kind] for each in given if _name(each) == name for kind in kinds if kind in each)
    return tuple(value.strip() for value in values if isinstance(value, str) and value.strip())


def package(body: Any, settings: Settings) -> Json:
    """The output Parameters: one package for each policy that is meant; what is not known is a warning."""
    asked = asked_in(body)
    on_file, key = advice.payer_policies(settings)
    meant = list(_meant(asked, on_file, key, settings))
    policies = {questionnaire_id(p) + p.version: p for p, _ in meant if p is not None}.values()
    warnings = [because for policy, because in meant if policy is None]
    packages = [package_bundle(policy, _response(policy, asked, settings)) for policy in policies]
    return package_output(packages, warnings, asked.version)


def _meant(asked: Asked, on_file: Policies, key: str, settings: Settings) -> Iterator[tuple[Policy | None, str]]:
    """By canonical, by the coverage assertion that cited it, by an order of ours."""
    today = now(settings).astimezone(settings.zone).date()
    for stated in asked.questionnaires:
        url, _, version = stated.partition("|")
        named = [p for p in on_file.all if canonical(questionnaire_id(p)) == url]
        exact = next((p for p in named if p.version == version), None) if version else None
        current = exact or (None if version else next((p for p in named if p.in_force(today)), None))
        yield current, "" if current else "no questionnaire of that canonical and version is published here"
    for assertion in asked.contexts:
        found = next((p for p in on_file.all if assertion.startswith(f"{p.key}.{p.version}.")), None)
        yield found, "" if found else "no coverage assertion of that context was made here"
    if asked.questionnaires or asked.contexts:
        return
    for order in asked.orders:
        ours = advice.order_is_ours([order], None)
        found = on_file.in_force(key, today) if ours else None
        yield found, "" if found else "no questionnaire is needed for that order, or no policy is on file"


def _response(policy: Policy, asked: Asked, settings: Settings) -> Json:
    """Prefilled from what came with the call; the client fills in what its own record tells."""
    patient = next((ref for each in asked.coverages if (ref := _beneficiary(each))), "")
    resources = [*asked.others, *asked.orders]
    moment = now(settings)
    assessed = advice.assess_patient(
        resources,
        patient=bundle.bare_id(patient) if patient else "",
        asked=moment,
        settings=settings,
        draft_orders=[order for order in asked.orders if advice.order_is_ours([order], None)] or None,
    )
    ids = [str(r["id"]) for r in resources if r["resourceType"] == "QuestionnaireResponse" and r.get("id")]
    return prefilled(
        policy,
        assessed[0].case,
        authored=moment,
        context=[bundle.reference_to(order) for order in asked.orders],
        coverage=bundle.reference_to(asked.coverages[0]),
        answered=ids,
    )


def _beneficiary(coverage: Mapping[str, Any]) -> str:
    stated = coverage.get("beneficiary")
    reference = stated.get("reference") if isinstance(stated, dict) else None
    return reference if isinstance(reference, str) else ""
