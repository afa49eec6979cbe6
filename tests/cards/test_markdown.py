"""Text of a record on a card or at a terminal: one line, nothing that hides or turns it."""

import pytest

from cards.markdown import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("segment 8, 4.2 cm", "segment 8, 4.2 cm", id="as it is"),
        pytest.param("one\ntwo", "one two", id="line feed"),
        pytest.param("one\r\ntwo", "one two", id="carriage return and line feed"),
        pytest.param("one\ttwo", "one two", id="tab"),
        pytest.param("one\u2028two\u2029three", "one two three", id="line and paragraph separators"),
        pytest.param("a\x1b[31mb\x00", "a[31mb", id="control characters"),
        pytest.param("a\u202eb", "ab", id="right-to-left override"),
    ],
)
def test_plain(text, shown):
    assert plain(text) == shown
