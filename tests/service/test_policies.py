"""Payer policies at start: each that cannot be used stops the service with one clear line."""

from pathlib import Path

import pytest
from fhir.resources.R4B.task import Task

from service import cli
from service.app import create_app
from service.settings import Settings, WrongSetting
from tests.golden import FIXTURES, request_of

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "policies"
WHOLE = (EXAMPLES / "northern-lakes-2026.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (('key = "', "key = "), "own.toml: not TOML: "),
        (
            ('all = ["hcc", "clause B.1"', 'all = ["hcc", "clause A.1"'),
            "own.toml: clause A.1: refers to itself (A.1 → A.1)",
        ),
        (('"clause B.1"', '"clause B.7"'), "own.toml: clause A.1: refers to clause B.7, which is missing"),
        (("ecog_0_or_1", "ecog_one"), "own.toml: clause B.1: unknown predicate 'ecog_one'"),
        (('"tumor_board"', '"board"'), "own.toml: item D5: unknown evidence 'board'"),
    ],
    ids=["malformed", "cycle", "missing clause", "unknown predicate", "unknown evidence"],
)
def test_service_does_not_start_on_half_a_policy(tmp_path, change, line):
    assert change[0] in WHOLE
    (tmp_path / "own.toml").write_text(WHOLE.replace(*change), encoding="utf-8")
    with pytest.raises(WrongSetting) as refused:
        create_app(Settings(policies=str(tmp_path)))
    assert str(refused.value).startswith(f"TACE_CDS_POLICIES: {line}")
    assert "\n" not in str(refused.value)


def test_policy_that_is_not_on_file():
    with pytest.raises(WrongSetting, match=r"no policy 'med999' on file; there are med140$"):
        create_app(Settings(policy="med999"))


def payer_card(settings, fixture="first-tace-bclc-b-entry-criteria-met"):
    client = create_app(settings).test_client()
    cards = client.post("/cds-services/tace-order-sign", json=request_of(fixture)).json["cards"]
    return next(card for card in cards if card["extension"]["tace-cds.topic"] == "prior-authorization")


def test_an_operators_policy_is_used():
    card = payer_card(Settings(mode="sandbox", policies=str(EXAMPLES), policy="northern-lakes-liver"))
    assert card["source"]["label"] == "Northern Lakes Health Plan"
    assert "Policy LIV-7 (from 2026-01-01)" in card["detail"]


def test_the_task_is_valid_r4_and_lists_what_is_missing():
    card = payer_card(Settings(mode="sandbox"))
    (action,) = next(s for s in card["suggestions"] if "task" in s["label"])["actions"]
    task = Task.model_validate(action["resource"])
    assert [each.valueString.split(".")[0] for each in task.input] == ["2b", "4", "5"]


@pytest.mark.parametrize("command", ["assess", "packet", "serve"])
def test_a_broken_policy_ends_every_command_with_one_line(tmp_path, monkeypatch, capsys, command):
    (tmp_path / "own.toml").write_text(WHOLE.replace('"clause B.1"', '"clause B.7"'), encoding="utf-8")
    monkeypatch.setenv("TACE_CDS_POLICIES", str(tmp_path))
    file = str(FIXTURES / "first-tace-bclc-b-entry-criteria-met" / "request.json")
    words = {"assess": [file], "packet": [file, "--out", str(tmp_path / "out")], "serve": []}[command]
    monkeypatch.setattr("sys.argv", ["tace-cds", command, *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr().err.strip()
    assert end.value.code == 2
    assert said == "tace-cds: TACE_CDS_POLICIES: own.toml: clause A.1: refers to clause B.7, which is missing"
