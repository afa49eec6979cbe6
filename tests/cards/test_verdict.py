"""A verdict is three-valued."""

import pytest

from cards.verdict import Verdict


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_is_neither_true_nor_false(verdict):
    with pytest.raises(TypeError, match=r"^a Verdict is three-valued: compare it with `is Verdict\.MET`$"):
        bool(verdict)
