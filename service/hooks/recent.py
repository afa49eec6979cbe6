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
KEPT_FOR = timedelta(minutes=15)


@dataclass(slots=True)
class Answered:
    """What was found for one content, and what was said of it: by hook, the cards without what is of one call."""

    asked: datetime
    assessments: tuple[Assessment, ...]
    _cards: dict[str, list[Card]] = field(default_factory=dict)

    def holds_at(self, asked: datetime) -> bool:
        return self.asked <= asked <= self.asked + KEPT_FOR

    def cards(self, hook: str) -> list[Card]:
        if hook not in self._cards:
            self._cards[hook] = advise(self.assessments, hook)
        return self._cards[hook]


class Recent:
    """Bounded in number and age; its own for each process, and gone with it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
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
        key = self._key(case, configuration, today)
        known = self._find(key, asked) if key else None
        if known is not None:
            return known
        found = Answered(asked, tuple(assess()))
        # What is dated later than the moment asked comes to count as time goes on: such an answer is not kept.
        if key and found.assessments and not found.assessments[0].case.facts.awaits:
            self._keep(key, found)
        return found

    def _key(self, case: Case, configuration: str, today: date) -> bytes:
        """b"" for what cannot be written again: nested deeper than orjson writes."""
        content = (
            case.patient, case.resources, case.draft_orders, case.other_orders, sorted(case.full_urls.items()),
            case.gaps, sorted(case.unreached), today, configuration,
        )  # fmt: skip
        try:
            return blake2b(orjson.dumps(content), digest_size=32, key=self._secret).digest()
        except orjson.JSONEncodeError:
            return b""

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
                del self._kept[old]
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
