"""docs/data.md: every element that is read, by which attributes and codes it arrives, and what needs it."""

from collections.abc import Iterable, Iterator, Sequence

from cards.current import DEFAULT_WINDOWS
from cards.facts import FACTS, After, FactSpec
from cards.prior_auth.documentation import FACTS_OF
from cards.prior_auth.policy import Clause
from cards.prior_auth.policy_file import med140
from cards.prior_auth.predicates import PREDICATES
from service.docs.elements import (
    BESIDE_THE_VALUE,
    ELEMENTS,
    IN_ANOTHER_UNIT,
    NO_CONDITION,
    NO_RULE,
    OF_EVERY_OBSERVATION,
    OTHER_RESOURCES,
    Element,
    Elements,
    values_of,
)
from service.docs.generated import GENERATED
from service.fhir.read import codes
from service.fhir.read.condition import FINDINGS
from service.fhir.read.observation.candidate import FACT_OF
from service.fhir.read.questionnaire_response import answers_by
from service.pages.rule_book import rule_book

# The first fact of each topic, in the order of FACTS: every fact stands under one.
_TOPICS = {
    "bilirubin": "Liver and kidney function",
    "afp": "Tumor markers",
    "ecog": "State of the patient",
    "nodule_count": "Tumor and imaging",
    "unresectable": "Decisions and rationale",
    "selective_session": "Sessions and response",
    "child_pugh_score": "As the clinic states it",
}
_HEAD = "| Element | Values, how long they hold | FHIR resource: attributes | Codes that decide | Needed by |"
_OWN = "own."
_LINE = "<br>"  # in a cell: one resource a line


def data_page() -> str:
    """Every fact by topic, what is no fact, and the concepts by which both are recognized."""
    parts = ["# Data", GENERATED, _intro()]
    for topic, specs in _by_topic().items():
        parts += [f"## {topic}", "\n".join([_HEAD, "|---|---|---|---|---|", *map(_fact_row, specs)])]
    parts += ["## What is no fact", "\n".join([_HEAD_OF_OTHERS, "|---|---|---|---|", *map(_element_row, ELEMENTS)])]
    parts += ["## Concepts", "\n".join(["| Concept | Codes |", "|---|---|", *map(_concept_row, _concepts())])]
    return "\n\n".join(parts) + "\n"


def _intro() -> str:
    every = ", ".join(f"`{name}`" for name in OF_EVERY_OBSERVATION)
    return "\n".join(
        (
            f"- Of every Observation {every} are read too; the first date that is told counts, else that of the report or "
            "panel that names the Observation.",
            "- An Observation may have a [local code](local-codes.md) instead. Codes without a system are of the project's "
            f"CodeSystem `{codes.OWN_SYSTEM}`.",
            "- A Condition is named with its concepts, which stand at the end; its other attributes stand with the liver tumor.",
            "- A QuestionnaireResponse is named with the `linkId` of the answer.",
            "- “Day 28”, “the treatment”: after a TACE or Y-90 a value counts as today's only from later than that.",
            "- Needed by: rules as [rules.md](rules.md) names them; documents as "
            "[prior-authorization.md](prior-authorization.md) does, clauses of policy MED140. Who needs a "
            "score (`child_pugh`, `albi`, `burden` …) is not repeated with each value that the score is made of.",
        )
    )


# Facts


def _by_topic() -> dict[str, list[FactSpec]]:
    found: dict[str, list[FactSpec]] = {}
    for name, spec in FACTS.items():
        if name in _TOPICS:
            topic = _TOPICS[name]
        found.setdefault(topic, []).append(spec)
    return found


def _fact_row(spec: FactSpec) -> str:
    cells = (f"{spec.label} (`{spec.name}`)", _values(spec), _resources(spec), _fact_codes(spec), needed_by(spec.name))
    return f"| {' | '.join(cells)} |"


def _values(spec: FactSpec) -> str:
    days = DEFAULT_WINDOWS.days(spec.window)
    unit = "" if spec.unit == "1" else spec.unit
    values = ", ".join(str(v) for v in spec.values) if spec.kind == "coded" else f"{spec.kind} {unit}".strip()
    after = {After.RECOVERY: "after day 28", After.SESSION: "after the treatment", After.ANY: ""}[spec.after]
    return "; ".join(part for part in (values, f"{days} days" if days else "", after) if part)


def _resources(spec: FactSpec) -> str:
    """The resources that tell a fact, each with the attributes that carry it."""
    types = ", ".join(name.removeprefix("value") for name in values_of(spec))
    parts = [_reads({"Observation": (f"value[x] ({types})", *BESIDE_THE_VALUE.get(spec.name, ()))})]
    by_condition = by_conditions(spec.name)
    parts += [f"`Condition`: code ({', '.join(by_condition)})"] if by_condition else []
    parts += [_reads(OTHER_RESOURCES[spec.name])] if spec.name in OTHER_RESOURCES else []
    link = answers_by(spec.name)
    parts += [f"`QuestionnaireResponse`: item `{link}`"] if link else []
    return _LINE.join(parts)


def by_conditions(fact: str) -> list[str]:
    """The concepts of a Condition that tell a fact."""
    concepts = [concept for concept, (told, *_) in FINDINGS.items() if told == fact and fact not in NO_CONDITION]
    return [f"`{concept}`" if not concept.startswith(_OWN) else "its own code" for concept in concepts]


def _reads(elements: Elements) -> str:
    return _LINE.join(f"`{resource}`: {', '.join(names)}" for resource, names in elements.items())


def _fact_codes(spec: FactSpec) -> str:
    name = IN_ANOTHER_UNIT.get(spec.name, spec.name)
    concepts = [concept for concept, fact in FACT_OF.items() if fact == name]
    found = _written(row for concept in concepts for row in codes.codes_of(concept))
    return found if name == spec.name else f"{found}, in {spec.unit}"


def needed_by(fact: str) -> str:
    """Rules whose inputs name the fact, documents that consist of it, clauses that ask for it; else that no rule needs it."""
    rules = [rule.name for chapter in rule_book() for rule in chapter.rules if fact in rule.inputs]
    documents = [document for document, facts in FACTS_OF.items() if fact in facts]
    clauses = [clause.id for clause in med140().clauses if fact in _facts_of(clause)]
    said = [", ".join(f"`{rule}`" for rule in rules)] if rules else []
    said += [f"documents: {', '.join(f'`{document}`' for document in documents)}"] if documents else []
    said += [f"clauses: {', '.join(clauses)}"] if clauses else []
    return "; ".join(said) or f"**no rule**: {NO_RULE[fact]}"


def _facts_of(clause: Clause) -> set[str]:
    criteria = (*clause.all_of, *clause.any_of, *clause.none_of)
    return {fact for each in criteria if each in PREDICATES for fact in PREDICATES[each].facts}


# What is no fact, and concepts

_HEAD_OF_OTHERS = "| Element | FHIR resource: attributes | Codes or value sets | Needed by |"


def _element_row(element: Element) -> str:
    return f"| {element.name} | {_reads(element.reads)} | {element.codes} | {element.needed} |"


def _concepts() -> Sequence[str]:
    """Those that decide, of what is read by its concept."""
    read = ("tumor.", "finding.", "proc.", "drug.")
    return [
        c for c in sorted({row.concept for row in codes.ROWS}) if c.startswith(read) and _written(codes.codes_of(c))
    ]


def _concept_row(concept: str) -> str:
    return f"| `{concept}` | {_written(codes.codes_of(concept))} |"


_SYSTEM_NAMES = {codes.LOINC: "LOINC", codes.SNOMED: "SNOMED CT", codes.ICD10CM: "ICD-10-CM", codes.ICD10: "ICD-10",
                 codes.ICD10PCS: "ICD-10-PCS", codes.CPT: "CPT", codes.HCPCS: "HCPCS", codes.RXNORM: "RxNorm",
                 codes.NCIT: "NCIt", codes.OWN_SYSTEM: ""}  # fmt: skip


def _written(rows: Iterable[codes.Row]) -> str:
    """The verified codes, each system named once: "LOINC 1975-2, 14631-6; SNOMED CT 399387003"."""
    return "; ".join(f"{system} {', '.join(listed)}".strip() for system, listed in _by_system(rows))


def _by_system(rows: Iterable[codes.Row]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.verified:
            written = f"{row.code} and below" if row.prefix else row.code
            found.setdefault(_SYSTEM_NAMES.get(row.system, row.system), {})[written] = None
    return ((system, list(listed)) for system, listed in found.items())
