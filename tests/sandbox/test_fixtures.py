"""The example patients as the sandbox lists them: the repository's, and one's own."""

import json
import shutil

import pytest

from service.app import create_app
from service.settings import PACKAGED_FIXTURES, Settings
from tests.golden import cases, request_of, sandbox

CASE = "third-tace-segment-8-jsh-refractory"


@pytest.fixture(scope="module")
def client():
    with sandbox() as made:
        yield made


@pytest.fixture
def own(tmp_path):
    """A folder of one's own: two cases, one that is no JSON, one of another hook, and no README."""
    for name in ("b-case", "a-case"):
        shutil.copytree(PACKAGED_FIXTURES / CASE, tmp_path / name)
    for name, text in (("broken", "{"), ("other", json.dumps({"hook": "appointment-book"}))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "request.json").write_text(text)
    return create_app(Settings(mode="sandbox", fixtures_dir=tmp_path)).test_client()


def test_every_fixture_is_listed_with_its_verdict(client):
    lines = {line["name"]: line for line in client.get("/sandbox/fixtures").get_json()}
    assert sorted(lines) == cases()
    assert lines[CASE]["verdicts"] == ["not-recommended"]
    assert [card["indicator"] for card in lines[CASE]["cards"]] == ["warning", "warning", "info"]
    assert "60 % viable" in lines[CASE]["shows"]
    assert lines["unrelated-chest-x-ray"]["cards"] == []


def test_what_each_shows_is_that_of_the_readme(client):
    assert [line["name"] for line in client.get("/sandbox/fixtures").get_json() if not line["shows"]] == []


def test_one_fixture_comes_as_it_stands(client):
    assert client.get(f"/sandbox/fixtures/{CASE}").get_json() == request_of(CASE)


@pytest.mark.parametrize("name", ["nobody", "..%2Fpyproject.toml", "..", f"{CASE}%2F.."])
def test_nothing_else_is_read(client, name):
    assert client.get(f"/sandbox/fixtures/{name}").status_code == 404


def test_own_folder(own):
    lines = own.get("/sandbox/fixtures").get_json()
    assert [(line["name"], line.get("shows", "")) for line in lines] == [("a-case", ""), ("b-case", "")]
    assert own.get("/sandbox/fixtures/broken").status_code == 404


def test_a_fixture_that_changes_is_assessed_again(tmp_path):
    shutil.copytree(PACKAGED_FIXTURES / CASE, tmp_path / "case")
    client = create_app(Settings(mode="sandbox", fixtures_dir=tmp_path)).test_client()
    assert client.get("/sandbox/fixtures").get_json()[0]["verdicts"] == ["not-recommended"]
    shutil.rmtree(tmp_path / "case")
    shutil.copytree(PACKAGED_FIXTURES / "first-tace-bclc-b-entry-criteria-met", tmp_path / "case")
    assert client.get("/sandbox/fixtures").get_json()[0]["verdicts"] == ["candidate"]
