"""The coverage-information extension of Da Vinci CRD 2.0.1 and 2.2.1, and the order that carries it.

The invariants of both versions are satisfied together where they differ; they are checked by hand in the tests, from their
human text (the printed expressions of some do not evaluate).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cards.record import record
from service.fhir.read.codes import CPT

Json = dict[str, Any]

URL = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information"
TEMP = "http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp"
DETAIL = {"2.0": TEMP, "2.2": "http://terminology.hl7.org/CodeSystem/crd-coverage-detail"}
NOT_TOLD = "indeterminate"  # a code of 2.2 only


@record(frozen=True, slots=True)
class Assertion:
    """What is asserted of one order under one coverage.

    covered     covered | not-covered | conditional
    pa_needed   auth-needed | no-auth | conditional | indeterminate; "" where not covered
    reasons     in words: why something is conditional or not told, and what documentation is for
    needs_code  True where a billing code would settle it
    """

    coverage: str
    covered: str
    pa_needed: str
    reasons: tuple[str, ...]
    needs_code: bool
    on: date
    identifier: str
    questionnaire: str = ""
    codes: tuple[str, ...] = ()
    link: str = ""
    contact: tuple[str, str] = ("", "")


def coverage_information(said: Assertion, version: str) -> Json:
    """The extension as the asked version of CRD has it."""
    parts: list[Json] = [
        {"url": "coverage", "valueReference": {"reference": said.coverage}},
        _code("covered", said.covered),
    ]
    pa = _authorization(said, version)
    if pa:
        parts.append(_code("pa-needed", pa))
    documents = bool(said.questionnaire) and pa not in ("", "no-auth")
    if documents:
        parts += [_code("doc-needed", "clinical"), _code("doc-purpose", "withpa")]
    if "conditional" in (said.covered, pa):
        parts.append(_code("info-needed", "detail-code" if said.needs_code and version == "2.2" else "OTH"))
    parts += [{"url": "billingCode", "valueCoding": {"system": CPT, "code": code}} for code in said.codes]
    parts += _reasons(said, version)
    if said.link:
        parts.append(_policy_link(said.link, version))
    if documents:
        parts.append({"url": "questionnaire", "valueCanonical": said.questionnaire})
    parts += [
        {"url": "date", "valueDate": said.on.isoformat()},
        {"url": "coverage-assertion-id", "valueString": said.identifier},
    ]
    if said.contact[1]:
        parts.append(_contact(said.contact, version))
    return {"url": URL, "extension": parts}


def _code(name: str, code: str) -> Json:
    return {"url": name, "valueCode": code}


def _authorization(said: Assertion, version: str) -> str:
    """2.0.1 has no word for "not told": there it is conditional, on information that is named."""
    if said.covered == "not-covered":
        return ""
    return "conditional" if said.pa_needed == NOT_TOLD and version == "2.0" else said.pa_needed


def _reasons(said: Assertion, version: str) -> list[Json]:
    concepts: list[Json] = [{"text": text} for text in said.reasons]
    if said.needs_code and version == "2.0":
        concepts.append({"coding": [{"system": TEMP, "code": "detail-code"}]})
    return [{"url": "reason", "valueCodeableConcept": concept} for concept in concepts]


def _policy_link(link: str, version: str) -> Json:
    code = {"coding": [{"system": DETAIL[version], "code": "policy-link"}]}
    inside: list[Json] = [_code("category", "cat-other")] if version == "2.2" else []
    inside.append({"url": "code", "valueCodeableConcept": code})
    inside.append({"url": "value", "valueUrl" if version == "2.2" else "valueString": link})
    return {"url": "detail", "extension": inside}


def _contact(contact: tuple[str, str], version: str) -> Json:
    name, phone = contact
    point = {"system": "phone", "value": phone}
    if version == "2.0":
        return {"url": "contact", "valueContactPoint": point}
    return {"url": "contact", "valueContactDetail": {"name": name, "telecom": [point]}}


def updated(order: Mapping[str, Any], information: Sequence[Json]) -> Json | None:
    """The whole order with the extensions in place of earlier ones for the same coverages; None where nothing is new."""
    held = [each for each in order.get("extension") or [] if isinstance(each, dict)]
    about = {_coverage_of(each) for each in information}
    kept = [each for each in held if each.get("url") != URL or _coverage_of(each) not in about]
    replaced = [each for each in held if each not in kept]
    if [_undated(each) for each in replaced] == [_undated(each) for each in information]:
        return None
    return dict(order) | {"extension": [*kept, *information]}


def _coverage_of(extension: Mapping[str, Any]) -> str:
    parts = extension.get("extension")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict) and part.get("url") == "coverage":
            return str((part.get("valueReference") or {}).get("reference"))
    return ""


def _undated(extension: Mapping[str, Any]) -> list[Any]:
    return [part for part in extension.get("extension") or [] if part.get("url") != "date"]
