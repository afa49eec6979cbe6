"""A wrong setting is one line that names the variable."""

from datetime import UTC, datetime

import pytest

from service.settings import Settings, WrongSetting, from_environment, unknown_names


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "abc", "PORT: "),
        ("PORT", "70000", "PORT: "),
        ("WORKERS", "0", "WORKERS: "),
        ("FHIR_DEADLINE_SECONDS", "-1", "FHIR_DEADLINE_SECONDS: "),
        ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE: not an IANA time zone"),
        ("TIME_ZONE", "../etc/passwd", "TIME_ZONE: not an IANA time zone"),
        ("FHIR_SERVERS", "ehr.example.org", "FHIR_SERVERS: ehr.example.org is not an origin or base URL"),
        ("FHIR_SERVERS", "https://user@ehr.example.org", "FHIR_SERVERS: "),
        ("FHIR_SERVERS", "https://ehr.example.org:x", "FHIR_SERVERS: "),
        ("FHIR_SERVERS", "http://ehr.example.org", "FHIR_ALLOW_HTTP"),
        ("LOCAL_CODES", "/no/such/file.toml", "LOCAL_CODES: no such file"),
        ("MODE", "production", "MODE: "),
        ("AS_OF", "2026-11-21", "AS_OF is for the sandbox"),
        ("LABORATORY_DAYS", "0", "LABORATORY_DAYS: "),
    ],
)
def test_wrong_value_is_one_line(monkeypatch, name, value, says):
    monkeypatch.setenv(f"TACE_CDS_{name}", value)
    with pytest.raises(WrongSetting) as problem:
        from_environment()
    assert says in str(problem.value)
    assert "\n" not in str(problem.value)


def test_servers_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("TACE_CDS_FHIR_SERVERS", " https://a.example.org , https://b.example.org/fhir,")
    assert from_environment().fhir_servers == ("https://a.example.org", "https://b.example.org/fhir")


def test_empty_variable_is_as_if_not_set(monkeypatch):
    monkeypatch.setenv("TACE_CDS_PORT", "")
    assert from_environment().port == 8080


def test_given_before_environment(monkeypatch):
    monkeypatch.setenv("TACE_CDS_PORT", "9000")
    assert from_environment(port=9001, host=None).port == 9001
    assert from_environment().port == 9000


def test_http_on_this_machine_is_allowed_in_the_sandbox_only():
    assert Settings(mode="sandbox", fhir_servers=("http://localhost:8080/fhir",)).fhir_servers
    with pytest.raises(ValueError, match="is not https"):
        Settings(mode="serve", fhir_servers=("http://localhost:8080/fhir",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21", datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC)),
        ("2026-11-21T09:30:00", datetime(2026, 11, 21, 8, 30, tzinfo=UTC)),
        ("2026-11-21T09:30:00Z", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
    ],
    ids=["end of the day at the site", "the site's clock", "an instant"],
)
def test_moment_asked(text, expected):
    assert Settings(time_zone="Europe/Berlin").moment(text) == expected


@pytest.mark.parametrize("text", ["today", "21.11.2026", "2026-13-01", "", "2026-11-21T", "20261121T99", "0001-01-01"])
def test_no_moment(text):
    with pytest.raises(ValueError, match="not a date"):
        Settings().moment(text)


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_mistyped_names_are_told():
    assert unknown_names({"TACE_CDS_FHIR_SERVER": "x", "TACE_CDS_PORT": "1", "HOME": "/"}) == ["TACE_CDS_FHIR_SERVER"]
