"""A fact in the words of a finding."""

import pytest

from cards.facts import Absent, Fact
from cards.rule import shown


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        pytest.param(Fact("bilirubin", 1.2, None, ""), "total bilirubin 1.2", id="no words of its own"),
        pytest.param(Fact("bilirubin", 1.2, None, "", "1.2 mg/dL"), "total bilirubin 1.2 mg/dL", id="in its own words"),
        pytest.param(Fact("jaundice", True, None, ""), "jaundice yes", id="yes"),
        pytest.param(Fact("jaundice", False, None, ""), "jaundice no", id="no"),
        pytest.param(
            Fact("bilirubin", 1.2, None, "", "1.2 mg/dL", notes=("conflict: 1.4", "as recorded", "local code")),
            "total bilirubin 1.2 mg/dL; conflict: 1.4; local code",
            id="two of three notes are told",
        ),
        pytest.param(Absent("bilirubin", because="not found"), "total bilirubin: not found", id="absent"),
        pytest.param(
            Absent("bilirubin", because="no total bilirubin"), "no total bilirubin", id="absent, already named"
        ),
    ],
)
def test_shown(fact, words):
    assert shown(fact) == words
