"""The only network, against servers that stall, drip, redirect, lie and do not end."""

import gc
import gzip
import socket
import threading
import time
import types
from ipaddress import ip_network

import pytest

from service.addresses import NOT_AN_ADDRESS, peer_is_allowed
from service.fhir.client import FhirClient
from service.fhir.servers import NO_TLS, NOT_LISTED, Answer, Servers, fhir_client
from service.outgoing import FORBIDDEN_PEER, TIMED_OUT
from service.settings import Settings
from tests.service.fhir_server import empty_record, fhir_server

TOKEN = "secret-token"
CONDITIONS = {"conditions": "Condition?patient=p1"}
EMPTY = {"resourceType": "Bundle", "type": "searchset"}


def client_for(*servers, **changes):
    given = {"fhir_servers": servers, "fhir_allow_http": True, "fhir_deadline_seconds": 0.6} | changes
    return FhirClient(Settings(**given))


def one(handle, query="Condition?patient=p1", **changes):
    """The answer to one query of a server that behaves as told."""
    with fhir_server(handle) as server:
        return client_for(server.base, **changes).fetch(server.base, TOKEN, {"it": query})["it"]


def page(number, link):
    return {
        "resourceType": "Bundle",
        "link": [{"relation": "next", "url": link}],
        "entry": [{"resource": {"resourceType": "Condition", "id": str(number)}}],
    }


# What goes well


def test_reads_and_searches_are_answered_at_once():
    def slow(handler):
        time.sleep(0.3)
        empty_record(handler)

    queries = {"patient": "Patient/p1"} | {f"q{number}": f"Condition?patient=p{number}" for number in range(9)}
    with fhir_server(slow) as server:
        client = client_for(server.base, fhir_deadline_seconds=2)
        started = time.monotonic()
        answers = client.fetch(server.base, "", queries)
    assert time.monotonic() - started < 1
    assert answers["patient"] == Answer(({"resourceType": "Patient", "id": "p1"},))
    assert all(not answer.problem and len(answer.pages) == 1 for answer in answers.values())


def test_pages_are_followed():
    def handle(handler):
        number = int(handler.path.partition("page=")[2] or 1)
        following = f"{handler.server.base}/Condition?patient=p1&page={number + 1}"
        handler.answer(page(number, following) if number < 3 else EMPTY)

    answer = one(handle)
    assert answer.problem == ""
    assert len(answer.pages) == 3


def test_relative_next_link_is_below_the_same_address():
    def handle(handler):
        handler.answer(EMPTY if "page=2" in handler.path else page(1, "?patient=p1&page=2"))

    assert len(one(handle).pages) == 2


def test_next_page_of_a_prefetched_bundle_is_an_address():
    with fhir_server(empty_record) as server:
        answer = client_for(server.base).fetch(server.base, "", {"it": f"{server.base}/Condition?page=2"})["it"]
    assert answer.problem == ""


def test_request_asks_for_fhir_json_and_carries_the_token():
    with fhir_server(empty_record) as server:
        client_for(server.base).fetch(f"{server.base}/", TOKEN, CONDITIONS)
        path, headers = server.seen[0]
    assert path == "/fhir/Condition?patient=p1"
    assert headers["Accept"] == "application/fhir+json"
    assert headers["Authorization"] == f"Bearer {TOKEN}"


def test_open_server_gets_no_authorization():
    with fhir_server(empty_record) as server:
        client_for(server.base).fetch(server.base, "", CONDITIONS)
        assert "Authorization" not in server.seen[0][1]


def test_connections_are_kept_and_cookies_are_not():
    def handle(handler):
        handler.answer(EMPTY, **{"Set-Cookie": "patient=p1"})

    with fhir_server(handle) as server:
        client = client_for(server.base)
        for _ in range(2):
            assert client.fetch(server.base, TOKEN, CONDITIONS)["conditions"].problem == ""
        assert "Cookie" not in server.seen[1][1]


# What goes wrong


def status(code, **headers):
    return lambda handler: handler.answer({"resourceType": "OperationOutcome"}, code, **headers)


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        (status(400), "the server refused the query, HTTP 400"),
        (status(401), "not authorized, HTTP 401"),
        (status(403), "not permitted, HTTP 403"),
        (status(404), "not found, HTTP 404"),
        (status(429), "the server is busy, HTTP 429"),
        (status(500), "the server failed, HTTP 500"),
        (status(503), "the server is busy, HTTP 503"),
        (status(200), "the server answered with an OperationOutcome"),
        (status(302, Location="/fhir/Patient/p1"), "the server redirects, which is not followed"),
        (lambda handler: handler.answer(b"<html>Log in</html>", 200, "text/html"), "the answer is not JSON"),
        (lambda handler: handler.answer(b""), "the answer is not JSON"),
        (lambda handler: handler.answer(b"[" * 5000), "the answer is not JSON"),
        (lambda handler: handler.answer([]), "the answer is not what was asked for"),
        (lambda handler: handler.answer({"resourceType": "Patient"}), "the answer is not what was asked for"),
        (lambda handler: handler.answer(b" " * 20_000), "the answer is too large"),
        (lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"), "no connection"),
        (lambda handler: handler.connection.shutdown(socket.SHUT_RDWR), "no connection"),
    ],
)
def test_what_a_server_does_wrong_is_said(handle, words):
    assert one(handle, fhir_max_bytes=10_000) == Answer(problem=words)


def test_read_of_another_type_is_not_taken():
    answer = one(lambda handler: handler.answer({"resourceType": "Group", "id": "p1"}), "Patient/p1")
    assert answer.problem == "the answer is not what was asked for"


def test_cut_off_answer_is_not_taken():
    def handle(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")
        handler.close_connection = True

    assert one(handle).problem == "no connection"


def test_nobody_listens():
    with fhir_server(empty_record) as server:
        base = server.base
    assert client_for(base).fetch(base, "", CONDITIONS)["conditions"].problem == "no connection"


def drip(handler, head, drop):
    handler.wfile.write(head)
    while not handler.server.over.wait(0.05):
        handler.wfile.write(drop)
        handler.wfile.flush()


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "handle",
    [
        lambda handler: handler.server.over.wait(10),
        lambda handler: drip(handler, OK + b"Content-Length: 99999\r\n\r\n", b" "),
        lambda handler: drip(handler, OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        lambda handler: drip(handler, b"HTTP/1.1 2", b"0"),
        lambda handler: drip(handler, OK, b"X: y\r\n"),
        lambda handler: drip(handler, OK + b"X: ", b"y"),
    ],
    ids=["stalls", "drips its body", "drips chunks", "drips its status", "drips headers", "drips one header"],
)
def test_slow_server_cannot_stretch_the_deadline(handle):
    started = time.monotonic()
    with fhir_server(handle) as server:
        answer = client_for(server.base, fhir_deadline_seconds=0.4).fetch(server.base, TOKEN, CONDITIONS)["conditions"]
        taken = time.monotonic() - started
        assert answer.problem == TIMED_OUT
        assert taken < 0.7
        _no_worker_stays()


def _no_worker_stays():
    until = time.monotonic() + 2
    while time.monotonic() < until:
        if not [thread for thread in threading.enumerate() if thread.name.startswith("fhir")]:
            return
        time.sleep(0.01)
    pytest.fail("a worker outlives its deadline")


def test_what_came_before_the_deadline_is_kept():
    def handle(handler):
        if "page=2" in handler.path or "Procedure" in handler.path:
            handler.server.over.wait(5)
        else:
            handler.answer(page(1, f"{handler.server.base}/Condition?page=2"))

    with fhir_server(handle) as server:
        answers = client_for(server.base).fetch(server.base, "", CONDITIONS | {"procedures": "Procedure?patient=p1"})
    assert len(answers["conditions"].pages) == 1
    assert answers["conditions"].problem == TIMED_OUT
    assert answers["procedures"] == Answer(problem=TIMED_OUT)


def test_endless_paging_ends():
    def handle(handler):
        handler.answer(page(1, f"{handler.server.base}{handler.path.removeprefix('/fhir')}&more"))

    answer = one(handle, fhir_max_pages=3, fhir_deadline_seconds=3)
    assert len(answer.pages) == 3
    assert answer.problem == "more than 3 pages"


# Where it never goes


@pytest.mark.parametrize(
    "link",
    [
        "{other}/Condition?page=2",
        "//{host}/fhir/Condition?page=2",
        "http://user@{host}/fhir/Condition",
        "javascript:x",
        "http://[",
    ],
)
def test_next_link_elsewhere_is_not_followed(link):
    with fhir_server(empty_record) as other:
        target = link.format(other=other.base, host=f"127.0.0.1:{other.server_port}")
        with fhir_server(lambda handler: handler.answer(page(1, target))) as server:
            client = client_for(server.base, other.base)
            answer = client.fetch(server.base, TOKEN, CONDITIONS)["conditions"]
        assert len(answer.pages) == 1
        assert answer.problem
        assert other.seen == []


def test_next_link_outside_the_allowed_base_is_not_followed():
    answer = one(lambda handler: handler.answer(page(1, "/admin/Condition")))
    assert answer.problem == NOT_LISTED


def test_redirect_carries_no_token_anywhere():
    with fhir_server(empty_record) as other:
        one(status(307, Location=f"{other.base}/Condition"))
        assert other.seen == []


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("https://ehr.example.org/fhir", ""),
        ("https://ehr.example.org/fhir/", ""),
        ("https://EHR.example.org:443/fhir/tenant-1", ""),
        ("https://ehr.example.org/fhirs", NOT_LISTED),
        ("https://ehr.example.org", NOT_LISTED),
        ("https://ehr.example.org:8443/fhir", NOT_LISTED),
        ("http://ehr.example.org/fhir", NOT_LISTED),
        ("https://evil.example.org/fhir", NOT_LISTED),
        ("https://ehr.example.org.evil.example.org/fhir", NOT_LISTED),
        ("https://169.254.169.254/fhir", NOT_LISTED),
        ("https://ehr.example.org/fhir/../admin", NOT_AN_ADDRESS),
        ("https://ehr.example.org/fhir/%2e%2e/admin", NOT_AN_ADDRESS),
        ("https://ehr.example.org/fhir/..%2fadmin", NOT_AN_ADDRESS),
        ("https://user:word@ehr.example.org/fhir", NOT_AN_ADDRESS),
        ("https://ehr.example.org\\@evil.example.org/fhir", NOT_AN_ADDRESS),
        ("https://ehr.example.org/fhir#x", NOT_AN_ADDRESS),
        ("https://ehr.example.org/fhir?x=y", NOT_AN_ADDRESS),
        ("https://ehr.example.org/fh\tir", NOT_AN_ADDRESS),
        ("https://ehr.example.org:x/fhir", NOT_AN_ADDRESS),
        ("https://[/fhir", NOT_AN_ADDRESS),
        ("https:///fhir", NOT_AN_ADDRESS),
        ("file:///etc/passwd", NOT_AN_ADDRESS),
        ("ftp://ehr.example.org/fhir", NOT_AN_ADDRESS),
        ("ehr.example.org/fhir", NOT_AN_ADDRESS),
        ("https://ehr.exämple.org/fhir", NOT_AN_ADDRESS),
        ("", NOT_AN_ADDRESS),
    ],
)
def test_only_listed_servers_are_called(server, words):
    client = FhirClient(Settings(fhir_servers=("https://ehr.example.org/fhir",)))
    assert client.refusal(server) == words


@pytest.mark.parametrize("made", [FhirClient, Servers, fhir_client])
def test_no_server_is_called_by_default(made):
    client = made(Settings())
    assert client.refusal("https://ehr.example.org/fhir") == NOT_LISTED
    assert client.fetch("https://ehr.example.org/fhir", TOKEN, CONDITIONS)["conditions"] == Answer(problem=NOT_LISTED)


def test_what_calls_is_made_where_a_server_is_listed():
    assert type(fhir_client(Settings())) is Servers
    assert type(fhir_client(Settings(fhir_servers=("https://ehr.example.org/fhir",)))) is FhirClient


def test_http_needs_to_be_allowed():
    listed = Settings(fhir_servers=("http://ehr.example.org",), fhir_allow_http=True)
    refusing = FhirClient(listed.model_copy(update={"fhir_allow_http": False}))
    assert FhirClient(listed).refusal("http://ehr.example.org/fhir") == ""
    assert refusing.refusal("http://ehr.example.org/fhir") == NO_TLS


def test_environment_and_netrc_are_not_read(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with fhir_server(empty_record) as server:
        assert client_for(server.base).fetch(server.base, TOKEN, CONDITIONS)["conditions"].problem == ""
        assert server.seen[0][1]["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("handle", [status(401), status(302), lambda handler: handler.wfile.write(b"x\r\n\r\n")])
def test_token_and_patient_id_stay_out_of_words_and_logs(handle, caplog):
    caplog.set_level("DEBUG")
    answer = one(handle, "Condition?patient=very-private")
    assert answer.problem
    for text in (repr(answer), caplog.text):
        assert TOKEN not in text
        assert "very-private" not in text


# The address that a name leads to


@pytest.mark.parametrize(
    ("host", "peer", "allowed"),
    [
        ("ehr.example.org", "8.8.8.8", True),
        ("ehr.example.org", "10.20.0.7", True),
        ("ehr.example.org", "fd12:3456::7", True),
        ("ehr.example.org", "2606:4700::1111", True),
        ("ehr.example.org", "127.0.0.1", False),
        ("ehr.example.org", "127.8.8.8", False),
        ("ehr.example.org", "::1", False),
        ("ehr.example.org", "::ffff:127.0.0.1", False),
        ("ehr.example.org", "169.254.169.254", False),
        ("ehr.example.org", "::ffff:169.254.169.254", False),
        ("ehr.example.org", "fe80::1%eth0", False),
        ("ehr.example.org", "fd00:ec2::254", False),
        ("ehr.example.org", "100.100.100.200", False),
        ("ehr.example.org", "0.0.0.0", False),
        ("ehr.example.org", "224.0.0.1", False),
        ("ehr.example.org", "240.0.0.1", False),
        ("localhost", "127.0.0.1", True),
        ("LOCALHOST", "::1", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("[::1]", "::1", True),
        ("localhost", "169.254.169.254", False),
        ("localhost.example.org", "127.0.0.1", False),
    ],
)
def test_address_that_a_name_leads_to(host, peer, allowed):
    assert peer_is_allowed(host, peer, ()) is allowed


@pytest.mark.parametrize(
    ("peer", "allowed"), [("10.20.0.7", True), ("10.21.0.7", False), ("8.8.8.8", False), ("::ffff:10.20.0.7", True)]
)
def test_networks_of_the_operator_decide_alone(peer, allowed):
    assert peer_is_allowed("ehr.example.org", peer, (ip_network("10.20.0.0/16"),)) is allowed


def test_listed_name_that_leads_to_this_machine_is_not_called(monkeypatch):
    look_up = socket.getaddrinfo

    def rebound(host, *arguments, **named):
        return look_up("127.0.0.1" if host == "ehr.example.org" else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with fhir_server(empty_record) as server:
        named = f"http://ehr.example.org:{server.server_port}/fhir"
        answer = client_for(named).fetch(named, TOKEN, CONDITIONS)["conditions"]
        within = client_for(named, fhir_networks=("127.0.0.0/8",)).fetch(named, TOKEN, CONDITIONS)["conditions"]
        assert len(server.seen) == 1
    assert answer == Answer(problem=FORBIDDEN_PEER)
    assert within.problem == ""


# Asked again, where that is safe


def in_turn(*handles):
    """A server whose first answer is the first of these; the last is given from then on."""
    waiting = list(handles)
    return lambda handler: (waiting.pop(0) if len(waiting) > 1 else waiting[0])(handler)


@pytest.mark.parametrize(
    "first",
    [status(503), status(429, **{"Retry-After": "0"}), lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)],
    ids=["503", "429", "lost before an answer"],
)
def test_read_is_asked_a_second_time(first):
    with fhir_server(in_turn(first, empty_record)) as server:
        answer = client_for(server.base, fhir_deadline_seconds=2).fetch(server.base, TOKEN, CONDITIONS)["conditions"]
        assert len(server.seen) == 2
    assert answer.problem == ""


@pytest.mark.parametrize(
    ("handle", "times"),
    [
        (status(503), 2),
        (status(429, **{"Retry-After": "30"}), 1),
        (status(503, **{"Retry-After": "Sun, 22 Nov 2026 10:00:00 GMT"}), 1),
        (status(401), 1),
        (status(500), 1),
        (status(307, Location="/fhir/x"), 1),
    ],
    ids=["busy twice", "busy for too long", "busy until a date", "not authorized", "failed", "redirects"],
)
def test_and_no_third_time(handle, times):
    with fhir_server(handle) as server:
        assert client_for(server.base).fetch(server.base, TOKEN, CONDITIONS)["conditions"].problem
        assert len(server.seen) == times


# Limits


def test_all_answers_together_have_a_limit():
    def large(handler):
        handler.answer(EMPTY | {"id": "x" * 8_000})

    queries = {f"q{number}": f"Condition?patient=p{number}" for number in range(4)}
    with fhir_server(large) as server:
        client = client_for(server.base, fhir_max_bytes=10_000, fhir_max_total_bytes=20_000, fhir_deadline_seconds=3)
        problems = [answer.problem for answer in client.fetch(server.base, TOKEN, queries).values()]
    assert sorted(problems) == ["", "", "the answer is too large", "the answer is too large"]


def test_compressed_answer_has_the_limit_of_what_it_unpacks_to():
    packed = gzip.compress(b" " * 5_000_000)
    answer = one(lambda handler: handler.answer(packed, **{"Content-Encoding": "gzip"}), fhir_deadline_seconds=3,
                 fhir_max_bytes=100_000)  # fmt: skip
    assert len(packed) < 10_000
    assert answer.problem == "the answer is too large"


def test_nothing_of_a_call_is_kept():
    """The token, the address and the patient are gone when the call is over: nothing that lives on refers to them."""
    with fhir_server(empty_record) as server:
        client = client_for(server.base)
        client.fetch(server.base, TOKEN, {"it": "Condition?patient=very-private"})
        gc.collect()
        kept = reachable(client)
    assert not [text for text in kept if TOKEN in text or "very-private" in text]


def reachable(root):
    """Every text that can be reached from an object, its connections and sockets included."""
    texts, seen, waiting = [], set(), [root]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, (type, types.ModuleType, types.FunctionType, types.CodeType)):
            continue
        seen.add(id(each))
        if isinstance(each, (str, bytes, bytearray)):
            texts.append(each if isinstance(each, str) else bytes(each).decode("latin-1"))
        else:
            waiting.extend(gc.get_referents(each))
    return texts
