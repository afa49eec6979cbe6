"""What was assessed in the last minutes, by content: an EHR asks of the same record at select, at select again and at sign.

Kept are assessments, and what the Observations of a record told, under keyed digests of all that went into them, never a
record: docs/decisions/0009.
"""

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import orjson

from cards.advise import Made, advise
from cards.assess import Assessment
from cards.card import Card
from cards.record import record
from service.fhir.bundle import Resource
from service.fhir.read import Recall
from service.fhir.read.observation import Observed
from service.hooks.body import Opened, halves, whole, without_record
from service.hooks.case import Case
from service.hooks.request import HookRequest

MOST = 64
MOST_BYTES = 16_000_000  # of the contents that led to them: what is kept of one is not longer than it
KEPT_FOR = timedelta(minutes=15)


class Asked(Protocol):
    """length   of the content it was asked about"""

    @property
    def asked(self) -> datetime: ...

    @property
    def length(self) -> int: ...


@dataclass(slots=True)
class Answered:
    """What was found for one content, and what was said of it: by hook, the cards without what is of one call."""

    asked: datetime
    assessments: tuple[Assessment, ...]
    length: int = 0
    _cards: dict[str, list[Card]] = field(default_factory=dict)
    _made: Made = field(default_factory=dict)

    def cards(self, hook: str) -> list[Card]:
        if hook not in self._cards:
            self._cards[hook] = advise(self.assessments, hook, self._made)
        return self._cards[hook]


@record(frozen=True, slots=True)
class Read:
    """What the Observations of one record told."""

    asked: datetime
    observed: Observed
    length: int = 0


@record(frozen=True, slots=True)
class Text:
    """That the text of a record is one that was answered."""

    asked: datetime
    length: int = 0


class Key(NamedTuple):
    """Keyed digests of a record, and of it with the orders; the length of both. b"" for what cannot be remembered."""

    record: bytes
    whole: bytes
    length: int
    text: bytes = b""  # by which the text of the record is known


Orders = tuple[Sequence[Resource] | None, Sequence[Resource]]  # asked about, and drafted beside them
Kept = TypeVar("Kept", bound=Asked)


class Lately(Generic[Kept]):
    """Bounded in number, age and bytes, oldest first."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: dict[bytes, Kept] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: bytes) -> bool:
        """However long ago: whoever asks has to look for what is kept of it."""
        return key in self._kept

    def find(self, key: bytes, asked: datetime) -> Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            return kept if kept is not None and _holds(kept, asked) else None

    def keep(self, key: bytes, kept: Kept) -> None:
        """What is longer than all that may be kept is not."""
        if kept.length > self._most_bytes:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = kept
            self._bytes += kept.length
            while self._is_over() or not _holds(next(iter(self._kept.values())), kept.asked):
                self._drop(next(iter(self._kept)))

    def _is_over(self) -> bool:
        return len(self._kept) > self._most or self._bytes > self._most_bytes

    def _drop(self, key: bytes) -> None:
        gone = self._kept.pop(key, None)
        self._bytes -= gone.length if gone is not None else 0


def _holds(kept: Asked, asked: datetime) -> bool:
    return kept.asked <= asked <= kept.asked + KEPT_FOR


class Recent:
    """Its own for each process, and gone with it."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._secret = secrets.token_bytes(32)
        self._answers: Lately[Answered] = Lately(most, most_bytes)
        self._records: Lately[Read] = Lately(most, most_bytes)
        self._texts: Lately[Text] = Lately(most, most_bytes)

    def __len__(self) -> int:
        return len(self._answers)

    def opened(self, body: bytes) -> Opened:
        """The body parsed; NotJson where it is none. A record that was answered lately is not parsed again."""
        told, text = halves(body)
        known_by = hmac.digest(self._secret, text, "sha256")
        if known_by in self._texts:
            rest = without_record(told)
            if rest is not None:
                return Opened(rest, known_by, len(text), unread=body)
        return whole(body, known_by)

    def sent(self, request: HookRequest, opened: Opened, orders: Orders, configuration: str, today: date) -> Key:
        """Of a request: of all that is known where no server has to be asked."""
        told = (
            opened.known_by.hex() or request.prefetch,
            request.companions,
            sorted(request.order_urls.items()),
            request.answers,
        )
        key = self._key(orders, request.patient_id, told, request.fhir_server, today, configuration)
        return key._replace(length=key.length + opened.length, text=opened.known_by)

    def gathered(self, case: Case, configuration: str, today: date) -> Key:
        """Of what was sent and fetched."""
        told = (case.resources, sorted(case.full_urls.items()), case.gaps, sorted(case.unreached))
        return self._key((case.draft_orders, case.other_orders), case.patient, told, "", today, configuration)

    def known(self, key: Key, asked: datetime) -> Answered | None:
        """What the same content was answered on the same day under the same configuration."""
        return self._answers.find(key.whole, asked) if key.whole else None

    def answered(self, key: Key, case: Case, assess: Callable[[Recall], Sequence[Assessment]]) -> Answered:
        """What `assess` gives; from now on it is known.

        case   with the moment asked
        """
        asked = case.as_of
        if asked is None:
            raise ValueError("the moment asked is not stated")
        remembered = self._records.find(key.record, asked) if key.record else None
        told: list[Observed] = []

        def recall(read: Callable[[], Observed]) -> Observed:
            told.append(remembered.observed if remembered is not None else read())
            return told[0]

        found = Answered(asked, tuple(assess(recall)), key.length)
        # What is dated later than the moment asked comes to count as time goes on: such an answer is not kept.
        if key.whole and found.assessments and not found.assessments[0].case.facts.awaits:
            self._answers.keep(key.whole, found)
            if key.text:
                self._texts.keep(key.text, Text(asked))
            if remembered is None and told:
                self._records.keep(key.record, Read(asked, told[0], key.length))
        return found

    def _key(self, orders: Orders, *record: Any) -> Key:
        kept, length = self._digest(record)
        whole, more = self._digest((kept.hex(), *orders)) if kept else (b"", 0)
        return Key(kept, whole, length + more)

    def _digest(self, content: Any) -> tuple[bytes, int]:
        """And the length of what it stands for. b"" for what cannot be written again: nested deeper than orjson writes."""
        try:
            written = orjson.dumps(content)
        except orjson.JSONEncodeError:
            return b"", 0
        return hmac.digest(self._secret, written, "sha256"), len(written)
