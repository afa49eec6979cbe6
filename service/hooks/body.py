"""The body of a hook call: what it says of itself, and the record it carries (prefetch), known by its text."""

from dataclasses import field
from typing import Any

import orjson

from cards.record import record
from service.hooks.request import read_json

_KEY = b'"prefetch"'
_UNREAD = b'"prefetch":null}'


@record(frozen=True, slots=True)
class Opened:
    """A body that was parsed, all of it or all but the record.

    body      as JSON; "prefetch" is null in it where the record was not read
    known_by  the keyed digest of the record's text; b"" where the record is not the end of the body
    length    of that text
    unread    the body as it came, where the record in it was not read
    """

    body: Any = field(repr=False)
    known_by: bytes = b""
    length: int = 0
    unread: bytes = field(default=b"", repr=False)

    def whole(self) -> Any:
        """With the record."""
        return read_json(self.unread) if self.unread else self.body


def halves(body: bytes) -> tuple[bytes, bytes]:
    """The text before the first "prefetch", and the text from it on: b"" where there is none.

    >>> halves(b'{"hook": "order-sign", "prefetch": {}}')
    (b'{"hook": "order-sign", ', b'"prefetch": {}}')
    """
    told, key, rest = body.partition(_KEY)
    return told, key + rest


def without_record(told: bytes) -> Any:
    """What the first half says, with "prefetch" null; None where it is not the first half of JSON.

    >>> without_record(b'{"hook": "order-sign", ')
    {'hook': 'order-sign', 'prefetch': None}
    """
    if told.endswith(b"\\"):  # the quote after it would be one within a text
        return None
    try:
        return orjson.loads(told + _UNREAD)
    except orjson.JSONDecodeError:
        return None


def ends_with_record(told: bytes, body: Any) -> bool:
    """Whether the second half is the record and nothing else: all else that the body says stands in the first half.

    Then the same text is the same record after every first half that `without_record` can read: what stands before the text
    is an object that waits for its next key, here as there. Only of a body with a key twice, of which RFC 8259 says that
    nothing can be foretold, another one of the two may count.
    """
    rest = without_record(told)
    return rest is not None and rest | {"prefetch": body.get("prefetch")} == body
