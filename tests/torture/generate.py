"""What nobody should send: FHIR resources and hook requests, deep, wide, of wrong types, huge, circular, in odd letters.

Three sources: hypothesis strategies (`requests`), changed copies of the example patients (`changed`), and texts that are
hardly JSON (`raw`). Every person, token and value that they hold carries MARK, so that a leak can be searched for.
"""

import json
import random
from typing import Any

import orjson
from hypothesis import strategies as st

from service.hooks import catalog
from tests.golden import cases, request_of

MARK = "Zyxqvut"
CONTROL = "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028\u2029\ufeff"
BIDIRECTIONAL = "\u202e\u2066\u2067\u2069\u200f\u061c"
WORDS = (
    "", " ", "draft", "active", "final", "entered-in-error", "completed", "2026-11-20", "2026-02-31", "9999-12-31T23:59:60Z",
    "0000", "2026", "<script>alert(1)</script>", "](javascript:x)", "|||", "`" * 9, "Patient/p1", "#", "../../etc", "TACE",
    "none", "mg/dL", "umol/L", "{score}", "%", "1e999", "<0.2", "≥ 3,5", "null", "NaN", CONTROL, BIDIRECTIONAL, "\U0001f9ec" * 9,
    "a\u0300" * 50, "x" * 10_000, MARK, f"{MARK} tumor of segment 8", "ServiceRequest/self", "urn:uuid:self", "%00", "\x00",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2**31, -(2**53), 2**63, 10**30, 10**300, 0.1, -0.0, 1e308, -1e-308, 5e-324, 98.7654321, 3.14159e20)
SCALARS: tuple[Any, ...] = (None, True, False, *NUMBERS, *WORDS)
SYSTEMS = (
    "http://loinc.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm", "http://www.ama-assn.org/go/cpt",
    "https://tace-cds.example.org/fhir/CodeSystem/tace", "http://www.nlm.nih.gov/research/umls/rxnorm", "urn:oid:2.999", "",
)  # fmt: skip
CODES = (
    "1975-2", "1751-7", "6301-6", "2160-0", "89247-1", "21889-1", "33728-7", "109841003", "C22.0", "C78.7", "441525007", "37243",
    "ascites-grade", "encephalopathy-grade", "portal-vein-invasion", "nodule-count", "mrecist-response",
    "extrahepatic-spread", "",
)  # fmt: skip
KINDS = (
    "Patient", "Condition", "Observation", "Procedure", "MedicationRequest", "MedicationAdministration", "MedicationStatement",
    "BodyStructure", "DiagnosticReport", "QuestionnaireResponse", "ServiceRequest", "Bundle", "OperationOutcome", "Medication",
    "X",
)  # fmt: skip
ELEMENTS = (
    "status", "code", "subject", "effectiveDateTime", "effectivePeriod", "issued", "valueQuantity", "valueCodeableConcept",
    "valueString", "valueInteger", "valueBoolean", "component", "hasMember", "partOf", "focus", "bodySite", "note", "extension",
    "contained", "performedDateTime", "performedPeriod", "onsetDateTime", "recordedDate", "clinicalStatus", "verificationStatus",
    "stage", "evidence", "location", "locationQualifier", "item", "result", "medicationCodeableConcept", "medicationReference",
    "authoredOn", "reasonReference", "supportingInfo", "name", "birthDate", "gender", "id", "meta", "category", "interpretation",
    "dataAbsentReason", "referenceRange", "orderDetail", "reasonCode", "occurrenceDateTime", "resourceType", "_status",
)  # fmt: skip

scalars = (
    st.sampled_from(SCALARS) | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=30)
)
names = st.sampled_from(ELEMENTS) | st.text(max_size=8)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
NAMED = ("Patient/p1", "Patient/other", "Observation/self", "Procedure/self", "#self", "urn:uuid:self", "", "a/b/c/d")
references = st.fixed_dictionaries({"reference": st.sampled_from(NAMED)})
codings = st.fixed_dictionaries(
    {"system": st.sampled_from(SYSTEMS) | scalars, "code": st.sampled_from(CODES) | scalars},
    optional={"display": scalars},
)
concepts = st.fixed_dictionaries(
    {}, optional={"coding": st.lists(codings | scalars, max_size=3) | scalars, "text": scalars}
)
quantities = st.fixed_dictionaries(
    {"value": st.sampled_from(NUMBERS) | scalars},
    optional={"unit": scalars, "code": st.sampled_from(("mg/dL", "umol/L", "g/dL", "cm", "mm", "%", "d")) | scalars,
              "system": st.just("http://unitsofmeasure.org") | scalars, "comparator": st.sampled_from("<>") | scalars},
)  # fmt: skip
moments = (
    st.sampled_from(("2026-11-20", "2026", "2026-10", "2026-11-20T10:00:00+14:00", "1900-01-01", "2199-12-31"))
    | scalars
)
OF_ELEMENT = {
    "code": concepts, "subject": references, "valueQuantity": quantities, "valueCodeableConcept": concepts, "bodySite": concepts,
    "effectiveDateTime": moments, "issued": moments, "performedDateTime": moments, "recordedDate": moments,
    "clinicalStatus": concepts, "verificationStatus": concepts, "medicationCodeableConcept": concepts, "partOf": references,
    "hasMember": st.lists(references, max_size=3), "focus": st.lists(references, max_size=3), "result": st.lists(references),
    "medicationReference": references, "status": st.sampled_from(("final", "completed", "active", "draft")) | scalars,
    "component": st.lists(st.fixed_dictionaries({"code": concepts, "valueQuantity": quantities}), max_size=3) | scalars,
}  # fmt: skip
elements = st.lists(st.sampled_from(ELEMENTS), max_size=8, unique=True).flatmap(
    lambda chosen: st.fixed_dictionaries({name: OF_ELEMENT.get(name, anything) | anything for name in chosen})
)
resources = st.builds(
    lambda kind, more, own: {"resourceType": kind, "id": "self", "subject": {"reference": "Patient/p1"}} | more | own,
    st.sampled_from(KINDS),
    elements,
    st.sampled_from(
        ({}, {"contained": [{"resourceType": "Observation", "id": "#self", "hasMember": [{"reference": "#self"}]}]})
    ),
)
bundles = st.builds(
    lambda found, more: (
        {"resourceType": "Bundle", "entry": [{"resource": each, "fullUrl": "urn:uuid:self"} for each in found]} | more
    ),
    st.lists(resources | anything, max_size=5),
    st.sampled_from(
        ({}, {"link": [{"relation": "next", "url": "urn:uuid:self"}]}, {"type": "searchset"}, {"entry": None})
    ),
)
TACE = {"resourceType": "ServiceRequest", "id": "self", "status": "draft", "code": {"text": "TACE"},
        "subject": {"reference": "Patient/p1"}}  # fmt: skip
values = bundles | resources | anything | st.lists(resources, max_size=4)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, Any]:
    """A path and a body: mostly a call that gets as far as the rules, sometimes one that does not."""
    service = draw(st.sampled_from(catalog.SERVICES))
    keys = draw(st.lists(st.sampled_from([need.key for need in catalog.needs()]) | names, max_size=5, unique=True))
    orders = draw(st.just([TACE]) | st.lists(resources | st.just(TACE), max_size=3))
    context = {"patientId": "p1", "userId": f"Practitioner/{MARK}", "selections": None} | {
        "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order} for order in orders]}
    }
    body = {
        "hook": service.hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirAuthorization": {"access_token": f"token-{MARK}"},
        "context": context,
        "prefetch": {"patient": {"resourceType": "Patient", "id": "p1", "name": [{"family": MARK}]}}
        | {key: draw(values) for key in keys},
    }
    if draw(st.integers(0, 9)) == 0:
        where = draw(st.sampled_from((body, context)))
        where[draw(st.sampled_from(sorted(where)) | names)] = draw(anything)
    return f"/cds-services/{service.id}", body


EXAMPLES = [orjson.dumps(request_of(case)) for case in cases()]
SERVICE_OF = {each.hook: each.id for each in catalog.SERVICES}


def changed(chance: random.Random) -> tuple[str, Any]:
    """An example patient with a few things changed."""
    body = orjson.loads(chance.choice(EXAMPLES))
    body.pop("extension", None)
    body["fhirAuthorization"] = {"access_token": f"token-{MARK}"}
    service = SERVICE_OF[body["hook"]]
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        change(body, chance)
    return ("/assess" if chance.random() < 0.1 else f"/cds-services/{service}"), body


def change(body: Any, chance: random.Random) -> None:
    # An earlier change may have taken the prefetch away
    parts = [name for name in ("context", *["prefetch"] * 9) if isinstance(body.get(name), (dict, list))]
    holder, key = (body if not parts or chance.random() < 0.02 else body[chance.choice(parts)]), None
    while isinstance(holder, (dict, list)) and holder:
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        if not isinstance(holder[key], (dict, list)) or not holder[key] or chance.random() < 0.15:
            break
        holder = holder[key]
    if key is None or not isinstance(holder, (dict, list)) or not holder:
        return
    chance.choice(CHANGES)(holder, key, chance)


def _replace(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = chance.choice(SCALARS)


def _remove(holder: Any, key: Any, chance: random.Random) -> None:
    del holder[key]


def _wrap(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = chance.choice(([holder[key]], {"x": holder[key]}, [[holder[key]]], {"resource": holder[key]}))


def _repeat(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = [holder[key]] * chance.choice((2, 2, 2, 20, 200))


def _deepen(holder: Any, key: Any, chance: random.Random) -> None:
    name = chance.choice(("extension", "contained", "item", "component", "entry", "resource"))
    for _ in range(chance.choice((5, 50, 300))):
        holder[key] = {name: [holder[key]], "resourceType": "Bundle", "reference": "#self", "linkId": "x"}


def _refer(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = {
        "reference": chance.choice(("Procedure/self", "Observation/self", "#", "Patient/other", "urn:uuid:self"))
    }


def _scale(holder: Any, key: Any, chance: random.Random) -> None:
    if isinstance(holder[key], (int, float)) and not isinstance(holder[key], bool):
        holder[key] = holder[key] * 10.0 ** chance.randrange(-12, 13)
    elif isinstance(holder[key], str):
        holder[key] = "".join(chance.sample(holder[key], len(holder[key]))) + chance.choice(WORDS)


def _name(holder: Any, key: Any, chance: random.Random) -> None:
    if isinstance(holder, dict):
        holder[chance.choice(ELEMENTS)] = holder.pop(key)


CHANGES = (_replace, _replace, _replace, _remove, _wrap, _repeat, _deepen, _refer, _scale, _scale, _name)


def raw(chance: random.Random) -> tuple[str, bytes]:
    """Bytes that are nearly JSON, or nothing like it."""
    path, body = changed(chance)
    try:
        text = json.dumps(body).encode()
    except RecursionError:
        text = b'{"hook": "order-sign"}'
    place = chance.randrange(len(text))
    return path, chance.choice((
        lambda: text[:place],
        lambda: text[:place] + bytes(chance.randrange(256) for _ in range(8)) + text[place:],
        lambda: text.replace(b'"value": ', b'"value": NaN, "x": ', 1),
        lambda: text.replace(b'"value": ', b'"value": Infinity, "x": ', 1),
        lambda: text.replace(b'"value": ', b'"value": ' + b"9" * 5000 + b', "x": ', 1),
        lambda: text.replace(b'"id": "', b'"id": "\\ud800', 1),
        lambda: text.decode().encode("utf-16"),
        lambda: b"[" * chance.choice((1000, 1100, 50_000)) + text,
        lambda: b'{"prefetch":' * 900 + text + b"}" * 900,
        lambda: b'{"hook":"order-sign",' * 2 + text[1:],
        lambda: b"",
    ))()  # fmt: skip
