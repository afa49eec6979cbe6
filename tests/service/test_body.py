"""A record that is known by its text: whatever stands before it, what is read is what the whole body says."""

from itertools import permutations
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import NotJson
from service.hooks.body import Opened, whole
from service.hooks.recent import Recent, Text
from service.hooks.request import read_json
from tests.service.test_recent import ASKED

RECORD = b'"prefetch": {"patient": {"resourceType": "Patient", "id": "1"}, "conditions": null}}\n'
HOOK, INSTANCE = b'{"hook": "order-sign", ', b'"hookInstance": "prefetch", '


def knowing(*bodies: bytes) -> tuple[Recent, list[Opened]]:
    """What has answered these bodies."""
    recent = Recent()
    opened = [recent.opened(body) for body in bodies]
    for each in opened:
        if each.known_by:
            recent._texts.keep(each.known_by, Text(ASKED))
    return recent, opened


def read(recent: Recent, body: bytes) -> Any:
    """What is read of a body; it is the same as without the memory."""
    try:
        opened = recent.opened(body)
    except NotJson as problem:
        with pytest.raises(NotJson, match=f"^{problem}$"):
            read_json(body)
        return None
    all_of_it = whole(opened.unread, opened.known_by) if opened.unread else opened
    assert all_of_it.body == read_json(body)
    if opened.unread:
        assert opened.body | {"prefetch": all_of_it.body["prefetch"]} == all_of_it.body
        assert opened.body["prefetch"] is None
        assert all_of_it.known_by == opened.known_by
    return opened


def test_a_known_record_is_not_parsed_again():
    recent, (first,) = knowing(HOOK + RECORD)
    assert not first.unread
    again = read(recent, HOOK + RECORD)
    assert (again.known_by, again.length) == (first.known_by, len(RECORD))
    assert again.unread
    another = read(recent, b'{"hook": "order-select", "context": {"a": [1, {}]}, ' + RECORD)
    assert another.unread
    assert another.body == {"hook": "order-select", "context": {"a": [1, {}]}, "prefetch": None}


@pytest.mark.parametrize(
    "record",
    [
        RECORD.replace(b'"1"', b'"2"'),
        RECORD.replace(b": ", b":"),
        RECORD.strip(),
        RECORD.replace(b"}}", b'}, "extension": {}}'),
        RECORD.replace(b"null", b"nul"),
        RECORD[:-3],
        b'"prefetch": null}',
    ],
)
def test_another_text_is_another_record(record: bytes):
    recent, _ = knowing(HOOK + RECORD)
    opened = read(recent, HOOK + record)
    assert opened is None or not opened.unread


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"{",
        b"[{",
        b'{"context": {',
        b'{"hook": "order-sign',
        b'{"hook": "order-sign" ',
        b'{"hook": ',
        b'{"hook": "order-sign"}, {',
        b"\xef\xbb\xbf{",
        b"\xff{",
        b'{"pre\\u0066etch": {"patient": null}, ',
        b'{"prefetch" : {"patient": null}, ',
        b'{"a\\',
        b'{"hook": "order-sign", "hook": "order-select", ',
        b'{"a": NaN, ',
        b'{"a": "\\',
        HOOK + INSTANCE,
        b'{"prefetch": null}' + HOOK,
    ],
)
def test_whatever_stands_before_a_known_record(told: bytes):
    recent, _ = knowing(HOOK + RECORD)
    read(recent, told + RECORD)


@pytest.mark.parametrize("order", list(permutations(("hook", "prefetch", "extension", "context"))))
@pytest.mark.parametrize("context", [{"patientId": "1"}, {"prefetch": {}}, {"patientId": "prefetch"}])
def test_where_the_record_is_not_the_end_all_is_read(order: tuple[str, ...], context: dict[str, Any]):
    values = {"hook": "order-sign", "prefetch": {"patient": None}, "extension": {"x": 1}, "context": context}
    body = orjson.dumps({name: values[name] for name in order})
    recent, (first,) = knowing(body)
    again = read(recent, body)
    is_end = order[-1] == "prefetch" and context == {"patientId": "1"}
    assert bool(first.known_by) is bool(again.unread) is is_end


_PIECES = st.sampled_from([
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b" ", b"null", b"1", b'"hook": "order-sign", ', b'"context": {}, ',
    b'"prefetch"', b'"prefetch": null, ', b'"pre\\u0066etch": 1, ', RECORD, HOOK, INSTANCE,
])  # fmt: skip


@given(st.lists(st.lists(_PIECES, max_size=6).map(b"".join), min_size=1, max_size=4))
def test_bodies_put_together_at_random(heads: list[bytes]):
    recent, _ = knowing(HOOK + RECORD, b"{" + RECORD)
    for head in heads:
        read(recent, head + RECORD)
        read(recent, b"{" + head + RECORD)
        read(recent, head)
