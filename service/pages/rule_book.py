"""The rule book: every rule as its docstring says it, by chapter. The page, its JSON and docs/rules.md are made of it."""

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from cards.case import Case, case_of
from cards.combination.advanced import ADVANCED
from cards.combination.evidence import EVIDENCE
from cards.combination.guidance import GUIDANCE, easl_2025_other_therapy
from cards.combination.trials import trial_population
from cards.combination.unchecked import (
    anticoagulation_documented,
    bleeding_documented,
    transplant_listing_documented,
    varices_documented,
)
from cards.combination.verdict import combination
from cards.eligibility.apart import values_apart
from cards.eligibility.cautions import CAUTIONS, STARRED
from cards.eligibility.context import alternatives, outcomes
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.eligibility.other_readings import OTHER_READINGS
from cards.eligibility.verdict import tumor_rupture
from cards.eligibility.y90 import y90_lines
from cards.eligibility.y90_criteria import JUDGED
from cards.facts import FACTS, PatientFacts, Tumor
from cards.liver.albi import albi, albi_grade, ez_albi, modified_albi_grade
from cards.liver.child_pugh import child_pugh, cholestatic_total
from cards.liver.meld import meld3_score, meld_na_score, meld_score
from cards.published.selection import STATEMENTS
from cards.published.statement import Statement
from cards.record import record
from cards.refractoriness.advice import ADVICE
from cards.refractoriness.definitions import (
    CONTEXT,
    COUNTING,
    DECIDING,
    jsh_number_increases,
    jsh_viable_over_half,
)
from cards.response.card import imaging_card
from cards.response.course import markers_rise
from cards.response.liver_course import art, liver_course
from cards.response.mrecist import mrecist
from cards.staging.bclc import bclc, bclc_stage, tumor_stage
from cards.staging.bclc_b import b2_features, b3_features, b_subgroup_remark, stage_migration
from cards.staging.bolondi import bolondi, substage
from cards.staging.burden import (
    burden,
    milan,
    six_and_twelve,
    source_000_downstaging,
    ucsf,
    unos_downstaging,
    up_to_seven,
)
from cards.staging.hap import hap, hap_class, mhap_ii
from cards.verdict import Finding

_SCORES = (
    child_pugh,
    cholestatic_total,
    albi,
    ez_albi,
    albi_grade,
    modified_albi_grade,
    meld_score,
    meld_na_score,
    meld3_score,
)
_STAGES = (bclc, bclc_stage, tumor_stage, b_subgroup_remark, stage_migration, b2_features, b3_features,
           bolondi, substage, burden, milan, ucsf, up_to_seven, six_and_twelve,
           unos_downstaging, source_000_downstaging, hap, mhap_ii, hap_class)  # fmt: skip


_UNCHECKED = (varices_documented, bleeding_documented, anticoagulation_documented, transplant_listing_documented)


_HEADINGS = ("Inputs", "Result", "Errors", "Not modelled", "Source")


@record(frozen=True, slots=True)
class Rule:
    """starred: counts as caution also while it is not stated; text: the docstring, with the inputs and results that it leaves to
    the registry of facts; version: of the module it stands in.
    """

    name: str
    text: str
    starred: bool = False
    version: str = ""

    @property
    def inputs(self) -> frozenset[str]:
        """The facts that its inputs name."""
        return frozenset(re.findall(r"\w+", self.parts.get("Inputs", ""))) & FACTS.keys()

    @property
    def parts(self) -> dict[str, str]:
        """The docstring by its headings; "Sentence" is what stands before the first one."""
        found = {"Sentence": ""}
        heading = "Sentence"
        for line in self.text.split(">>>")[0].splitlines():
            if line in _HEADINGS:
                heading = line
                found[heading] = ""
            else:
                found[heading] += f"{line.strip()}\n" if heading != "Sentence" else f"{line} "
        sentence, _, cited = found["Sentence"].partition("Source:")
        found["Sentence"] = " ".join(sentence.split())
        if cited:
            found.setdefault("Source", " ".join(cited.split()))
        return {name: body.strip() for name, body in found.items() if body.strip()}


@record(frozen=True, slots=True)
class Chapter:
    """Rules with one effect, and what must be known of all of them."""

    title: str
    rules: tuple[Rule, ...]
    note: str = ""


@cache
def rule_book() -> tuple[Chapter, ...]:
    """Every rule, in the order in which a card stands on them."""
    return (
        Chapter("Liver function", _rules(_SCORES)),
        Chapter(
            "Stage and burden",
            _rules(_STAGES),
            "Systems of HCC are applied to HCC only; number and size to every tumor.",
        ),
        Chapter("Before any criterion: eligibility not-applicable", _rules((tumor_rupture,))),
        Chapter("Contraindications: eligibility contraindicated", _criteria(CONTRAINDICATIONS)),
        Chapter(
            "Eligibility not-recommended",
            _criteria(NOT_RECOMMENDED),
            "Also: the ordered lesion is refractory by one of the three deciding definitions below.",
        ),
        Chapter(
            "Eligibility caution", _criteria(CAUTIONS, STARRED), "Marked * ones also count while they are not stated."
        ),
        Chapter(
            "Beside the verdict",
            (*_rules((alternatives, outcomes, values_apart, *OTHER_READINGS, y90_lines)), *_criteria(JUDGED)),
            "Context: nothing here decides.",
        ),
        Chapter(
            "Published statements",
            tuple(Rule(s.key, _statement(s), version=_digest(_statement(s))) for s in STATEMENTS),
            "Shown with the patients whom they are about; nothing here decides.",
        ),
        Chapter(
            "Refractoriness: definitions that count",
            _rules(COUNTING.values()),
            f"Three may decide, and only for the ordered lesion: {', '.join(DECIDING)}.",
        ),
        Chapter(
            "Refractoriness: parts of the definitions",
            _rules((jsh_viable_over_half, jsh_number_increases, markers_rise)),
        ),
        Chapter("Refractoriness: context", _rules(CONTEXT.values())),
        Chapter("Refractoriness: what the sources advise or report next", _rules(ADVICE), "Nothing here decides."),
        Chapter(
            "Combination with systemic therapy",
            _rules(
                (combination, *GUIDANCE, easl_2025_other_therapy, *EVIDENCE, *ADVANCED, trial_population, *_UNCHECKED)
            ),
            "Guidance and evidence side by side: nothing here chooses.",
        ),
        Chapter(
            "Response imaging and the course of liver function", _rules((imaging_card, mrecist, liver_course, art))
        ),
    )


def _statement(s: Statement) -> str:
    """In the form of a docstring."""
    verdicts = f"\nResult\n    shown on the eligibility card with {', '.join(s.on_card)}" if s.on_card else ""
    return f"{s.said.rstrip('.')}.\n{verdicts}\nSource\n    {s.source}, {s.locator}"


def _rules(functions: Iterable[Callable[..., Any]], starred: Iterable[Callable[..., Any]] = ()) -> tuple[Rule, ...]:
    marked = set(starred)
    return tuple(
        Rule(f.__name__, inspect.getdoc(f) or "", f in marked, _digest(inspect.getsource(inspect.getmodule(f) or f)))
        for f in functions
    )


_NOTHING = case_of(PatientFacts(tumor=Tumor("hcc")), date.min + timedelta(days=365))
_RESULTS = "    MET as the sentence says; NOT_MET stated otherwise; UNKNOWN missing, too old or not usable"


def _criteria(
    functions: Iterable[Callable[[Case], Finding]], starred: Iterable[Callable[..., Any]] = ()
) -> tuple[Rule, ...]:
    """Criteria also with what their docstrings leave out: the facts that each misses in an empty record, and its results."""
    listed = tuple(functions)
    return tuple(
        replace(rule, text=_completed(rule.text, f(_NOTHING).missing))
        for rule, f in zip(_rules(listed, starred), listed, strict=True)
    )


def _completed(text: str, facts: Iterable[str]) -> str:
    """The docstring with inputs and results, in the order of a docstring that has them."""
    sections = _sections(text)
    head, _, cited = sections.pop("").partition("Source:")
    inputs = "\n".join(f"    {fact}   {_measured(fact)}" for fact in facts)
    sections = {**({"Inputs": inputs} if inputs else {}), "Result": _RESULTS, **sections}
    if cited:
        sections["Source"] = f"    {' '.join(cited.split()).rstrip('.')}"
    return f"{head.strip()}\n" + "".join(f"\n{name}\n{sections[name]}" for name in _HEADINGS if name in sections)


def _sections(text: str) -> dict[str, str]:
    """The lines under each heading as they stand; under "" what comes before the first one."""
    found: dict[str, list[str]] = {"": []}
    for line in text.splitlines():
        if line in _HEADINGS:
            found[line] = []
        else:
            found[next(reversed(found))].append(line)
    return {name: "\n".join(lines).rstrip() for name, lines in found.items()}


def _measured(name: str) -> str:
    """A fact with its unit or its values."""
    spec = FACTS[name]
    if spec.kind == "coded":
        return f"{spec.label}: {' | '.join(str(v) for v in spec.values)}"
    if spec.kind == "integer" and spec.values:
        return f"{spec.label}, {spec.values[0]}–{spec.values[-1]}"
    return f"{spec.label}, {spec.kind if spec.unit in ('', '1') else spec.unit}"


def _digest(text: str) -> str:
    """Changes with the code or the words a rule stands on, so that a review can name what it saw."""
    return sha256(text.encode()).hexdigest()[:8]
