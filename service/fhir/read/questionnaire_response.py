"""Answers of completed questionnaires → Observations of the same form, so that they are read by the same rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cards.facts import FACTS, Tumor
from cards.questions import TUMOR_TYPES
from service.fhir.read.codes import LOINC, OWN_SYSTEM
from service.fhir.read.codings import as_list
from service.fhir.read.reading import Reading, Resource, name_of, status_of

_COUNTED = frozenset({"completed", "amended"})
_BY_LINK = {spec.code: spec.code for spec in FACTS.values() if spec.code}
_BY_LINK |= {spec.name.replace("_", "-"): spec.code for spec in FACTS.values() if spec.code}
_STANDARD = {"bilirubin": "1975-2", "albumin": "1751-7", "inr": "6301-6", "creatinine": "2160-0", "sodium": "2951-2",
             "platelets": "777-3", "afp": "1834-1", "ecog": "89247-1", "nodule-size": "33728-7"}  # fmt: skip
_DEEPEST = 12


def answers(responses: Iterable[Resource], reading: Reading) -> Iterator[dict[str, Any]]:
    """Each answer whose linkId is a code of ours (or names a laboratory value), as an Observation dated by `authored`.

    A yes/no, grade, word, number with unit, all as an Observation would carry them. Nested items are read too.
    """
    for response in responses:
        if status_of(response) not in _COUNTED or not reading.is_ours(response):
            continue
        found = list(_items(response.get("item"), 0, lambda link: _code(link) is not None))
        if not found or not reading.valid(response):
            continue
        for place, (link, answer) in enumerate(found):
            earlier = sum(1 for other, _ in found[:place] if other == link)
            yield _observation(response, link, answer, f".{earlier + 1}" if earlier else "")


def tumor_told(responses: Iterable[Resource], reading: Reading) -> Tumor | None:
    """The liver tumor as a completed questionnaire tells it (linkId "tumor-type"), where no Condition does; the latest counts."""
    told: list[tuple[float, str, str]] = []
    for response in responses:
        if status_of(response) not in _COUNTED or not reading.is_ours(response):
            continue
        authored = reading.clock.moment(response.get("authored"))
        if authored is None or reading.clock.is_later(authored) or not reading.valid(response):
            continue
        for _, answer in _items(response.get("item"), 0, lambda link: link.strip() == "tumor-type"):
            coding = answer.get("valueCoding")
            word = coding.get("code") if isinstance(coding, dict) else answer.get("valueString")
            if word in TUMOR_TYPES:
                told.append((authored.day.toordinal(), name_of(response), str(word)))
    if not told:
        return None
    latest = max(day for day, _, _ in told)
    kinds = {(kind, name) for day, name, kind in told if day == latest}
    if len({kind for kind, _ in kinds}) > 1:
        return Tumor(
            "unknown", "a questionnaire tells several liver tumors", tuple(n for _, n in sorted(kinds)), (), True
        )
    kind, name = kinds.pop()
    return Tumor(
        kind,
        f"{kind} as answered ({name})",
        (name,),
        (f"told by a questionnaire, please code the diagnosis: {name}",),
        True,
    )


def _items(items: object, depth: int, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in as_list(items) if depth < _DEEPEST else ():
        if not isinstance(item, dict):
            continue
        given = [a for a in as_list(item.get("answer")) if isinstance(a, dict)]
        link = item.get("linkId")
        if isinstance(link, str) and wanted(link) and given:
            yield from ((link.strip(), answer) for answer in given)
        yield from _items(item.get("item"), depth + 1, wanted)
        for answer in given:
            yield from _items(answer.get("item"), depth + 1, wanted)


def _code(link: str) -> tuple[str, str] | None:
    """(system, code) of a linkId."""
    name = link.strip().removeprefix("tace#").removeprefix("/")
    if name in _BY_LINK:
        return OWN_SYSTEM, _BY_LINK[name]
    plain = name.lower().replace("_", "-")
    if plain in _STANDARD:
        return LOINC, _STANDARD[plain]
    return (LOINC, name) if name in _STANDARD.values() else None


def _observation(response: Resource, link: str, answer: Mapping[str, Any], which: str) -> dict[str, Any]:
    system, code = _code(link) or ("", "")
    value = {k: v for k, v in answer.items() if k.startswith("value")}
    if "valueCoding" in value:
        value["valueCodeableConcept"] = {"coding": [value.pop("valueCoding")]}
    if "valueDecimal" in value:
        value["valueQuantity"] = {"value": value.pop("valueDecimal")}
    return {
        "resourceType": "Observation",
        "id": name_of(response).removeprefix("QuestionnaireResponse/") + f".{link}{which}",
        "status": "final",
        "code": {"coding": [{"system": system, "code": code}]},
        **({"subject": response["subject"]} if isinstance(response.get("subject"), dict) else {}),
        **({"effectiveDateTime": response["authored"]} if isinstance(response.get("authored"), str) else {}),
        **value,
    }
