"""Cards and errors as a terminal shows them."""

from collections.abc import Mapping
from typing import Any


def cards_text(cards: list[Any]) -> str:
    return "\n\n".join(_card(card) for card in cards) or "No cards."


def outcome_text(content: Any) -> str:
    """The first issue of an OperationOutcome; a fixed sentence where the content is none."""
    issues = content.get("issue") if isinstance(content, Mapping) else None
    first = issues[0] if isinstance(issues, list) and issues else None
    if not isinstance(first, Mapping):
        return "the answer is no CDS Hooks response"
    words = [_member(first.get("details"), "text"), str(first.get("diagnostics") or "")]
    return " ".join(word for word in words if word)


def _card(card: Any) -> str:
    if not isinstance(card, Mapping):
        return "(a card that is no object)"
    source = _member(card.get("source"), "label")
    lines = [
        f"[{_member(card, 'indicator')}] {_member(card, 'summary')}",
        _member(card, "detail"),
        *(f"  → {label}" for label in _labels(card.get("suggestions"))),
        *(f"  link: {label}" for label in _labels(card.get("links"))),
        f"  source: {source}" if source else "",
    ]
    return "\n".join(line for line in lines if line)


def _labels(items: Any) -> list[str]:
    listed = items if isinstance(items, list) else []
    return [f"{_member(item, 'label')} {_member(item, 'url')}".strip() for item in listed]


def _member(value: Any, name: str) -> str:
    return str(value.get(name) or "").strip() if isinstance(value, Mapping) else ""
