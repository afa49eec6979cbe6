"""GET /rules: the rule book as a page and as JSON."""

import ast
from pathlib import Path

from cards.eligibility.cautions import CAUTIONS
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.eligibility.y90_criteria import JUDGED
from cards.facts import FACTS
from cards.sources import SOURCES
from service.pages.rule_book import rule_book
from tests.service.wire import null_or_empty


def test_page_names_every_rule_with_its_source(client):
    page = client.get("/rules", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (200, "text/html")
    for words in ("child_pugh_b8_or_worse", "zhang_2022_proposal", "Source", "mazzaferro-2009"):
        assert words in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def test_json_has_chapters_and_sources_and_nothing_empty(client):
    book = client.get("/rules", headers={"Accept": "application/json"}).get_json()
    names = {rule["name"] for chapter in book["chapters"] for rule in chapter["rules"]}
    assert {"child_pugh", "milan", "jaundice", "korean", "combination"} <= names
    assert [s["key"] for s in book["sources"]] == list(SOURCES)
    assert null_or_empty(book) == []


def test_every_criterion_names_its_inputs_with_unit_or_values_and_its_results():
    criteria = {f.__name__ for f in (*CONTRAINDICATIONS, *NOT_RECOMMENDED, *CAUTIONS, *JUDGED)}
    rules = [rule for chapter in rule_book() for rule in chapter.rules if rule.name in criteria]
    assert [rule.name for rule in rules if not {"Sentence", "Inputs", "Result", "Source"} <= rule.parts.keys()] == []
    inputs = {rule.name: rule.parts["Inputs"] for rule in rules}
    assert inputs["bilirubin_above_3"] == "bilirubin   total bilirubin, mg/dL"
    assert inputs["ecog_2"] == "ecog   ECOG performance status, 0–5"
    assert inputs["refractory_ascites"] == "ascites_grade   ascites: none | mild | moderate-severe | refractory"
    assert inputs["inr_beyond_puncture_limit"] == "inr   INR, quantity"

    assert inputs["platelets_beyond_puncture_limit"] == "platelets   platelets, 10*9/L"


def read_by(rule: ast.FunctionDef) -> set[str]:
    """The facts that the code of a rule names itself, other than by its own name."""
    named = {node.attr for node in ast.walk(rule) if isinstance(node, ast.Attribute)}
    named |= {node.value for node in ast.walk(rule) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return named & FACTS.keys() - {rule.name}


def test_every_rule_names_the_facts_that_its_code_reads():
    """Not those of its helpers: what they read is for whoever writes the docstring to say."""
    inputs = {rule.name: rule.inputs for chapter in rule_book() for rule in chapter.rules}
    files = (Path(__file__).parents[2] / "cards").rglob("*.py")
    functions = [node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body
                 if isinstance(node, ast.FunctionDef)]  # fmt: skip
    rules = [node for node in functions if node.name in inputs]
    assert len(rules) > 100
    assert {rule.name: read_by(rule) - inputs[rule.name] for rule in rules if read_by(rule) - inputs[rule.name]} == {}


def test_page_shows_the_version_of_each_rule(client):
    page = client.get("/rules", headers={"Accept": "text/html"}).text
    assert all(f"version {rule.version}" in page for chapter in rule_book() for rule in chapter.rules)


def test_starred_rules_say_so(client):
    book = client.get("/rules", headers={"Accept": "application/json"}).get_json()
    starred = {r["name"] for c in book["chapters"] for r in c["rules"] if r.get("countsWhileNotStated")}
    assert "creatinine_2_or_more" in starred
    assert "any_ascites" not in starred


def test_sources_say_the_level_of_evidence_that_they_give(client):
    book = client.get("/rules", headers={"Accept": "application/json"}).get_json()
    levels = {s["key"]: [each["level"] for each in s["levels"]] for s in book["sources"] if "levels" in s}
    assert levels["easl-2025"][1] == "LoE 2, strong recommendation, 82 % consensus"
    assert "source-003" not in levels
    page = client.get("/rules", headers={"Accept": "text/html"}).text
    assert "no intra-arterial therapy with TKIs in large burden: LoE 2, strong recommendation" in page


def test_published_statements_stand_in_the_rule_book(client):
    page = client.get("/rules", headers={"Accept": "text/html"}).text
    assert "downstaging_21_of_30" in page
    assert "source-000, HCC downstaging" in page


def test_rule_comes_in_its_parts_with_a_version(client):
    book = client.get("/rules", headers={"Accept": "application/json"}).get_json()
    rules = {rule["name"]: rule for chapter in book["chapters"] for rule in chapter["rules"]}
    assert rules["child_pugh_b8_or_worse"]["parts"] == {
        "sentence": "Decompensated cirrhosis: Child-Pugh B8 or worse.",
        "inputs": "Child-Pugh of today, known or bounded",
        "result": "MET      lowest possible score 8 or more\nNOT_MET  highest possible score below 8\n"
        "UNKNOWN  the range crosses 8",
        "source": 'wjh-2015 table 1 prints "≥ B8"; the Commonwealth Radiology list prints "> 8": they differ at exactly 8',
    }
    assert rules["jaundice"]["parts"] == {
        "sentence": "Jaundice as a recorded finding.",
        "inputs": "jaundice   jaundice, boolean",
        "result": "MET as the sentence says; NOT_MET stated otherwise; UNKNOWN missing, too old or not usable",
        "source": "crad-tace",
    }
    assert all(len(rule["version"]) == 8 and rule["parts"]["sentence"] for rule in rules.values())
    assert [name for name, rule in rules.items() if "source" not in rule["parts"]] == []
