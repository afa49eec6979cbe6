"""The documents that the payer requires (source-001): each found, missing, or not applicable."""

from dataclasses import replace

import pytest

from cards.facts import Paper, Treatment
from cards.prior_auth.documentation import EVIDENCE
from cards.prior_auth.policy_file import med140
from cards.prior_auth.verdict import prior_auth
from tests.cards.build import LESION, ago, candidate, case, drug, facts, order, response, session, value

PRESENT, MISSING, NA = "present", "missing", "not-applicable"
EXTENT = {"extrahepatic_spread": False, "liver_dominant": True, "progressive": False, "diffuse": False,
          "lobar_distribution": "bilobar"}  # fmt: skip
TREATED = session(100, LESION)
FULL_ORDER = order("tace", LESION, approach="transfemoral", agent="doxorubicin-eluting beads")


def item(number, patient, ordered=FULL_ORDER):
    evidence = {each.item: each.evidence for each in med140().documentation}[number]
    return EVIDENCE[evidence](case(patient, ordered))


def row(number, name, expected, words="", ordered=FULL_ORDER, **changes):
    return pytest.param(number, changes, ordered, expected, words, id=f"item {number}: {name}")


ROWS = [
    row("1", "approach and agent", PRESENT, "transfemoral; doxorubicin-eluting beads"),
    row("1", "agent not told", MISSING, "embolic agent in the order", order("tace", approach="transfemoral")),
    row("1", "approach not told", MISSING, "approach in the order", order("tace", agent="lipiodol")),
    row("1", "neither told", MISSING, "approach and embolic agent", order("tace")),
    row("1", "no order", MISSING, "an order with approach", None),
    row("2a", "primary", PRESENT, "primary"),
    row("2a", "metastatic", PRESENT, "metastatic", tumor="colorectal-metastasis"),
    row("2a", "cholangiocarcinoma is primary", PRESENT, "primary", tumor="icc"),
    row("2a", "not coded", MISSING, "a coded diagnosis", tumor=""),
    row("2a", "several kinds", MISSING, "a coded diagnosis", tumor="unknown"),
    row("2b", "all of it", PRESENT, "liver-dominant disease: yes", **EXTENT),
    row("2b", "by the segments of the lesions", PRESENT, "location", **{**EXTENT, "lobar_distribution": None}),
    *(row("2b", f"without {name}", MISSING, words, **{**EXTENT, name: None}) for name, words in (
        ("extrahepatic_spread", "whether extrahepatic spread"), ("liver_dominant", "whether liver-dominant disease"),
        ("progressive", "whether progressive disease"), ("diffuse", "whether diffuse disease"))),
    row("2b", "without number and size", MISSING, "number and size of nodules", **EXTENT, nodule_count=None, sizes=()),
    row("2b", "by the lobes alone", PRESENT, "location", order("tace"), **{**EXTENT, "sizes": [(4.0, 10, "not told")]}),
    row("2b", "without location", MISSING, "location", order("tace"),
        **{**EXTENT, "lobar_distribution": None, "sizes": [(4.0, 10, "not told")]}),
    row("2c", "neuroendocrine, symptoms stated", PRESENT, "tumor-related symptoms: yes",
        tumor="neuroendocrine-metastasis", symptomatic=True),
    row("2c", "neuroendocrine, absence stated", PRESENT, "tumor-related symptoms: no",
        tumor="neuroendocrine-metastasis", symptomatic=False),
    row("2c", "neuroendocrine, not stated", MISSING, "presence or absence", tumor="neuroendocrine-metastasis"),
    row("2c", "HCC", NA),
    row("2c", "colorectal", NA, tumor="colorectal-metastasis"),
    row("2c", "tumor type not known", MISSING, "if these are neuroendocrine", tumor="unknown"),
    row("3", "unresectable", PRESENT, "no surgical candidate", unresectable=True),
    row("3", "unresectable a year ago: a document does not age", PRESENT, "no surgical candidate",
        unresectable=(True, 365)),
    row("3", "stated resectable", MISSING, "why the patient is not a surgical candidate", unresectable=False),
    row("3", "not stated", MISSING, "why the patient is not a surgical candidate"),
    row("3", "in the order", PRESENT, "rationale in the order", order("tace", text="HCC, not a surgical candidate")),
    row("3", "the order says resectable", MISSING, "", order("tace", text="resectable tumor")),
    row("4", "one session with response", PRESENT, "TACE", sessions=[TREATED], responses=[response(TREATED, "PR")]),
    row("4", "one session without response", MISSING, "response to the TACE of 13 Aug 2026", sessions=[TREATED]),
    row("4", "response imaged on day 27", MISSING, "response to the TACE", sessions=[TREATED],
        responses=[response(TREATED, "PR", day=27)]),
    row("4", "session without a date", MISSING, "response to the TACE of undated", sessions=[session(None, LESION)]),
    row("4", "systemic therapy", PRESENT, "sorafenib", treatments=[drug()]),
    row("4", "none stated", MISSING, "or a statement that there were none"),
    *(row("5", status, PRESENT, status, systemic_therapy_status=status)
      for status in ("not-candidate", "failed", "failed-to-control-symptoms")),
    row("5", "a candidate", MISSING, "why the patient is not a candidate", systemic_therapy_status="candidate"),
    row("5", "not stated", MISSING, "why the patient is not a candidate"),
    row("5", "in the order", PRESENT, "rationale in the order", order("tace", text="systemic therapy has failed")),
    row("6", "bridge", PRESENT, "bridge to transplant: yes", bridge_to_transplant=True),
    row("6", "no bridge", PRESENT, "bridge to transplant: no", bridge_to_transplant=False),
    row("6", "not stated", MISSING, "whether treatment is a bridge"),
    row("6", "metastases", NA, tumor="colorectal-metastasis"),
    row("6", "cholangiocarcinoma", NA, tumor="icc"),
    row("6", "tumor type not known", MISSING, "bridge", tumor="unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "changes", "ordered", "expected", "words"), ROWS)
def test_item(number, changes, ordered, expected, words):
    found = item(number, candidate(**changes), ordered)
    assert found.status == expected
    assert words in found.words


def test_items_are_those_of_the_policy():
    assert [i.item for i in med140().documentation] == ["1", "2a", "2b", "2c", "3", "4", "5", "6"]


def test_complete_record_misses_nothing():
    patient = candidate(**EXTENT, unresectable=True, systemic_therapy_status="not-candidate", bridge_to_transplant=False,
                        sessions=[], treatments=[drug(active=False)])  # fmt: skip
    found = prior_auth(case(patient, FULL_ORDER))
    assert (found.missing, found.required) == ((), 7)


def test_empty_record_misses_every_item():
    found = prior_auth(case(facts(tumor=""), order("tace")))
    assert [i.item for i, _ in found.missing] == ["1", "2a", "2b", "2c", "3", "4", "5", "6"]


NOTES = tuple(Paper("tumor-board", f"board {n}", ago(n), f"DocumentReference/{n}") for n in range(1, 5))


def shown(evidence, papers=(), **changes):
    return EVIDENCE[evidence](case(replace(candidate(**changes), papers=tuple(papers)), FULL_ORDER))


@pytest.mark.parametrize("evidence", ["tumor_board", "curative_evaluation"])
def test_three_papers_of_a_kind_are_cited(evidence):
    found = shown(evidence, NOTES)
    assert found.evidence == ("DocumentReference/1", "DocumentReference/2", "DocumentReference/3")
    assert [piece.reference for piece in found.found] == [*found.evidence]


def test_papers_of_a_kind_in_words():
    assert shown("tumor_board", NOTES).words == "board 1 (20 Nov 2026); board 2 (19 Nov 2026); board 3 (18 Nov 2026)"
    assert shown("tumor_board").words == "the note of the tumor board"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        pytest.param({}, PRESENT, "Child-Pugh A (5), 5 items", id="all five"),
        pytest.param({"ascites_grade": None, "inr": None}, MISSING, "today's INR and ascites (items of Child-Pugh)",
                     id="two missing"),
    ],
)  # fmt: skip
def test_liver_function(changes, status, words):
    found = shown("liver_function", **changes)
    assert (found.status, found.words) == (status, words)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        pytest.param(f"{'x' * 106} unresectable. Next.", f"{'x' * 106} unresectable", id="119 characters"),
        pytest.param(f"{'x' * 107} unresectable. Next.", f"{'x' * 107} unresectable", id="120 characters"),
        pytest.param(f"{'x' * 108} unresectable. Next.", f"{'x' * 108} unresectab…", id="121: cut"),
        pytest.param(f"Unresectable {'x' * 105} {'y' * 9}. Next.", f"Unresectable {'x' * 105}…", id="no blank before the end"),
    ],
)  # fmt: skip
def test_quotes_are_short(text, quote):
    note = Paper("note", "note", ago(5), "DocumentReference/n", text)
    assert [piece.quote for piece in shown("surgical_rationale", [note]).found] == [quote]


def test_an_answer_to_the_payer_is_no_sentence_of_the_record():
    answer = Paper("med140:2a", "answer", ago(5), "QuestionnaireResponse/q", "The tumor is unresectable.")
    assert shown("surgical_rationale", [answer]).status == MISSING


def test_prior_treatments_in_the_order_of_time():
    later, undated = drug("lenvatinib", days_ago=30), Treatment("ablation", "ablation", None, "Procedure/a")
    earlier = Treatment("resection", "resection", ago(900), "Procedure/r")
    assert shown("prior_treatments", treatments=[later, undated, earlier]).words == (
        "ablation undated; resection 4 Jun 2024; lenvatinib 22 Oct 2026"
    )


def test_a_value_without_its_text_is_quoted_all_the_same():
    plain = replace(value("ascites_grade", "mild"), shown="")
    (piece,) = [each for each in shown("liver_function", ascites_grade=[plain]).found if "ascites" in each.quote]
    assert piece.quote == "ascites: mild"
