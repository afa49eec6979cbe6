"""Ugly data: whatever a resource holds, there is an answer, nothing good comes of garbage, and no card is unsafe."""

import copy
import json
import re
import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.assessment_json import as_json as assessment_json
from service import advice
from service.settings import Settings
from tests.fhir.build import (
    CPT,
    SNOMED,
    SUBJECT,
    answer,
    answers,
    bilirubin,
    coded,
    icd,
    lab,
    medication,
    order,
    own,
    procedure,
    quantity,
    read,
    target,
)

ASKED = datetime(2026, 11, 21, 12, tzinfo=UTC)
SANDBOX = Settings(mode="sandbox")
HOOKS = (
    ("patient-view", "tace-patient-view"),
    ("order-select", "tace-order-select"),
    ("order-sign", "tace-order-sign"),
)

PATIENT = {"resourceType": "Patient", "id": "1", "gender": "male", "birthDate": "1960-01-01"}
LESION = {"resourceType": "BodyStructure", "id": "b", "patient": SUBJECT, "location": coded(SNOMED, "277962002")}
NEEDED = [
    icd("C22.0", id="hcc", verificationStatus={"coding": [{"code": "confirmed"}]}),
    bilirubin(1.0, id="bilirubin"),
    lab("1751-7", quantity(42, "g/L"), id="albumin"),
    lab("6301-6", {"valueQuantity": {"value": 1.0}}, id="inr"),
    own("ascites-grade", "none", id="ascites"),
    own("encephalopathy-grade", 0, id="encephalopathy"),
    lab("89247-1", {"valueInteger": 0}, id="ecog"),
    own("extrahepatic-spread", False, id="spread"),
    own("portal-vein-invasion", "none", id="invasion"),
    own("nodule-count", 3, id="count"),
    *(
        lab("33728-7", quantity(cm, "cm"), id=f"size{n}", bodySite={"text": f"segment {n}"})
        for n, cm in ((5, 3.5), (6, 2), (8, 2))
    ),
]
AROUND = [
    PATIENT,
    LESION,
    lab("2160-0", quantity(0.9, "mg/dL"), id="creatinine"),
    lab("2951-2", quantity(140, "mmol/L"), id="sodium"),
    lab("777-3", quantity(180, "10*3/uL"), id="platelets"),
    lab("1834-1", quantity(12, "ng/mL", comparator="<"), id="afp", referenceRange=[{"high": {"value": 9}}]),
    own("growth-pattern", "nodular", id="growth"),
    own("portal-flow", "preserved", id="flow"),
    own("selective-access", True, id="access"),
    own("unresectable", True, id="unresectable"),
    answers(
        answer("jaundice", {"valueBoolean": False}),
        {"linkId": "g", "item": [answer("diffuse", {"valueBoolean": False})]},
    ),
    medication("MedicationStatement", "Eliquis", status="completed"),
    {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "result": [{"reference": "Observation/inr"}]},
]
HISTORY = [
    procedure(coded(SNOMED, "441525007"), "2026-02-01", id="first", extension=[target("BodyStructure/b")]),
    procedure(coded(CPT, "37243", "TACE"), "2026-05-01", id="second", bodySite=[{"text": "segment 8"}]),
    own("selective-session", True, id="note", partOf=[{"reference": "Procedure/first"}]),
    own("mrecist-response", "PR", id="pr", focus=[{"reference": "BodyStructure/b"}], effectiveDateTime="2026-03-15"),
    own(
        "viable-percent", quantity(20, "%"), id="viable", bodySite={"text": "segment 8"}, effectiveDateTime="2026-06-15"
    ),
]
ORDER = order(coded(CPT, "37243"), "DEB-TACE segment 8", bodySite=[{"text": "segment 8"}], note=[{"text": "radial"}])
CANDIDATE = [*NEEDED, *AROUND]
# The number of nodules is left out: it may be told by the lesions that were measured.
INDISPENSABLE = [n for n, r in enumerate(NEEDED) if r["id"] != "count"]


def assess(resources, orders=(ORDER,)):
    return advice.assess_patient(
        resources, patient="1", asked=ASKED, settings=SANDBOX, draft_orders=None if orders is None else list(orders)
    )


def verdict(resources):
    (found,) = assess(resources)
    return assessment_json(found)["eligibility"]["verdict"]


def test_the_plain_record_is_a_candidate():
    assert verdict(CANDIDATE) == "candidate"


# What is put in place of a value

ATTACKS = (
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "\u202egnirts\u202c",
    "\u2066a\u2069\u200f\u200b\ufeff",
    "nul\x00 bell\x07 esc\x1b[31m",
    "line\nbreak\r\n| table | cell |",
    "\ud800",
    "NaN",
    "Infinity",
    "-1",
    "1e999",
    "9" * 5000,
    "x" * 50_000,
    "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00-14:00",
    "Patient/1",
    "urn:uuid:x",
    "",
    " ",
    "none",
)
SCALARS = st.sampled_from(
    (None, True, False, 0, -1, 1e308, -1e308, 10**40, 10**400, float("nan"), float("inf"), 0.1, *ATTACKS)
)


def deep(depth):
    value: object = "x"
    for level in range(depth):
        value = {"item": [value]} if level % 2 else [value]
    return value


GARBAGE = st.one_of(
    SCALARS,
    st.sampled_from(
        ({}, [], [[]], [None], {"": ""}, {"coding": None}, {"coding": [[]]}, {"reference": 3}, {"value": {}})
    ),
    st.builds(deep, st.sampled_from((3, 40, 300))),
    st.dictionaries(
        st.sampled_from(("coding", "code", "text", "value", "unit", "reference", "url", "display")), SCALARS, max_size=3
    ),
    st.lists(SCALARS, max_size=3),
)


def places(value, path=()):
    """Every place inside a resource, outermost first."""
    if isinstance(value, dict):
        for name, held in value.items():
            yield (*path, name)
            yield from places(held, (*path, name))
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield (*path, place)
            yield from places(held, (*path, place))


@st.composite
def ruined(draw, resources):
    """The record with one to four places replaced, wrapped, doubled or taken away."""
    record = copy.deepcopy(resources)
    for _ in range(draw(st.integers(1, 4))):
        there = list(places(record))
        if not there:
            break
        *path, last = draw(st.sampled_from(there))
        holder = record
        for step in path:
            holder = holder[step]
        how = draw(st.sampled_from(("replace", "replace", "wrap", "remove", "object", "beside")))
        if how == "remove":
            del holder[last]
        elif how == "wrap":
            holder[last] = [holder[last]]
        elif how == "object":
            holder[last] = {"value": holder[last]}
        elif how == "beside" and isinstance(holder, dict):
            holder[
                draw(st.sampled_from(("modifierExtension", "extension", "status", "valueString", "id", "x\u202e<b>")))
            ] = copy.deepcopy(draw(GARBAGE))
        else:
            holder[last] = copy.deepcopy(draw(GARBAGE))
    return [r for r in record if isinstance(r, dict)]


FAST = settings(
    max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def cards_of(assessments):
    for hook, service in HOOKS:
        yield from advice.cards_for(assessments, hook=hook, service_id=service, hook_instance="x")


HTML = re.compile(r"<(?!br ?/?>)")
LINK = re.compile(r"(?<!\\)\]\((?!https?://tace)|javascript:(?<!\\\]\(javascript:)")


def check(assessments):
    """JSON, text and cards can be made, and nothing of the record can act in them."""
    for each in assessments:
        text = json.dumps(assessment_json(each), allow_nan=False)
        assert len(text) < 3_000_000
    assert_harmless(advice.as_text(assessments), lines=True)
    for card in cards_of(assessments):
        assert 0 < len(card["summary"]) < 140
        assert_harmless(card["summary"])
        assert_harmless(card.get("detail", ""), lines=True)
        assert not HTML.search(card.get("detail", "").replace("\\<", ""))
        json.dumps(card, allow_nan=False).encode()


def assert_harmless(text, lines=False):
    odd = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and not (lines and c == "\n")}
    assert odd == set()


@FAST
@given(ruined(CANDIDATE + HISTORY))
def test_there_is_always_an_answer(record):
    check(assess(record))
    check(assess(record, orders=None))


@FAST
@given(ruined([ORDER, medication(text="sorafenib", status="draft")]))
def test_ugly_orders(orders):
    advice.order_is_ours(orders, None)
    check(assess(CANDIDATE, orders))
    check(assess([*CANDIDATE, *orders], None))


@FAST
@given(st.data(), st.sampled_from(INDISPENSABLE))
def test_garbage_never_makes_a_candidate(data, missing):
    """A needed fact is gone, and the rest is ruined at random: nothing turns that into a candidate."""
    without = [r for n, r in enumerate(NEEDED) if n != missing and not (missing >= 10 and n >= 10)]
    (found,) = assess(data.draw(ruined([*without, *AROUND])))
    assert assessment_json(found)["eligibility"]["verdict"] != "candidate"


@FAST
@given(ruined([r for r in HISTORY if "mrecist" not in json.dumps(r) and "viable" not in json.dumps(r)]))
def test_garbage_never_makes_a_lesion_refractory(history):
    """Sessions without any response: no definition that counts responses is met by what is wrong with them."""
    (found,) = assess([*CANDIDATE, *history])
    assert assessment_json(found)["refractoriness"]["verdict"] in ("not-met", "indeterminate", "not-applicable")


BAD_VALUES = [
    {},
    {"valueString": "NaN"},
    {"valueString": "Infinity"},
    {"valueString": "normal"},
    {"valueString": "0x1"},
    {"valueQuantity": {"value": None, "unit": "mg/dL"}},
    {"valueQuantity": {"value": "NaN", "unit": "mg/dL"}},
    {"valueQuantity": {"value": float("nan"), "unit": "mg/dL"}},
    {"valueQuantity": {"value": float("inf"), "unit": "mg/dL"}},
    {"valueQuantity": {"value": -3, "unit": "mg/dL"}},
    {"valueQuantity": {"value": True, "unit": "mg/dL"}},
    {"valueQuantity": {"value": [1], "unit": "mg/dL"}},
    {"valueQuantity": [{"value": 1, "unit": "mg/dL"}]},
    {"valueQuantity": "1 mg/dL"},
    {"valueCodeableConcept": "none"},
    {"valueCodeableConcept": {"coding": [{"code": "none"}]}},
    {"valueBoolean": "false"},
    {"valueBoolean": None},
    {"valueInteger": "0"},
    {"valueInteger": 0.5},
    {"valueInteger": -1},
    {"valueDateTime": "2026-01-01"},
    {"valueRange": {"low": {"value": 0}}},
]


@pytest.mark.parametrize("value", BAD_VALUES, ids=str)
@pytest.mark.parametrize("place", INDISPENSABLE[1:], ids=lambda n: NEEDED[n]["id"])
def test_a_value_that_is_none_leaves_the_verdict_open(place, value):
    record = [{k: v for k, v in r.items() if not (n == place and k.startswith("value"))} for n, r in enumerate(NEEDED)]
    record[place] |= value
    assert verdict([*record, *AROUND]) != "candidate"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: ascii(a)[:30])
def test_attacks_in_every_string(attack):
    def everywhere(value, keep=("resourceType", "system", "code", "status", "url")):
        if isinstance(value, dict):
            return {k: v if k in keep and isinstance(v, str) else everywhere(v) for k, v in value.items()}
        if isinstance(value, list):
            return [everywhere(v) for v in value]
        return attack if isinstance(value, str) else value

    record = [everywhere(r) for r in CANDIDATE + HISTORY]
    check(assess(record, [everywhere(ORDER)]))
    check(assess([*CANDIDATE, *(r | {"id": attack} for r in CANDIDATE + HISTORY)], [ORDER | {"id": attack}]))
    named = [order(coded(CPT, "37243"), f"TACE {attack}", note=[{"text": f"{attack} doxorubicin"}])]
    check(assess(CANDIDATE, named))


@pytest.mark.parametrize(
    "word", ["no TACE ", "liver ", "bland ", "segment 8, ", "segments 1/", "heparin ", "hcc ", "1 ", "\n"]
)
def test_very_long_texts_are_answered_at_once(word):
    text = word * 20_000
    started = time.process_time()
    record = [
        procedure({"text": text}),
        icd("C22.0"),
        medication(text=text),
        bilirubin(valueQuantity=..., valueString=text),
    ]
    assess([*record, lab("98153-0", {"valueString": text}), icd("x", code={"text": text})], [order(text=text)])
    assert time.process_time() - started < 2


def test_very_many_and_very_deep():
    many = [bilirubin(1.0 + n / 1e5, id=f"b{n}") for n in range(2000)]
    assert read(*many).series["bilirubin"][0].value == pytest.approx(1.01999)
    nested = {"linkId": "jaundice", "answer": [{"valueBoolean": True}]}
    for _ in range(150):
        nested = {"linkId": "g", "item": [nested]}
    check(assess([*CANDIDATE, answers(nested)]))
