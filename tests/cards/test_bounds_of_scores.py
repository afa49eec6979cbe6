"""Bounded results, by enumeration: whatever the missing values turn out to be, the result lies within what was said before."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

import pytest

from tests.cards.scores import CATEGORIES, SCORES, stages, substages

VERY_HIGH = 1e40  # no upper limit of bilirubin and INR is assumed
LABS = {
    "bilirubin": (0.3, 5.0, VERY_HIGH),
    "inr": (0.8, 2.0, VERY_HIGH),
    "creatinine": (0.3, 2.0, 30.0),
    "sodium": (100.0, 131.0, 170.0),
    "albumin": (0.6, 2.5, 6.0),
}
CHILD_PUGH = {
    "bilirubin": (1.0, 2.5, 4.0),
    "albumin": (4.0, 3.0, 2.0),
    "inr": (1.0, 2.0, 3.0),
    "ascites_grade": ("none", "mild", "refractory"),
    "encephalopathy_grade": (0, 2, 4),
}
HAP = {"albumin": (4.0, 3.0), "bilirubin": (0.8, 2.0), "afp": (10.0, 900.0), "sizes": ([4.0], [8.0])}
LEVELS = {
    "Child-Pugh": CHILD_PUGH,
    "Child-Pugh for PBC and PSC": CHILD_PUGH | {"bilirubin": (1.0, 5.0, 11.0)},
    "MELD": {name: LABS[name] for name in ("bilirubin", "inr", "creatinine")},
    "MELD-Na": {name: LABS[name] for name in ("bilirubin", "inr", "creatinine", "sodium")},
    "MELD 3.0": LABS | {"sex": ("male", "female")},
    "HAP": HAP,
    "mHAP-II": HAP | {"sizes": ([4.0], [8.0], [4.0, 4.0], [8.0, 4.0])},
    "ART": {
        "albumin_1": (4.0, 2.5),
        "albumin_2": (4.0, 3.0, 2.5),
        "ast_1": (20.0, 40.0, 400.0),
        "ast_2": (20.0, 60.0, 600.0),
        "response": ("PR", "SD"),
    },
}
WITHOUT_ENDS = ("ART",)  # a rise is of two values: the ends of neither alone are the ends of the score
UNKNOWN_WITH_ONE_MISSING = ("ALBI", "EZ-ALBI")  # a logarithm and a sum without limits: no bound is stated


def subsets(names) -> Iterator[tuple[str, ...]]:
    for size in range(len(names) + 1):
        yield from combinations(names, size)


@cache
def completions(score: str) -> dict[tuple[object, ...], float]:
    """Every complete patient, and the one result of each."""
    levels = LEVELS[score]
    found = {}
    for whole in product(*(range(len(each)) for each in levels.values())):
        values = {name: levels[name][at] for name, at in zip(levels, whole, strict=True)}
        low, high = SCORES[score](values)
        assert low == high
        found[whole] = low
    return found


CASES = [(score, missing) for score in LEVELS for missing in subsets(LEVELS[score])]


@pytest.mark.parametrize(
    ("score", "missing"), CASES, ids=[f"{score} without {', '.join(missing) or 'nothing'}" for score, missing in CASES]
)
def test_every_completion_lies_within_the_bounds_and_both_ends_are_reached(score, missing):
    levels = LEVELS[score]
    names = list(levels)
    known = [place for place, name in enumerate(names) if name not in missing]
    for at in product(*(range(len(levels[names[place]])) for place in known)):
        told = dict(zip(known, at, strict=True))
        bounds = SCORES[score]({names[place]: levels[names[place]][level] for place, level in told.items()})
        results = [
            result
            for whole, result in completions(score).items()
            if all(whole[place] == level for place, level in told.items())
        ]
        if bounds is None:
            assert missing
            continue
        assert bounds[0] <= min(results) <= max(results) <= bounds[1]
        assert score in WITHOUT_ENDS or (min(results), max(results)) == bounds


@pytest.mark.parametrize("score", [s for s in LEVELS if s != "ART"])
def test_a_score_is_unknown_only_where_nothing_of_it_is_known(score):
    levels = LEVELS[score]
    for missing in subsets(levels):
        told = {name: each[0] for name, each in levels.items() if name not in missing}
        nothing = not set(told) - {"sex"}
        bounded_anyway = score.startswith("Child-Pugh")
        assert (SCORES[score](told) is None) is (nothing and not bounded_anyway)


@pytest.mark.parametrize("score", UNKNOWN_WITH_ONE_MISSING)
@pytest.mark.parametrize("told", [{"bilirubin": 1.0}, {"albumin": 4.0}, {}])
def test_no_bound_is_stated_of_a_score_without_limits(score, told):
    assert SCORES[score](told) is None


def test_every_score_is_enumerated():
    assert set(LEVELS) | set(UNKNOWN_WITH_ONE_MISSING) == set(SCORES)


# Stages and limits of size and number: what is said holds for every completion

EXTENT = {
    "portal_vein_invasion": ("none", "vp2"),
    "extrahepatic_spread": (False, True),
    "ecog": (0, 1, 3),
    "bilirubin": (1.0, 2.5, 4.0),
}
REST = {"albumin": 3.0, "inr": 1.0, "ascites_grade": "none", "encephalopathy_grade": 0}
NODULES = ([2.0], [2.5, 2.0], [6.0, 5.0], [1.0, 1.0, 1.0, 1.0])


@pytest.mark.parametrize("sizes", NODULES, ids=lambda sizes: f"{len(sizes)} of {max(sizes)} cm")
@pytest.mark.parametrize(
    "missing", list(subsets(EXTENT)), ids=lambda names: "without " + (", ".join(names) or "nothing")
)
@pytest.mark.parametrize("judge", [stages, substages], ids=["BCLC", "Bolondi"])
def test_stages_are_those_of_every_completion(judge, missing, sizes):
    known = [name for name in EXTENT if name not in missing]
    for told in product(*(EXTENT[name] for name in known)):
        values = {**REST, "sizes": sizes, "nodule_count": len(sizes), **dict(zip(known, told, strict=True))}
        possible = judge(values)
        for rest in product(*(EXTENT[name] for name in missing)):
            complete = judge({**values, **dict(zip(missing, rest, strict=True))})
            assert complete <= possible


@pytest.mark.parametrize("limit", CATEGORIES)
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("measured", [0, 1, 2])
@pytest.mark.parametrize("unstated", [(), ("portal_vein_invasion",), ("extrahepatic_spread",)])
def test_a_limit_that_is_decided_holds_for_every_completion(limit, number, measured, unstated):
    if measured > number:
        return
    sizes_cm = (1.0, 3.0, 5.0, 8.0, 9.0)
    for first in product(sizes_cm, repeat=measured):
        stated = {"portal_vein_invasion": "none", "extrahepatic_spread": False}
        told = {name: what for name, what in stated.items() if name not in unstated}
        said = CATEGORIES[limit]({**told, "sizes": list(first), "nodule_count": number})
        if not said:
            continue
        for others in product((0.5, 3.0, 8.5), repeat=min(number - measured, 2)):
            filled = [*first, *others, *[0.5] * (number - measured - len(others))]
            for portal, spread in product(("none", "vp3"), (False, True)):
                whole = {"portal_vein_invasion": portal, "extrahepatic_spread": spread} | told
                assert CATEGORIES[limit]({**whole, "sizes": filled, "nodule_count": number}) == said
