"""Values of one score that were taken far apart."""

import pytest

from cards.eligibility.apart import values_apart
from tests.cards.build import candidate, case, value


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"bilirubin": (0.9, 40)}, [], id="30 days apart"),
        pytest.param({"bilirubin": (0.9, 41)}, ["Child-Pugh, ALBI and MELD from values 31 days apart"], id="31 days"),
        pytest.param({"albumin": (4.2, 41)}, ["Child-Pugh and ALBI from"], id="a value of two scores"),
        pytest.param({"ascites_grade": ("none", 41)}, ["Child-Pugh from"], id="a finding"),
        pytest.param({"creatinine": (1.0, 41)}, ["MELD from"], id="a value of MELD"),
        pytest.param({"bilirubin": (0.9, 91)}, [], id="too old, so not scored"),
        pytest.param({"ascites_grade": None, "states": [value("ascites_grade", "present", 400, state=True)]}, [],
                     id="a Condition does not age"),
        pytest.param({"inr": None, "pt": (14.0, 41), "pt_control": 12.0}, ["Child-Pugh from"], id="prothrombin time"),
        pytest.param({"inr": (1.0, 41)}, ["Child-Pugh and MELD from"], id="INR"),
        pytest.param({"pt": (14.0, 41), "pt_control": 12.0}, [], id="prothrombin time beside an INR is not scored"),
    ],
)  # fmt: skip
def test_values_apart(changes, said):
    found = values_apart(case(candidate(**changes)))
    assert len(found) == len(said)
    assert all(line.startswith(words) for line, words in zip(found, said, strict=True))
