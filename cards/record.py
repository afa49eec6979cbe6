"""Records: dataclasses that nobody changes once they are made.

mypy holds every one of them frozen. While the service runs nothing does: `dataclass(frozen=True)` sets each field through
`object.__setattr__`, which took a seventeenth of a call (docs/performance.md). A test runs them frozen in truth.
"""

from typing import TYPE_CHECKING

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen, slots):
        """`dataclass(frozen=True, slots=True)`: compared and hashed by its fields."""
        return dataclass(slots=slots, unsafe_hash=True)
