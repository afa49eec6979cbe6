"""Elements of a picture."""

import pytest

from cards.timeline.svg import cut, dot, line, text, width_of


@pytest.mark.parametrize(
    ("words", "room", "shown"),
    [
        ("segment 8", width_of("segment 8"), "segment 8"),
        ("segment 8", width_of("segment 8") - 0.1, "segment…"),
        ("segment 8", width_of("xxx"), "se…"),
        ("segment 8", width_of("xx"), "s…"),
        ("segment 8", 0, "s…"),
    ],
)
def test_cut(words, room, shown):
    assert cut(words, room) == shown


def test_elements():
    assert dot(1.0, 2.0, "red") == '<circle cx="1" cy="2" r="4" fill="red" stroke="red" stroke-width="1.5"/>'
    assert dot(1.0, 2.0, "red", hollow=True, shown="<0.2").startswith('<circle cx="1" cy="2" r="4" fill="none"')
    assert dot(1.0, 2.0, "red", shown="<0.2").endswith("><title>&lt;0.2</title></circle>")
    assert line(1.0, 2.0, 3.0, 4.0) == '<line x1="1" y1="2" x2="3" y2="4" stroke="currentColor"/>'
    assert text(1.0, 2.0, "a & b") == '<text x="1" y="2" text-anchor="start" fill="currentColor">a &amp; b</text>'
