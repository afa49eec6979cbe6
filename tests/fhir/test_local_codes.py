"""The operator's map: what it reads, and one clear line for each thing that can be wrong with it."""

from pathlib import Path

import pytest

from cards.facts import FACTS
from service.fhir.read.codes import CPT, LOINC, SNOMED
from service.fhir.read.local_codes import PROCEDURES, TUMORS, Entry, LocalCodeError, LocalCodes, load

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "local-codes.toml"
PAGE = EXAMPLE.parents[1] / "local-codes.md"
NORTH = "urn:oid:2.16.840.1.113883.3.9999.1.1"
SOUTH = "urn:oid:2.16.840.1.113883.3.9999.2.1"
HEAD = '[[map]]\nsystem = "urn:x"\ncode = "1"\n'
ASCITES = HEAD + 'fact = "ascites-grade"\n'


@pytest.fixture
def read(tmp_path):
    def read(text: str) -> LocalCodes:
        file = tmp_path / "map.toml"
        file.write_text(text, encoding="utf-8")
        return load(file)

    return read


@pytest.fixture
def error(read, tmp_path):
    def error(text: str) -> str:
        with pytest.raises(LocalCodeError) as raised:
            read(text)
        line = str(raised.value)
        assert "\n" not in line
        assert line.startswith(f"{tmp_path / 'map.toml'}: ")
        return line.removeprefix(f"{tmp_path / 'map.toml'}: ")

    return error


@pytest.fixture(scope="module")
def example() -> LocalCodes:
    return load(EXAMPLE)


def test_the_example_covers_two_hospitals(example):
    assert {entry.system.rsplit(".", 2)[-2] for entry in example.entries} == {"1", "2"}
    for hospital in (NORTH, SOUTH):
        names = {entry.name for entry in example.entries if entry.system.startswith(hospital[:-2])}
        assert {"ascites_grade", "encephalopathy_grade", "portal_vein_invasion", "ecog", "hcc", "tace"} <= names


@pytest.mark.parametrize(
    ("system", "code", "raw", "wanted"),
    [
        (NORTH, "304410", "Slight", "mild"),
        (NORTH, "304410", " LARGE /  tense ", "moderate-severe"),
        (NORTH, "304410", "moderate-severe", None),
        (NORTH, "304411", "Grade II", 2),
        (NORTH, "304415", "Main trunk", "vp4"),
        (NORTH, "304420", 1, 1),
        (NORTH, "304420", "1", 1),
        (NORTH, "304420", 1.0, 1),
        (NORTH, "304420", 6, None),
        (NORTH, "304420", 1.5, None),
        (NORTH, "304420", None, None),
        (SOUTH, "ASC1", None, "mild"),
        (SOUTH, "ASC1", True, "mild"),
        (SOUTH, "ASC1", False, None),
        (SOUTH, "ASC1", "severe", None),
        (SOUTH, "HE-WH", "3", 3),
        (SOUTH, "PVTT", 1, "vp3"),
        (SOUTH, "PVTT", 2.0, "vp4"),
        (SOUTH, "PS", "WHO 0", 0),
    ],
)
def test_values_of_the_example(example, system, code, raw, wanted):
    entry = example.match(system, code)
    assert entry is not None
    assert entry.target == "fact"
    assert entry.value_of(raw) == wanted
    assert type(entry.value_of(raw)) is type(wanted)


def test_tumor_and_procedure(example):
    tumor = example.match("urn:oid:2.16.840.1.113883.3.9999.1.2", "HCC-01")
    procedure = example.match("urn:oid:2.16.840.1.113883.3.9999.1.3", "IR-TACE")
    assert (tumor.target, tumor.name, tumor.value_of(None)) == ("tumor", "hcc", "hcc")
    assert (procedure.target, procedure.name) == ("procedure", "tace")
    assert tumor.note == "local code HCC-01 mapped to hcc"


def test_match(example):
    assert example.match(NORTH + "/", " 304410 ") is example.match(NORTH, "304410")
    assert example.match(NORTH, "304410").note == "local code 304410 mapped to ascites grade"
    assert example.match(NORTH, "999") is None
    assert example.match(SOUTH, "304410") is None
    assert f"{NORTH}|304410" in example.tokens
    assert LocalCodes().match(NORTH, "304410") is None


def test_a_standard_code_that_the_table_lacks_is_matched_in_its_spellings(read):
    local = read(f'[[map]]\nsystem = "{LOINC}"\ncode = "99999-1"\nfact = "jaundice"\n')
    assert local.match("https://loinc.org/", "99999-1 ").value_of(True) is True
    assert local.match("urn:oid:2.16.840.1.113883.6.1", "99999-1").name == "jaundice"


@pytest.mark.parametrize("name", [*FACTS, *(spec.code for spec in FACTS.values() if spec.code)])
def test_every_fact_by_name_and_by_code(read, name):
    assert read(f'{HEAD}fact = "{name}"\n').entries[0].name == name.replace("-", "_")


@pytest.mark.parametrize(
    ("target", "name"), [*(("tumor", name) for name in TUMORS), *(("procedure", name) for name in PROCEDURES)]
)
def test_every_tumor_and_procedure(read, target, name):
    entry = read(f'{HEAD}{target} = "{name}"\n').entries[0]
    assert (entry.target, entry.name) == (target, name)


def test_a_laboratory_value_keeps_its_number_and_has_no_unit(read):
    entry = read(HEAD + 'lab = "bilirubin"\n').entries[0]
    assert entry.value_of(1.9) == 1.9
    assert entry.value_of("1.9") is None
    assert entry.value_of(float("nan")) is None
    assert entry.value_of(True) is None


def test_yes_and_no(read):
    entry = read(HEAD + 'fact = "jaundice"\n').entries[0]
    assert [entry.value_of(raw) for raw in (True, False, "true", "FALSE", "yes", 1, None)] == [
        True, False, True, False, None, None, None,
    ]  # fmt: skip
    mapped = read(HEAD + 'fact = "jaundice"\n[map.values]\n"Yes" = true\n"No" = false\n').entries[0]
    assert [mapped.value_of(raw) for raw in ("yes", "NO", "unclear")] == [True, False, None]
    ticked = read(HEAD + 'fact = "jaundice"\nvalue = true\n').entries[0]
    assert ticked.value_of(None) is True


def test_branch_and_main(read):
    entry = read(HEAD + 'fact = "portal-vein-invasion"\n[map.values]\n"1" = "branch"\n"2" = "main"\n').entries[0]
    assert dict(entry.values) == {"1": "vp3", "2": "vp4"}


def test_an_entry_in_words():
    assert str(Entry("urn:x", "1", "fact", "jaundice", True)) == "urn:x|1 → jaundice = true"
    assert str(Entry("urn:x", "1", "tumor", "hcc")) == "urn:x|1 → hcc"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('[[map]\nsystem = "x"', "not TOML: ", id="bad TOML"),
        pytest.param("", "no entries; each one starts with [[map]]", id="empty"),
        pytest.param("map = 3", "no entries; each one starts with [[map]]", id="map is no table"),
        pytest.param("map = [1]", "entry 1: not a table; each entry starts with [[map]]", id="entry is no table"),
        pytest.param('[[codes]]\ncode = "1"', 'unknown key "codes"; allowed: [[map]] entries', id="other table"),
        pytest.param('[[map]]\ncode = "1"\nfact = "ecog"', 'entry 1: "system" is missing', id="no system"),
        pytest.param('[[map]]\nsystem = "urn:x"\nfact = "ecog"', 'entry 1: "code" is missing', id="no code"),
        pytest.param(
            '[[map]]\nsystem = "urn:x"\ncode = 304410\nfact = "ecog"',
            'entry 1: "code" is 304410; allowed: text in quotes',
            id="code is a number",
        ),
        pytest.param(
            '[[map]]\nsystem = " "\ncode = "1"\nfact = "ecog"',
            'entry 1: "system" is " "; allowed: text in quotes',
            id="blank system",
        ),
        pytest.param(HEAD, "entry 1: exactly one of fact, lab, tumor, procedure is needed; found none", id="no target"),
        pytest.param(
            HEAD + 'fact = "ecog"\ntumor = "hcc"',
            "entry 1: exactly one of fact, lab, tumor, procedure is needed; found fact and tumor",
            id="two targets",
        ),
        pytest.param(
            HEAD + 'fakt = "ecog"',
            'entry 1: unknown key "fakt" (did you mean "fact"?); allowed: system, code, fact, lab, tumor, procedure, '
            "value, values",
            id="unknown key",
        ),
        pytest.param(
            HEAD + 'fact = "ascites-grad"',
            'entry 1: unknown fact "ascites-grad" (did you mean "ascites-grade"?); allowed: bilirubin, ',
            id="unknown fact",
        ),
        pytest.param(
            HEAD + 'lab = "ecog"', 'entry 1: unknown lab "ecog"; allowed: bilirubin, albumin, inr, ', id="not a lab"
        ),
        pytest.param(HEAD + 'tumor = "lung"', 'entry 1: unknown tumor "lung"; allowed: hcc, icc, ', id="tumor"),
        pytest.param(
            HEAD + 'procedure = "TACE"', 'entry 1: unknown procedure "TACE"; allowed: tace, tae, ', id="procedure"
        ),
        pytest.param(
            ASCITES + 'value = "slight"',
            'entry 1: value is "slight"; ascites-grade allows "none", "mild", "moderate-severe", "refractory"',
            id="unknown value",
        ),
        pytest.param(
            ASCITES + '[map.values]\n"1+" = "slight"',
            'entry 1: the value of "1+" is "slight"; ascites-grade allows "none", ',
            id="unknown value in values",
        ),
        pytest.param(
            ASCITES + "value = true", 'entry 1: value is true; ascites-grade allows "none", ', id="type of a word"
        ),
        pytest.param(
            HEAD + 'fact = "jaundice"\nvalue = "yes"',
            'entry 1: value is "yes"; jaundice allows true, false',
            id="type of yes or no",
        ),
        pytest.param(
            HEAD + 'fact = "jaundice"\nvalue = "true"',
            'entry 1: value is "true"; jaundice allows true, false',
            id="yes or no in quotes",
        ),
        pytest.param(
            HEAD + 'fact = "ecog"\nvalue = 6',
            "entry 1: value is 6; ecog allows whole numbers from 0 to 5",
            id="number out of range",
        ),
        pytest.param(
            HEAD + 'fact = "ecog"\nvalue = true',
            "entry 1: value is true; ecog allows whole numbers from 0 to 5",
            id="true is no number",
        ),
        pytest.param(
            HEAD + 'lab = "inr"\nvalue = 1',
            "entry 1: inr is a quantity and takes its number and unit from the record; allowed: no value",
            id="quantity with a value",
        ),
        pytest.param(
            ASCITES + 'value = "mild"\n[map.values]\n"x" = "mild"',
            "entry 1: both value and values; allowed: one of them, or none",
            id="value and values",
        ),
        pytest.param(
            ASCITES + 'values = "mild"',
            'entry 1: "values" is not a table of words; allowed: "their word" = our value',
            id="values is no table",
        ),
        pytest.param(
            ASCITES + "[map.values]",
            'entry 1: "values" is not a table of words; allowed: "their word" = our value',
            id="no words in values",
        ),
        pytest.param(
            ASCITES + '[map.values]\n"Slight" = "mild"\n"slight " = "none"',
            'entry 1: the word "slight " is mapped twice (capitals and blanks do not count)',
            id="a word twice",
        ),
        pytest.param(
            HEAD + 'tumor = "hcc"\nvalue = "mild"',
            "entry 1: a tumor takes no value; value and values are for a fact",
            id="tumor with a value",
        ),
        pytest.param(
            ASCITES + '\n[[map]]\nsystem = "urn:x/"\ncode = "1 "\nfact = "ecog"',
            "entry 2: urn:x/|1 is mapped already in entry 1; allowed: once",
            id="a code twice",
        ),
        pytest.param(
            f'[[map]]\nsystem = "{LOINC}"\ncode = "1975-2"\nfact = "albumin"',
            f"entry 1: {LOINC}|1975-2 is already read as lab.bilirubin_total; allowed: codes it does not read",
            id="a code that the table reads",
        ),
        pytest.param(
            f'[[map]]\nsystem = "{CPT}"\ncode = "37243"\nprocedure = "tace"',
            f"entry 1: {CPT}|37243 is already read as proc.embolization_37243; allowed: codes it does not read",
            id="37243 is not only TACE",
        ),
    ],
)
def test_wrong_maps(error, text, line):
    assert error(text).startswith(line)


def test_an_unverified_code_of_the_table_may_be_mapped(read):
    assert read(f'[[map]]\nsystem = "{CPT}"\ncode = "47382"\nprocedure = "ablation"').entries[0].name == "ablation"
    assert read(f'[[map]]\nsystem = "{SNOMED}"\ncode = "1"\ntumor = "hcc"').entries[0].name == "hcc"


def test_unreadable_files(tmp_path):
    missing = tmp_path / "missing.toml"
    with pytest.raises(LocalCodeError, match=r"missing\.toml: cannot be read: No such file or directory$"):
        load(missing)
    with pytest.raises(LocalCodeError, match=r"cannot be read: Is a directory$"):
        load(tmp_path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(LocalCodeError, match=r"binary\.toml: cannot be read: not UTF-8 text$"):
        load(binary)


def test_the_page_names_what_is_allowed():
    page = PAGE.read_text(encoding="utf-8")
    for name in (*TUMORS, *PROCEDURES):
        assert f"`{name}`" in page


def test_the_example_in_the_page_is_a_map(read):
    blocks = PAGE.read_text(encoding="utf-8").split("```toml\n")[1:]
    assert blocks
    for block in blocks:
        assert read(block.split("```")[0]).entries
