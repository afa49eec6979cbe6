"""gzip: bodies that come compressed, bombs, nonsense; answers that are worth it."""

import gzip
import json

import pytest

from service.app import create_app
from service.settings import Settings
from tests.golden import request_of
from tests.service.conftest import hook_body

SIGN = "/cds-services/tace-order-sign"


def send(client, data, encoding="gzip", **headers):
    given = {"Content-Type": "application/json", "Content-Encoding": encoding} | headers
    return client.post(SIGN, data=data, headers=given)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", " gzip "])
def test_a_compressed_body_is_read(client, encoding):
    response = send(client, gzip.compress(json.dumps(hook_body()).encode()), encoding)
    assert response.status_code == 200
    assert len(response.get_json()["cards"]) == 1


def test_a_body_in_two_members_is_one(client):
    text = json.dumps(hook_body()).encode()
    assert send(client, gzip.compress(text[:50]) + gzip.compress(text[50:])).status_code == 200


def test_identity_is_no_compression(client):
    assert send(client, json.dumps(hook_body()).encode(), "identity").status_code == 200


@pytest.mark.parametrize(
    ("data", "encoding", "status"),
    [
        (b"{}", "gzip", 400),
        (gzip.compress(b" " * 1000)[:-9], "gzip", 400),
        (gzip.compress(b"{}") + b"rest", "gzip", 400),
        (gzip.compress(b"not json"), "gzip", 400),
        (b"", "gzip", 400),
        (b"{}", "br", 415),
        (b"{}", "gzip, gzip", 415),
    ],
)
def test_what_cannot_be_unpacked_is_an_error_of_the_sender(client, data, encoding, status):
    response = send(client, data, encoding)
    assert response.status_code == status
    assert response.get_json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("size", [2000, 2001])
def test_the_limit_is_of_the_unpacked_body(seen, size):
    client = create_app(Settings(max_body_bytes=2000)).test_client()
    text = json.dumps(hook_body()).encode()
    data = gzip.compress(text + b" " * (size - len(text)))
    assert send(client, data).status_code == (200 if size <= 2000 else 413)


def test_a_bomb_is_not_unpacked(seen):
    client = create_app(Settings(max_body_bytes=100_000)).test_client()
    assert send(client, gzip.compress(b" " * 90_000_000)).status_code == 413


def test_feedback_may_be_compressed(client):
    data = gzip.compress(b'{"feedback":[]}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    response = client.post(f"{SIGN}/feedback", data=data, headers=headers)
    assert response.get_json()["issue"][0]["expression"] == ["feedback"]


@pytest.fixture
def real():
    return create_app(Settings(mode="sandbox")).test_client()


def test_a_large_answer_is_compressed_for_who_takes_it(real):
    body = request_of("third-tace-segment-8-jsh-refractory")
    plain = real.post(SIGN, json=body)
    small = real.post(SIGN, json=body, headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert small.content_length == len(small.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "*;q=0"])
def test_an_answer_is_plain_for_who_does_not(real, accepted):
    response = real.post(
        SIGN, json=request_of("third-tace-segment-8-jsh-refractory"), headers={"Accept-Encoding": accepted}
    )
    assert "Content-Encoding" not in response.headers


def test_a_small_answer_stays_as_it_is(real):
    response = real.get("/health/live", headers={"Accept-Encoding": "gzip"})
    assert response.get_json() == {"status": "live"}
