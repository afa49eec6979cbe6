"""The published CodeSystem: valid FHIR R4, and exactly the vocabulary of the facts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B.codesystem import CodeSystem

from cards.facts import FACTS
from cards.questions import TUMOR_WORDS
from service.fhir.read.codes import OWN_SYSTEM, VALUE_ALIASES
from service.fhir.write.code_system import VALUES_GROUP, code_system

OWN = {spec.code: spec for spec in FACTS.values() if spec.code}


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return code_system()


def every(concepts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for concept in concepts:
        yield concept
        yield from every(concept.get("concept", []))


def named(published: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {concept["code"]: concept for concept in every(published["concept"])}


def properties(concept: dict[str, Any], name: str) -> list[Any]:
    return [
        value
        for one in concept.get("property", [])
        if one["code"] == name
        for key, value in one.items()
        if key != "code"
    ]


def test_valid(published):
    resource = CodeSystem.model_validate(published)
    assert json.loads(resource.model_dump_json()) == published
    assert (resource.url, resource.status, resource.content) == (OWN_SYSTEM, "active", "complete")
    assert resource.caseSensitive is True


def test_codes_are_unique_and_counted(published):
    listed = [concept["code"] for concept in every(published["concept"])]
    assert len(listed) == len(set(listed)) == published["count"]


def test_properties_are_declared(published):
    declared = {one["code"]: one["type"] for one in published["property"]}
    value_keys = {"boolean": "valueBoolean", "string": "valueString", "code": "valueCode"}
    for concept in every(published["concept"]):
        for one in concept.get("property", []):
            assert set(one) == {"code", value_keys[declared[one["code"]]]}


@pytest.mark.parametrize("code", OWN)
def test_every_fact(published, code):
    spec, concept = OWN[code], named(published)[code]
    assert concept["display"] == spec.label
    assert concept["definition"]
    assert properties(concept, "value") == (list(spec.values) if spec.kind == "coded" else [])
    assert properties(concept, "unit") == ([spec.unit] if spec.unit else [])


def test_nothing_but_facts_and_their_words(published):
    words = {str(word) for spec in OWN.values() if spec.kind == "coded" for word in spec.values}
    others = {other for _, other in VALUE_ALIASES}
    assert set(named(published)) == {*OWN, *words, *others, VALUES_GROUP, "tumor-type", *TUMOR_WORDS}


def test_words_say_whose_values_they_are(published):
    concepts = named(published)
    assert properties(concepts["none"], "valueOf") == ["ascites-grade", "portal-vein-invasion"]
    assert properties(concepts["CR"], "valueOf") == ["mrecist-response"]
    assert concepts["main"]["definition"].startswith("read as vp4: ")
    for spec in OWN.values():
        if spec.kind == "coded":
            for word in spec.values:
                assert spec.code in properties(concepts[str(word)], "valueOf")


def test_the_group_is_not_a_code_to_use(published):
    assert properties(named(published)[VALUES_GROUP], "notSelectable") == [True]


def test_same_each_time():
    assert code_system() == code_system()
    assert code_system() is not code_system()
