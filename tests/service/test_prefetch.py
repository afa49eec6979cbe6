"""Key left out, key null, key failed: three different things. What cannot be had is a gap in words."""

import pytest

from service.errors import NotReached
from service.fhir.client import FhirClient
from service.hooks import catalog
from service.hooks.catalog import Need
from service.hooks.prefetch import MOST_RESOURCES, gather
from service.hooks.request import hook_request
from service.settings import Settings
from tests.service.conftest import PATIENT, bundle, hook_body
from tests.service.fhir_server import empty_record, fhir_server

NEEDS = (
    Need("patient", "patient", "Patient", "Patient/{{context.patientId}}"),
    Need("conditions", "conditions", "Condition", "Condition?patient={{context.patientId}}"),
    Need("observations", "observations", "Observation", "Observation?patient={{context.patientId}}&code=1"),
    Need("findings", "findings", "Observation", "Observation?patient={{context.patientId}}&code=2"),
)
CONDITION = {"resourceType": "Condition", "id": "c1"}
VALUE = {"resourceType": "Observation", "id": "o1"}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
ALL = {"patient": PATIENT, "conditions": bundle(CONDITION), "observations": bundle(VALUE), "findings": bundle()}


def gathered(prefetch, server="", needs=NEEDS, allowed=None, **changes):
    body = hook_body(prefetch=prefetch, fhirServer=server)
    settings = Settings(
        fhir_servers=(server,) if allowed is None and server else allowed or (),
        fhir_allow_http=True,
        fhir_deadline_seconds=0.5,
    )
    return gather(hook_request(body, "order-sign", settings), needs, FhirClient(settings))


def ids(found):
    return [resource["id"] for resource in found.resources]


def test_prefetch_alone_is_enough():
    found = gathered(ALL)
    assert ids(found) == ["p1", "c1", "o1"]
    assert found.gaps == ()
    assert found.reached


def test_nothing_is_asked_when_all_was_sent():
    with fhir_server(empty_record) as server:
        assert gathered(ALL, server.base).gaps == ()
        assert server.seen == []


def test_only_what_was_left_out_is_fetched():
    with fhir_server(empty_record) as server:
        found = gathered({"patient": PATIENT, "observations": bundle(VALUE)}, server.base)
        assert sorted(server.paths) == ["/fhir/Condition?patient=p1", "/fhir/Observation?patient=p1&code=2"]
    assert found.gaps == ()


def test_null_is_an_answer_and_not_asked_again():
    with fhir_server(empty_record) as server:
        found = gathered(dict.fromkeys(ALL), server.base)
        assert server.seen == []
    assert (found.resources, found.gaps, found.reached) == ([], (), True)


def test_empty_searchset_is_an_answer():
    assert gathered({**ALL, "conditions": {"resourceType": "Bundle", "total": 0}}).gaps == ()


@pytest.mark.parametrize(
    "failed",
    [FAILED, {"response": {"status": "500"}, "resource": None}, {"response": {"status": "404 Not Found"}}],
    ids=["OperationOutcome", "wrapped, 500", "wrapped, 404"],
)
def test_what_failed_at_the_client_is_fetched_or_a_gap(failed):
    with fhir_server(empty_record) as server:
        assert gathered({**ALL, "conditions": failed}, server.base).gaps == ()
        assert server.paths == ["/fhir/Condition?patient=p1"]
    assert gathered({**ALL, "conditions": failed}).gaps == (
        "conditions could not be fetched (the client sent an error instead)",
    )


@pytest.mark.parametrize("value", ["text", 5, True, {}, {"some": "thing"}])
def test_what_is_no_fhir_is_a_gap(value):
    assert gathered({**ALL, "conditions": value}).gaps == (
        "conditions could not be fetched (what was sent is not FHIR)",
    )


def test_another_type_under_a_key_does_not_answer_it():
    found = gathered({**ALL, "conditions": VALUE})
    assert found.gaps == ("conditions could not be fetched (what was sent is something else)",)


@pytest.mark.parametrize(
    "value",
    [
        CONDITION,
        [CONDITION],
        bundle(CONDITION),
        {"entry": [{"resource": CONDITION}]},
        {"response": {"status": "200 OK"}, "resource": bundle(CONDITION)},
        {"response": {"status": "200 OK"}, "resource": {"resource": CONDITION}},
    ],
    ids=["one resource", "array", "Bundle", "no resourceType", "wrapped", "wrapped twice"],
)
def test_every_shape_of_a_value(value):
    found = gathered({**ALL, "conditions": value})
    assert (ids(found), found.gaps) == (["p1", "c1", "o1"], ())


def test_keys_named_by_type_stand_for_every_need_of_that_type():
    found = gathered({"Patient": PATIENT, "Condition": None, "Observation": bundle(VALUE)})
    assert (ids(found), found.gaps) == (["p1", "o1"], ())


def test_renamed_key_is_told_by_what_it_holds():
    found = gathered({"pat": PATIENT, "problems": bundle(CONDITION), "labs": bundle(VALUE), "findings": None})
    assert (ids(found), found.gaps) == (["p1", "c1", "o1"], ())


def test_renamed_key_stands_for_one_need_only():
    found = gathered({"patient": PATIENT, "conditions": None, "labs": bundle(VALUE)})
    assert found.gaps == ("findings could not be fetched (not sent, and no FHIR server to ask)",)


def test_mixed_content_under_an_unknown_key_stands_for_the_whole_record():
    found = gathered({"patient": PATIENT, "everything": bundle(CONDITION, VALUE)})
    assert (ids(found), found.gaps, found.unreached) == (["p1", "c1", "o1"], (), frozenset())


def test_the_types_of_what_was_not_reached_are_told():
    found = gathered({"patient": PATIENT, "conditions": None, "findings": None, "observations": bundle(VALUE)})
    assert found.unreached == set()
    assert gathered({"patient": PATIENT, "conditions": None}).unreached == {"Observation"}


def test_next_page_is_followed():
    with fhir_server(lambda handler: handler.answer(bundle({**VALUE, "id": "o2"}))) as server:
        link = [{"relation": "next", "url": f"{server.base}/Observation?page=2"}]
        found = gathered({**ALL, "observations": bundle(VALUE, link=link)}, server.base)
    assert (ids(found), found.gaps) == (["p1", "c1", "o1", "o2"], ())


def test_next_page_without_a_server_is_a_gap():
    link = [{"relation": "next", "url": "https://ehr.example.org/fhir/Observation?page=2"}]
    found = gathered({**ALL, "observations": bundle(VALUE, link=link)})
    assert found.gaps == ("page 2 of observations was not sent",)


def test_next_page_that_fails_is_a_gap():
    with fhir_server(lambda handler: handler.answer({}, 401)) as server:
        link = [{"relation": "next", "url": f"{server.base}/Observation?page=2"}]
        found = gathered({**ALL, "observations": bundle(VALUE, link=link)}, server.base)
    assert found.gaps == ("page 2 of observations could not be fetched (not authorized, HTTP 401)",)


@pytest.mark.parametrize("link", ["http://[", "javascript:x", "https://evil.example.org/fhir/Observation", "/admin"])
def test_next_page_elsewhere_is_a_gap(link):
    with fhir_server(empty_record) as server:
        sent = bundle(VALUE, link=[{"relation": "next", "url": link}])
        found = gathered({**ALL, "observations": sent}, server.base)
        assert server.seen == []
    assert ids(found) == ["p1", "c1", "o1"]
    assert found.gaps[0].startswith("page 2 of observations could not be fetched (")


def test_part_that_fails_is_a_gap_and_the_rest_is_used():
    def handle(handler):
        if "Condition" in handler.path:
            handler.answer({}, 403)
        elif "code=2" in handler.path:
            handler.server.over.wait(3)
        else:
            empty_record(handler)

    with fhir_server(handle) as server:
        found = gathered({}, server.base)
    assert ids(found) == ["p1"]
    assert found.gaps == (
        "conditions could not be fetched (not permitted, HTTP 403)",
        "findings could not be fetched (timed out)",
    )


def test_one_null_key_is_enough_for_an_answer():
    found = gathered({"conditions": None})
    assert found.reached
    assert len(found.gaps) == 1


@pytest.mark.parametrize("prefetch", [{}, ..., None, {"conditions": FAILED}, {"coverage": bundle()}])
def test_nothing_at_all_is_not_reached(prefetch):
    with pytest.raises(NotReached) as problem:
        gathered(prefetch)
    assert problem.value.keys == ("patient", "conditions", "observations", "findings")


def test_server_that_may_not_be_called_is_named_as_the_reason():
    with pytest.raises(NotReached, match="not on the list"):
        gathered({}, "https://ehr.example.org", allowed=("https://other.example.org",))
    found = gathered({"patient": PATIENT}, "https://ehr.example.org", allowed=("https://other.example.org",))
    assert found.gaps == (
        "conditions, observations and findings could not be fetched "
        "(the FHIR server is not on the list of servers that may be called)",
    )


def test_server_that_does_not_answer_is_not_reached():
    with fhir_server(empty_record) as server:
        base = server.base
    with pytest.raises(NotReached, match="no connection"):
        gathered({}, base)


def test_empty_record_on_the_server_is_reached():
    with fhir_server(empty_record) as server:
        found = gathered({}, server.base)
    assert (ids(found), found.gaps, found.reached) == (["p1"], (), True)


def test_patient_of_another_id_is_left_to_the_reader():
    assert ids(gathered({**ALL, "patient": {"resourceType": "Patient", "id": "p2"}}))[0] == "p2"


def test_full_urls_of_prefetch_are_kept():
    sent = {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1", "resource": CONDITION}]}
    assert gathered({**ALL, "conditions": sent}).full_urls == {"urn:uuid:1": "Condition/c1"}


def test_what_is_beyond_the_limit_is_a_gap_and_unreached():
    many = [{"resourceType": "Observation", "id": str(number)} for number in range(MOST_RESOURCES)]
    found = gathered({**ALL, "observations": bundle(*many)})
    assert len(found.resources) == MOST_RESOURCES
    assert found.gaps == ("resources beyond the first 5000 were not read",)
    assert found.unreached == {"Observation"}
    assert gathered({**ALL, "observations": bundle(*many[:4000])}).gaps == ()


# The templates


def test_templates_keep_to_the_recommended_subset():
    for need in catalog.needs(("urn:oid:2.999|asc,1",)):
        path, _, query = need.template.partition("?")
        assert path.split("/")[0] == need.kind
        assert need.template.count("{{context.patientId}}") == 1
        assert need.template.count("{{") == need.template.count("}}") == 1
        names = [parameter.partition("=")[0] for parameter in query.split("&") if parameter]
        assert set(names) <= {"patient", "code", "_sort", "_count"}
        assert " " not in need.template


def test_every_need_has_its_own_key_and_label():
    needs = catalog.needs()
    assert len({need.key for need in needs}) == len({need.label for need in needs}) == len(needs)


def test_laboratory_codes_and_own_findings_are_asked_for():
    by_key = {need.key: need.template for need in catalog.needs(("urn:oid:2.999|asc,1",))}
    assert "1975-2" in by_key["observations"]
    assert "ascites-grade" in by_key["findings"]
    assert "urn:oid:2.999|asc%5C%2C1" in by_key["findings"]


def test_patient_id_is_quoted():
    assert NEEDS[1].query_for("a&b=c/d") == "Condition?patient=a%26b%3Dc%2Fd"
