"""The builder itself: a test patient has what the test says, and nothing else."""

from cards.eligibility.verdict import eligibility
from tests.cards.build import EMPTY, ago, candidate, case, facts, state


def test_value_alone_is_recent():
    assert state(bilirubin=1.2).bilirubin.value == 1.2


def test_value_with_its_age():
    assert facts(albumin=(3.8, 20)).series["albumin"][0].when == ago(20)


def test_several_values_are_newest_first():
    assert [f.value for f in facts(afp=[(1, 30), (3, 5), (2, 20)]).series["afp"]] == [3, 2, 1]


def test_comparator_is_kept():
    assert (state(bilirubin="<0.2").bilirubin.comparator, state(bilirubin="<0.2").bilirubin.value) == ("<", 0.2)


def test_empty_patient_is_empty():
    assert (EMPTY.series, EMPTY.sizes, EMPTY.tumor.stated) == ({}, (), False)


def test_no_criterion_speaks_against_the_candidate():
    assert eligibility(case(candidate())).verdict == "candidate"
