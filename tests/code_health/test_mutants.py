"""The count of `make mutants`: what is noticed, what is not, and that a run that is not complete does not pass."""

import pytest

from tests import mutants

TOLD = """
    cards.liver.albi.x_albi__mutmut_1: killed
    cards.liver.meld.x_meld__mutmut_2: timeout
    cards.liver.meld.x_meld__mutmut_3: survived
    cards.card.xǁCardǁ__post_init____mutmut_1: no tests
"""
ALL_KILLED = TOLD.replace("survived", "killed").replace("no tests", "killed")


def test_table_by_folder_and_module():
    assert mutants.table(mutants.statuses_of(TOLD))[2:] == [
        "| cards/card.py | 1 | 0 | 1 | 0.0 % |",
        "| cards/liver | 3 | 2 | 1 | 66.7 % |",
        "| all | 4 | 2 | 2 | 50.0 % |",
    ]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        pytest.param(ALL_KILLED, 0, id="all noticed"),
        pytest.param(TOLD, 1, id="below the floor"),
        pytest.param(ALL_KILLED + "    cards.liver.meld.x_meld__mutmut_4: not checked\n", 1, id="not complete"),
        pytest.param("", 1, id="nothing tried"),
    ],
)
def test_exit_code(monkeypatch, capsys, told, code):
    monkeypatch.setattr(mutants, "results", lambda: told)
    assert mutants.main(["--report"]) == code
    assert ("survived" in told) == ("cards.liver.meld.x_meld__mutmut_3: survived" in capsys.readouterr().out)
