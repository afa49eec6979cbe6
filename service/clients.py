"""The CDS clients an operator knows: one row each in a TOML file. Who is not in it is nobody.

[[client]]
issuer = "https://ehr.example.org"                        # iss of its tokens, exactly
jwks = "https://ehr.example.org/.well-known/jwks.json"    # https address, or a file beside this one
jku = ["https://ehr.example.org/other-jwks.json"]         # optional: further jku values, compared and never fetched
name = "mercy"                                            # optional: how the audit calls it; else the issuer's host
[client.settings]                                         # optional: what is otherwise for it than for the others
time_zone = "America/Chicago"
laboratory_days = 60
local_codes = "mercy-codes.toml"                          # beside this file
shadow = ["tace-order-sign"]
"""

import tomllib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cards.record import record
from service.addresses import is_loopback, plain_address

KNOWN = frozenset({"issuer", "jwks", "jku", "name", "settings"})
# What may differ from client to client: how its record is read, and what it is given
ADJUSTABLE = frozenset({"laboratory_days", "clinical_days", "imaging_days", "recovery_days", "time_zone", "local_codes",
                        "policy", "shadow", "feedback_comments"})  # fmt: skip
LONGEST_NAME = 64
# The public sandbox signs with a key that anyone can read in its repository
PUBLISHED_KEYS = frozenset({"https://sandbox.cds-hooks.org"})


class WrongClients(ValueError):
    """The file of clients cannot be used; one line."""


@record(frozen=True, slots=True)
class Client:
    """url or file: where its public keys are; jku: what its tokens may name as the place of them; settings: those
    that are otherwise for it.
    """

    issuer: str
    url: str
    file: Path | None
    jku: frozenset[str]
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def load(path: str, *, sandbox: bool) -> dict[str, Client]:
    """issuer → Client. sandbox: also those whose private key is public, and keys from this machine without TLS."""
    file = Path(path)
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get("client", [])
    except OSError:
        raise WrongClients("no such file, or it cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise WrongClients(f"not TOML: {problem}") from None
    if not isinstance(rows, list) or not rows:
        raise WrongClients("no [[client]] in it")
    clients = [_client(row, f"client {number}", file.parent, sandbox) for number, row in enumerate(rows, start=1)]
    found = {client.issuer: client for client in clients}
    if len(found) < len(clients):
        raise WrongClients("two clients with the same issuer")
    if len({client.name for client in clients}) < len(clients):
        raise WrongClients("two clients with the same name")
    return found


def _client(row: Any, where: str, folder: Path, sandbox: bool) -> Client:
    if not isinstance(row, dict):
        raise WrongClients(f"{where}: not a table")
    unknown = sorted(row.keys() - KNOWN)
    if unknown:
        raise WrongClients(f"{where}: {unknown[0]} is not known; known are {', '.join(sorted(KNOWN))}")
    issuer, jwks = _text(row, "issuer", where), _text(row, "jwks", where)
    if issuer in PUBLISHED_KEYS and not sandbox:
        raise WrongClients(f"{where}: {issuer} signs with a key that is public; only the sandbox may know it")
    named = row.get("jku", [])
    if not isinstance(named, list) or not all(isinstance(each, str) and each for each in named):
        raise WrongClients(f"{where}: jku is not an array of addresses")
    name, own = _name(row, issuer, where), _settings(row, folder, where)
    if "://" in jwks:
        return Client(issuer, _address(jwks, where, sandbox), None, frozenset({jwks, *named}), name, own)
    if not (folder / jwks).is_file():
        raise WrongClients(f"{where}: jwks is neither an address nor a file")
    return Client(issuer, "", folder / jwks, frozenset(named), name, own)


def _name(row: Mapping[str, Any], issuer: str, where: str) -> str:
    name = row.get("name", urlsplit(issuer).hostname or issuer)
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
        raise WrongClients(f"{where}: name is not a text of at most {LONGEST_NAME} characters; give it one")
    return name.strip()


def _settings(row: Mapping[str, Any], folder: Path, where: str) -> dict[str, Any]:
    found = row.get("settings", {})
    unknown = sorted(found.keys() - ADJUSTABLE) if isinstance(found, dict) else ["settings"]
    if unknown:
        raise WrongClients(f"{where}: {unknown[0]} cannot be set for one client; can: {', '.join(sorted(ADJUSTABLE))}")
    if isinstance(found.get("local_codes"), str):
        return found | {"local_codes": str(folder / found["local_codes"])}
    return dict(found)


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise WrongClients(f"{where}: {name} is missing")
    return value


def _address(text: str, where: str, sandbox: bool) -> str:
    url = plain_address(text)
    if url is None or not (url.scheme == "https" or (sandbox and is_loopback(url.hostname or ""))):
        raise WrongClients(f"{where}: jwks is not an https address")
    return text
