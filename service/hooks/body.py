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


def whole(body: bytes, known_by: bytes) -> Opened:
    """All of it, parsed. NotJson where it is none.

    The text is what the record is known by where all else that the body says stands in the first half. Then the same text is
    the same record after every first half that `without_record` can read: what stands before the text is an object that
    waits for its next key, here as there.
    """
    parsed = read_json(body)
    told, text = halves(body)
    rest = without_record(told)
    if rest is None or rest | {"prefetch": parsed.get("prefetch")} != parsed:
        return Opened(parsed)
    return Opened(parsed, known_by, len(text))
