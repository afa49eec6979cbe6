"""Findings with codes of our own, ECOG, stated classes, lesions and their sizes, responses."""

import pytest

from cards.facts import FACTS, NOT_TOLD, OVERALL
from cards.liver.child_pugh import child_pugh
from tests.fhir.build import (
    LOINC,
    NCIT,
    OWN_SYSTEM,
    RECENT,
    SNOMED,
    coded,
    condition,
    facts_named,
    icd,
    lab,
    now,
    observation,
    own,
    own_value,
    problems,
    procedure,
    quantity,
    read,
    values_of,
)

OWN = [spec for spec in FACTS.values() if spec.code]
APART = frozenset({"mrecist_response", "viable_percent", "viable_diameter", "selective_session", "technique_changed",
                   "technical_success", "planned_second_step"})  # fmt: skip
STATE = [spec for spec in OWN if spec.name not in APART]


def of_kind(kind):
    return [spec for spec in STATE if spec.kind == kind]


def name_of(spec):
    return spec.name


# Codes of our own, each form of the value


@pytest.mark.parametrize("spec", of_kind("coded"), ids=name_of)
def test_words(spec):
    for word in spec.values:
        for value in (
            own_value(word),
            {"valueString": word},
            {"valueString": f" {word} "},
            {"valueCodeableConcept": {"text": word}},
            {"valueCodeableConcept": coded(OWN_SYSTEM + "/", f"{word} ")},
            {
                "valueCodeableConcept": {
                    "coding": [{"system": "urn:local", "code": "9"}, {"system": OWN_SYSTEM, "code": word}]
                }
            },
        ):
            assert values_of(spec.name, own(spec.code, value)) == [word]


@pytest.mark.parametrize("spec", of_kind("coded"), ids=name_of)
@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "not one of them"},
        {"valueCodeableConcept": coded("urn:other", "none")},
        {"valueCodeableConcept": coded(OWN_SYSTEM, "tense", "none")},
        {"valueBoolean": True},
        {"valueInteger": 1},
        {"valueString": ""},
        {"valueCodeableConcept": {}},
    ],
)
def test_words_that_are_none_of_ours(spec, value):
    resource = own(spec.code, value)
    assert spec.name not in read(resource).series
    assert "its value is not one this service reads" in problems(resource)["Observation/o"]


@pytest.mark.parametrize("spec", of_kind("boolean"), ids=name_of)
def test_yes_and_no(spec):
    for value, told in (
        ({"valueBoolean": True}, True),
        ({"valueBoolean": False}, False),
        ({"valueString": "Yes"}, True),
        ({"valueCodeableConcept": {"text": "no"}}, False),
        ({"valueCodeableConcept": coded(OWN_SYSTEM, "true")}, True),
    ):
        assert values_of(spec.name, own(spec.code, value)) == [told]
    for value in ({"valueInteger": 1}, {"valueString": "maybe"}, {"valueBoolean": "true"}):
        assert spec.name not in read(own(spec.code, value)).series


@pytest.mark.parametrize("spec", of_kind("integer"), ids=name_of)
def test_grades_and_counts(spec):
    low, high = (int(limit) for limit in spec.limits)
    for number in (low, high):
        for value in ({"valueInteger": number}, {"valueQuantity": {"value": number}}, {"valueString": f" {number} "}):
            assert values_of(spec.name, own(spec.code, value)) == [number]
    for value in (
        {"valueInteger": low - 1},
        {"valueInteger": high + 1},
        {"valueQuantity": {"value": low + 0.5}},
        {"valueQuantity": {"value": low, "comparator": ">"}},
        {"valueQuantity": {"value": low, "unit": "cm"}},
        {"valueInteger": 10**400},
        {"valueString": "many"},
    ):
        assert spec.name not in read(own(spec.code, value)).series


@pytest.mark.parametrize("spec", of_kind("quantity"), ids=name_of)
def test_percentages(spec):
    assert values_of(spec.name, own(spec.code, quantity(40, "%"))) == [40]
    assert values_of(spec.name, own(spec.code, {"valueQuantity": {"value": 40, "unit": "percent"}})) == [40]
    assert spec.name not in read(own(spec.code, {"valueQuantity": {"value": 40}})).series
    assert spec.name not in read(own(spec.code, quantity(140, "%"))).series


def test_every_own_code_is_read():
    assert {spec.name for kind in ("coded", "boolean", "integer", "quantity") for spec in of_kind(kind)} | APART == {
        spec.name for spec in OWN
    }


def test_two_words_in_one_value_are_a_conflict():
    both = {"coding": [{"system": OWN_SYSTEM, "code": "none"}, {"system": OWN_SYSTEM, "code": "mild"}]}
    known = now(own("ascites-grade", {"valueCodeableConcept": both})).ascites_grade
    assert (known.value, known.notes) == ("mild", ("conflict: ascites is told as none and mild",))


@pytest.mark.parametrize(("word", "value"), [("branch", "vp3"), ("main", "vp4"), ("VP2", "vp2"), ("none", "none")])
def test_portal_vein_invasion_in_other_words(word, value):
    assert values_of("portal_vein_invasion", own("portal-vein-invasion", {"valueString": word})) == [value]


# ECOG

ECOG = [
    ({"valueInteger": 2}, 2),
    ({"valueInteger": 0}, 0),
    *(({"valueCodeableConcept": coded(LOINC, f"LA{9622 + n}-{check}")}, n) for n, check in enumerate("753086")),
    *(
        ({"valueCodeableConcept": coded(SNOMED, code)}, n)
        for n, code in enumerate(("425389002", "422512005", "422894000", "423053003", "423237006", "423409001"))
    ),
    ({"interpretation": [coded(LOINC, "LA9624-3")]}, 2),
    ({"valueInteger": 2, "interpretation": [coded(LOINC, "LA9624-3", "Ambulatory and capable")]}, 2),
    ({"valueQuantity": {"value": 1, "unit": "{score}"}}, 1),
    ({"valueQuantity": {"value": 1.0}}, 1),
    ({"valueString": "1"}, 1),
    ({"valueString": "ECOG 1"}, 1),
    ({"valueString": "ECOG performance status: 3"}, 3),
    ({"valueCodeableConcept": {"text": "Grade 4"}}, 4),
]


@pytest.mark.parametrize("code", ["89247-1", "89262-0"])
@pytest.mark.parametrize(("value", "grade"), ECOG)
def test_ecog(code, value, grade):
    assert values_of("ecog", lab(code, value)) == [grade]


@pytest.mark.parametrize(
    "value",
    [
        {"valueInteger": 6},
        {"valueInteger": -1},
        {"valueString": "1-2"},
        {"valueString": "good"},
        {"valueQuantity": {"value": 80, "unit": "%"}},
        {"valueQuantity": {"value": 2, "comparator": ">"}},
        {"valueCodeableConcept": coded(LOINC, "LA9999-9", "Unknown")},
        {},
    ],
)
def test_what_is_no_ecog(value):
    assert read(lab("89247-1", value)).series == {}


@pytest.mark.parametrize("code", ["89243-0", "89245-5"])
def test_karnofsky_is_not_ecog(code):
    assert read(lab(code, {"valueInteger": 1})).series == {}


def test_ecog_value_and_answer_that_disagree():
    known = now(lab("89247-1", {"valueInteger": 0, "interpretation": [coded(LOINC, "LA9624-3")]})).ecog
    assert known.value == 2
    assert "conflict" in known.notes[0]


# Stated by the clinic


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("A", "A"),
        ("b", "B"),
        ("Child-Pugh C", "C"),
        ("Child-Turcotte-Pugh class B", "B"),
        ("class A", "A"),
        ("A6", "A"),
    ],
)
def test_child_pugh_class_as_text(text, stated):
    assert values_of("child_pugh_class", lab("98153-0", {"valueString": text})) == [stated]
    assert values_of("child_pugh_class", lab("98153-0", {"valueCodeableConcept": {"text": text}})) == [stated]


@pytest.mark.parametrize("text", ["D", "A or B", "not A", "AB", ""])
def test_what_is_no_class(text):
    assert read(lab("98153-0", {"valueString": text})).series == {}


@pytest.mark.parametrize(
    ("text", "stage"),
    [("B", "B"), ("BCLC B", "B"), ("BCLC stage C", "C"), ("0", "0"), ("BCLC-D", "D"), ("bclc a", "A")],
)
def test_bclc_stage(text, stage):
    code = coded(NCIT, "C115134")
    assert values_of("bclc_stage", observation(code, {"valueString": text})) == [stage]
    assert values_of("bclc_stage", observation(code, {"valueCodeableConcept": {"text": text}})) == [stage]


def test_bclc_stage_of_a_condition():
    staged = icd("C22.0", stage=[{"summary": {"text": "BCLC B"}}], recordedDate=RECENT)
    assert values_of("bclc_stage", staged) == ["B"]
    assert values_of("bclc_stage", icd("C22.0", stage=[{"summary": {"text": "stage II"}}])) == []


@pytest.mark.parametrize("code", ["C115132", "C115134"])
def test_bclc_stage_of_a_condition_named_by_its_type(code):
    staged = {"summary": {"text": "Stage C"}, "type": coded(NCIT, code)}
    assert values_of("bclc_stage", icd("C22.0", stage=[staged])) == ["C"]
    assert values_of("bclc_stage", icd("C22.0", stage=[{"summary": {"text": "Stage C"}}])) == []


def test_stage_of_a_condition_is_a_state_and_needs_no_date():
    (fact,) = facts_named("bclc_stage", icd("C22.0", stage=[{"summary": {"text": "BCLC stage A"}}]))
    assert (fact.value, fact.when, fact.state) == ("A", None, True)


def test_stated_score_and_class_together():
    code = {"coding": [{"system": LOINC, "code": "98153-0"}, {"system": OWN_SYSTEM, "code": "child-pugh-score"}]}
    assert values_of("child_pugh_score", observation(code, {"valueInteger": 7})) == [7]


@pytest.mark.parametrize("code", ["21907-1", "21901-4"])
@pytest.mark.parametrize(("text", "spread"), [("M0", False), ("cM1", True), ("pM1b", True), ("M1a", True)])
def test_m_category(code, text, spread):
    assert values_of("extrahepatic_spread", lab(code, {"valueCodeableConcept": {"text": text}})) == [spread]


@pytest.mark.parametrize("text", ["MX", "M", "M2", "no M1"])
def test_m_category_that_tells_nothing(text):
    assert read(lab("21907-1", {"valueCodeableConcept": {"text": text}})).series == {}


# Ascites, encephalopathy


def test_ascites_by_condition_and_grade():
    present = icd("R18.8")
    assert child_pugh(now(present)).points["ascites"] == (2, 3)
    assert child_pugh(now(present, own("ascites-grade", "mild"))).points["ascites"] == (2, 2)
    assert child_pugh(now(own("ascites-grade", "moderate-severe"))).points["ascites"] == (3, 3)
    assert child_pugh(now(own("ascites-controlled", True), own("ascites-grade", "none", id="g"))).points["ascites"] == (
        2,
        2,
    )


def test_an_active_condition_beside_none():
    known = now(icd("R18.8"), own("ascites-grade", "none")).ascites_grade
    assert known.value == "present"
    assert "conflict" in known.notes[-1]


def test_a_refuted_condition_and_an_observation_newest_first():
    refuted = condition(coded(SNOMED, "389026000"), None, "refuted", recordedDate="2026-11-01")
    assert now(refuted, own("ascites-grade", "moderate-severe")).ascites_grade.value == "moderate-severe"
    old = condition(coded(SNOMED, "389026000"), None, "refuted", recordedDate="2026-01-01")
    assert now(old, own("ascites-grade", "mild")).ascites_grade.value == "mild"
    later = condition(coded(SNOMED, "389026000"), None, "refuted", recordedDate="2026-11-15")
    assert now(later, own("ascites-grade", "mild")).ascites_grade.value == "none"
    same = condition(coded(SNOMED, "389026000"), None, "refuted", recordedDate=RECENT)
    known = now(same, own("ascites-grade", "mild")).ascites_grade
    assert known.value == "mild"
    assert "more cautious" in known.notes[-1]


# Lesions


def size(value=4.2, unit="cm", code="33728-7", **more):
    return lab(code, quantity(value, unit), **more)


def sized_by_component(value=42, unit="mm", **more):
    component = [
        {"code": coded(LOINC, "33729-5"), **quantity(30, "mm")},
        {"code": coded(LOINC, "33728-7"), **quantity(value, unit)},
    ]
    return lab("21889-1", {}, component=component, **more)


@pytest.mark.parametrize(
    "resource",
    [size(), size(42, "mm"), size(4.2, code="21889-1"), sized_by_component(), sized_by_component(4.2, "cm")],
    ids=["cm", "mm", "tumor size", "component mm", "component cm"],
)
def test_sizes(resource):
    (found,) = read(resource).sizes
    assert (found.lesion, found.size.value) == (NOT_TOLD, 4.2)


@pytest.mark.parametrize(
    "resource",
    [
        own("viable-diameter", quantity(36, "mm")),
        size(3.6, method={"text": "mRECIST"}),
        size(3.6, method=coded(OWN_SYSTEM, "mrecist")),
        sized_by_component(36, "mm", method={"text": "mrecist"}),
    ],
    ids=["own code", "size by mRECIST", "size by the coded method", "component by mRECIST"],
)
def test_viable_diameters_are_not_sizes_of_the_lesion(resource):
    found = read(resource)
    assert [m.size.value for m in found.viable_sizes] == [3.6]
    assert found.sizes == ()


def test_no_viable_tumor_is_a_diameter_of_zero():
    assert [m.size.value for m in read(own("viable-diameter", quantity(0, "cm"))).viable_sizes] == [0]


@pytest.mark.parametrize(("value", "unit"), [(3.6, None), (36, "%"), (900, "mm"), (-1, "cm")])
def test_viable_diameters_that_are_not_used(value, unit):
    resource = own("viable-diameter", quantity(value, unit))
    assert read(resource).viable_sizes == ()
    assert "Observation/o" in problems(resource)


def test_a_size_by_another_method_is_the_whole_lesion():
    found = read(size(3.6, method={"text": "CT"}))
    assert [m.size.value for m in found.sizes] == [3.6]
    assert found.viable_sizes == ()


def test_the_other_dimension_is_no_size():
    other = lab("21889-1", {}, component=[{"code": coded(LOINC, "33729-5"), **quantity(30, "mm")}])
    assert read(other).sizes == ()
    assert read(lab("33729-5", quantity(30, "mm"))).sizes == ()


@pytest.mark.parametrize(("value", "unit"), [(42, "in"), (0, "cm"), (4000, "mm"), (4.2, None)])
def test_sizes_that_are_not_used(value, unit):
    resource = size(value, unit)
    assert read(resource).sizes == ()
    assert "Observation/o" in problems(resource)


@pytest.mark.parametrize(
    ("more", "lesion"),
    [
        ({"focus": [{"reference": "BodyStructure/b"}]}, "BodyStructure/b"),
        ({"focus": [{"reference": "https://ehr.example.org/r4/BodyStructure/b/_history/2"}]}, "BodyStructure/b"),
        ({"focus": [{"reference": "Condition/c"}], "bodySite": {"text": "segment 5"}}, "segment-5"),
        ({"bodySite": coded(SNOMED, "277962002")}, "segment-8"),
        ({"bodySite": {"text": "Liver segment VIII"}}, "segment-8"),
        ({"bodySite": {"text": "Seg. 4a"}}, "segment-4"),
        ({"bodySite": {"text": "S6"}}, "segment-6"),
        ({"bodySite": {"text": "segments 5 and 6"}}, NOT_TOLD),
        ({"bodySite": {"text": "liver"}}, NOT_TOLD),
        ({}, NOT_TOLD),
    ],
)
def test_lesion_keys(more, lesion):
    assert [s.lesion for s in read(size(**more)).sizes] == [lesion]


def test_a_lesion_in_the_bundle_by_its_full_url():
    urls = {"urn:uuid:9": "BodyStructure/9"}
    focus = [{"reference": "urn:uuid:9"}]
    assert [s.lesion for s in read(size(focus=focus), full_urls=urls).sizes] == ["BodyStructure/9"]


def test_the_segment_of_a_body_structure():
    structure = {"resourceType": "BodyStructure", "id": "b", "location": coded(SNOMED, "277962002")}
    assert read(structure).segments == {"BodyStructure/b": "segment-8"}


def test_a_lesion_measured_twice_on_one_day_is_one():
    (found,) = read(size(4.2, bodySite={"text": "segment 8"}, id="a"), size(4.6, bodySite={"text": "S8"}, id="b")).sizes
    assert found.size.value == 4.6
    assert "conflict" in found.size.notes[-1]


def test_lesions_not_told_apart_stay_apart():
    assert len(read(size(3.0, id="a"), size(3.0, id="b"), size(3.0, id="c")).sizes) == 3


@pytest.mark.parametrize("site", ["Lung, right upper lobe", "kidney", "segment of bone"])
def test_a_size_elsewhere_is_no_liver_nodule(site):
    assert read(size(bodySite={"text": site})).sizes == ()


def test_the_number_of_tumors_at_diagnosis_is_not_todays():
    assert read(lab("42032-3", {"valueInteger": 2})).series == {}


# Response


@pytest.mark.parametrize("word", ["CR", "PR", "SD", "PD", "NE"])
def test_responses(word):
    of_lesion = own(
        "mrecist-response", word, focus=[{"reference": "BodyStructure/b"}], partOf=[{"reference": "Procedure/p"}]
    )
    (found,) = read(of_lesion).responses
    assert (found.lesion, found.category, found.session) == ("BodyStructure/b", word, "Procedure/p")
    (found,) = read(
        own("mrecist-response", {"valueString": word.lower()}, focus=[{"reference": "Condition/c"}])
    ).responses
    assert (found.lesion, found.category) == (OVERALL, word)


def test_mrecist_beside_the_code_of_disease_status():
    code = {"coding": [{"system": LOINC, "code": "97509-4"}, {"system": OWN_SYSTEM, "code": "mrecist-response"}]}
    assert [r.category for r in read(observation(code, own_value("SD"))).responses] == ["SD"]


@pytest.mark.parametrize("code", ["268910001", "359746009", "271299001", "103338009", "103337004"])
def test_disease_status_is_never_mrecist(code):
    assert read(lab("97509-4", {"valueCodeableConcept": coded(SNOMED, code)})).responses == ()


def test_viable_part():
    (found,) = read(own("viable-percent", quantity(60, "%"), bodySite={"text": "segment 8"})).responses
    assert (found.lesion, found.viable_percent, found.category) == ("segment-8", 60, "")


def test_new_lesion_and_counts_are_read_whole():
    counts = [own("nodule-count", n, id=f"n{n}", effectiveDateTime=f"2026-0{n}-01") for n in (2, 3, 4)]
    assert values_of("nodule_count", *counts, procedure({"text": "TACE"})) == [4, 3, 2]
    assert values_of("nodule_count", *counts) == [4], "without a procedure only the newest matters"
    assert values_of("new_intrahepatic_lesion", own("new-intrahepatic-lesion", True)) == [True]
