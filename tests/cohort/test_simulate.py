"""The made-up cohort: the same for the same seed, valid FHIR but for its faults, and like its parameters."""

from collections import Counter
from datetime import date

import orjson
import pytest

from service.cohort.patient.counted import Counts
from service.cohort.report.tables import wilson
from service.cohort.simulate.course import patient_of
from service.cohort.simulate.parameters import DEFAULTS, ParameterError, read_parameters
from service.cohort.simulate.write import write_cohort
from service.fhir.read import read_facts
from tests.cohort.build import ASKED, FAULTLESS, assessed

PARAMETERS = read_parameters()


def files(folder):
    return {f.name: f.read_bytes() for f in sorted(folder.iterdir())}


def test_the_same_seed_makes_the_same_files_for_every_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.setattr("service.cohort.simulate.write.SHARD", 4)
    write_cohort(PARAMETERS, 10, 3, tmp_path / "one")
    write_cohort(PARAMETERS, 10, 3, tmp_path / "two", workers=2)
    write_cohort(PARAMETERS, 10, 4, tmp_path / "other")
    assert files(tmp_path / "one") == files(tmp_path / "two") != files(tmp_path / "other")
    assert "Observation.0003.ndjson" in files(tmp_path / "one")


def test_packed_files_hold_the_same(tmp_path):
    import gzip

    write_cohort(PARAMETERS, 5, 3, tmp_path / "plain")
    write_cohort(PARAMETERS, 5, 3, tmp_path / "packed", packed=True)
    unpacked = {name.removesuffix(".gz"): gzip.decompress(data) for name, data in files(tmp_path / "packed").items()}
    assert unpacked == files(tmp_path / "plain")


def test_nothing_is_dated_after_the_last_day():
    texts = [orjson.dumps(r).decode() for n in range(60) for r in patient_of(n, 1, PARAMETERS)]
    assert not [t for t in texts if '"2026-11-22' in t or '"2026-12' in t or '"2027' in t]


def test_without_faults_every_resource_is_usable():
    parameters = {**PARAMETERS, "faults": FAULTLESS}
    for number in range(40):
        resources = patient_of(number, 2, parameters)
        facts = read_facts(resources, patient=resources[0]["id"], asked=ASKED, zone=ASKED.tzinfo)
        assert facts.unusable == ()
        assert facts.tumor.stated


@pytest.fixture(scope="module")
def counted() -> Counts:
    counts: Counts = Counter()
    parameters = {
        **PARAMETERS,
        "faults": FAULTLESS,
        "missing": {**PARAMETERS["missing"], "laboratory": 0.0, "clinical": 0.0},
    }
    for number in range(900):
        resources = patient_of(number, 11, parameters)
        from tests.cohort.build import question

        counts.update(assessed(resources[0]["id"], resources, question(replay=False)).counts)
    return counts


@pytest.mark.parametrize(
    ("key", "worse", "low", "high"), [("child-pugh-after", "AB", 0.09, 0.14), ("albi-after", "12", 0.18, 0.21)]
)
def test_liver_function_worsens_about_as_often_as_published(counted, key, worse, low, high):
    """The 95 % interval of the simulated rate meets the published band."""
    of = sum(n for k, n in counted.items() if k[:2] == (key, worse[0]) and k[2] != "unknown")
    interval = wilson(counted[(key, worse[0], worse[1])], of)
    assert of > 150
    assert interval[0] < high
    assert interval[1] > low


def test_technical_success_is_about_as_published(counted):
    yes, no = counted[("technical-success", "yes")], counted[("technical-success", "no")]
    assert wilson(yes, yes + no)[1] > 0.98


def test_a_file_changes_what_it_names(tmp_path):
    file = tmp_path / "p.toml"
    file.write_text("last_day = 2025-06-30\n[liver]\nclass_a = 1.0\nclass_b = 0\nclass_c = 0\n")
    changed = read_parameters(file)
    assert (changed["last_day"], changed["liver"]["class_a"]) == (date(2025, 6, 30), 1.0)
    assert changed["session"] == PARAMETERS["session"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[liver]\nclas_a = 1", "liver.clas_a is none of"),
        ("nothing = 1", "nothing is none of"),
        ("[liver]\nclass_a = 1.2", "a share from 0 to 1"),
        ("[liver]\nclass_a = true", "a share from 0 to 1"),
        ("[burden]\nnodules = []", "a list of weights"),
        ("[burden]\nnodules = [-1, 2]", "a list of weights"),
        ("[session]\nmost = 2.5", "a whole number"),
        ("[patients]\nage_mean = 0", "a positive number"),
        ("last_day = 5", "a date"),
        ("liver = 3", "liver is a table"),
        ("not toml", "not TOML"),
    ],
)
def test_a_wrong_parameter_is_named(tmp_path, text, says):
    file = tmp_path / "p.toml"
    file.write_text(text)
    with pytest.raises(ParameterError, match=says):
        read_parameters(file)


def test_every_default_says_where_it_comes_from():
    """Each value, or the table it stands in, names a source or that it is assumed."""
    sources = ("assumption", "source-000", "source-003", "Lencioni 2016", "Miraglia 2007", "Liu 2014")
    untold, table_said = [], False
    for line in DEFAULTS.read_text(encoding="utf-8").splitlines():
        said = any(word in line.partition("#")[2] for word in sources)
        if line.startswith("["):
            table_said = said
        elif "=" in line and not line.startswith("#") and not (table_said or said):
            untold.append(line.split(" ")[0])
    assert untold == ["last_day", "other_laboratory"]  # no property of patients
