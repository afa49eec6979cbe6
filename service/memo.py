"""Answers remembered for texts that come again and again: codes, units, names. Bounded in number and in bytes.

lru_cache alone counts what it holds, and a caller decides how long that is: a thousand notes of a megabyte are a gigabyte.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

LONGEST = 400  # characters; what is longer is worked out each time
Work = TypeVar("Work", bound=Callable[..., Any])


def memo(most: int) -> Callable[[Work], Work]:
    """For a function of one text, or whose last argument is the text that a caller may make as long as it likes."""

    def remembered(work: Work) -> Work:
        known = lru_cache(maxsize=most)(work)

        @wraps(work)
        def of_one(text: str) -> Any:
            return known(text) if len(text) <= LONGEST else work(text)

        @wraps(work)
        def of_two(first: Any, text: str) -> Any:
            return known(first, text) if len(text) <= LONGEST else work(first, text)

        answer: Any = of_one if work.__code__.co_argcount == 1 else of_two
        answer.cache_clear, answer.cache_info = known.cache_clear, known.cache_info
        return answer

    return remembered
