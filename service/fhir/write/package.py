"""The package of a payer's questionnaire (Da Vinci DTR): the questionnaire, its prefilled response, its value sets."""

from collections.abc import Iterable, Mapping
from typing import Any

from cards.prior_auth.policy import Policy
from service.fhir.write.policy_questionnaire import DTR, policy_questionnaire, value_sets

Json = dict[str, Any]
BASE = "https://tace-cds.example.org/fhir"
OUTPUT_NAMES = {"2.2": ("packagebundle", "outcome"), "2.0": ("PackageBundle", "operationOutcome")}


def package_bundle(policy: Policy, response: Json) -> Json:
    """A collection: the questionnaire first, one draft response, the value sets."""
    resources = [policy_questionnaire(policy), response, *value_sets(policy)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"{BASE}/{each['resourceType']}/{each['id']}", "resource": each} for each in resources],
    }


def package_output(bundles: Iterable[Json], warnings: Iterable[str], version: str) -> Json:
    """Parameters of $questionnaire-package, named as the asked version of DTR names them."""
    bundle_name, outcome_name = OUTPUT_NAMES[version]
    parameters: list[Mapping[str, Any]] = [{"name": bundle_name, "resource": bundle} for bundle in bundles]
    said = [{"severity": "warning", "code": "not-found", "details": {"text": text}} for text in warnings]
    if said:
        parameters.append({"name": outcome_name, "resource": {"resourceType": "OperationOutcome", "issue": said}})
    profile = f"{DTR}/dtr-qpackage-output-parameters"
    return {"resourceType": "Parameters", "meta": {"profile": [profile]}, "parameter": parameters}
