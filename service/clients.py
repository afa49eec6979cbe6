"""The CDS clients an operator knows: one row each in a TOML file. Who is not in it is nobody.

[[client]]
issuer = "https://ehr.example.org"                        # iss of its tokens, exactly
jwks = "https://ehr.example.org/.well-known/jwks.json"    # https address, or a file beside this one
jku = ["https://ehr.example.org/other-jwks.json"]         # optional: further jku values, compared and never fetched
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.outgoing import is_loopback, plain_address

KNOWN = frozenset({"issuer", "jwks", "jku"})
# The public sandbox signs with a key that anyone can read in its repository
PUBLISHED_KEYS = frozenset({"https://sandbox.cds-hooks.org"})


class WrongClients(ValueError):
    """The file of clients cannot be used; one line."""


@dataclass(frozen=True, slots=True)
class Client:
    """url or file: where its public keys are; jku: what its tokens may name as the place of them."""

    issuer: str
    url: str
    file: Path | None
    jku: frozenset[str]


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
    if "://" in jwks:
        return Client(issuer, _address(jwks, where, sandbox), None, frozenset({jwks, *named}))
    if not (folder / jwks).is_file():
        raise WrongClients(f"{where}: jwks is neither an address nor a file")
    return Client(issuer, "", folder / jwks, frozenset(named))


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
