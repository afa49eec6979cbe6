"""What one client gets otherwise than the others: in the file of clients, by the issuer of its token."""

import pytest

from service.app import create_app
from service.hooks.running import running
from service.settings import WrongSetting
from service.store.feedback import events
from tests.golden import request_of
from tests.service.test_trust import ISSUER, OTHER_ISSUER, required, write_clients
from tests.service.tokens import bearer

SIGN = "/cds-services/tace-order-sign"
OWN = '[client.settings]\ntime_zone = "America/Chicago"\nlaboratory_days = 1\n'


def app_with(tmp_path, more):
    return create_app(required(tmp_path, clients=write_clients(tmp_path, more=more), as_of=""))


def test_settings_of_one_client_are_not_those_of_another(tmp_path):
    here = running(app_with(tmp_path, f'name = "mercy"\n{OWN}'))
    ours, other, rest = here.sites[ISSUER], here.sites[OTHER_ISSUER], here.sites[""]
    assert (ours.name, other.name, rest.name) == ("mercy", "other.example.org", "")
    assert (ours.settings.laboratory_days, ours.settings.time_zone) == (1, "America/Chicago")
    assert other.settings == rest.settings == here.settings
    assert ours.configuration != other.configuration == rest.configuration


def test_its_window_decides_its_cards(tmp_path):
    body = request_of("third-tace-segment-8-jsh-refractory")
    usual = app_with(tmp_path, "").test_client().post(SIGN, json=body, headers=bearer(SIGN)).get_json()["cards"]
    narrow = app_with(tmp_path, OWN).test_client().post(SIGN, json=body, headers=bearer(SIGN)).get_json()["cards"]
    assert usual != narrow


def test_its_shadow_is_its_own(tmp_path):
    app = app_with(tmp_path, '[client.settings]\nshadow = ["all"]')
    body = request_of("third-tace-segment-8-jsh-refractory")
    assert app.test_client().post(SIGN, json=body, headers=bearer(SIGN)).get_json() == {"cards": []}


def test_its_local_codes_are_asked_of_it_alone(tmp_path):
    codes = '[[map]]\nsystem = "urn:oid:2.999"\ncode = "asc"\nfact = "ascites-grade"\n[map.values]\n"None" = "none"\n'
    (tmp_path / "codes.toml").write_text(codes)
    app = app_with(tmp_path, '[client.settings]\nlocal_codes = "codes.toml"')
    found = app.test_client().get("/cds-services", headers=bearer("/cds-services")).text
    assert "urn:oid:2.999" in found
    assert running(app).sites[OTHER_ISSUER].needs == running(app).sites[""].needs


def test_its_feedback_names_it(tmp_path):
    app = app_with(tmp_path, 'name = "mercy"')
    item = {"card": "c-mercy", "outcome": "overridden", "outcomeTimestamp": "2026-11-22T09:30:00Z"}
    path = f"{SIGN}/feedback"
    assert app.test_client().post(path, json={"feedback": [item]}, headers=bearer(path)).status_code == 200
    assert [each.client for each in events(running(app).store) if each.card == "c-mercy"] == ["mercy"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('[client.settings]\nstore = "sqlite:///x"', "client 1: store cannot be set for one client"),
        ("settings = 5", "client 1: settings cannot be set"),
        ("name = 5", "client 1: name is not a text"),
        ('name = "other.example.org"', "two clients with the same name"),
        ('[client.settings]\ntime_zone = "Mars"', "ehr.example.org: TACE_CDS_TIME_ZONE: not an IANA time zone"),
        ("[client.settings]\nlaboratory_days = 0", "TACE_CDS_LABORATORY_DAYS"),
        ('[client.settings]\nshadow = ["x"]', "TACE_CDS_SHADOW: x is no service"),
        ('[client.settings]\npolicy = "med999"', "TACE_CDS_POLICY: no policy 'med999' on file"),
        ('[client.settings]\nlocal_codes = "none.toml"', "TACE_CDS_LOCAL_CODES: no such file"),
    ],
)
def test_what_cannot_be_stops_the_start(tmp_path, more, says):
    with pytest.raises(WrongSetting, match="TACE_CDS_CLIENTS: ") as raised:
        app_with(tmp_path, more)
    assert says in str(raised.value)
