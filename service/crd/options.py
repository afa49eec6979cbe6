"""What a client may configure, what it asked for, and which version of CRD it speaks."""

from collections.abc import Mapping
from typing import Any

from cards.record import record

VERSIONS = ("2.0", "2.2")
OLDEST = VERSIONS[0]  # requestedVersion came with 2.2: who does not state it speaks 2.0
MOST_CARDS = 10

OPTIONS: tuple[Mapping[str, Any], ...] = (
    {
        "code": "coverage-info",
        "type": "boolean",
        "name": "Coverage information",
        "description": "Whether the order is covered and needs authorization, as far as the payer told.",
        "default": True,
    },
    {
        "code": "clinical-reminder",
        "type": "boolean",
        "name": "Missing documentation",
        "description": "Which documentation the payer's policy requires and which of it the record lacks.",
        "default": True,
    },
    {
        "code": "guideline",
        "type": "boolean",
        "name": "Link to the policy",
        "description": "The address of the payer's policy.",
        "default": True,
    },
    {
        "code": "max-cards",
        "type": "integer",
        "name": "Most cards",
        "description": "No more than this number of cards is returned.",
        "default": MOST_CARDS,
    },
)


@record(frozen=True, slots=True)
class Wanted:
    """Which kinds of answers are wanted, how many cards, and by which version."""

    kinds: frozenset[str]
    most: int
    version: str


def wanted(extension: Any) -> Wanted:
    """What the request's extension asks for; what is not known or makes no sense is ignored."""
    extension = extension if isinstance(extension, dict) else {}
    stated = extension.get("davinci-crd.configuration")
    stated = stated if isinstance(stated, dict) else {}
    offered = [str(each["code"]) for each in OPTIONS if each["type"] == "boolean"]
    most = stated.get("max-cards")
    return Wanted(
        frozenset(code for code in offered if stated.get(code) is not False),
        most if isinstance(most, int) and not isinstance(most, bool) and most >= 0 else MOST_CARDS,
        _version(extension.get("davinci-crd.requestedVersion")),
    )


def _version(stated: Any) -> str:
    """The first two nodes of a stated version; one that is not offered is answered by the nearest older one."""
    if not isinstance(stated, str):
        return OLDEST
    nodes = stated.strip().split(".")[:2]
    if not all(node.isdecimal() for node in nodes) or len(nodes) < 2:
        return OLDEST
    asked = tuple(int(node) for node in nodes)
    older = [v for v in VERSIONS if tuple(map(int, v.split("."))) <= asked]
    return older[-1] if older else OLDEST


def service_extension() -> Mapping[str, Any]:
    """Of a service in discovery."""
    return {
        "davinci-crd.version": list(VERSIONS),
        "davinci-crd.configuration-options": [dict(each) for each in OPTIONS],
    }
