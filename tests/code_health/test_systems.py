"""Every system has its rule in the rule book, every limit its table of edges, and no limit of a rule stands outside the list."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cards.systems import LIMITS, SYSTEMS, Limit, System
from service.docs.rules import coverage_table
from service.pages.rule_book import rule_book
from tests.cards.boundaries import BY_LIMIT, EDGES, Edge

ROOT = Path(__file__).parents[2]
ROOMS = ("liver", "staging", "eligibility", "combination", "response", "refractoriness")
NOT_LIMITS = {
    "liver.albi.UMOL_L_PER_MG_DL": "a factor between units",
    "response.liver_course.ART_AST": "points",
    "response.liver_course.ART_CHILD_PUGH_1": "points",
    "response.liver_course.ART_CHILD_PUGH_2": "points",
    "response.liver_course.ART_NO_RESPONSE": "points",
    "refractoriness.deciding_fact.MOST_SESSIONS": "how far a single fact is looked for",
    "refractoriness.deciding_fact._HALF_OR_LESS": "an answer that is tried",
    "refractoriness.deciding_fact._MORE_THAN_HALF": "an answer that is tried",
    "refractoriness.detail.MOST_DIFFERENCES": "how much fits on a card",
    "refractoriness.detail.MOST_ADVICE": "how much fits on a card",
}
DOCUMENTS = {"source-000", "source-001", "source-002", "source-003"}
NOT_IN_RULE_BOOK = {"published", "lesion_history", "prior_auth"}  # statements, history and clauses stand there by name


def numeric(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def constants(root: Path) -> Iterator[str]:
    """Numbers and pairs of numbers at the head of a rule's module, by the key that a Limit of them would have."""
    for room in ROOMS:
        for file in sorted((root / "cards" / room).glob("*.py")):
            module = f"{room}.{file.stem}"
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.Assign):
                    yield from (f"{module}.{key}" for key in _keys(node))


def _keys(node: ast.Assign) -> Iterator[str]:
    try:
        held = ast.literal_eval(node.value)
    except ValueError:
        return
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(held, tuple):
            yield from (name.id for name, v in zip(target.elts, held, strict=True)
                        if isinstance(name, ast.Name) and numeric(v))  # fmt: skip
        elif isinstance(target, ast.Name) and numeric(held):
            yield target.id
        elif isinstance(target, ast.Name) and isinstance(held, tuple) and held and all(map(numeric, held)):
            yield from (f"{target.id}[{part}]" for part in range(len(held)))


def unregistered(root: Path) -> list[str]:
    return [key for key in constants(root) if key not in LIMITS and key not in NOT_LIMITS]


def bare_numbers(root: Path) -> list[str]:
    """Comparisons with a number of their own: a fraction, or one above 2 (0, 1 and 2 count things)."""
    found = []
    for room in ROOMS:
        for file in sorted((root / "cards" / room).glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Compare) and not _counts(node):
                    numbers = [c.value for c in (node.left, *node.comparators) if isinstance(c, ast.Constant)]
                    if any(numeric(n) and (isinstance(n, float) or n > 2) for n in numbers):
                        found.append(f"{room}/{file.name}:{node.lineno}")
    return found


def _counts(node: ast.Compare) -> bool:
    """len(…) against a number: how much fits on a card."""
    return isinstance(node.left, ast.Call) and getattr(node.left.func, "id", "") == "len"


def without_rule(systems: tuple[System, ...]) -> list[str]:
    named = {rule.name for chapter in rule_book() for rule in chapter.rules} | NOT_IN_RULE_BOOK
    unknown = [f"{s.name}: {r.__name__}" for s in systems for r in s.rules if r.__name__ not in named]
    return unknown + [s.name for s in systems if not s.rules and not s.why_not]


def without_edges(limits: dict[str, Limit]) -> list[str]:
    return [key for key in limits if key not in BY_LIMIT]


def without_fact(edges: tuple[Edge, ...]) -> list[str]:
    return [edge.limit for edge in edges if bool(edge.fact) is bool(edge.why)]


def test_every_system_has_a_rule_of_the_rule_book_or_a_reason_why_not():
    assert without_rule(SYSTEMS) == []


def test_every_limit_has_its_table_of_edges():
    assert without_edges(LIMITS) == []


def test_every_limit_is_of_a_fact_judged_missing_and_too_old_or_says_why_not():
    assert without_fact(EDGES) == []


def test_every_table_of_edges_is_of_a_limit():
    assert [edge.limit for edge in EDGES if edge.limit not in LIMITS] == []
    assert len(BY_LIMIT) == len(EDGES)


def test_no_limit_of_a_rule_stands_outside_the_list():
    assert unregistered(ROOT) == []


def test_no_rule_compares_with_a_number_of_its_own():
    assert bare_numbers(ROOT) == []


def test_every_limit_that_is_listed_exists():
    assert [key for key, limit in LIMITS.items() if not hasattr(limit.module, limit.constant)] == []


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_every_document_names_systems(document):
    assert [s.name for s in SYSTEMS if document in s.named_in]
    assert {name for s in SYSTEMS for name in s.named_in} <= DOCUMENTS


def test_names_are_different():
    assert len({s.name for s in SYSTEMS}) == len(SYSTEMS)


def test_coverage_table_names_every_system_with_its_rules_and_limits():
    table = coverage_table()
    assert [s.name for s in SYSTEMS if f"| {s.name} |" not in table] == []
    assert [key for key, limit in LIMITS.items() if f"{limit.value:g}" not in table] == []


# Each of the above must be able to fail.


def tree(root: Path, text: str) -> Path:
    (root / "cards" / "staging").mkdir(parents=True)
    (root / "cards" / "staging" / "burden.py").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NEW_MAX_CM = 4.0", ["staging.burden.NEW_MAX_CM"]),
        ("NEW_MIN, UP_TO_SEVEN_MAX = 1, 7.0", ["staging.burden.NEW_MIN"]),
        ("BAND = (1.0, 2.0)", ["staging.burden.BAND[0]", "staging.burden.BAND[1]"]),
        ("UP_TO_SEVEN_MAX = 7.0\nWORDS = ('a', 'b')\nFLAG = True", []),
    ],
)
def test_limit_outside_the_list_is_found(tmp_path, text, found):
    assert unregistered(tree(tmp_path, text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = size <= 5.5", True),
        ("x = 3 < count", True),
        ("x = count <= 1", False),
        ("x = len(lines) > 8", False),
        ("x = size <= MAX", False),
    ],
)
def test_number_in_a_comparison_is_found(tmp_path, text, found):
    assert bool(bare_numbers(tree(tmp_path, text))) is found


def test_limit_without_edges_is_found():
    assert without_edges({"staging.burden.NEW": LIMITS["staging.burden.SIX"]}) == ["staging.burden.NEW"]


def test_limit_neither_of_a_fact_nor_with_a_reason_is_found():
    assert without_fact((Edge("staging.burden.NEW", 1.0, ("a", "b", "b"), str),)) == ["staging.burden.NEW"]


def test_system_without_rule_is_found():
    def not_in_the_book():
        """No rule."""

    assert without_rule((System("bare", ()),)) == ["bare"]
    assert without_rule((System("other", (), (not_in_the_book,)),)) == ["other: not_in_the_book"]
    assert without_rule((System("left out", (), (), (), "why"),)) == []
