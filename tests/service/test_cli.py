"""tace-cds: exit codes, one line on stderr, never a traceback."""

import json

import pytest

from service import advice, cli
from service.app import create_app
from service.settings import Settings
from tests.service.conftest import OTHER, PATIENT, TACE, bundle, hook_body
from tests.service.fhir_server import fhir_server

VALUE = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p1"}}
SECOND = {"resourceType": "Patient", "id": "p2"}
LOCAL = '[[map]]\nsystem = "urn:oid:2.999"\ncode = "asc"\nfact = "ascites-grade"\nvalue = "mild"\n'


@pytest.fixture
def run(seen, monkeypatch, capsys, tmp_path):
    """Runs a command line; content, where given, becomes the file FILE stands for."""

    def execute(*words, content=None):
        file = tmp_path / "input.json"
        if content is not None:
            file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        monkeypatch.setattr("sys.argv", ["tace-cds", *(str(file) if word == "FILE" else word for word in words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(end.value.code or 0), out, err

    return execute


# assess: what it takes


@pytest.mark.parametrize(
    "content",
    [
        bundle(PATIENT, VALUE),
        [PATIENT, VALUE],
        b'{"resourceType":"Patient","id":"p1"}\n\n{"resourceType":"Observation","id":"o1"}\r\n',
        PATIENT,
        VALUE,
        hook_body(),
        hook_body(hook="encounter-start", context={"patientId": "p1"}),
        b"\xef\xbb\xbf" + json.dumps(bundle(PATIENT)).encode(),
        {"entry": [{"resource": PATIENT}]},
    ],
    ids=[
        "Bundle",
        "array",
        "NDJSON",
        "patient",
        "one resource",
        "hook request",
        "another hook",
        "byte order mark",
        "no resourceType",
    ],
)
def test_assess_takes(run, seen, content):
    assert run("assess", "FILE", content=content)[:2] == (0, "1 assessed\n")
    assert seen.last["patient"] == "p1"


@pytest.mark.parametrize("content", [[], {"resourceType": "Bundle"}, b"[]\n"])
def test_nothing_recorded_is_assessed(run, seen, content):
    assert run("assess", "FILE", content=content)[0] == 0
    assert (seen.last["patient"], seen.last["resources"]) == ("", [])


def test_assess_reads_standard_input(run, seen, monkeypatch, tmp_path):
    file = tmp_path / "in"
    file.write_text(json.dumps(PATIENT))
    with file.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert run("assess", "-")[0] == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty body"),
        (b"{", "no JSON at line 1"),
        (b"\xff\xfe\x00", "no JSON"),
        (b'{"resourceType":"Patient"}\nnonsense\n', "line 2"),
        (b"Patient,p1\nPatient,p2\n", "no JSON at line 1"),
        (b"[" * 5000, "no JSON"),
        ({"cards": []}, "a CDS Hooks response"),
        ({"services": []}, "a discovery document"),
        ({"hook": "order-sign"}, "without context"),
        ([{"summary": "x", "indicator": "info"}], "no resource of a patient"),
        ({"anything": 1}, "neither a resource nor a CDS Hooks request"),
        ({"resourceType": "OperationOutcome"}, "OperationOutcome"),
        ({"resourceType": 5}, "neither a resource"),
        (5, "a number"),
        ("text", "a text"),
        ([PATIENT, SECOND], "2 patients"),
        ([VALUE, {**VALUE, "id": "o2", "subject": {"reference": "Patient/p2"}}], "2 patients"),
        (hook_body(context={"patientId": 5}), "context.patientId"),
        (hook_body(hookInstance=...), "hookInstance"),
        (hook_body(context={"patientId": "p1", "draftOrders": bundle(OTHER)}), "none of the draft orders"),
    ],
)
def test_what_cannot_be_assessed_is_one_line(run, content, says):
    code, out, err = run("assess", "FILE", content=content)
    assert (code, out) == (1, "")
    assert says in err
    assert err.startswith("tace-cds: ")
    assert err.count("\n") == 1


def test_unexpected_error_is_one_line_without_values(run, monkeypatch):
    def fails(*arguments, **named):
        raise ValueError("Jane Doe")

    monkeypatch.setattr(advice, "assess_patient", fails)
    code, _, err = run("assess", "FILE", content=PATIENT)
    assert code == 1
    assert "ValueError" in err
    assert "Jane" not in err


@pytest.mark.parametrize(
    "words",
    [
        ("assess",),
        ("assess", "/no/such/file"),
        ("assess", "FILE", "--as-of", "yesterday"),
        ("assess", "FILE", "--format", "xml"),
        ("no-such-command",),
        ("serve", "--port", "abc"),
        ("sandbox", "--fixtures", "/no/such/folder"),
        ("call", "not-a-url", "FILE"),
        ("codes", "check", "/no/such/file"),
    ],
)
def test_wrong_usage_is_2(run, words):
    assert run(*words, content=hook_body())[0] == 2


# assess: what it gives


def test_json_is_one_object_for_one_assessment(run):
    assert json.loads(run("assess", "FILE", "--format", "json", content=PATIENT)[1]) == {"patient": "p1"}


def test_json_is_an_array_for_several(run):
    orders = bundle(TACE, {**TACE, "id": "order-3"})
    content = hook_body(context={"patientId": "p1", "draftOrders": orders})
    assert len(json.loads(run("assess", "FILE", "--format", "json", content=content)[1])) == 2


def test_cards_are_the_response(run, seen):
    code, out, _ = run("assess", "FILE", "--format", "cards", content=hook_body())
    assert (code, [card["summary"] for card in json.loads(out)["cards"]]) == (0, ["TACE"])
    assert seen.last["cards_for"] == ("order-sign", "tace-order-sign", hook_body()["hookInstance"])


def test_cards_of_a_foreign_order_are_none(run):
    content = hook_body(context={"patientId": "p1", "draftOrders": bundle(OTHER)})
    code, out, _ = run("assess", "FILE", "--format", "cards", content=content)
    assert (code, json.loads(out)) == (0, {"cards": []})


def test_hook_request_gives_its_orders_and_what_was_not_sent(run, seen):
    run("assess", "FILE", content=hook_body(fhirServer="https://ehr.example.org"))
    assert seen.last["draft_orders"] == [TACE]
    assert [each["id"] for each in seen.last["resources"]] == ["p1"]
    assert "conditions" in seen.last["gaps"][0]


def test_hook_request_without_prefetch_is_assessed_with_gaps(run, seen):
    assert run("assess", "FILE", content=hook_body(prefetch=...))[0] == 0
    assert seen.last["gaps"]


def test_bundle_leaves_the_order_to_be_found(run, seen):
    run("assess", "FILE", content=bundle(PATIENT, TACE))
    assert seen.last["draft_orders"] is None
    assert seen.last["gaps"] == ()


# The moment asked


def test_as_of_is_the_end_of_that_day_at_the_site(run, seen, monkeypatch):
    monkeypatch.setenv("TACE_CDS_TIME_ZONE", "Asia/Tokyo")
    run("assess", "FILE", "--as-of", "2026-11-21", content=PATIENT)
    assert seen.last["asked"].isoformat() == "2026-11-21T23:59:59+09:00"


def test_request_states_its_own_moment_and_the_option_wins(run, seen):
    content = hook_body(extension={"tace-cds.as-of": "2026-10-01"})
    run("assess", "FILE", content=content)
    assert seen.last["asked"].isoformat() == "2026-10-01T23:59:59+00:00"
    run("assess", "FILE", "--as-of", "2026-09-01", content=content)
    assert seen.last["asked"].isoformat() == "2026-09-01T23:59:59+00:00"


def test_variable_of_the_sandbox_is_not_used_here(run, seen, monkeypatch):
    monkeypatch.setenv("TACE_CDS_AS_OF", "1999-01-01")
    _, _, err = run("assess", "FILE", content=PATIENT)
    assert seen.last["asked"].year > 1999
    assert "--as-of" in err


# Wrong settings


@pytest.mark.parametrize("command", [("serve",), ("sandbox",), ("assess", "FILE")])
def test_wrong_setting_is_one_line_and_2(run, monkeypatch, command):
    monkeypatch.setenv("TACE_CDS_TIME_ZONE", "Mars")
    code, out, err = run(*command, content=PATIENT)
    assert (code, out) == (2, "")
    assert err == "tace-cds: TACE_CDS_TIME_ZONE: not an IANA time zone such as Europe/Berlin\n"


def test_serve_refuses_a_set_moment(run, monkeypatch):
    monkeypatch.setenv("TACE_CDS_AS_OF", "2026-11-21")
    code, _, err = run("serve")
    assert code == 2
    assert "TACE_CDS_AS_OF" in err


def test_wrong_map_of_local_codes_does_not_start(run, monkeypatch, tmp_path):
    (tmp_path / "map.toml").write_text("nonsense")
    monkeypatch.setenv("TACE_CDS_LOCAL_CODES", str(tmp_path / "map.toml"))
    code, _, err = run("serve")
    assert code == 2
    assert "TACE_CDS_LOCAL_CODES" in err


def test_taken_port_is_one_line(run):
    with fhir_server(lambda handler: None) as other:
        code, _, err = run("serve", "--port", str(other.server_port))
    assert code == 1
    assert "cannot listen" in err


# codes check


def test_codes_check_lists_a_good_map(run):
    code, out, _ = run("codes", "check", "FILE", content=LOCAL.encode())
    assert code == 0
    assert "1 local code" in out


def test_codes_check_names_what_is_wrong(run):
    code, out, err = run("codes", "check", "FILE", content=LOCAL.replace("mild", "slight").encode())
    assert (code, out) == (1, "")
    assert "slight" in err


def test_local_codes_are_asked_for_in_discovery(seen, tmp_path):
    (tmp_path / "map.toml").write_text(LOCAL)
    app = create_app(Settings(local_codes=str(tmp_path / "map.toml")))
    services = app.test_client().get("/cds-services").get_json()["services"]
    assert all("urn:oid:2.999|asc" in each["prefetch"]["findings"] for each in services)


# call


def cds_service(answer, status=200):
    def handle(handler):
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.answer(answer, status, "application/json")

    return handle


def test_call_prints_the_cards(run):
    card = {
        "summary": "Consider",
        "indicator": "warning",
        "detail": "Because",
        "source": {"label": "EASL"},
        "suggestions": [{"label": "Order INR"}],
        "links": [{"label": "Rules", "url": "https://example.org/rules"}],
    }
    with fhir_server(cds_service({"cards": [card, card]})) as server:
        base = f"http://127.0.0.1:{server.server_port}"
        code, out, _ = run("call", base, "FILE", content=hook_body())
        assert server.paths == ["/cds-services/tace-order-sign"]
    assert code == 0
    for text in ("[warning] Consider", "Because", "→ Order INR", "https://example.org/rules", "source: EASL"):
        assert out.count(text) == 2


@pytest.mark.parametrize("path", ["", "/", "/cds-services", "/cds-services/", "/cds-services/tace-order-sign"])
def test_call_finds_the_service(run, path):
    with fhir_server(cds_service({"cards": []})) as server:
        code, out, _ = run("call", f"http://127.0.0.1:{server.server_port}{path}", "FILE", content=hook_body())
        assert server.paths == ["/cds-services/tace-order-sign"]
    assert (code, out) == (0, "No cards.\n")


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        ({"resourceType": "OperationOutcome", "issue": [{"details": {"text": "No."}}]}, 400, "HTTP 400: No."),
        (b"<html>", 502, "HTTP 502: the answer is no CDS Hooks response"),
        ({"cards": None}, 200, "HTTP 200"),
        ([], 200, "HTTP 200"),
        ({}, 302, "HTTP 302"),
    ],
)
def test_call_says_what_went_wrong(run, answer, status, says):
    with fhir_server(cds_service(answer, status)) as server:
        code, out, err = run("call", f"http://127.0.0.1:{server.server_port}", "FILE", content=hook_body())
    assert (code, out) == (1, "")
    assert says in err


def test_call_of_nobody(run):
    with fhir_server(lambda handler: None) as server:
        port = server.server_port
    code, _, err = run("call", f"http://127.0.0.1:{port}", "FILE", content=hook_body())
    assert code == 1
    assert "no answer" in err


def test_call_of_another_hook_needs_the_whole_address(run):
    code, _, err = run("call", "http://127.0.0.1:1", "FILE", content=hook_body(hook="encounter-start"))
    assert code == 1
    assert "hook" in err
