"""TOML → Policy, checked whole when it is loaded: a policy that cannot be used stops the start with one line."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, cast

from cards.prior_auth.documentation import EVIDENCE
from cards.prior_auth.policy import (
    CLAUSE,
    INVESTIGATIONAL,
    NECESSARY,
    NOT_NECESSARY,
    PROCEDURES,
    Clause,
    Item,
    Otherwise,
    Policies,
    Policy,
)
from cards.prior_auth.predicates import PREDICATES
from cards.sources import SOURCES

POLICIES = Path(__file__).parent / "policies"
_LARGEST = 1_000_000
_REQUIRED = ("key", "name", "title", "contract_language", "codes", "documentation")
_POLICY = {*_REQUIRED, "payer", "source", "effective_from", "effective_to", "authorization_codes", "link",
           "any_indication", "clause", "otherwise", "expected"}  # fmt: skip
_CLAUSE = {"id", "procedures", "all", "any", "none", "decision", "remark"}
_ITEM = {"item", "label", "short", "evidence", "procedures", "hint"}


class PolicyError(ValueError):
    """A policy that cannot be used: file, clause and cause in one line."""


def load_all(folder: str | Path | None = None) -> Policies:
    """The policies of the package, and those of the operator's folder.

    Errors
        PolicyError  a file that cannot be used; a folder without any; two versions in force on one day
    """
    files = sorted(POLICIES.glob("*.toml"))
    if folder:
        own = sorted(Path(folder).glob("*.toml"))
        if not own:
            raise PolicyError(f"{folder}: no policy (*.toml) in this folder")
        files += own
    loaded = [(file, load(file)) for file in files]
    for (first, one), (second, other) in combinations(loaded, 2):
        if one.key == other.key and _overlap(one, other):
            raise PolicyError(f"{second.name}: overlapping dates: {first.name} is policy {one.key!r} on the same days")
    return Policies(tuple(policy for _, policy in loaded))


def _overlap(one: Policy, other: Policy) -> bool:
    starts_before_end = (one.effective_from or date.min) <= (other.effective_to or date.max)
    return starts_before_end and (other.effective_from or date.min) <= (one.effective_to or date.max)


@cache
def load(path: Path) -> Policy:
    """Read and check one policy.

    Errors
        PolicyError  unreadable TOML, a missing or unknown key, an unknown procedure, predicate, clause or kind of
                     evidence, an empty clause, a clause that refers to itself, dates that end before they begin
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise PolicyError(f"{path.name}: larger than {_LARGEST} bytes")
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise PolicyError(f"{path.name}: cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path.name}: not text in UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise PolicyError(f"{path.name}: not TOML: {' '.join(str(problem).split())}") from None
    try:
        policy = _policy(raw)
        _check(policy)
    except PolicyError as problem:
        raise PolicyError(f"{path.name}: {problem}") from None
    return policy


@cache
def med140() -> Policy:
    """The policy of source 001."""
    return load(POLICIES / "med140.toml")


# Reading: each value is of the type that is expected there, and no key is unknown


def _policy(raw: Mapping[str, Any]) -> Policy:
    _known(raw, _POLICY, "the policy")
    for name in _REQUIRED:
        if name not in raw:
            raise PolicyError(f"key {name!r} is missing")
    return Policy(
        key=_text(raw, "key"),
        name=_text(raw, "name"),
        title=_text(raw, "title"),
        contract_language=_text(raw, "contract_language"),
        codes=_texts(raw, "codes"),
        any_indication=dict(_any_indication(raw)),
        clauses=tuple(_clause(each) for each in _tables(raw, "clause")),
        otherwise=dict(_otherwise(raw)),
        documentation=tuple(_item(each) for each in _tables(raw, "documentation")),
        expected=tuple(_item(each) for each in _tables(raw, "expected")),
        payer=_text(raw, "payer"),
        source=_text(raw, "source"),
        effective_from=_day(raw, "effective_from"),
        effective_to=_day(raw, "effective_to"),
        authorization_codes=_texts(raw, "authorization_codes") if "authorization_codes" in raw else None,
        links=tuple((_text(each, "label"), _text(each, "url")) for each in _tables(raw, "link")),
    )


def _any_indication(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in _tables(raw, "any_indication"):
        _known(each, {"procedure", "clause"}, "any_indication")
        yield _text(each, "procedure"), _text(each, "clause")


def _otherwise(raw: Mapping[str, Any]) -> Iterator[tuple[str, Otherwise]]:
    for each in _tables(raw, "otherwise"):
        _known(each, {"procedures", "clause", "decision", "reminder"}, "otherwise")
        stated = Otherwise(_text(each, "clause"), _text(each, "decision") or INVESTIGATIONAL, _text(each, "reminder"))
        yield from ((procedure, stated) for procedure in _texts(each, "procedures"))


def _clause(raw: Mapping[str, Any]) -> Clause:
    name = _text(raw, "id")
    if not name:
        raise PolicyError("a clause has no id")
    try:
        _known(raw, _CLAUSE, "it")
        return Clause(name, _texts(raw, "procedures"), _texts(raw, "all"), _texts(raw, "any"), _texts(raw, "none"),
                      _text(raw, "decision") or NECESSARY, _text(raw, "remark"))  # fmt: skip
    except PolicyError as problem:
        raise PolicyError(f"clause {name}: {problem}") from None


def _item(raw: Mapping[str, Any]) -> Item:
    name = _text(raw, "item")
    _known(raw, _ITEM, f"item {name}")
    for key in ("item", "label", "evidence"):
        if not _text(raw, key):
            raise PolicyError(f"item {name or '?'}: key {key!r} is missing")
    return Item(name, _text(raw, "label"), _text(raw, "evidence"), _texts(raw, "procedures"), _text(raw, "hint"),
                _text(raw, "short") or _text(raw, "label"))  # fmt: skip


def _known(raw: Mapping[str, Any], names: set[str], where: str) -> None:
    for name in raw:
        if name not in names:
            raise PolicyError(f"unknown key {name!r} in {where}")


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str):
        raise PolicyError(f"key {name!r} is not a text")
    return value.strip()


def _texts(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = raw.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise PolicyError(f"key {name!r} is not a list of texts")
    return tuple(value)


def _tables(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = raw.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise PolicyError(f"{name!r} is not written as [[{name}]]")
    return cast(list[Mapping[str, Any]], value)


def _day(raw: Mapping[str, Any], name: str) -> date | None:
    value = raw.get(name)
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise PolicyError(f"key {name!r} is not a date such as 2026-01-01")
    return value


# Checking: what refers to something refers to something that is there


def _check(policy: Policy) -> None:
    for name in ("key", "name", "title"):
        if not getattr(policy, name):
            raise PolicyError(f"key {name!r} is empty")
    if policy.source and policy.source not in SOURCES:
        raise PolicyError(f"unknown source {policy.source!r}")
    if policy.effective_from and policy.effective_to and policy.effective_to < policy.effective_from:
        raise PolicyError("effective_to is before effective_from")
    if not (policy.any_indication or policy.clauses or policy.otherwise):
        raise PolicyError("no clause about any procedure")
    for items in (policy.documentation, policy.expected):
        _check_items(items)
    _check_procedures(policy)
    _check_clauses(policy)
    _check_links(policy.links)


def _check_items(items: Sequence[Item]) -> None:
    seen = set()
    for item in items:
        if item.evidence not in EVIDENCE:
            raise PolicyError(f"item {item.item}: unknown evidence {item.evidence!r}")
        if item.item in seen:
            raise PolicyError(f"item {item.item}: stands twice")
        seen.add(item.item)
        _check_named(item.procedures, f"item {item.item}")


def _check_procedures(policy: Policy) -> None:
    for name, clause in policy.any_indication.items():
        _check_named((name,), f"clause {clause}")
        if policy.deciding(name) or name in policy.otherwise:
            raise PolicyError(f"clause {clause}: {name} is for any indication, and other clauses decide about it too")
    for name, stated in policy.otherwise.items():
        _check_named((name,), f"clause {stated.clause}")
        if stated.decision not in (INVESTIGATIONAL, NOT_NECESSARY):
            raise PolicyError(f"clause {stated.clause}: unknown decision {stated.decision!r}")


def _check_named(procedures: Sequence[str], where: str) -> None:
    for name in procedures:
        if name not in PROCEDURES:
            raise PolicyError(f"{where}: unknown procedure {name!r}")


def _check_links(links: Sequence[tuple[str, str]]) -> None:
    for label, url in links:
        if not label or not url.startswith("https://"):
            raise PolicyError(f"link {label!r}: a label and an https address are needed")


def _check_clauses(policy: Policy) -> None:
    clauses: dict[str, Clause] = {}
    for clause in policy.clauses:
        if clause.id in clauses:
            raise PolicyError(f"clause {clause.id}: stands twice")
        clauses[clause.id] = clause
        _check_named(clause.procedures, f"clause {clause.id}")
        if clause.decision not in (NECESSARY, INVESTIGATIONAL, NOT_NECESSARY):
            raise PolicyError(f"clause {clause.id}: unknown decision {clause.decision!r}")
        if not clause.criteria:
            raise PolicyError(f"clause {clause.id}: no criterion")
    for clause in policy.clauses:
        _check_criteria(clause, clauses)
    for clause in policy.clauses:
        _refuse_cycle(clause, clauses, ())
    referred = {name for clause in policy.clauses for name in _references(clause)}
    for clause in policy.clauses:
        if not clause.procedures and clause.id not in referred:
            raise PolicyError(f"clause {clause.id}: decides about no procedure, and no clause refers to it")


def _references(clause: Clause) -> list[str]:
    return [each.removeprefix(CLAUSE) for each in clause.criteria if each.startswith(CLAUSE)]


def _check_criteria(clause: Clause, clauses: Mapping[str, Clause]) -> None:
    for criterion in clause.criteria:
        if criterion.startswith(CLAUSE):
            if criterion.removeprefix(CLAUSE) not in clauses:
                raise PolicyError(f"clause {clause.id}: refers to {criterion}, which is missing")
        elif criterion not in PREDICATES:
            raise PolicyError(f"clause {clause.id}: unknown predicate {criterion!r}")


def _refuse_cycle(clause: Clause, clauses: Mapping[str, Clause], path: tuple[str, ...]) -> None:
    if clause.id in path:
        circle = " → ".join((*path[path.index(clause.id) :], clause.id))
        raise PolicyError(f"clause {clause.id}: refers to itself ({circle})")
    for name in _references(clause):
        _refuse_cycle(clauses[name], clauses, (*path, clause.id))
