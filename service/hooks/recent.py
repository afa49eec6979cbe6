"""What was assessed in the last minutes, by content: an EHR asks of the same record at select, at select again and at sign.

Kept are assessments, under a keyed digest of all that went into them, never a record: docs/decisions/0009.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b
from threading import Lock

import orjson

from cards.advise import advise
from cards.assess import Assessment
from cards.card import Card
from service.hooks.case import Case

MOST = 64
MOST_BYTES = 16_000_000  # of the contents that led to them: what is kept of one is not longer than it
KEPT_FOR = timedelta(minutes=15)


@dataclass(slots=True)
class Answered:
    """What was found for one content, and what was said of it: by hook, the cards without what is of one call."""

    asked: datetime
    assessments: tuple[Assessment, ...]
    length: int = 0  # of its content
    _cards: dict[str, list[Card]] = field(default_factory=dict)

    def holds_at(self, asked: datetime) -> bool:
        return self.asked <= asked <= self.asked + KEPT_FOR

    def cards(self, hook: str) -> list[Card]:
        if hook not in self._cards:
            self._cards[hook] = advise(self.assessments, hook)
        return self._cards[hook]


class Recent:
    """Bounded in number, age and bytes; its own for each process, and gone with it."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._secret = secrets.token_bytes(32)
        self._kept: OrderedDict[bytes, Answered] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def answered(
        self, case: Case, configuration: str, today: date, assess: Callable[[], Sequence[Assessment]]
    ) -> Answered:
        """What the same content was answered on the same day under the same configuration, else what `assess` gives.

        case   with the moment asked
        """
        asked = case.as_of
        if asked is None:
            raise ValueError("the moment asked is not stated")
        key, length = self._key(case, configuration, today)
        known = self._find(key, asked) if key else None
        if known is not None:
            return known
        found = Answered(asked, tuple(assess()), length)
        # What is dated later than the moment asked comes to count as time goes on: such an answer is not kept.
        if key and length <= self._most_bytes and found.assessments and not found.assessments[0].case.facts.awaits:
            self._keep(key, found)
        return found

    def _key(self, case: Case, configuration: str, today: date) -> tuple[bytes, int]:
        """And the length of what it stands for. b"" for what cannot be written again: nested deeper than orjson writes."""
        content = (
            case.patient, case.resources, case.draft_orders, case.other_orders, sorted(case.full_urls.items()),
            case.gaps, sorted(case.unreached), today, configuration,
        )  # fmt: skip
        try:
            written = orjson.dumps(content)
        except orjson.JSONEncodeError:
            return b"", 0
        return blake2b(written, digest_size=32, key=self._secret).digest(), len(written)

    def _find(self, key: bytes, asked: datetime) -> Answered | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or not kept.holds_at(asked):
                return None
            self._kept.move_to_end(key)
            return kept

    def _keep(self, key: bytes, kept: Answered) -> None:
        with self._lock:
            for old in [each for each, other in self._kept.items() if not other.holds_at(kept.asked)]:
                self._drop(old)
            self._drop(key)
            self._kept[key] = kept
            self._bytes += kept.length
            while len(self._kept) > self._most or self._bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: bytes) -> None:
        gone = self._kept.pop(key, None)
        self._bytes -= gone.length if gone is not None else 0
