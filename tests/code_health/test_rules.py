"""Every rule says where it comes from, and every source that is listed is used. (No clock in cards: test_imports.)"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cards.eligibility.cautions import CAUTIONS, STARRED
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.liver.albi import albi, albi_grade, albi_score, modified_albi_grade
from cards.liver.child_pugh import child_pugh
from cards.liver.meld import meld, meld3, meld3_score, meld_na_score, meld_score
from cards.prior_auth.policy_file import med140
from cards.refractoriness.advice import ADVICE
from cards.refractoriness.definitions import CONTEXT, COUNTING, DECIDING
from cards.sources import SOURCES
from cards.staging.bclc import bclc
from cards.staging.burden import milan, six_and_twelve, source_000_downstaging, ucsf, unos_downstaging, up_to_seven

ROOT = Path(__file__).parents[2]
CRITERIA = (*CONTRAINDICATIONS, *NOT_RECOMMENDED, *CAUTIONS)
DEFINITIONS = (*COUNTING.values(), *CONTEXT.values())
SCORES = (albi, albi_grade, albi_score, modified_albi_grade, child_pugh, meld, meld3, meld_score, meld_na_score,
          meld3_score, bclc, milan, ucsf, up_to_seven, six_and_twelve, unos_downstaging, source_000_downstaging)  # fmt: skip
RULES = (*CRITERIA, *DEFINITIONS, *ADVICE, *SCORES)

# Function that makes a Finding → which of its arguments is the source
SOURCE_AT = {"Finding": 3, "threshold": 3, "is_one_of": 3, "finding": 3, "_per_lesion": 3, "_liver": 2, "_any_item": 2}


def core_files(root: Path) -> list[Path]:
    return [file for file in sorted((root / "cards").rglob("*.py")) if file.name != "sources.py"]


def sources_given(root: Path) -> Iterator[tuple[str, str]]:
    """Every source written as a literal where a finding is made, with its place."""
    for file in core_files(root):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            at = SOURCE_AT.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
            if at is None:
                continue
            given = [k.value for k in node.keywords if k.arg == "source"] or node.args[at : at + 1]
            for each in given:
                if isinstance(each, ast.Constant) and each.value != "":
                    yield f"{file.relative_to(root).as_posix()}:{node.lineno}", each.value


def unknown_sources(root: Path) -> list[str]:
    return [f"{place} cites {source}" for place, source in sources_given(root) if source not in SOURCES]


def mentions(text: str, key: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", text) is not None


def uncited_sources(root: Path) -> list[str]:
    text = "\n".join(file.read_text(encoding="utf-8") for file in core_files(root))
    text += "".join(file.read_text(encoding="utf-8") for file in sorted((root / "cards").rglob("*.toml")))
    quoting = {source.quoted_in for source in SOURCES.values()}
    return [key for key in SOURCES if key not in quoting and not mentions(text, key)]


def rule_without_source(rule: Callable[..., object]) -> bool:
    return not any(mentions(rule.__doc__ or "", key) for key in SOURCES)


def test_every_source_of_a_finding_is_listed():
    assert unknown_sources(ROOT) == []


def test_findings_are_found():
    assert len(list(sources_given(ROOT))) > 50


def test_every_listed_source_is_cited_or_quotes_another():
    assert uncited_sources(ROOT) == []


def test_every_source_is_quoted_in_a_listed_one():
    assert [s.key for s in SOURCES.values() if s.quoted_in and s.quoted_in not in SOURCES] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_docstring_of_every_rule_names_its_source(rule):
    assert not rule_without_source(rule)


def test_source_known_only_from_an_unreviewed_summary_says_so():
    unread = [s for s in SOURCES.values() if "source-003" in (s.key, s.quoted_in)]
    assert {s.key for s in unread} == {"source-003", "easl-2025"}
    assert all("human review is pending" in s.caution for s in unread)


LEVEL = re.compile(r"LoE \d|GR \d|category \d|level \d")


def levels_written(root: Path) -> Iterator[tuple[str, str]]:
    """A level of evidence written in a rule as a literal, with its place: it stands in the list of sources instead."""
    for file in core_files(root):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            at = SOURCE_AT.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
            for each in [] if at is None else node.args[at + 1 : at + 2]:
                if isinstance(each, ast.Constant) and LEVEL.search(str(each.value)):
                    yield f"{file.relative_to(root).as_posix()}:{node.lineno}", each.value


def test_levels_of_evidence_stand_in_the_list_of_sources():
    assert all(statement and LEVEL.search(level) for s in SOURCES.values() for statement, level in s.levels)
    assert list(levels_written(ROOT)) == []


@pytest.mark.parametrize(
    ("key", "levels"),
    [("easl-2025", ["LoE 4", "LoE 2", "LoE 3"]), ("easl-eortc-2012", ["GR 1B"]), ("nccn-hcc-2022", ["category 2A"]),
     ("brachytherapy-consortium", ["level 2A"])],
)  # fmt: skip
def test_source_has_the_levels_that_it_gives(key, levels):
    assert [level.split(",")[0] for _, level in SOURCES[key].levels] == levels


def test_level_written_in_a_rule_is_found(tmp_path):
    found = list(levels_written(tree(tmp_path, 'Finding("r", MET, "because", "easl-2025", "LoE 7, weak")')))
    assert found == [("cards/rule.py:1", "LoE 7, weak")]


def test_policy_cites_a_listed_source():
    assert med140().source in SOURCES


def test_rules_have_different_names():
    names = [rule.__name__ for rule in RULES]
    assert len(names) == len(set(names))


def test_starred_and_deciding_rules_are_among_all():
    assert set(STARRED) <= set(CAUTIONS)
    assert set(DECIDING) <= set(COUNTING)
    assert not set(COUNTING) & set(CONTEXT)


# Each of the above must be able to fail.


def tree(root: Path, text: str) -> Path:
    (root / "cards").mkdir()
    (root / "cards" / "rule.py").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "text",
    [
        'Finding("r", MET, "because", "easl-2052", "table 1")',
        'Finding(rule="r", source="easl-2052")',
        'threshold("r", known, test, "easl-2052", "table 1")',
        'is_one_of("r", known, (True,), "easl-2052", "table 1")',
        '_per_lesion("r", on, verdict, "easl-2052", "table 1")',
        '_liver("r", course, "easl-2052", "(1)")',
    ],
)
def test_unknown_source_is_found(tmp_path, text):
    assert unknown_sources(tree(tmp_path, text)) == ["cards/rule.py:1 cites easl-2052"]


def test_uncited_source_is_found(tmp_path):
    assert "wjh-2015" in uncited_sources(tree(tmp_path, '"""Source: wjh-20155"""'))
    (tmp_path / "cards" / "other.py").write_text('"""Source: wjh-2015."""', encoding="utf-8")
    assert "wjh-2015" not in uncited_sources(tmp_path)


def test_rule_without_source_is_found():
    def bare(case):
        """Ascites."""

    assert rule_without_source(bare)
