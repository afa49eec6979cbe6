"""/sandbox/fhir: what the public CDS Hooks sandbox and our own fallback ask of a FHIR server."""

import threading

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from werkzeug.serving import make_server

from service.app import create_app
from service.hooks.running import running
from service.settings import Settings
from tests.golden import SERVICE_OF, answer, cases, request_of, sandbox

BASE = "/sandbox/fhir"
OAK = "patient=oak"


@pytest.fixture(scope="module")
def client():
    with sandbox() as made:
        yield made


def found(client, query):
    response = client.get(f"{BASE}/{query}")
    assert response.status_code == 200, response.text
    return response.get_json()


def ids(bundle):
    return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


def test_metadata_is_a_capability_statement_of_r4(client):
    response = client.get(f"{BASE}/metadata", headers={"Accept": "application/json"})
    statement = response.get_json()
    CapabilityStatement.model_validate(statement)
    assert statement["fhirVersion"] == "4.0.1"
    assert {"Patient", "Observation", "Condition"} <= {each["type"] for each in statement["rest"][0]["resource"]}


def test_patient_list_has_entries_and_a_total(client):
    bundle = found(client, "Patient")
    Bundle.model_validate(bundle)
    assert bundle["total"] == len(cases())
    assert len(bundle["entry"]) == 50


def test_read_whatever_the_accept_header_says(client):
    response = client.get(f"{BASE}/Patient/oak", headers={"Accept": "application/json+fhir"})
    assert response.content_type == "application/fhir+json"
    patient = response.get_json()
    assert patient["name"][0]["given"]
    assert patient["birthDate"]


@pytest.mark.parametrize("path", ["Patient/nobody", "Hologram/1", "Patient/oak/_history/1"])
def test_what_is_not_there_is_404_with_an_outcome(client, path):
    response = client.get(f"{BASE}/{path}")
    assert response.status_code == 404
    assert response.get_json()["resourceType"] == "OperationOutcome"


def test_conditions_of_a_patient_have_a_total(client):
    bundle = found(client, f"Condition?{OAK}")
    assert bundle["total"] == len(bundle["entry"]) == 2
    assert {entry["resource"]["subject"]["reference"] for entry in bundle["entry"]} == {"Patient/oak"}


@pytest.mark.parametrize(
    ("query", "all_of_them"),
    [
        ("code=1975-2", {"1975-2"}),
        ("code=http://loinc.org|1975-2", {"1975-2"}),
        ("code=1975-2,1751-7", {"1975-2", "1751-7"}),
        ("code=http://snomed.info/sct|1975-2", set()),
        ("code=1975-2&code=1751-7", set()),
    ],
)
def test_code_is_a_token(client, query, all_of_them):
    bundle = found(client, f"Observation?{OAK}&{query}")
    told = [{c["code"] for c in entry["resource"]["code"]["coding"]} for entry in bundle.get("entry", [])]
    assert {code for codes in told for code in codes & {"1975-2", "1751-7"}} == all_of_them
    assert all(codes & all_of_them for codes in told)


def test_subject_is_patient_with_its_type(client):
    assert ids(found(client, "Condition?subject=Patient/oak")) == ids(found(client, f"Condition?{OAK}"))
    assert ids(found(client, "Condition?subject=Group/oak")) == []


def test_category_and_status(client):
    everything = found(client, f"Observation?{OAK}&_count=1000")
    laboratory = found(client, f"Observation?{OAK}&category=laboratory&_count=1000")
    assert 0 < laboratory["total"] < everything["total"]
    assert found(client, "Observation?status=entered-in-error")["total"] > 0
    assert found(client, f"Condition?{OAK}&clinical-status=active")["total"] == 2


def dates(bundle):
    return [entry["resource"]["effectiveDateTime"][:10] for entry in bundle.get("entry", [])]


def test_sorted_newest_first_and_paged(client):
    query = f"Observation?{OAK}&code=1834-1&_sort=-date"
    whole = found(client, query)
    assert whole["total"] > 1
    assert dates(whole) == sorted(dates(whole), reverse=True)
    assert dates(found(client, f"Observation?{OAK}&code=1834-1&_sort=date")) == sorted(dates(whole))
    seen, page = [], found(client, f"{query}&_count=1")
    while True:
        seen += ids(page)
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        if not following:
            break
        page = client.get(following[0]).get_json()
    assert seen == ids(whole)


def test_count_zero_gives_the_total_alone(client):
    bundle = found(client, f"Observation?{OAK}&_count=0")
    assert bundle["total"] > 0
    assert "entry" not in bundle


@pytest.mark.parametrize(
    ("date", "number"),
    [
        ("ge2026-10-22", 1), ("gt2026-10-22", 0), ("2026-10-22", 1), ("2026-10", 1), ("2026", 1), ("lt2026-10-22", 0),
        ("le2026-10-22", 1), ("eq2026-10-21", 0), ("ne2026-10-22", 0), ("sa2026-10-21", 1), ("eb2026-10-23", 1),
        ("ap2026-10-22", 1),
    ],
)  # fmt: skip
def test_date_with_its_prefixes(client, date, number):
    assert found(client, f"Observation?{OAK}&code=1975-2&date=2026-10-22")["total"] == 1
    one = ids(found(client, f"Observation?{OAK}&code=1975-2&date=2026-10-22"))[0]
    assert found(client, f"Observation?_id={one}&date={date}")["total"] == number


@pytest.mark.parametrize("query", ["date=soon", "_count=many", "_sort=colour", "_offset=-1"])
def test_a_value_that_cannot_be_read_is_named(client, query):
    response = client.get(f"{BASE}/Observation?{query}")
    assert response.status_code == 400
    (issue,) = response.get_json()["issue"]
    assert query.split("=")[0] in issue["diagnostics"]


def test_a_parameter_that_is_not_known_is_left_out_of_the_self_link(client):
    bundle = found(client, f"Condition?{OAK}&colour=red")
    assert bundle["total"] == 2
    assert bundle["link"][0]["url"].endswith(f"/sandbox/fhir/Condition?{OAK}")


def test_search_by_post(client):
    posted = client.post(f"{BASE}/Observation/_search", data={"patient": "oak", "code": "1975-2,1751-7"})
    assert posted.status_code == 200
    assert posted.get_json()["entry"] == found(client, f"Observation?{OAK}&code=1975-2,1751-7")["entry"]


def test_browsers_of_other_origins_may_read(client):
    for response in (
        client.get(f"{BASE}/metadata", headers={"Origin": "https://sandbox.cds-hooks.org"}),
        client.get(f"{BASE}/Patient/nobody", headers={"Origin": "https://sandbox.cds-hooks.org"}),
        client.options(f"{BASE}/Patient", headers={"Access-Control-Request-Headers": "authorization,content-type"}),
    ):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert {"Authorization", "Content-Type"} <= set(response.headers["Access-Control-Allow-Headers"].split(", "))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_read_only(client, method):
    assert getattr(client, method)(f"{BASE}/Patient/oak", json={}).status_code == 405


# Our own fallback: the same cards without prefetch as with it


@pytest.fixture(scope="module")
def reading_itself():
    """A sandbox on a real socket that is allowed to read its own fixtures."""
    server = make_server("127.0.0.1", 0, lambda *given: app(*given), threaded=True)
    base = f"http://127.0.0.1:{server.port}{BASE}"
    app = create_app(Settings(mode="sandbox", fhir_servers=(base,), fhir_deadline_seconds=60))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app.test_client(), base
    server.shutdown()
    thread.join()
    running(app).client.close()


WITHOUT_A_SERVER = {
    "procedures-could-not-be-fetched": "its prefetch says that the EHR failed",
    "observations-of-another-patient": "its stray Observation is another patient's, so a server would not send it",
}


@pytest.mark.parametrize("case", [case for case in cases() if case not in WITHOUT_A_SERVER])
def test_same_cards_from_the_fhir_server_as_by_prefetch(reading_itself, case):
    client, base = reading_itself
    body = request_of(case)
    assert body["hook"] in SERVICE_OF
    without = {name: value for name, value in body.items() if name != "prefetch"} | {"fhirServer": base}
    # What a fixture's prefetch leaves out is a gap, and said; here both were asked for it, and there is none
    complete = body | {"prefetch": {"documentReferences": None} | body["prefetch"]}
    assert answer(client, without) == answer(client, complete)
