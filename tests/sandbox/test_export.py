"""`tace-cds fixtures export`: transaction bundles that any FHIR R4 server takes."""

import json

import pytest
from click.testing import CliRunner
from fhir.resources.R4B.bundle import Bundle

from service.cli import commands
from service.fhir.write.transaction import transaction_of
from tests.golden import cases

BROKEN = {"broken-bilirubin-resource.json": {"Observation/willow-bilirubin", "Hologram/willow-unknown-type"}}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "new"
    result = CliRunner().invoke(commands, ["fixtures", "export", str(folder)])
    assert result.exit_code == 0, result.output
    return folder, result


def bundles(folder):
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*.json")}


def test_one_file_a_fixture(written):
    folder, result = written
    assert sorted(bundles(folder)) == sorted(f"{case}.json" for case in cases())
    assert f"{len(cases())} transaction bundles" in result.stdout


def test_every_bundle_is_a_valid_transaction(written):
    for bundle in bundles(written[0]).values():
        Bundle.model_validate(bundle)
        assert bundle["type"] == "transaction"
        for entry in bundle["entry"]:
            name = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
            assert entry["request"] == {"method": "PUT", "url": name}


def test_every_reference_is_in_the_bundle(written):
    for name, bundle in bundles(written[0]).items():
        held = {entry["request"]["url"] for entry in bundle["entry"]}
        assert references(bundle) - held == set(), name


def references(value):
    if isinstance(value, dict):
        own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_what_no_server_takes_is_left_out_and_said(written):
    folder, result = written
    for name, refused in BROKEN.items():
        held = {entry["request"]["url"] for entry in bundles(folder)[name]["entry"]}
        assert refused & held == set()
        assert all(each in result.stderr for each in refused)


def test_bundles_load_one_after_another(written):
    """What stands in two bundles is the same in both: the second PUT changes nothing."""
    seen = {}
    for bundle in bundles(written[0]).values():
        for entry in bundle["entry"]:
            assert seen.setdefault(entry["request"]["url"], entry["resource"]) == entry["resource"]


def test_a_reference_to_a_type_that_cannot_be_bare_stays_open():
    observation = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"},
                   "derivedFrom": [{"reference": "ImagingStudy/i"}]}  # fmt: skip
    bundle, refused = transaction_of([observation])
    assert [entry["request"]["url"] for entry in bundle["entry"]] == ["Observation/o"]
    assert refused == []
