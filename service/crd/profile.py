"""What the operator was told of a payer, as data (TOML), checked when it is loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cards.prior_auth.policy import PROCEDURES
from cards.record import record

COVERED = ("covered", "conditional", "not-covered")
_KEYS = {"payer", "policy", "names", "references", "identifier", "covered", "contact", "authorization_codes"}


class ProfileError(ValueError):
    """A profile that cannot be used: one line."""


@record(frozen=True, slots=True)
class Profile:
    """payer: as physicians know it; policy: key of the policy; names, references, identifiers: how a Coverage names it.

    covered              procedure → what the payer told of it; of one that is left out nothing is asserted
    authorization_codes  the payer's list, before that of the policy; None: that of the policy
    contact              (name, phone)
    """

    payer: str
    policy: str
    names: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    covered: Mapping[str, str] = field(default_factory=dict)
    authorization_codes: tuple[str, ...] | None = None
    contact: tuple[str, str] = ("", "")


@lru_cache(maxsize=4)
def load(path: str) -> Profile | None:
    """None where no profile is set. ProfileError naming file and cause."""
    if not path:
        return None
    name = Path(path).name
    try:
        raw = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ProfileError(f"{name}: {' '.join(str(problem).split())}") from None
    try:
        return _profile(raw)
    except ProfileError as problem:
        raise ProfileError(f"{name}: {problem}") from None


def _profile(raw: Mapping[str, Any]) -> Profile:
    for key in raw:
        if key not in _KEYS:
            raise ProfileError(f"unknown key {key!r}")
    profile = Profile(
        payer=_text(raw, "payer"),
        policy=_text(raw, "policy"),
        names=_texts(raw, "names"),
        references=_texts(raw, "references"),
        identifiers=tuple((_text(each, "system"), _text(each, "value")) for each in _tables(raw, "identifier")),
        covered=_covered(raw),
        authorization_codes=_texts(raw, "authorization_codes") if "authorization_codes" in raw else None,
        contact=_contact(raw),
    )
    if not (profile.names or profile.references or profile.identifiers):
        raise ProfileError("names, references or identifier is needed: how a Coverage names this payer")
    return profile


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ProfileError(f"key {name!r} is missing or not a text")
    return value.strip()


def _texts(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = raw.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise ProfileError(f"key {name!r} is not a list of texts")
    return tuple(each.strip() for each in value)


def _tables(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = raw.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ProfileError(f"{name!r} is not written as [[{name}]]")
    return value


def _covered(raw: Mapping[str, Any]) -> Mapping[str, str]:
    told = raw.get("covered", {})
    if not isinstance(told, dict):
        raise ProfileError("'covered' is not written as [covered]")
    for procedure, word in told.items():
        if procedure not in PROCEDURES:
            raise ProfileError(f"covered: unknown procedure {procedure!r}")
        if word not in COVERED:
            raise ProfileError(f"covered: {procedure} is not one of {', '.join(COVERED)}")
    return told


def _contact(raw: Mapping[str, Any]) -> tuple[str, str]:
    if "contact" not in raw:
        return "", ""
    contact = raw["contact"]
    if not isinstance(contact, dict):
        raise ProfileError("'contact' is not written as [contact]")
    return _text(contact, "name"), _text(contact, "phone")
