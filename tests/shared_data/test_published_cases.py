"""Published worked cases, through FHIR: what must agree agrees, and where the source is wrong we differ as noted.

Each input of a case is turned into a resource by `INPUTS`; an input that has no row fails. Each statement of
`must_agree` and `must_differ` has a row in `JUDGED`; one without a row fails. So no case is left out.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from cards.assessment_json import as_json as assessment_json
from service import advice
from service.settings import Settings
from tests.fhir.build import icd, lab, own, procedure, quantity
from tests.shared_data.conftest import CASES, needs_cases

pytestmark = needs_cases
PUBLISHED = {case["id"]: case for case in json.loads(CASES.read_text("utf-8"))["cases"]} if CASES.is_file() else {}
ASKED = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATIENT = {"resourceType": "Patient", "id": "1", "gender": "male"}
NOT_STATED = "not stated"


@dataclass
class Made:
    """The resources of one case so far; ids are given in order."""

    resources: list = field(default_factory=lambda: [PATIENT])

    def add(self, *resources):
        for resource in resources:
            self.resources.append(resource | {"id": f"r{len(self.resources)}"})


def number_and_unit(said, unit):
    """ "2.45 mg/dL", "138,000/uL", ">2000 mAU/mL" or a bare number in the unit of the calculator it is from."""
    match = re.fullmatch(r"(?P<comparator>[<>]?)(?P<number>[\d.,]+)\s*(?P<unit>\S.*)?", str(said))
    assert match, said
    number = float(match["number"].replace(",", ""))
    more = {"comparator": match["comparator"]} if match["comparator"] else {}
    return quantity(number, match["unit"] or unit, **more)


def measured(code, unit):
    return lambda made, said: made.add(*([] if said == NOT_STATED else [lab(code, number_and_unit(said, unit))]))


def albumin(made, said):
    """ "2.7 (printed "mg/dL", sic)": the misprint is its own test below; here the unit that is meant."""
    made.add(lab("1751-7", number_and_unit(str(said).split(" (printed")[0], "g/dL")))


def hcc(made):
    if not any(r["resourceType"] == "Condition" for r in made.resources):
        made.add(icd("C22.0"))


ASCITES = {"none": "none", "absent": "none", "mild": "mild", "slight": "mild"}


def ascites(made, said):
    if said == "present, grade not stated":
        made.add(icd("R18.8"))
    elif said == "controlled (diuretics)":
        made.add(own("ascites-controlled", True))
    else:
        made.add(own("ascites-grade", ASCITES[said]))


HE = {"none": 0, "mild": 1, "1-2": 1, "West Haven grade III on admission": 3}
INVASION = {"none": "none", "none documented": "none", "no": "none", "main portal vein": "vp4"}


def spread(made, said):
    hcc(made)
    if said == "bone":
        made.add(icd("C79.51"))
    else:
        assert said in ("none", "no")
        made.add(own("extrahepatic-spread", False))


def invasion(made, said):
    hcc(made)
    made.add(own("portal-vein-invasion", INVASION[said]))


def sizes(made, *diameters):
    hcc(made)
    made.add(*(lab("33728-7", quantity(cm, "cm")) for cm in diameters))


def count(made, number):
    hcc(made)
    made.add(own("nodule-count", number))


def tumour(made, said):
    single = re.match(r"single ~?(\d+) cm", said)
    count(made, 1)
    sizes(made, float(single[1]))


def liver_tumour(made, said):
    assert said == "none found"
    count(made, 0)


def ecog(made, said):
    made.add(lab("89247-1", {"valueInteger": int(str(said).removeprefix("grade "))}))


def treated_later(made, said):
    """The one session of A08 and what imaging said of it, after the day that is assessed here."""
    assert said.startswith("1 session DEB; 1-month CT and 6-month MRI complete necrosis")
    made.add(procedure({"text": "DEB-TACE"}, "2026-12-01"))
    made.add(*(own("mrecist-response", "CR", effectiveDateTime=day) for day in ("2026-12-31", "2027-06-01")))


def says_nothing(made, said):
    """Not a value that this service reads: "preserved" performance, the cause of a liver disease, nodes beside spread."""


INPUTS = {
    "creatinine": measured("2160-0", "mg/dL"),
    "total_bilirubin": measured("1975-2", "mg/dL"),
    "bilirubin": measured("1975-2", "mg/dL"),
    "albumin": albumin,
    "INR": measured("6301-6", "1"),
    "PT_activity": measured("5894-1", "%"),
    "sodium": measured("2951-2", "mmol/L"),
    "platelets": measured("777-3", "10*3/uL"),
    "AFP": measured("1834-1", "ng/mL"),
    "PIVKA_II": measured("93768-0", "mAU/mL"),
    "encephalopathy": lambda made, said: made.add(own("encephalopathy-grade", HE[said])),
    "ascites": ascites,
    "dialysis": lambda made, said: made.add(own("dialysis-twice-weekly", said)),
    "performance_status": ecog,
    "ECOG": ecog,
    "extrahepatic_spread": spread,
    "EHS": spread,
    "metastasis": spread,
    "vascular_invasion": invasion,
    "MVI": invasion,
    "tumour": tumour,
    "tumours": count,
    "sizes": lambda made, said: sizes(made, *said),
    "largest": lambda made, said: sizes(made, float(said.removesuffix(" cm"))),
    "liver_tumour": liver_tumour,
    "TACE": treated_later,
    "performance": says_nothing,
    "cause": says_nothing,
    "nodes": says_nothing,
}


def made_of(case, **instead):
    made = Made()
    for name, said in (case["inputs"] | instead).items():
        INPUTS[name](made, said)
    return made.resources


def assessed(resources, asked=ASKED):
    (found,) = advice.assess_patient(
        resources, patient="1", asked=asked, settings=Settings(mode="sandbox"), draft_orders=None
    )
    return assessment_json(found)


def of(case_id, **instead):
    return assessed(made_of(PUBLISHED[case_id], **instead))


def child_pugh(score=None, cls=None, **instead):
    def judge(case_id):
        found = of(case_id, **instead)["scores"]["childPugh"]
        return (score is None or found.get("score") == score) and (cls is None or found["classes"] == [cls])

    return judge


def score(name, expected, **members):
    def judge(case_id):
        found = of(case_id)["scores"][name]
        same = all(found.get(member) == value for member, value in members.items())
        return same and (expected is None or found.get("score") == pytest.approx(expected, abs=0.005))

    return judge


def bclc(stage):
    return lambda case_id: (
        of(case_id)["stage"]["bclc"] == of(case_id)["stage"]["bclc"] | {"stage": stage, "status": "known"}
    )


def burden(name, expected, *more):
    def judge(case_id):
        return assessed([*made_of(PUBLISHED[case_id]), *more])["burden"][name] == expected

    return judge


def low_end_a(case_id):
    found = of(case_id)["scores"]["childPugh"]
    return found["status"] == "bounded" and found["low"] == 5 and found["classes"][0] == "A"


# The vignette does not mention spread, and answers as if there were none.
NO_SPREAD = own("extrahepatic-spread", False, id="assumed")

# case and statement → whether it holds here
JUDGED = {
    ("A02-PMC8383533", "child_pugh_score (with ascites mild)"): child_pugh(11, ascites="mild"),
    ("A02-PMC8383533", "child_pugh_class"): child_pugh(cls="C"),
    ("A02-PMC8383533", "MELD"): score("meld", 32),
    ("A05-PMC3701851", "child_pugh_class"): child_pugh(9, "B"),
    ("A07-PMC3326999", "low end A (encephalopathy not stated: bounded)"): low_end_a,
    ("A08-PMC3304613", "BCLC A"): bclc("A"),
    ("A08-PMC3304613", "child_pugh_score 5"): child_pugh(5, "A"),
    ("A12-what-is-the-best-treatment-option-for-a-patient", "child_pugh_class B"): child_pugh(cls="B"),
    (
        "A12-what-is-the-best-treatment-option-for-a-patient",
        "UCSF within (from the issue that adds UCSF)",
    ): burden("ucsf", "within", NO_SPREAD),
    ("E01-transplantr", "MELD from the unrounded 24.798: OPTN 25"): score("meld", 25),
    ("E02-transplantr", "the Kim 2008 variant only; OPTN MELD-Na gives 26"): score("meldNa", 26),
    ("E03-ameld", "MELD 20 (dialysis taken as no)"): score("meld", 20),
    ("E05-actin", "ALBI_grade 2"): score("albi", None, grade="2"),
    ("E06-actin", "ALBI_grade 3"): score("albi", None, grade="3"),
    ("E07-medx", "child_pugh_score 12"): child_pugh(12),
    ("E07-medx", "child_pugh_class C"): child_pugh(12, "C"),
    ("E13-radulator", "ALBI_grade 1"): score("albi", None, grade="1"),
    ("E13-radulator", "ALBI_score"): score("albi", -2.62, grade="1"),
    ("E16-radulator", "child_pugh_score 5"): child_pugh(5),
    ("E16-radulator", "child_pugh_class A"): child_pugh(5, "A"),
    ("E17-radulator", "child_pugh_score"): child_pugh(10),
    ("E17-radulator", "child_pugh_class"): child_pugh(10, "C"),
    ("E21-radulator", "BCLC 0"): bclc("0"),
    ("E21-radulator", "child_pugh_score 5"): child_pugh(5),
    ("E22-radulator", "BCLC C"): bclc("C"),
    ("E23-radulator", "Milan within"): burden("milan", "within"),
    ("E24-radulator", "Milan beyond"): burden("milan", "beyond"),
}
# What a source prints and what must not come out here.
PRINTED = {"MELD": ("meld", 31), "ALBI_score": ("albi", -2.872), "child_pugh_score": ("childPugh", 8)}


@pytest.mark.parametrize(("case_id", "statement"), JUDGED, ids=lambda x: x[:40])
def test_published(case_id, statement):
    assert JUDGED[case_id, statement](case_id)


def test_every_case_and_every_statement_is_judged():
    stated = {(c["id"], s) for c in PUBLISHED.values() for s in (*c["must_agree"], *c["must_differ"])}
    assert stated == JUDGED.keys()
    assert {case for case, _ in stated} == PUBLISHED.keys()


@pytest.mark.parametrize("case_id", PUBLISHED)
def test_where_the_source_is_wrong_we_differ(case_id):
    scores = of(case_id)["scores"]
    for name in PUBLISHED[case_id]["must_differ"].keys() & PRINTED.keys():
        score_name, printed = PRINTED[name]
        assert scores[score_name]["score"] != pytest.approx(printed, abs=0.005)


@pytest.mark.parametrize("case_id", PUBLISHED)
def test_nobody_of_them_is_a_plain_candidate(case_id):
    """None of these records holds all that a verdict needs, or it says something that decides against."""
    assert of(case_id)["eligibility"]["verdict"] != "candidate"


def test_the_misprinted_unit_of_a02_is_not_used():
    case = PUBLISHED["A02-PMC8383533"]
    assert case["inputs"]["albumin"] == '2.7 (printed "mg/dL", sic)'
    resources = [r for r in made_of(case) if "1751-7" not in json.dumps(r)]
    found = assessed([*resources, lab("1751-7", quantity(2.7, "mg/dL"), id="printed")])
    assert found["scores"]["childPugh"]["status"] == "bounded"
    assert found["unusable"][0]["resource"] == "Observation/printed"


def test_the_grade_of_ascites_decides_a02():
    found = of("A02-PMC8383533")["scores"]["childPugh"]
    assert (found["low"], found["high"], found["missing"]) == (11, 12, ["ascites"])


def test_the_treatment_of_a08():
    found = assessed(made_of(PUBLISHED["A08-PMC3304613"]), datetime(2027, 6, 10, 12, tzinfo=UTC))
    assert {row["response"] for row in found["response"]} == {"CR"}
    assert found["refractoriness"]["verdict"] != "met-by-all"


def test_what_a_vignette_does_not_mention_is_not_taken_as_none():
    assert of("A12-what-is-the-best-treatment-option-for-a-patient")["burden"]["ucsf"] == "unknown"
