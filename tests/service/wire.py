"""What every body we send has in common."""

from typing import Any

MAY_BE_EMPTY = frozenset({"cards", "services"})  # CDS Hooks allows these two, and no other


def null_or_empty(value: Any, path: str = "$", name: str = "") -> list[str]:
    """Paths of null, "", [] and {} in a body; CDS Hooks allows none but `cards: []` and `services: []`."""
    if value is None or (value in ("", [], {}) and not isinstance(value, (bool, int, float))):
        return [] if value == [] and name in MAY_BE_EMPTY else [path]
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in null_or_empty(each, f"{path}.{key}", key)]
    if isinstance(value, list):
        return [found for number, each in enumerate(value) for found in null_or_empty(each, f"{path}[{number}]")]
    return []
