"""docs/data.md: every fact has its row, and what the page says of attributes, Conditions and answers is what is read."""

import ast
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from cards.facts import FACTS, Absent
from cards.prior_auth.documentation import EVIDENCE, FACTS_OF
from service.docs.data import by_conditions, data_page, needed_by
from service.docs.elements import (
    BESIDE_THE_VALUE,
    ELEMENTS,
    IN_ANOTHER_UNIT,
    NO_RULE,
    OF_EVERY_OBSERVATION,
    OTHER_RESOURCES,
    values_of,
)
from service.fhir.read import units
from service.fhir.read.codes import OWN_SYSTEM, codes_of
from service.fhir.read.observation.candidate import FACT_OF
from service.fhir.read.questionnaire_response import answers_by
from service.hooks import catalog
from service.pages.rule_book import rule_book
from tests.fhir.build import answer, answers, coded, condition, now, observation, read

ROOT = Path(__file__).parents[2]
PAGE = data_page()
OBSERVATION = frozenset(OF_EVERY_OBSERVATION).union(*map(values_of, FACTS.values()), *BESIDE_THE_VALUE.values())


def documented(resource: str) -> set[str]:
    """Every attribute that the page names of a resource."""
    tables = [element.reads for element in ELEMENTS] + list(OTHER_RESOURCES.values()) + [{"Observation": OBSERVATION}]
    return {name for reads in tables for name in reads.get(resource, ())}


def resources() -> set[str]:
    return {resource for element in ELEMENTS for resource in element.reads} | {"Observation"}


def r4(resource: str) -> set[str]:
    model = getattr(import_module(f"fhir.resources.R4B.{resource.lower()}"), resource)
    return set(model.elements_sequence())


def test_every_fact_has_one_row():
    rows = re.findall(r"^\| [^|]* \(`(\w+)`\) \|", PAGE, re.MULTILINE)
    assert rows == list(FACTS)


def test_no_cell_is_empty():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert [row for row in rows if not all(cell.strip() for cell in row.strip("|").split("|"))] == []


@pytest.mark.parametrize("resource", sorted(resources()))
def test_every_attribute_exists_in_r4(resource):
    assert documented(resource) - r4(resource) == set()


def test_every_resource_that_is_asked_for_is_on_the_page():
    coverage = {need.kind for service in catalog.CRD_SERVICES for need in catalog.more_needs(service)}
    asked_for = {need.kind for need in catalog.needs()} | coverage
    assert asked_for <= resources()
    assert resources() - asked_for == {"Medication", "Organization"}  # come with what names them


def test_every_code_that_decides_a_fact_is_asked_for():
    templates = [need.template for need in catalog.needs() if need.kind == "Observation"]
    sent = {code for template in templates for code in re.findall(r"code=([^&]+)", template)[0].split(",")}
    assert {row.code for concept in FACT_OF for row in codes_of(concept) if row.verified} <= sent


def test_facts_that_nothing_needs_say_so_and_no_others():
    assert {fact for fact in FACTS if needed_by(fact).startswith("**no rule**")} == set(NO_RULE)


def test_needs_are_those_of_rule_book_documents_and_clauses():
    assert needed_by("ast") == "`art`"
    assert needed_by("unresectable_reason") == "documents: `surgical_rationale`"
    assert needed_by("progressive") == "documents: `extent_and_location`; clauses: I.B.3.b.i, I.B.3.c"


def test_what_needs_the_other_elements_exists():
    rules = {rule.name for chapter in rule_book() for rule in chapter.rules}
    known = rules | FACTS.keys() | FACTS_OF.keys() | EVIDENCE.keys() | {each.id for each in catalog.CRD_SERVICES}
    named = {name for element in ELEMENTS for name in re.findall(r"`([^`]+)`", element.needed)}
    assert named - known == set()


# What the page says is what is read

NUMBERS = {"ecog": 1, "encephalopathy_grade": 1, "sodium": 135, "child_pugh_score": 6}


def example(fact: str, value: str) -> object:
    """A value of the fact in that type."""
    spec = FACTS[fact]
    if value == "valueBoolean":
        return True
    word = str(spec.values[-1]) if spec.kind == "coded" else "yes" if spec.kind == "boolean" else ""
    number, unit = NUMBERS.get(fact, 5), "" if spec.unit == "1" else spec.unit
    text = word or f"{number} {'K/uL' if fact == 'platelets' else unit}".strip()
    if value == "valueQuantity":
        return {"value": number, **({"unit": unit} if unit else {})}
    return {"valueInteger": number, "valueString": text, "valueCodeableConcept": {"text": text}}[value]


def code_of(fact: str) -> tuple[str, str]:
    """A code by which an Observation tells a fact."""
    name = IN_ANOTHER_UNIT.get(fact, fact)
    if FACTS[name].code:
        return OWN_SYSTEM, FACTS[name].code
    concepts = [concept for concept, told in FACT_OF.items() if told == name]
    rows = [row for concept in concepts for row in codes_of(concept) if row.verified]
    return rows[0].system, rows[0].code


def told(record) -> set[str]:
    """The facts that a reading holds, wherever it holds them."""
    found = {*record.series, *record.states}
    found |= {"nodule_size"} if record.sizes else set()
    found |= {"viable_diameter"} if record.viable_sizes else set()
    found |= {"mrecist_response" for r in record.responses if r.category}
    found |= {"viable_percent" for r in record.responses if r.viable_percent is not None}
    return found


PER_SESSION = {"selective_session", "technique_changed", "technical_success", "planned_second_step"}
VALUES = [(fact, value) for fact, spec in FACTS.items() for value in values_of(spec) if fact not in PER_SESSION]


@pytest.mark.parametrize(("fact", "value"), VALUES)
def test_every_value_that_is_named_is_read(fact, value):
    assert fact in told(read(observation(coded(*code_of(fact)), {value: example(fact, value)})))


@pytest.mark.parametrize("fact", [fact for fact in FACTS if by_conditions(fact) and fact != "new_intrahepatic_lesion"])
def test_a_condition_tells_the_facts_that_are_said_to_be_told_by_one(fact):
    concepts = [concept.strip("`") for concept in by_conditions(fact) if concept.startswith("`")]
    pairs = [(row.system, row.code) for concept in concepts for row in codes_of(concept)[:1]]
    pairs += [(OWN_SYSTEM, FACTS[fact].code)] if "its own code" in by_conditions(fact) else []
    hcc = condition({"text": "hepatocellular carcinoma"}, id="hcc")  # without it a spread may be the tumor itself
    for pair in pairs:
        assert not isinstance(now(condition(coded(*pair)), hcc)[fact], Absent), pair


@pytest.mark.parametrize("fact", [fact for fact in FACTS if answers_by(fact) and fact not in PER_SESSION])
def test_an_answer_tells_the_facts_that_are_said_to_be_told_by_one(fact):
    kind = {"quantity": "valueQuantity", "integer": "valueInteger", "boolean": "valueBoolean", "coded": "valueString"}
    value = kind[FACTS[fact].kind]
    assert fact in told(read(answers(answer(answers_by(fact), {value: example(fact, value)}))))


@pytest.mark.parametrize(("fact", "measured"), IN_ANOTHER_UNIT.items())
def test_the_unit_tells_which_of_two_facts_it_is(fact, measured):
    converted = units.convert(measured, 1.0, FACTS[fact].unit)
    assert isinstance(converted, units.Converted)
    assert converted.fact == fact


# What is read is on the page

READERS: Mapping[str, tuple[str, tuple[str, ...]]] = {  # file → how it names a resource, and which that can be
    "service/fhir/read/observation/*.py": ("resource|holder", ("Observation",)),
    "service/fhir/read/values.py": ("holder", ("Observation",)),
    "service/fhir/read/when.py": ("resource", ("Observation", "Procedure")),
    "service/fhir/read/condition.py": ("condition", ("Condition",)),
    "service/fhir/read/procedure.py": ("procedure|resource", ("Procedure",)),
    "service/fhir/read/medication.py": (
        "resource|held", ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "Medication"),
    ),
    "service/fhir/read/order.py": ("order", ("ServiceRequest", "MedicationRequest")),
    "service/fhir/read/paper.py": ("resource|order", ("DiagnosticReport", "DocumentReference", "ServiceRequest")),
    "service/fhir/read/reports.py": ("report", ("DiagnosticReport",)),
    "service/fhir/read/questionnaire_response.py": ("response|order", ("QuestionnaireResponse", "ServiceRequest")),
    "service/crd/coverage.py": ("coverage|organization", ("Coverage", "Organization")),
    "service/packet/people.py": ("person|coverage|order", ("Patient", "Coverage", "ServiceRequest")),
}  # fmt: skip
OF_ANY = {"resourceType", "id", "meta"}
NOT_IN_R4 = {"abatementBoolean", "valueCoding", "valueDecimal"}  # of STU3, and of a questionnaire's answer


def asked(source: str, names: str) -> Iterator[str]:
    """The elements that a reader asks a resource for: `resource.get("code")`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            of, element = node.func.value, node.args[0]
            if isinstance(of, ast.Name) and re.fullmatch(names, of.id) and isinstance(element, ast.Constant):
                yield str(element.value)


@pytest.mark.parametrize("file", READERS)
def test_every_attribute_that_a_reader_asks_for_is_on_the_page(file):
    names, kinds = READERS[file]
    found = {element for path in ROOT.glob(file) for element in asked(path.read_text(encoding="utf-8"), names)}
    assert found
    assert found - OF_ANY - NOT_IN_R4 - {name for kind in kinds for name in documented(kind)} == set()


# The above must be able to fail.


def test_attribute_that_is_asked_for_is_found():
    source = 'resource.get("code"); resource.get("performer"); other.get("note"); resource.get(name)'
    assert list(asked(source, "resource")) == ["code", "performer"]


def test_attribute_of_another_release_is_found():
    assert {"valueAttachment", "bodyStructure"} & r4("Observation") == set()
