"""Who is calling. Everything that is not shown to be right is 401, in one shape, and nothing of the token is repeated."""

import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode
from sqlalchemy import select

from service.app import create_app
from service.clients import WrongClients, load
from service.errors import NotTrusted
from service.hooks.replay import Replay
from service.hooks.running import running
from service.hooks.tokens import TokenGate
from service.hooks.trust import refuse_open_address
from service.settings import Settings, WrongSetting
from service.store import Store
from service.store.tables import SEEN_TOKEN
from tests.service.conftest import hook_body
from tests.service.fhir_server import fhir_server
from tests.service.tokens import BASE, ISSUER, JKU, OTHER_ISSUER, bearer, private, public, token

SIGN = "/cds-services/tace-order-sign"
SPECIFICATION_KEY = {
    "kty": "EC", "use": "sig", "crv": "P-384", "kid": "example-kid", "alg": "ES384",
    "x": "46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCEk",
    "y": "XMcRuuoGW7CXjQdy-F5i3FeBE0x9hPLdeFdSoDd3ELmx404tLX0VRRcqzAsPhXcI",
}  # fmt: skip
SPECIFICATION_TOKEN = (
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImV4YW1wbGUta2lkIiwiamt1IjoiaHR0cHM6Ly9maGlyLWVoci5leGFtcGxlLmNvbS9qd2"
    "tfdXJpIn0.eyJpc3MiOiJodHRwczovL2ZoaXItZWhyLmV4YW1wbGUuY29tLyIsInN1YiI6ImNsaWVudF9pZCIsImF1ZCI6Imh0dHBzOi8vY2RzLmV4"
    "YW1wbGUub3JnL2Nkcy1zZXJ2aWNlcy9zb21lLXNlcnZpY2UiLCJleHAiOjE0MjI1Njg4NjAsImlhdCI6MTMxMTI4MDk3MCwianRpIjoiZWUyMmIwMj"
    "EtZTFiNy00NjExLWJhNWItOGVlYzZhMzNhYzFlIiwidGVuYW50IjoiMmRkZDZjM2EtOGU5YS00NGM2LWEzMDUtNTIxMTFhZDMwMmEyIn0."
    "CUFPkplnWd6YGIvzoHolWCQBDsCL8QtTWKGg_QFpS169WrqDGzktRi-_we6-6rVzbjerU27ZKww_SW0-b9RTz-dPJNcqsueMio8r6EqXUXhbLm_ch3XFSbDlGHDl_tqo"
)


def write_clients(folder, keys=None, jwks="keys.json", more=""):
    """A file of two clients: ours with keys of both kinds, and another with a key of its own."""
    ours = [public(), public("rsa"), public("rsa-short"), public("ec-256")] if keys is None else keys
    (folder / "keys.json").write_text(json.dumps({"keys": ours}))
    (folder / "other.json").write_text(json.dumps({"keys": [public("ec-other")]}))
    file = folder / "clients.toml"
    file.write_text(
        f'[[client]]\nissuer = "{ISSUER}"\njwks = "{jwks}"\njku = ["{JKU}"]\n{more}\n'
        f'[[client]]\nissuer = "{OTHER_ISSUER}"\njwks = "other.json"\n'
    )
    return str(file)


def required(folder, **changes):
    given = {"trust": "required", "public_url": BASE, "mode": "sandbox", "as_of": "2026-11-21"} | changes
    if "clients" not in given:
        given["clients"] = write_clients(folder)
    return Settings(**given)


@pytest.fixture
def client(seen, tmp_path):
    return create_app(required(tmp_path)).test_client()


def refusal(response):
    """The reason given with a 401."""
    body = response.get_json()
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert body["resourceType"] == "OperationOutcome"
    assert body["issue"][0]["code"] == "login"
    return body["issue"][0]["diagnostics"]


# What is right


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"key": "rsa"},
        {"aud": [f"{BASE}/cds-services", "https://else.example.org"]},
        {"aud": f"{BASE}/cds-services/"},
        {"header": {"jku": JKU}},
        {"header": {"typ": "jwt"}},
        {"tenant": "t1", "sub": "s"},
        {"iat": lambda now: now + 15},
        {"exp": lambda now: now + 60.5, "iat": lambda now: now - 0.5},
    ],
    ids=["ES384", "RS384", "array aud", "aud with slash", "listed jku", "typ in small letters", "tenant",
         "a clock 15 s ahead", "fractions of seconds"],
)  # fmt: skip
def test_token_of_a_known_client_is_let_in(client, given):
    assert client.get("/cds-services", headers=bearer(**given)).status_code == 200


def test_each_endpoint_has_its_own_token(client):
    body = hook_body()
    assert client.post(SIGN, json=body, headers=bearer(SIGN)).status_code == 200
    assert "aud" in refusal(client.post(SIGN, json=body, headers=bearer("/cds-services")))
    assert "aud" in refusal(client.get("/cds-services", headers=bearer(SIGN)))
    assert "aud" in refusal(client.post(SIGN, json=body, headers=bearer("/cds-services/tace-patient-view")))


def test_caller_is_known_by_the_issuer(tmp_path):
    gate = TokenGate(required(tmp_path))
    assert gate.caller("GET", "/cds-services", f"bearer {token()}").issuer == ISSUER
    gate.close()


# What is not


def unsigned(**header):
    return jwt.encode({"iss": ISSUER, "aud": f"{BASE}/cds-services", "jti": "1"}, None, "none", headers=header)


def with_public_key_as_secret():
    """The classic confusion: HS256 over the text of the public key. Made by hand, as libraries refuse to."""
    claims = jwt.encode({"iss": ISSUER, "aud": f"{BASE}/cds-services", "iat": 1, "exp": 2, "jti": "2"}, "x" * 32)
    head = base64url_encode(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "ec"}).encode())
    signed = head + b"." + claims.split(".")[1].encode()
    pem = private().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return (signed + b"." + base64url_encode(hmac.digest(pem, signed, "sha256"))).decode()


def tampered():
    head, _, signature = token().split(".")
    _, payload, _ = token(aud=f"{BASE}/cds-services", jti="mine").split(".")
    return f"{head}.{payload}.{signature}"


WRONG = {
    "missing header": ({}, "no bearer token"),
    "basic": ({"Authorization": "Basic eDp5"}, "no bearer token"),
    "empty": ({"Authorization": "Bearer "}, "no bearer token"),
    "garbage": ({"Authorization": "Bearer garbage"}, "no JWT"),
    "three dots": ({"Authorization": "Bearer a.b.c"}, "no JWT"),
    "very long": ({"Authorization": "Bearer " + "a" * 20_000}, "no bearer token"),
    "deep": ({"Authorization": f"Bearer {'W1tb' * 3000}.{'W1tb' * 600}.x"}, "no JWT"),
    "none": ({"Authorization": f"Bearer {unsigned(kid='ec')}"}, "alg"),
    "HS256 with the public key as secret": (lambda: {"Authorization": f"Bearer {with_public_key_as_secret()}"}, "alg"),
    "ES256": (lambda: bearer(key="ec-256", algorithm="ES256"), "alg"),
    "RS256": (lambda: bearer(key="rsa", algorithm="RS256"), "alg"),
    "RS384 with 1024 bits": (lambda: bearer(key="rsa-short"), "kid does not name a key"),
    "aud of another service": (lambda: bearer(aud=f"{BASE}/cds-services/tace-order-sign"), "aud"),
    "aud of another host": (lambda: bearer(aud="https://evil.example.org/cds-services"), "aud"),
    "array aud without ours": (lambda: bearer(aud=["https://a.example.org", f"{BASE}/cds"]), "aud"),
    "empty array aud": (lambda: bearer(aud=[]), "aud"),
    "aud a number": (lambda: bearer(aud=5), "aud"),
    "no aud": (lambda: bearer(aud=...), "missing"),
    "expired": (lambda: bearer(exp=lambda now: now - 40, iat=lambda now: now - 300), "expired"),
    "no exp": (lambda: bearer(exp=...), "missing"),
    "exp not a number": (lambda: bearer(exp="soon"), "not valid"),
    "exp true": (lambda: bearer(exp=True), "expired"),
    "exp infinite": (lambda: bearer(exp=float("inf")), "not valid"),
    "exp far away": (lambda: bearer(exp=lambda now: now + 90_000), "valid for more than"),
    "iat in the future": (lambda: bearer(iat=lambda now: now + 200), "of the future"),
    "no iat": (lambda: bearer(iat=...), "missing"),
    "no jti": (lambda: bearer(jti=...), "missing"),
    "empty jti": (lambda: bearer(jti=""), "jti"),
    "long jti": (lambda: bearer(jti="x" * 300), "jti"),
    "unknown kid": (lambda: bearer(header={"kid": "no-such"}), "kid"),
    "kid a path": (lambda: bearer(header={"kid": "../../keys"}), "kid"),
    "unknown iss": (lambda: bearer(iss="https://evil.example.org"), "iss"),
    "no iss": (lambda: bearer(iss=...), "iss"),
    "iss nearly ours": (lambda: bearer(iss=f"{ISSUER}/"), "iss"),
    "jku not listed": (lambda: bearer(header={"jku": "https://evil.example.org/jwks.json"}), "jku"),
    "jku nearly listed": (lambda: bearer(header={"jku": f"{JKU}?x"}), "jku"),
    "key of another iss": (lambda: bearer(key="ec-other"), "kid"),
    "key of another iss under our kid": (lambda: bearer(key="ec-other", header={"kid": "ec"}), "signature"),
    "typ missing": (lambda: bearer(header={"typ": ...}), "typ"),
    "typ at+jwt": (lambda: bearer(header={"typ": "at+jwt"}), "typ"),
    "crit": (lambda: bearer(header={"crit": ["exp"]}), ""),
    "payload of another token": (lambda: {"Authorization": f"Bearer {tampered()}"}, "signature"),
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("name", WRONG)
def test_check_51_token_that_is_not_right_is_401(client, name, caplog):
    headers, words = WRONG[name]
    headers = headers() if callable(headers) else headers
    caplog.set_level("DEBUG")
    response = client.get("/cds-services", headers=headers)
    assert words in refusal(response)
    sent = headers.get("Authorization", "").partition(" ")[2]
    assert not sent or (sent not in response.text and sent not in caplog.text)


def test_missing_kid_is_401(client):
    headers = {"Authorization": f"Bearer {token(header={'kid': ...})}"}
    assert "kid" in refusal(client.get("/cds-services", headers=headers))


def test_check_51_token_is_good_for_one_call(client):
    headers = bearer()
    assert client.get("/cds-services", headers=headers).status_code == 200
    assert refusal(client.get("/cds-services", headers=headers)) == "the token was used before"


def test_refused_token_uses_up_nothing(client):
    assert refusal(client.get("/cds-services", headers=bearer(SIGN, jti="once"))).startswith("aud")
    assert client.get("/cds-services", headers=bearer(jti="once")).status_code == 200


def test_same_jti_of_two_issuers_is_two(client):
    first = bearer(jti="same")
    second = bearer(jti="same", iss=OTHER_ISSUER, key="ec-other")
    assert [client.get("/cds-services", headers=each).status_code for each in (first, second)] == [200, 200]


def test_token_of_the_specification(seen, tmp_path):
    """Its signature is right and it ended in 2015; with one letter changed the signature is what is wrong."""
    issuer, base = "https://fhir-ehr.example.com/", "https://cds.example.org"
    file = tmp_path / "clients.toml"
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [SPECIFICATION_KEY]}))
    file.write_text(
        f'[[client]]\nissuer = "{issuer}"\njwks = "keys.json"\njku = ["https://fhir-ehr.example.com/jwk_uri"]'
    )
    made = create_app(Settings(trust="required", public_url=base, clients=str(file))).test_client()
    for sent, words in ((SPECIFICATION_TOKEN, "expired"), (SPECIFICATION_TOKEN[:-2] + "AA", "signature")):
        response = made.post("/cds-services/some-service", json={}, headers={"Authorization": f"Bearer {sent}"})
        assert words in refusal(response)


# What needs no token


@pytest.mark.parametrize("path", ["/", "/rules", "/health/live", "/health/ready", "/fhir/CodeSystem/tace"])
def test_what_is_about_nobody_is_open(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/cds-services"), ("GET", "/cds-services/"), ("POST", SIGN), ("POST", f"{SIGN}/feedback"), ("POST", "/assess"),
        ("GET", "/no-such"), ("POST", "/fhir/Questionnaire/$questionnaire-package"), ("POST", "/health/live"),
        ("PUT", "/rules"), ("GET", "//health/live"), ("GET", "/health/../cds-services"),
    ],
)  # fmt: skip
def test_all_else_is_closed(client, method, path):
    refusal(client.open(path, method=method))


def test_preflight_needs_no_token(client):
    assert client.options(SIGN).status_code == 204


def test_off_looks_at_no_token(seen):
    client = create_app(Settings(mode="sandbox")).test_client()
    assert client.get("/cds-services", headers={"Authorization": "Bearer garbage"}).status_code == 200


# Keys that change


def test_key_file_is_read_again_when_it_changes(seen, tmp_path):
    client = create_app(required(tmp_path)).test_client()
    write_clients(tmp_path, [public("ec-new")])
    assert client.get("/cds-services", headers=bearer(key="ec-new")).status_code == 200
    assert "kid" in refusal(client.get("/cds-services", headers=bearer()))
    (tmp_path / "keys.json").write_text("{")
    assert client.get("/cds-services", headers=bearer(key="ec-new")).status_code == 200


class Clock:
    """Now, and what a test adds to it."""

    later = 0.0

    def __call__(self):
        return time.time() + self.later


@pytest.fixture
def published(tmp_path):
    """A gate whose client publishes its keys on a server: (gate, keys to change, what the server saw, clock)."""
    keys, clock = [public()], Clock()
    with fhir_server(lambda handler: handler.answer({"keys": keys}) if keys else handler.answer({}, 500)) as server:
        jwks = f"http://127.0.0.1:{server.server_port}/jwks"
        gate = TokenGate(required(tmp_path, clients=write_clients(tmp_path, jwks=jwks)), clock=clock)
        yield gate, keys, server, clock
        gate.close()


def let_in(gate, **given):
    try:
        return gate.caller("GET", "/cds-services", f"Bearer {token(**given)}") is not None
    except Exception as problem:
        return type(problem).__name__


def test_keys_are_fetched_once(published):
    gate, _, server, _ = published
    assert [let_in(gate) for _ in range(3)] == [True] * 3
    assert server.paths == ["/jwks"]


def test_new_key_is_found_after_the_cooldown_and_not_before(published):
    gate, keys, server, clock = published
    assert let_in(gate)
    keys.append(public("ec-new"))
    assert [let_in(gate, key="ec-new") for _ in range(20)] == ["NotTrusted"] * 20
    assert len(server.seen) == 1
    clock.later = 61
    assert let_in(gate, key="ec-new") is True
    assert len(server.seen) == 2


def test_withdrawn_key_is_gone_within_the_hour(published):
    gate, keys, _, clock = published
    assert let_in(gate)
    keys[:] = [public("ec-new")]
    clock.later = 3601
    let_in(gate)  # the call that finds the keys old renews them
    assert let_in(gate) == "NotTrusted"


def test_keys_outlive_their_server_for_a_day(published):
    gate, keys, server, clock = published
    assert let_in(gate)
    keys.clear()
    clock.later = 20 * 3600
    assert let_in(gate) is True
    assert len(server.seen) == 2
    clock.later = 25 * 3600
    assert let_in(gate) == "KeysNotReached"


def test_keys_that_never_came_are_503(published, seen, tmp_path):
    _, _, server, _ = published
    server.handle = lambda handler: handler.answer(b"<html>", content_type="text/html")
    jwks = f"http://127.0.0.1:{server.server_port}/jwks"
    client = create_app(required(tmp_path, clients=write_clients(tmp_path, jwks=jwks))).test_client()
    for _ in range(3):
        response = client.get("/cds-services", headers=bearer())
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("keys", "let"),
    [
        ([public(), public("ec-other", kid="ec")], False),
        ([public(use="enc")], False),
        ([public(alg="ES384")], True),
        ([public(alg="ES256")], False),
        ([public(key_ops=["verify"])], True),
        ([public(key_ops=["sign"])], False),
        ([public(d="c2VjcmV0")], False),
        ([public(use=...)], True),
        ([public(x="short")], False),
        ([{"kty": "oct", "kid": "ec", "k": "c2VjcmV0"}], False),
        ([None, 5, {"kid": 5}, public()], True),
        ([], False),
    ],
    ids=["kid twice", "for encryption", "alg stated", "another alg stated", "verify", "sign only", "private key",
         "use not stated", "broken key", "symmetric key", "nonsense beside it", "no key"],
)  # fmt: skip
def test_which_keys_count(tmp_path, keys, let):
    gate = TokenGate(required(tmp_path, clients=write_clients(tmp_path, keys)))
    assert let_in(gate) == (True if let else "NotTrusted")
    gate.close()


# Replay across processes


@pytest.fixture
def store(tmp_path):
    made = Store(f"sqlite:///{tmp_path / 'shared.sqlite3'}")
    yield made
    made.close()


def test_token_is_good_for_one_process(tmp_path, store):
    settings, other = required(tmp_path), Store(f"sqlite:///{tmp_path / 'shared.sqlite3'}")
    first, second = TokenGate(settings, store), TokenGate(settings, other)
    sent = f"Bearer {token()}"
    assert first.caller("GET", "/cds-services", sent) is not None
    with pytest.raises(NotTrusted, match="used before"):
        second.caller("GET", "/cds-services", sent)
    assert first.condition() == {"mode": "required", "tokensHeldAgainst": "all processes", "storeFailures": 0}
    for each in (first, second, other):
        each.close()


def test_without_the_store_each_process_is_on_its_own_and_says_so(tmp_path, caplog):
    gone = tmp_path / "gone"
    clock = Clock()
    store = Store(f"sqlite:///{gone / 'shared.sqlite3'}", clock)
    gate = TokenGate(required(tmp_path), store)
    sent = f"Bearer {token()}"
    assert gate.caller("GET", "/cds-services", sent) is not None
    with pytest.raises(NotTrusted, match="used before"):
        gate.caller("GET", "/cds-services", sent)
    assert let_in(gate) is True
    assert gate.condition() == {"mode": "required", "tokensHeldAgainst": "this process", "storeFailures": 2}
    assert caplog.text.count("against this process alone") == 1
    gone.mkdir()
    clock.later = 60
    assert let_in(gate) is True
    assert gate.condition()["tokensHeldAgainst"] == "all processes"
    for each in (gate, store):
        each.close()


def test_what_is_over_is_forgotten(store):
    clock = Clock()
    replay = Replay(clock, store)
    for number in range(1000):
        assert replay.first_time(ISSUER, str(number), clock() + 10)
    clock.later = 3700
    assert replay.first_time(ISSUER, "one more", clock() + 10)
    assert len(replay._seen) == 1
    assert store.read(lambda connection: len(connection.execute(select(SEEN_TOKEN)).all())) == 1


def test_readiness_tells_how_tokens_are_held(client, seen):
    told = client.get("/health/ready").get_json()
    assert told["trust"]["mode"] == "required"
    assert "trust" not in create_app(Settings()).test_client().get("/health/ready").get_json()
    assert running(client.application).ready


# Configuration


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no [[client]]"),
        ("x", "not TOML"),
        ("client = 5", "no [[client]]"),
        ("client = [5]", "client 1: not a table"),
        ("[[client]]\njwks = 'k.json'", "client 1: issuer is missing"),
        ("[[client]]\nissuer = 'a'", "client 1: jwks is missing"),
        ("[[client]]\nissuer = 'a'\njwks = 'no-such.json'", "neither an address nor a file"),
        ("[[client]]\nissuer = 'a'\njwks = 'http://ehr.example.org/jwks'", "not an https address"),
        ("[[client]]\nissuer = 'a'\njwks = 'http://127.0.0.1/jwks'", "not an https address"),
        ("[[client]]\nissuer = 'a'\njwks = 'https://u@ehr.example.org/jwks'", "not an https address"),
        ("[[client]]\nissuer = 'a'\njwks = 'k.json'\nkid = 'x'", "kid is not known"),
        ("[[client]]\nissuer = 'a'\njwks = 'k.json'\njku = 'x'", "jku is not an array"),
        ("[[client]]\nissuer = 'a'\njwks = 'k.json'\n" * 2, "same issuer"),
        ("[[client]]\nissuer = 'https://sandbox.cds-hooks.org'\njwks = 'k.json'", "a key that is public"),
    ],
)
def test_wrong_file_of_clients_is_one_line(tmp_path, text, says):
    (tmp_path / "k.json").write_text("{}")
    file = tmp_path / "clients.toml"
    file.write_text(text)
    with pytest.raises(WrongClients) as problem:
        load(str(file), sandbox=False)
    assert says in str(problem.value)
    assert "\n" not in str(problem.value)
    with pytest.raises(WrongSetting, match="TACE_CDS_CLIENTS"):
        create_app(Settings(trust="required", public_url=BASE, clients=str(file)))


def test_public_sandbox_is_known_to_the_sandbox_only(tmp_path):
    (tmp_path / "k.json").write_text("{}")
    file = tmp_path / "clients.toml"
    file.write_text("[[client]]\nissuer = 'https://sandbox.cds-hooks.org'\njwks = 'k.json'")
    assert "https://sandbox.cds-hooks.org" in load(str(file), sandbox=True)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"trust": "required", "clients": __file__}, "PUBLIC_URL is needed"),
        ({"trust": "required", "public_url": BASE}, "CLIENTS is needed"),
        ({"public_url": "cds.example.org"}, "not an address"),
        ({"trust_algorithms": ("HS256",)}, "not of ES256"),
        ({"trust_algorithms": ("none",)}, "not of ES256"),
        ({"trust_algorithms": ()}, "not of ES256"),
        ({"trust": "maybe"}, "off"),
    ],
)
def test_wrong_setting(given, says):
    with pytest.raises(ValueError, match=says):
        Settings(**given)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "10.0.0.1", "cds.example.org"])
def test_off_listens_on_this_machine_only(host, caplog, tmp_path):
    with pytest.raises(WrongSetting, match="TACE_CDS_TRUST"):
        refuse_open_address(Settings(host=host))
    refuse_open_address(required(tmp_path, host=host))
    assert caplog.text == ""
    refuse_open_address(Settings(host=host, trust_off_anywhere=True))
    assert "callers are not authenticated" in caplog.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_loopback_needs_no_word(host, caplog):
    refuse_open_address(Settings(host=host))
    assert caplog.text == ""
