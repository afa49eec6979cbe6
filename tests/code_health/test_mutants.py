"""`make mutants`: what is noticed is counted, a run that is not complete does not pass, a mutant is tried alone."""

import time
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pytest

from tests import mutants
from tests.mutation import survivors
from tests.mutation.probes import Probe
from tests.mutation.reach import Reach, changed_lines, lines_run, named_beside, unlike
from tests.mutation.switch import Mutant
from tests.mutation.trial import KILLED, SURVIVED, TIMEOUT, noticed_by, tried

ROOT = Path(__file__).parents[2]
TOLD = {
    "cards.liver.albi.x_albi__mutmut_1": "killed",
    "cards.liver.meld.x_meld__mutmut_2": "timeout",
    "cards.liver.meld.x_meld__mutmut_3": "survived",
    "cards.card.xǁCardǁ__post_init____mutmut_1": "no tests",
}
ALL_KILLED = dict.fromkeys(TOLD, "killed")


def test_table_by_folder_and_module():
    assert mutants.table(TOLD)[2:] == [
        "| cards/card.py | 1 | 0 | 1 | 0.0 % |",
        "| cards/liver | 3 | 2 | 1 | 66.7 % |",
        "| all | 4 | 2 | 2 | 50.0 % |",
    ]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        pytest.param(ALL_KILLED, 0, id="all noticed"),
        pytest.param(TOLD, 1, id="below the floor"),
        pytest.param({**ALL_KILLED, "cards.liver.meld.x_meld__mutmut_4": "not checked"}, 1, id="not complete"),
        pytest.param({}, 1, id="nothing tried"),
    ],
)
def test_exit_code(monkeypatch, capsys, told, code):
    monkeypatch.setattr(mutants, "statuses", lambda: told)
    assert mutants.main(["--report"]) == code
    assert ("survived" in told.values()) == ("cards.liver.meld.x_meld__mutmut_3: survived" in capsys.readouterr().out)


@pytest.mark.parametrize(
    ("lines", "change"),
    [
        pytest.param(["-    if low <= high:", "+    if low < high:"], "low <= high: → low < high:", id="a comparison"),
        pytest.param(["-    return 1", "+    return 2"], "return 1 → return 2", id="at the end"),
        pytest.param(["-a = 1", "-b = 2", "+c = 3"], "a = 1 b = 2 → c = 3", id="all of it"),
    ],
)
def test_what_a_diff_changes(lines, change):
    assert survivors.change_of("\n".join(["--- a.py", "+++ a.py", "@@ -1 +1 @@", *lines])) == change


def test_a_survivor_stands_on_the_page_with_its_reason_or_without(monkeypatch, tmp_path):
    (tmp_path / "reasons").write_text(
        "cards.liver.meld.meld\n  A half is not reached.\n    return 1 → return 2\n", encoding="utf-8"
    )
    monkeypatch.setattr(survivors, "REASONS", tmp_path / "reasons")
    diffs = {
        "cards.liver.meld.x_meld__mutmut_3": "-return 1\n+return 2",
        "cards.liver.meld.x_meld__mutmut_4": "-a | b\n+a & b",
    }
    page = survivors.page(diffs, diffs.__getitem__, mutants.room)
    assert page.splitlines()[-4:] == [
        "| in | changed | why nothing notices |",
        "|---|---|---|",
        "| `liver.meld.meld` | `return 1 → return 2` | A half is not reached. |",
        "| `liver.meld.meld` | `a \\| b → a & b` | not looked at |",
    ]


def test_tests_beside_a_module():
    assert named_beside(Path("cards/words.py")) == "tests/cards/test_words.py::"
    assert named_beside(Path("cards/timeline/axis.py")) == "tests/cards/timeline/test_axis.py::"


@pytest.mark.parametrize("function", survivors.reasons())
def test_every_reason_is_of_a_function_that_there_is(function):
    parts = function.split(".")
    files = [Path(*parts[:n]).with_suffix(".py") for n in (len(parts) - 1, len(parts) - 2)]
    (module,) = [ROOT / file for file in files if (ROOT / file).is_file()]
    assert f"def {parts[-1]}(" in module.read_text(encoding="utf-8")


# A function, its copy and its mutants as mutmut writes them, the switch in the line above the function


def switch(function):
    return function


@switch
def larger(one, other):
    if one > other:
        return one
    return other


def larger__mutmut_orig(one, other):
    if one > other:
        return one
    return other


def larger__mutmut_1(one, other):
    if one >= other:
        return one
    return other


def larger__mutmut_2(one, other):
    if one > other:
        return one
    return None


def larger__mutmut_3(one, other):
    while True:
        time.monotonic()


def mutant(changed):
    return Mutant(larger, larger__mutmut_orig, changed)


@pytest.mark.parametrize(
    ("changed", "ended"),
    [
        pytest.param(larger__mutmut_1, SURVIVED, id="same answers"),
        pytest.param(larger__mutmut_2, KILLED, id="another answer"),
        pytest.param(larger__mutmut_3, TIMEOUT, id="never ends"),
    ],
)
def test_a_mutant_is_tried_in_a_copy_of_the_process(monkeypatch, changed, ended):
    monkeypatch.setattr("tests.mutation.trial.STUCK_SECONDS", 1)
    probe = Probe("both ways", "test", lambda: iter([larger(1, 2), larger(2, 1)]))
    probe.learn()

    def attempt():
        mutant(changed).on()
        return KILLED if any(noticed_by([probe])) else SURVIVED

    todo = zip("ab", repeat(attempt), strict=False)
    assert {name: code for name, code, _ in tried(todo, 2)} == {"a": ended, "b": ended}
    assert larger(1, 2) == 2


def test_probe_notices_more_fewer_and_an_error():
    said = [[1], [1], [1, 2], [], [1 // 1]]
    probe = Probe("in turn", "test", lambda: iter(said.pop(0)))
    probe.learn()
    assert [probe.notices() for _ in range(3)] == [False, True, True]
    probe.says = lambda: (1 // each for each in (0,))
    assert probe.notices()


@pytest.mark.parametrize(
    ("changed", "text"),
    [(larger__mutmut_1, "    if one > other:"), (larger__mutmut_2, "    return other")],
)
def test_only_the_changed_statement_counts(changed, text):
    with open(__file__, encoding="utf-8") as file:
        source = file.read().splitlines()
    assert [source[line - 1] for line in sorted(changed_lines(mutant(changed)))] == [text]


def test_lines_that_a_probe_runs():
    with lines_run(__file__) as lines:
        larger(2, 1)
    first = larger.__code__.co_firstlineno
    assert {line - first for _, line in lines if line > 0} == {2, 3}
    with lines_run(__file__) as others:
        larger(3, 1)
    assert len(lines ^ others) == 2  # another answer


def test_probes_unlike_the_others_come_first():
    probes_of_a_line = [{0, 1, 2, 3}, {0, 1}, {0, 1}, {2}, {2}, {2}, {3}]
    assert unlike(probes_of_a_line, 5) == [2, 0, 3, 1, 4]


def test_what_was_learned_holds_until_a_file_changes(tmp_path):
    def reach():
        return Reach(__file__, [Probe("one", "test", lambda: iter([larger(1, 2)]))])

    learned = reach()
    learned.learn(lambda: None)
    (tmp_path / "core.py").write_text("1", encoding="utf-8")
    learned.keep(tmp_path)
    recalled = reach()
    assert recalled.recall(tmp_path)
    assert recalled.probes == [replace(learned.probes[0], says=recalled.probes[0].says)]
    assert recalled.of(mutant(larger__mutmut_2)) == recalled.probes
    assert recalled.of(mutant(larger__mutmut_1)) == recalled.probes
    (tmp_path / "core.py").write_text("22", encoding="utf-8")
    assert not reach().recall(tmp_path)
