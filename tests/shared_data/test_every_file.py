"""Every file of others, whatever it is: an answer or one clear line, never a traceback, never a 500, never a wrong card."""

import json
from pathlib import Path

import pytest

from service import cli
from service.app import create_app
from service.fhir import bundle
from service.hooks.catalog import SERVICES
from service.settings import Settings
from tests.fhir.build import read
from tests.shared_data.conftest import FHIR, files, name_of, needs_shared_data

pytestmark = needs_shared_data
DAY = "2026-11-21"
STU3 = FHIR / "smart-generated-sample-data" / "patient-8888802.fhir-bundle.json"
INDICATORS = {"info", "warning", "critical"}


def json_of(file):
    try:
        return json.loads(file.read_bytes())
    except ValueError:
        return None


def is_request(body):
    return isinstance(body, dict) and "hook" in body and "context" in body


REQUESTS = [file for file in files() if is_request(json_of(file))]


@pytest.fixture
def run(monkeypatch, capsys):
    def execute(*words):
        monkeypatch.setattr("sys.argv", ["tace-cds", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return execute


def test_there_are_files():
    assert len(files()) > 50
    assert len(REQUESTS) > 8


@pytest.mark.parametrize("form", ["text", "json", "cards"])
@pytest.mark.parametrize("file", files(), ids=name_of)
def test_assess(run, file, form):
    code, out, err = run("assess", "--as-of", DAY, "--format", form, str(file))
    assert code in (0, 1)
    assert "Traceback" not in out + err
    if code == 1:
        assert out == ""
        assert err.startswith("tace-cds: ")
        assert err.count("\n") == 1
        assert "error in tace-cds" not in err
    elif form == "json":
        found = json.loads(out)
        for assessment in found if isinstance(found, list) else [found]:
            assert assessment["eligibility"]["verdict"] in ("indeterminate", "not-applicable")
            assert assessment["tumorType"] == "unknown"
    elif form == "cards":
        check_cards(json.loads(out)["cards"])


@pytest.mark.parametrize("mode", ["serve", "sandbox"])
@pytest.mark.parametrize("file", REQUESTS, ids=name_of)
def test_every_hook_request_to_every_service(file, mode):
    client = create_app(Settings(mode=mode, fhir_servers=())).test_client()
    body = json_of(file)
    for service in SERVICES:
        answer = client.post(f"/cds-services/{service.id}", json=body)
        if service.hook == body["hook"]:
            assert answer.status_code in (200, 400, 412), answer.text
        else:
            assert answer.status_code == 400
        if answer.status_code == 200:
            check_cards(answer.json["cards"])
        else:
            issue = answer.json["issue"][0]
            assert answer.json["resourceType"] == "OperationOutcome"
            assert issue["diagnostics"]


def check_cards(cards):
    for card in cards:
        assert 0 < len(card["summary"]) < 140
        assert card["indicator"] in INDICATORS
        assert card["source"]["label"]
        assert card["indicator"] != "critical"


# No order in these requests is ours.
ORDERING = [file for file in REQUESTS if "draftOrders" in json_of(file)["context"]]


@pytest.mark.parametrize("file", ORDERING, ids=name_of)
def test_orders_of_others_get_no_card(file):
    body = json_of(file)
    service = next(s for s in SERVICES if s.hook == body["hook"])
    answer = create_app(Settings(mode="serve")).test_client().post(f"/cds-services/{service.id}", json=body)
    assert answer.json == {"cards": []}


def test_an_older_fhir_version_is_said(run):
    code, out, _ = run("assess", "--as-of", DAY, str(STU3))
    assert code == 0
    assert "TACE: INDETERMINATE" in out
    assert "part of the record is in FHIR DSTU2 or STU3" in out


# What single files are here for


def resource(path):
    return json_of(FHIR / path)


def unlinked(found):
    """A resource without its subject: here it is only its values that are looked at."""
    return [{k: v for k, v in r.items() if k != "subject"} for r in found]


def series(resources):
    facts = read(*unlinked(resources))
    return {name: [(f.value, str(f.when)) for f in found] for name, found in facts.series.items()}, facts


def contained(path):
    return bundle.flatten(resource(path))[0]


def test_the_si_liver_panel_is_dated_by_the_report_of_its_panels():
    found, facts = series(contained("hl7-r4-spec-examples/diagnosticreport-example-ghp.json"))
    day = "2015-08-16"
    assert found["albumin"] == [(4.2, day)]
    assert found["bilirubin"] == [(pytest.approx(7 / 17.104), day)]
    assert found["creatinine"] == [(pytest.approx(0.09 / 0.0884), day)]
    assert found["platelets"] == [(444.0, day)]
    assert facts.unusable == ()


def test_us_core():
    found, _ = series(
        [resource("us-core/observation-serum-creatinine.json"), resource("us-core/observation-cbc-platelets.json")]
    )
    assert {"creatinine", "platelets"} <= found.keys()


def test_synthea_two_values_at_one_instant():
    body = resource("smart-generated-sample-data/Tom_Goodwin_e20de9eb-6f2d-4871-a43f-bbede53293ed.json")
    resources = [e["resource"] for e in body["entry"] if e["resource"]["resourceType"] != "Patient"]
    found, facts = series(resources)
    assert found["creatinine"] == [(pytest.approx(3.4168, abs=1e-4), "2020-05-12")]
    assert "conflict: 1.06 mg/dL at the same time" in facts.series["creatinine"][0].notes[0]
    assert facts.unusable == ()


PROFILE = Path(__file__).parents[2] / "docs" / "examples"


@pytest.mark.parametrize("file", [f for f in REQUESTS if "crd" in name_of(f)], ids=name_of)
@pytest.mark.parametrize("service", ["tace-order-sign-crd", "tace-order-dispatch-crd"])
def test_requests_of_crd_are_answered_with_a_payer_profile(file, service):
    settings = Settings(
        mode="sandbox", policies=str(PROFILE / "policies"), payer_profile=str(PROFILE / "payer-profile.toml")
    )
    response = create_app(settings).test_client().post(f"/cds-services/{service}", json=json_of(file))
    assert response.status_code in (200, 400, 412)
    if response.status_code == 200:
        assert response.json["cards"] == []
        assert "systemActions" not in response.json
    else:
        assert response.json["resourceType"] == "OperationOutcome"
