"""The project's own CodeSystem as a FHIR R4 resource: the facts that no standard code says, and their value words.

Built from FACTS, so that it cannot lag behind. A fact's words are codes of the same CodeSystem, grouped under
`values`; `valueOf` says for which facts a word is meant ("none" is one for ascites and one for portal vein
invasion).
"""

from typing import Any

from cards.facts import FACTS, FactSpec
from cards.questions import TUMOR_WORDS, question
from service.fhir.read.codes import OWN_SYSTEM, VALUE_ALIASES

VALUES_GROUP = "values"
_ABBREVIATION = 3  # letters: vp1, CR, A
_VALUE_TYPES = {
    "boolean": "valueBoolean",
    "coded": "valueCodeableConcept",
    "integer": "valueInteger",
    "quantity": "valueQuantity",
}
# What a word means where it does not say so itself. Vp: portal vein invasion as the Liver Cancer Study Group of
# Japan grades it.
_MEANINGS = {
    "vp1": "tumor thrombus distal to the second-order branches of the portal vein",
    "vp2": "tumor thrombus in second-order branches of the portal vein",
    "vp3": "tumor thrombus in a first-order branch of the portal vein",
    "vp4": "tumor thrombus in the main portal vein or in the branch of the other side",
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "PD": "progressive disease",
    "NE": "not evaluable",
    "A": "Child-Pugh class A",
    "B": "Child-Pugh class B",
    "C": "Child-Pugh class C",
    "preserved": "hepatopetal flow, not reduced",
    "hepatofugal": "flow away from the liver",
    "unilobar": "tumor in one lobe",
    "bilobar": "tumor in both lobes",
    "not-candidate": "not a candidate for systemic therapy",
    "candidate": "candidate for systemic therapy",
    "failed": "systemic therapy has failed",
    "failed-to-control-symptoms": "systemic therapy has failed to control symptoms",
}


def code_system() -> dict[str, Any]:
    """The CodeSystem as JSON; the same each time."""
    facts = [_fact(spec) for spec in FACTS.values() if spec.code]
    facts.append(_tumor_type())
    words = [_word(word, specs) for word, specs in _words().items()]
    words += [_tumor_word(word) for word in TUMOR_WORDS]
    group = {
        "code": VALUES_GROUP,
        "display": "Value words",
        "definition": "The words that are values of the codes above; not a code itself.",
        "property": [{"code": "notSelectable", "valueBoolean": True}],
        "concept": words,
    }
    return {
        "resourceType": "CodeSystem",
        "id": "tace",
        "url": OWN_SYSTEM,
        "name": "TaceCds",
        "title": "Facts about transarterial chemoembolization that no standard code says",
        "status": "active",
        "experimental": False,
        "description": "Codes of Observations that the TACE CDS service reads and asks for, and the words of their "
        "values. A coded value is a valueCodeableConcept with a code of this system, or a valueString of exactly "
        "that word.",
        "caseSensitive": True,
        "hierarchyMeaning": "grouped-by",
        "content": "complete",
        "count": len(facts) + len(words) + 1,
        "property": [
            {
                "code": "notSelectable",
                "uri": "http://hl7.org/fhir/concept-properties#notSelectable",
                "description": "groups others; not used in a resource",
                "type": "boolean",
            },
            {"code": "valueType", "description": "the element of the Observation that holds it", "type": "string"},
            {"code": "unit", "description": "UCUM unit of the value", "type": "string"},
            {"code": "range", "description": "lowest and highest value", "type": "string"},
            {"code": "value", "description": "a word that is a value of this code", "type": "code"},
            {"code": "valueOf", "description": "the code that this word is a value of", "type": "code"},
        ],
        "concept": [*facts, group],
    }


def _fact(spec: FactSpec) -> dict[str, Any]:
    properties: list[dict[str, Any]] = [{"code": "valueType", "valueString": _VALUE_TYPES[spec.kind]}]
    if spec.unit:
        properties.append({"code": "unit", "valueString": spec.unit})
    if spec.kind == "integer":
        properties.append({"code": "range", "valueString": f"{spec.limits[0]:g} to {spec.limits[1]:g}"})
    if spec.kind == "coded":
        properties.extend({"code": "value", "valueCode": str(word)} for word in spec.values)
    return {"code": spec.code, "display": spec.label, "definition": spec.question, "property": properties}


def _tumor_type() -> dict[str, Any]:
    """Answered in a questionnaire only: elsewhere a Condition tells it."""
    asked = question("tumor_type")
    return {
        "code": asked.link,
        "display": asked.text,
        "definition": f"{asked.text}, as answered in a questionnaire; a coded Condition is the primary form",
        "property": [
            {"code": "valueType", "valueString": "valueCodeableConcept"},
            *({"code": "value", "valueCode": word} for word in TUMOR_WORDS),
        ],
    }


def _tumor_word(word: str) -> dict[str, Any]:
    return {
        "code": word,
        "display": word.replace("-", " "),
        "definition": TUMOR_WORDS[word],
        "property": [{"code": "valueOf", "valueCode": "tumor-type"}],
    }


def meaning(word: str) -> str:
    """What a value word is shown as: with its meaning, where the word alone does not say it."""
    said = _MEANINGS.get(word, "")
    if not said:
        return word.replace("-", " ")
    return f"{word}: {said}" if len(word) <= _ABBREVIATION else said


def _words() -> dict[str, list[FactSpec]]:
    """Each value word with the facts that it is a value of; other words for a value follow the words themselves."""
    words: dict[str, list[FactSpec]] = {}
    for spec in FACTS.values():
        if spec.code and spec.kind == "coded":
            for word in spec.values:
                words.setdefault(str(word), []).append(spec)
    for name, word in VALUE_ALIASES:
        words.setdefault(word, []).append(FACTS[name])
    return words


def _word(word: str, specs: list[FactSpec]) -> dict[str, Any]:
    concept: dict[str, Any] = {"code": word, "display": word.replace("-", " ")}
    meant = next((ours for (_, other), ours in VALUE_ALIASES.items() if other == word), "")
    if meant:
        concept["definition"] = f"read as {meant}: {_MEANINGS[meant]}"
    elif word in _MEANINGS:
        concept["definition"] = _MEANINGS[word]
    concept["property"] = [{"code": "valueOf", "valueCode": spec.code} for spec in specs]
    return concept
