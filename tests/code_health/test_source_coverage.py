"""The page that sets each statement of the source documents beside what carries it: its names exist, no rule is left out."""

import ast
import re
from pathlib import Path

import pytest

from cards.combination.advanced import ADVANCED
from cards.combination.evidence import EVIDENCE
from cards.combination.guidance import GUIDANCE
from cards.eligibility.cautions import CAUTIONS
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.eligibility.y90_criteria import JUDGED
from cards.prior_auth.policy_file import med140
from cards.published.selection import STATEMENTS
from cards.refractoriness.definitions import CONTEXT, COUNTING

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "source-coverage.md").read_text(encoding="utf-8")
RULES = (*CONTRAINDICATIONS, *NOT_RECOMMENDED, *CAUTIONS, *COUNTING.values(), *CONTEXT.values(), *JUDGED, *GUIDANCE,
         *EVIDENCE, *ADVANCED)  # fmt: skip
DOCUMENTS = ("Source 000", "Source 001", "Source 002", "Source 003")
HEAD = ("Statement", "Carried by, or why not")
NAME = re.compile(r"`([^`\n]+)`")
SAYS_WHERE = re.compile(r"`|\]\(|\bleft out\b|\bnot yet\b")


def functions(root: Path) -> set[str]:
    """The public functions of the core."""
    found = set()
    for file in (root / "cards").rglob("*.py"):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        found |= {node.name for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    return found


def policy_names() -> set[str]:
    """Documentation items and clauses as the policy numbers them."""
    policy = med140()
    clauses = {
        *policy.any_indication.values(),
        *(c.id for c in policy.clauses),
        *(o.clause for o in policy.otherwise.values()),
    }
    return {item.item for item in policy.documentation} | clauses


def names(page: str) -> list[str]:
    return NAME.findall(page)


def rows(page: str) -> list[tuple[str, ...]]:
    """The cells of every table row, heads and rulers left out."""
    found = [
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in page.splitlines() if line[:1] == "|"
    ]
    return [cells for cells in found if cells != HEAD and not set("".join(cells)) <= set("-: ")]


def chapters(page: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def unknown_names(page: str) -> list[str]:
    known = functions(ROOT) | policy_names() | {statement.key for statement in STATEMENTS}
    return [name for name in names(page) if name not in known]


def rows_that_say_nothing(page: str) -> list[tuple[str, ...]]:
    return [cells for cells in rows(page) if len(cells) != 2 or not all(cells) or not SAYS_WHERE.search(cells[1])]


def unnamed_rules(page: str) -> list[str]:
    carrying = [*(rule.__name__ for rule in RULES), *(statement.key for statement in STATEMENTS)]
    return [name for name in carrying if name not in names(page)]


def unnamed_clauses(page: str) -> set[str]:
    return policy_names() - set(names(page))


def test_every_name_on_the_page_exists():
    assert unknown_names(PAGE) == []


def test_every_rule_is_on_the_page():
    assert unnamed_rules(PAGE) == []


def test_every_clause_and_documentation_item_is_on_the_page():
    assert unnamed_clauses(PAGE) == set()


def test_every_row_says_where_its_statement_is_carried_or_why_not():
    assert rows_that_say_nothing(PAGE) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_statement_is_carried_or_left_out_with_a_reason(document):
    chapter = next(text for title, text in chapters(PAGE).items() if title.startswith(document))
    assert [cells for cells in rows(chapter) if "not yet" in cells[1]] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_source_document_has_its_chapter(document):
    chapter = next(text for title, text in chapters(PAGE).items() if title.startswith(document))
    assert len(rows(chapter)) > 10


def test_rules_from_other_documents_are_not_named_as_carrying_a_source():
    """A rule is either in the list at the end or beside a statement: in both, the list would be wrong."""
    parts = chapters(PAGE)
    others = set(names(parts.pop("Rules from other documents")))
    assert others & {name for text in parts.values() for name in names(text)} == set()


# Each of the above must be able to fail.


def test_unknown_name_is_found():
    assert unknown_names("`any_ascites`, `2b`, `I.B.4` and `any_ascitis`, `_said`") == ["any_ascitis", "_said"]


def test_missing_rule_is_found():
    assert "any_ascites" in unnamed_rules("`ecog_2`")
    assert "any_ascites" not in unnamed_rules("`any_ascites`")


def test_missing_clause_is_found():
    assert "2b" in unnamed_clauses("`2a`")


@pytest.mark.parametrize("row", ["| said | |", "| said | somewhere |", "| said |", "| said | `rule` | more |"])
def test_row_that_says_nothing_is_found(row):
    assert rows_that_say_nothing(f"| {' | '.join(HEAD)} |\n|---|---|\n{row}\n") != []


@pytest.mark.parametrize("row", ["| said | `rule` |", "| said | left out: history |", "| said | not yet |"])
def test_row_that_says_where_is_not_found(row):
    assert rows_that_say_nothing(row) == []
