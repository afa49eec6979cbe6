"""Text of a record on a card or at a terminal: one line, nothing that hides or turns it."""

import pytest

from cards.markdown import escaped, plain


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
        pytest.param("LIMAX\nXI", "LIMAX XI", id="capitals beside a line feed"),
    ],
)
def test_plain(text, shown):
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("see http://a.b", "see http&#58;//a.b", id="address"),
        pytest.param("a@b", "a&#64;b", id="mail"),
        pytest.param("www.a.b", "www&#46;a.b", id="host"),
        pytest.param("a  b", "a b", id="two blanks"),
        pytest.param("a & b", "a &amp; b", id="ampersand"),
        pytest.param("~a~ #1 | `b`", r"\~a\~ \#1 \| \`b\`", id="marks"),
    ],
)
def test_escaped(text, shown):
    assert escaped(text) == shown
