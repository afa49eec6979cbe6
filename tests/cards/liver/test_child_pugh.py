"""Child-Pugh: the table of pugh-1973, middle bands inclusive at both ends, nothing rounded."""

from dataclasses import replace
from itertools import combinations, product

import pytest

from cards.liver.child_pugh import ITEMS, child_pugh, child_pugh_class
from tests.cards.build import LIVER, facts, liver, present, session, state_of, value


def points(item, **values):
    return liver(**values).points[item]


ONE, TWO, THREE = (1, 1), (2, 2), (3, 3)
OPEN = (1, 3)


@pytest.mark.parametrize(
    ("bilirubin", "expected"),
    [
        pytest.param(1.99, ONE, id="just below 2"),
        pytest.param(2.0, TWO, id="exactly 2"),
        pytest.param(2.5, TWO, id="between 2 and 3"),
        pytest.param(3.0, TWO, id="exactly 3"),
        pytest.param(3.01, THREE, id="just above 3"),
        pytest.param("33.9 umol/L", ONE, id="33.9 umol/L below both bands"),
        pytest.param("34.0 umol/L", TWO, id="34.0 umol/L middle by the printed band only"),
        pytest.param("34.2 umol/L", TWO, id="34.2 umol/L middle by the printed band only"),
        pytest.param("34.3 umol/L", TWO, id="34.3 umol/L middle by both"),
        pytest.param("51.0 umol/L", TWO, id="51.0 umol/L middle by both"),
        pytest.param("51.2 umol/L", THREE, id="51.2 umol/L high by the printed band only"),
        pytest.param("51.4 umol/L", THREE, id="51.4 umol/L high by both"),
        pytest.param("<2.0", ONE, id="below 2 as a limit"),
        pytest.param("<=2.0", (1, 2), id="at most 2 leaves the band open"),
        pytest.param("<3.0", (1, 2), id="below 3 as a limit"),
        pytest.param(">2.0", (2, 3), id="above 2 as a limit"),
        pytest.param(">3.0", THREE, id="above 3 as a limit"),
        pytest.param(">=3.0", (2, 3), id="at least 3 leaves the band open"),
        pytest.param((1.0, 90), ONE, id="last day of the window"),
        pytest.param((1.0, 91), OPEN, id="first day after the window"),
        pytest.param((1.0, None), OPEN, id="undated"),
        pytest.param(None, OPEN, id="missing"),
    ],
)
def test_bilirubin(bilirubin, expected):
    assert points("bilirubin", bilirubin=bilirubin) == expected


def test_a_limit_in_one_band_leaves_nothing_open():
    found = liver(**{**LIVER, "bilirubin": "<2.0"})
    assert (found.status, found.missing) == ("known", ())


def test_a_limit_in_micromoles_is_judged_in_milligrams():
    """Below 34.2 µmol/L: a limit is no value that the printed band could score."""
    below = replace(value("bilirubin", "<2.0"), sent=(34.2, "umol/L"))
    assert points("bilirubin", bilirubin=[below]) == ONE


def test_prothrombin_time_without_its_control_tells_nothing():
    found = liver(**{**LIVER, "inr": None, "pt": 14.0})
    assert (found.points["inr"], found.missing) == (OPEN, ("inr",))
    found = liver(**{**LIVER, "inr": None, "pt_control": 12.0})
    assert (found.points["inr"], found.missing) == (OPEN, ("inr",))


@pytest.mark.parametrize("controlled", [True, None])
def test_a_note_of_a_condition_is_carried_along(controlled):
    told = replace(present("encephalopathy_grade", "present"), notes=("as recorded: stage not given",))
    values = {name: what for name, what in LIVER.items() if name != "encephalopathy_grade"}
    found = child_pugh(state_of(facts(**values, encephalopathy_controlled=controlled, states=[told])))
    assert found.notes == ("as recorded: stage not given",)
    assert found.points["encephalopathy"] == (TWO if controlled else (2, 3))


@pytest.mark.parametrize("umol_l", [34.0, 34.2, 51.1, 51.2])
def test_band_printed_in_umol_that_scores_higher_is_said(umol_l):
    assert any("µmol/L band" in note for note in liver(bilirubin=f"{umol_l} umol/L").notes)


@pytest.mark.parametrize("umol_l", [33.9, 34.3, 51.0, 51.4])
def test_bands_that_agree_are_not_remarked(umol_l):
    assert liver(bilirubin=f"{umol_l} umol/L").notes == ()


@pytest.mark.parametrize(
    ("albumin", "expected"),
    [
        pytest.param(3.51, ONE, id="just above 3.5"),
        pytest.param(3.5, TWO, id="exactly 3.5"),
        pytest.param(3.0, TWO, id="3.0, middle here though not in Harrison's variant"),
        pytest.param(2.8, TWO, id="exactly 2.8"),
        pytest.param(2.79, THREE, id="just below 2.8"),
        pytest.param("<2.8", THREE, id="below 2.8 as a limit"),
        pytest.param("<3.5", (2, 3), id="below 3.5 as a limit"),
        pytest.param(">3.5", ONE, id="above 3.5 as a limit"),
        pytest.param((4.0, 91), OPEN, id="too old"),
        pytest.param(None, OPEN, id="missing"),
    ],
)
def test_albumin(albumin, expected):
    assert points("albumin", albumin=albumin) == expected


@pytest.mark.parametrize(
    ("inr", "expected"),
    [
        pytest.param(1.69, ONE, id="just below 1.7"),
        pytest.param(1.7, TWO, id="exactly 1.7"),
        pytest.param(2.25, TWO, id="2.25, middle here though not in the band up to 2.2"),
        pytest.param(2.3, TWO, id="exactly 2.3"),
        pytest.param(2.31, THREE, id="just above 2.3"),
        pytest.param("<1.0", ONE, id="below 1.0 as a limit"),
        pytest.param(">8", THREE, id="above 8 as a limit"),
        pytest.param((1.0, 91), OPEN, id="too old"),
        pytest.param(None, OPEN, id="missing"),
    ],
)
def test_inr(inr, expected):
    assert points("inr", inr=inr) == expected


@pytest.mark.parametrize(
    ("pt", "expected"),
    [
        pytest.param(15.9, ONE, id="3.9 s over control"),
        pytest.param(16.0, TWO, id="4 s over control"),
        pytest.param(18.0, TWO, id="6 s over control"),
        pytest.param(18.1, THREE, id="6.1 s over control"),
        pytest.param(11.0, ONE, id="shorter than control"),
        pytest.param(">16.0", OPEN, id="only a limit is told"),
        pytest.param((15.9, 91), OPEN, id="too old"),
    ],
)
def test_prothrombin_time_over_control_where_inr_is_absent(pt, expected):
    assert points("inr", pt=pt, pt_control=12.0) == expected


def test_prothrombin_time_without_control_leaves_clotting_open():
    assert points("inr", pt=18.1) == OPEN


def test_inr_goes_before_prothrombin_time():
    assert points("inr", inr=1.0, pt=30.0, pt_control=12.0) == ONE


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"ascites_grade": "none"}, ONE, id="none"),
        pytest.param({"ascites_grade": "mild"}, TWO, id="mild"),
        pytest.param({"ascites_grade": "moderate-severe"}, THREE, id="moderate to severe"),
        pytest.param({"ascites_grade": "refractory"}, THREE, id="refractory"),
        pytest.param({"ascites_grade": "none", "ascites_controlled": True}, TWO, id="none while on diuretics"),
        pytest.param({"ascites_grade": "mild", "ascites_controlled": True}, TWO, id="mild, controlled"),
        pytest.param({"ascites_grade": "moderate-severe", "ascites_controlled": True}, THREE,
                     id="moderate though called controlled"),
        pytest.param({"ascites_controlled": True}, TWO, id="controlled, grade not told"),
        pytest.param({"ascites_controlled": False}, OPEN, id="not controlled, grade not told"),
        pytest.param({"ascites_grade": ("none", 91)}, OPEN, id="too old"),
        pytest.param({}, OPEN, id="missing is not absent"),
    ],
)  # fmt: skip
def test_ascites(values, expected):
    assert points("ascites", **values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        *(
            pytest.param({"encephalopathy_grade": grade}, expected, id=f"grade {grade}")
            for grade, expected in enumerate((ONE, TWO, TWO, THREE, THREE))
        ),
        pytest.param(
            {"encephalopathy_grade": 0, "encephalopathy_controlled": True}, TWO, id="none while on medication"
        ),
        pytest.param({"encephalopathy_grade": 1, "encephalopathy_controlled": True}, TWO, id="grade 1, controlled"),
        pytest.param({"encephalopathy_grade": 3, "encephalopathy_controlled": True}, THREE, id="grade 3, controlled"),
        pytest.param({"encephalopathy_controlled": True}, TWO, id="controlled, grade not told"),
        pytest.param({"encephalopathy_controlled": False}, OPEN, id="not controlled, grade not told"),
        pytest.param({"encephalopathy_grade": (0, 91)}, OPEN, id="too old"),
        pytest.param({}, OPEN, id="missing is not absent"),
    ],
)
def test_encephalopathy(values, expected):
    assert points("encephalopathy", **values) == expected


@pytest.mark.parametrize(
    ("states", "values", "item", "expected"),
    [
        pytest.param([present("ascites_grade", "present")], {}, "ascites", (2, 3), id="ascites, grade not told"),
        pytest.param([present("ascites_grade", "present")], {"ascites_controlled": True}, "ascites", TWO,
                     id="ascites, controlled"),
        pytest.param([present("ascites_grade", "present")], {"ascites_grade": "mild"}, "ascites", TWO,
                     id="ascites, graded mild"),
        pytest.param([present("ascites_grade", "present")], {"ascites_grade": "none"}, "ascites", (2, 3),
                     id="ascites beside a finding of none"),
        pytest.param([present("encephalopathy_grade", "present")], {}, "encephalopathy", (2, 3),
                     id="encephalopathy, grade not told"),
        pytest.param([present("encephalopathy_grade", "present")], {"encephalopathy_controlled": True},
                     "encephalopathy", TWO, id="encephalopathy, controlled"),
        pytest.param([present("encephalopathy_grade", "present")], {"encephalopathy_grade": 0}, "encephalopathy", (2, 3),
                     id="encephalopathy beside a grade of 0"),
        pytest.param([present("encephalopathy_grade", 4)], {"encephalopathy_grade": 1}, "encephalopathy", THREE,
                     id="hepatic coma beside a grade of 1"),
    ],
)  # fmt: skip
def test_condition_that_is_present(states, values, item, expected):
    assert child_pugh(state_of(facts(states=states, **values))).points[item] == expected


@pytest.mark.parametrize(("score", "expected"), [*((n, "A") for n in (5, 6)), *((n, "B") for n in (7, 8, 9)),
                                                *((n, "C") for n in range(10, 16))])  # fmt: skip
def test_class_of_every_score(score, expected):
    assert child_pugh_class(score) == expected


@pytest.mark.parametrize(
    ("values", "score", "cls"),
    [
        pytest.param({"bilirubin": 3.2, "albumin": 2.6, "inr": 2.0, "ascites_grade": "mild", "encephalopathy_grade": 1},
                     12, "C", id="E07 medx"),
        pytest.param({"bilirubin": 1.5, "albumin": 3.8, "inr": 1.2, "ascites_grade": "none", "encephalopathy_grade": 0},
                     5, "A", id="E16 Radulator"),
        pytest.param({"bilirubin": 2.5, "albumin": 3.0, "inr": 1.9, "ascites_grade": "mild", "encephalopathy_grade": 2},
                     10, "C", id="E17 Radulator, printed wrongly as B8"),
        pytest.param({"bilirubin": 11.5, "albumin": 2.7, "inr": 1.95, "ascites_grade": "mild", "encephalopathy_grade": 0},
                     11, "C", id="A02 PMC8383533"),
        pytest.param({"bilirubin": 2.11, "albumin": 2.83, "inr": 1.26, "ascites_grade": "none", "encephalopathy_grade": 3},
                     9, "B", id="A05 PMC3701851"),
        pytest.param({"bilirubin": "16 umol/L", "albumin": 3.0, "inr": 1.5, "ascites_controlled": True,
                      "encephalopathy_grade": 0}, 7, "B", id="A12 Dr.Oracle vignette"),
    ],
)  # fmt: skip
def test_published_worked_case(values, score, cls):
    found = liver(**values)
    assert (found.low, found.high, found.classes, found.status) == (score, score, (cls,), "known")


def test_published_case_without_encephalopathy_is_bounded_from_class_a():
    found = liver(bilirubin=1.0, albumin=4.4, inr=1.21, ascites_grade="none")  # A07, PMC3326999
    assert (found.low, found.high, found.classes, found.missing) == (5, 7, ("A", "B"), ("encephalopathy_grade",))


def test_nothing_known_is_unknown_over_the_whole_range():
    found = liver()
    assert (found.low, found.high, found.status, found.classes) == (5, 15, "unknown", ("A", "B", "C"))


@pytest.mark.parametrize("missing", LIVER)
def test_each_missing_item_is_named(missing):
    found = liver(**{name: what for name, what in LIVER.items() if name != missing})
    assert (found.missing, found.status, found.low, found.high) == ((missing,), "bounded", 5, 7)


# One value for 1, 2 and 3 points of each item
LEVELS = {
    "bilirubin": (1.0, 2.5, 4.0),
    "albumin": (4.0, 3.0, 2.0),
    "inr": (1.0, 2.0, 3.0),
    "ascites_grade": ("none", "mild", "refractory"),
    "encephalopathy_grade": (0, 2, 4),
}
EVERY_SCORE = {
    levels: sum(level + 1 for level in levels) for levels in product(range(3), repeat=5)
}  # fmt: skip
SUBSETS = [names for size in range(6) for names in combinations(LEVELS, size)]


@pytest.mark.parametrize("missing", SUBSETS, ids=lambda names: "without " + (", ".join(names) or "nothing"))
def test_every_completion_lies_within_the_bounds_and_both_ends_are_reached(missing):
    known = [name for name in LEVELS if name not in missing]
    for levels in product(range(3), repeat=len(known)):
        told = dict(zip(known, levels, strict=True))
        found = liver(**{name: LEVELS[name][level] for name, level in told.items()})
        totals = {
            total
            for complete, total in EVERY_SCORE.items()
            if all(dict(zip(LEVELS, complete, strict=True))[name] == level for name, level in told.items())
        }
        assert totals == set(range(found.low, found.high + 1))
        assert found.classes == tuple(sorted({child_pugh_class(total) for total in totals}))


def test_table_of_every_completion_is_the_score_itself():
    for levels, total in EVERY_SCORE.items():
        found = liver(**{name: LEVELS[name][level] for name, level in zip(LEVELS, levels, strict=True)})
        assert (found.low, found.high) == (total, total)


@pytest.mark.parametrize(
    ("days_after", "expected"),
    [
        pytest.param(0, OPEN, id="day of the session"),
        pytest.param(28, OPEN, id="last day of recovery"),
        pytest.param(29, ONE, id="first day after recovery"),
        pytest.param(-1, OPEN, id="day before the session"),
    ],
)
def test_value_counts_only_after_recovery_from_the_last_session(days_after, expected):
    treated = session(40)
    bilirubin = value("bilirubin", 1.0, 40 - days_after)
    assert child_pugh(state_of(facts(bilirubin=bilirubin, sessions=[treated]))).points["bilirubin"] == expected


def test_items_are_those_of_the_contract():
    assert tuple(liver().points) == ITEMS == ("bilirubin", "albumin", "inr", "ascites", "encephalopathy")
