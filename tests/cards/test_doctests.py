"""Every worked example of the core runs."""

import doctest
import importlib
import pkgutil

import pytest

import cards

MODULES = sorted(m.name for m in pkgutil.walk_packages(cards.__path__, "cards."))
NAMES = {"cards.bounds": "cards.facts", "cards.rule": "cards.facts", "cards.words": "datetime",
         "cards.response.history": "datetime"}  # fmt: skip


def examples(name):
    module = importlib.import_module(name)
    return [t for t in doctest.DocTestFinder(exclude_empty=True).find(module) if t.examples]


@pytest.mark.parametrize("name", [m for m in MODULES if examples(m)])
def test_examples_of_a_module(name):
    found = examples(name)
    extra = vars(importlib.import_module(NAMES[name])) if name in NAMES else {}
    runner = doctest.DocTestRunner()
    for test in found:
        test.globs = {**extra, **test.globs}
        runner.run(test)
    assert (runner.failures, runner.tries > 0) == (0, True)


def test_there_are_examples_to_run():
    assert sum(len(examples(name)) for name in MODULES) > 20
