"""A payer's policy as data: loaded once, checked when loaded, so that the service never runs on half a policy."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cards.prior_auth.documentation import EVIDENCE
from cards.prior_auth.predicates import PREDICATES

PROCEDURES = frozenset({"tace", "tae", "radioembolization"})
POLICIES = Path(__file__).parent / "policies"


class PolicyError(ValueError):
    """A policy that cannot be used: file, clause and cause in one line."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: every predicate of `all_of` and, where given, one of `any_of`."""

    id: str
    procedure: str
    all_of: tuple[str, ...]
    any_of: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One required document: how it is numbered and named, and which evidence shows it."""

    item: str
    label: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Policy:
    key: str
    title: str
    source: str
    contract_language: str
    codes: tuple[str, ...]
    any_indication: Mapping[str, str]
    clauses: tuple[Clause, ...]
    investigational: str
    documentation: tuple[Item, ...]


@cache
def load(path: Path) -> Policy:
    """Read and check one policy.

    Errors
        PolicyError  unreadable TOML, a missing key, an unknown procedure, predicate or kind of evidence, an empty clause
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path.name}: {error}") from error
    try:
        return _checked(path.name, _policy(raw))
    except (KeyError, TypeError) as error:
        raise PolicyError(f"{path.name}: missing or misplaced key {error}") from error


def _policy(raw: Mapping[str, Any]) -> Policy:
    return Policy(
        key=raw["key"],
        title=raw["title"],
        source=raw["source"],
        contract_language=raw["contract_language"],
        codes=tuple(raw["codes"]),
        any_indication={each["procedure"]: each["clause"] for each in raw["any_indication"]},
        clauses=tuple(
            Clause(c["id"], c["procedure"], tuple(c["all"]), tuple(c.get("any", ())), c.get("remark", ""))
            for c in raw["clause"]
        ),
        investigational=raw["investigational"]["clause"],
        documentation=tuple(Item(d["item"], d["label"], d["evidence"]) for d in raw["documentation"]),
    )


def _checked(name: str, policy: Policy) -> Policy:
    for procedure in (*policy.any_indication, *(clause.procedure for clause in policy.clauses)):
        if procedure not in PROCEDURES:
            raise PolicyError(f"{name}: unknown procedure {procedure!r}")
    for clause in policy.clauses:
        if not clause.all_of:
            raise PolicyError(f"{name}: clause {clause.id}: no criterion")
        for predicate in (*clause.all_of, *clause.any_of):
            if predicate not in PREDICATES:
                raise PolicyError(f"{name}: clause {clause.id}: unknown predicate {predicate!r}")
    for item in policy.documentation:
        if item.evidence not in EVIDENCE:
            raise PolicyError(f"{name}: item {item.item}: unknown evidence {item.evidence!r}")
    return policy


@cache
def med140() -> Policy:
    """The policy of source 001."""
    return load(POLICIES / "med140.toml")
