"""The trials: whom they enrolled against this patient, which of them concern a drug, and what they reported."""

from dataclasses import replace

import pytest

from cards.combination.drugs import BEVACIZUMAB, CHECKPOINT_INHIBITORS, TYROSINE_KINASE_INHIBITORS
from cards.combination.trials import NOT_SHOWN, TRIALS, trial_population, trials_of
from cards.sources import SOURCES
from cards.verdict import Verdict
from service.fhir.read.codes import drug_in
from tests.cards.build import EMPTY, candidate, case

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
BY_NAME = {trial.name: trial for trial in TRIALS}
OLD = 200


def fit(name, **changes):
    return trial_population(BY_NAME[name], case(candidate(**changes)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, MET, id="A5, ECOG 0, no invasion"),
        pytest.param({"albumin": 2.7}, MET, id="B7"),
        pytest.param({"albumin": 3.0, "ascites_grade": "mild"}, MET, id="B7 with ascites"),
        pytest.param({"albumin": 2.7, "bilirubin": 2.0}, NOT_MET, id="B8"),
        pytest.param({"inr": None}, MET, id="INR missing: at most 7"),
        pytest.param({"inr": None, "albumin": 3.5}, UNKNOWN, id="INR missing: 6 to 8"),
        pytest.param({"inr": (1.0, OLD), "albumin": 3.5}, UNKNOWN, id="INR too old: 6 to 8"),
        pytest.param({"ecog": 1}, MET, id="ECOG 1"),
        pytest.param({"ecog": 2}, NOT_MET, id="ECOG 2"),
        pytest.param({"ecog": None}, UNKNOWN, id="ECOG missing"),
        pytest.param({"portal_vein_invasion": "vp1"}, UNKNOWN, id="invasion: stratified, classes not told"),
        pytest.param({"portal_vein_invasion": None}, UNKNOWN, id="invasion not documented"),
        pytest.param(
            {"portal_vein_invasion": "vp4", "ecog": 2}, NOT_MET, id="what is outside decides over what is open"
        ),
    ],
)
def test_population_of_emerald_1(changes, expected):
    assert fit("EMERALD-1", **changes).verdict is expected


@pytest.mark.parametrize(
    ("invasion", "expected"),
    [("none", UNKNOWN), ("vp2", UNKNOWN), ("vp3", NOT_MET), ("vp4", NOT_MET), (None, UNKNOWN)],
)
def test_population_of_abc_hcc_allows_invasion_up_to_vp2(invasion, expected):
    assert fit("ABC-HCC", portal_vein_invasion=invasion).verdict is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, NOT_MET, id="BCLC B"),
        pytest.param({"portal_vein_invasion": "vp3"}, UNKNOWN, id="BCLC C, other limits not held"),
        pytest.param({"ecog": None}, UNKNOWN, id="stage open"),
        pytest.param({"albumin": 2.7, "bilirubin": 3.1, "inr": 2.4}, NOT_MET, id="BCLC D"),
    ],
)
def test_population_of_launch_is_advanced(changes, expected):
    assert fit("LAUNCH", **changes).verdict is expected


@pytest.mark.parametrize("name", ["TALENTACE", "LEAP-012", "EMERALD-3", "TACTICS", "SPACE", "TACE-2"])
@pytest.mark.parametrize("changes", [{}, {"albumin": 2.7, "bilirubin": 3.1, "ecog": 4}], ids=["A5", "C"])
def test_fit_is_never_assumed_where_the_limits_are_not_held(name, changes):
    found = fit(name, **changes)
    assert (found.verdict, found.because) == (UNKNOWN, "limits not held here")


def test_a_fit_names_what_is_missing_or_outside():
    assert fit("EMERALD-1", ecog=None).missing == ("ecog",)
    assert fit("EMERALD-1", ecog=2, portal_vein_invasion="vp1").because == "ECOG 2"
    assert fit("EMERALD-1").because == "Child-Pugh A5, ECOG 0, no portal vein invasion"
    assert fit("EMERALD-1", portal_vein_invasion="vp2").because == "portal vein invasion vp2"
    assert fit("ABC-HCC", portal_vein_invasion="vp4").because == "portal vein invasion vp4"
    assert fit("EMERALD-1", ecog=2, albumin=2.7, bilirubin=2.0).because == "Child-Pugh B8, ECOG 2"


def test_a_fit_that_is_decided_misses_nothing():
    assert fit("EMERALD-1", ecog=2, portal_vein_invasion=None).missing == ()
    assert fit("EMERALD-1", ecog=None, portal_vein_invasion=None).missing == ("ecog", "portal_vein_invasion")


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        pytest.param({}, MET, id="all three"),
        pytest.param({"child_pugh_max": None}, UNKNOWN, id="without Child-Pugh"),
        pytest.param({"ecog_max": None}, UNKNOWN, id="without ECOG"),
        pytest.param({"portal": ()}, UNKNOWN, id="without the portal vein"),
    ],
)
def test_a_limit_that_is_not_held_leaves_the_fit_open(held, expected):
    assert trial_population(replace(BY_NAME["EMERALD-1"], **held), case(candidate())).verdict is expected


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_no_trial_fits_an_empty_record(trial):
    assert trial_population(trial, case(EMPTY)).verdict is not MET


@pytest.mark.parametrize(
    ("drugs", "expected"),
    [
        pytest.param(["atezolizumab", "bevacizumab"], ["EMERALD-1", "TALENTACE", "EMERALD-3", "ABC-HCC"], id="immune"),
        pytest.param(["pembrolizumab"], ["EMERALD-1", "TALENTACE", "LEAP-012", "EMERALD-3", "ABC-HCC"], id="pembro"),
        pytest.param(["lenvatinib"], ["LEAP-012", "EMERALD-3", "LAUNCH"], id="lenvatinib"),
        pytest.param(["sorafenib"], ["TACTICS", "SPACE", "TACE-2"], id="sorafenib"),
        pytest.param(["cabozantinib", "regorafenib", "ramucirumab"], [], id="none was read"),
        pytest.param([], [], id="no drug"),
    ],
)
def test_trials_that_concern_a_drug(drugs, expected):
    assert [trial.name for trial in trials_of(drugs)] == expected


# What a journal or trial registry verified
REPORTED = {
    "EMERALD-1": (2025, "15.0 vs 8.2", "not shown", "G3–4 32.5 vs 13.5 %"),
    "TALENTACE": (2025, "TACE-PFS 11.30 vs 7.03, HR 0.71 (0.55–0.92)", "not shown", "not read"),
    "LEAP-012": (2025, "14.6 vs 10.0, HR 0.66", "not shown: HR 0.80 (0.57–1.11)", "G3–5 71.3 vs 31.5 %"),
    "EMERALD-3": (2026, "13.0 vs 9.8, HR 0.70 (0.57–0.86)",
                  "not shown: HR 0.84; without lenvatinib 0.70, nominal, not formally tested", "not read"),
    "LAUNCH": (2022, "not read", "17.8 vs 11.5, HR 0.45", "not read"),
    "TACTICS": (None, "25.2 vs 13.5", "not shown: 36.2 vs 30.8, HR 0.861", "not read"),
    "SPACE": (None, "not read", "not read", "not read"),
    "TACE-2": (None, "not read", "not read", "not read"),
    "ABC-HCC": (2026, "not read", "not read", "not read"),
}  # fmt: skip


@pytest.mark.parametrize("name", REPORTED)
def test_what_a_trial_reported(name):
    trial = BY_NAME[name]
    assert (trial.year, trial.pfs, trial.os, trial.toxicity) == REPORTED[name]


def test_every_trial_is_listed_and_has_a_source():
    assert REPORTED.keys() == BY_NAME.keys()
    assert [t.name for t in TRIALS if t.source not in SOURCES] == []
    assert [t.name for t in TRIALS if t.negative] == ["SPACE", "TACE-2"]


def test_survival_is_shown_by_no_trial_against_tace_alone():
    against_tace = [t for t in TRIALS if t.question == "with" and not t.negative]
    assert [t.name for t in against_tace if not t.os.startswith(NOT_SHOWN)] == []


@pytest.mark.parametrize("drug", sorted(CHECKPOINT_INHIBITORS | TYROSINE_KINASE_INHIBITORS | {BEVACIZUMAB}))
def test_drugs_are_named_as_the_reader_names_them(drug):
    assert drug_in(drug) == (drug,)
