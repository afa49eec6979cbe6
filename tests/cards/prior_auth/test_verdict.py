"""What is decided where a policy says little, nothing, or is not there; and what is carried along."""

from dataclasses import replace

import pytest

from cards.assess import assess
from cards.facts import Paper
from cards.prior_auth.card import prior_auth_card
from cards.prior_auth.policy import PROCEDURES, Clause, Otherwise, Policies
from cards.prior_auth.policy_file import med140
from cards.prior_auth.verdict import PriorAuth, no_policy, prior_auth
from tests.cards.build import LESION, TODAY, ago, candidate, case, order

NOT_NECESSARY, INVESTIGATIONAL = "not-medically-necessary", "investigational"
HCC_TACE = Clause("A", ("tace",), all_of=("hcc",))
SYSTEMIC = order("systemic", drugs=("sorafenib",))


def policy(*clauses, otherwise=None, any_indication=None, **changes):
    return replace(med140(), clauses=clauses, otherwise=otherwise or {}, any_indication=any_indication or {}, **changes)


def found(of, kind="tace", **changes):
    return prior_auth(case(candidate(**changes), order(kind, LESION)), of)


def card_of(of, kind="tace", **changes):
    on = case(candidate(**changes), order(kind, LESION, billing=("37243",)))
    return prior_auth_card(on, prior_auth(on, of))


# No policy on file


@pytest.mark.parametrize(
    ("ordered", "procedure"),
    [
        pytest.param(None, "tace", id="no order: TACE as if it were considered"),
        pytest.param(order("tace"), "tace", id="TACE"),
        pytest.param(order("tae"), "tae", id="bland embolization"),
        pytest.param(order("y90"), "radioembolization", id="radioembolization"),
        pytest.param(order("embolization"), "", id="kind not told"),
    ],
)
def test_without_a_policy_nothing_is_guessed(ordered, procedure):
    said = no_policy(case(candidate(), ordered), "none is configured")
    assert said == PriorAuth("", procedure, "unknown", "", (), (), ("No policy on file: none is configured.",))


def test_systemic_therapy_is_no_matter_of_the_policy():
    on = case(candidate(), SYSTEMIC)
    assert no_policy(on, "none") == PriorAuth("", "", "not-applicable", "", (), ())
    assert prior_auth(on) == PriorAuth("med140", "", "not-applicable", "", (), ())
    a = assess(candidate(), TODAY, SYSTEMIC, policies=Policies(()), policy="")
    assert prior_auth_card(a.case, a.prior_auth) is None


# What a policy is about


@pytest.mark.parametrize(
    ("of", "covered"),
    [
        pytest.param(policy(HCC_TACE), ("tace",), id="a clause"),
        pytest.param(policy(otherwise={"tae": Otherwise("C", NOT_NECESSARY)}), ("tae",), id="what holds otherwise"),
        pytest.param(policy(any_indication={"radioembolization": "A"}), ("radioembolization",), id="any indication"),
        pytest.param(policy(Clause("B", all_of=("hcc",))), (), id="a part of other clauses"),
    ],
)
def test_procedures_that_a_policy_covers(of, covered):
    assert tuple(each for each in PROCEDURES if of.covers(each)) == covered
    readings = prior_auth(case(candidate(), order("embolization")), of).readings
    assert tuple(r.procedure for r in readings) == covered


@pytest.mark.parametrize(
    ("of", "kind", "silent"),
    [
        pytest.param(policy(HCC_TACE), "tace", False, id="a clause of it"),
        pytest.param(policy(HCC_TACE), "tae", True, id="a clause of another procedure"),
        pytest.param(policy(HCC_TACE, otherwise={"tae": Otherwise("C", NOT_NECESSARY)}), "tae", False, id="otherwise"),
        pytest.param(policy(HCC_TACE, otherwise={"tace": Otherwise("C", NOT_NECESSARY)}), "tace", False, id="both"),
    ],
)
def test_a_policy_that_says_nothing_of_a_procedure(of, kind, silent):
    names = {"tace": "TACE", "tae": "bland embolization"}
    assert (f"The policy says nothing of {names[kind]}." in found(of, kind).remarks) is silent


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"unresectable": None}, "Policy MED140: not shown yet by the record (clauses A).", id="open"),
        pytest.param(
            {"unresectable": False},
            "Policy MED140: it says nothing of this procedure.",
            id="decided, nothing else said",
        ),
    ],
)
def test_what_is_said_where_a_clause_is_not_met(changes, said):
    of = policy(Clause("A", ("tace",), all_of=("unresectable",)), name="MED140", effective_from=None, effective_to=None)
    assert said in card_of(of, **changes).detail


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"unresectable": None}, "not shown yet by the record (clauses A): not stated", id="open"),
        pytest.param({"unresectable": False}, "| TACE | says nothing of it |", id="decided, nothing else said"),
        pytest.param({"unresectable": True}, "| TACE | clause A: may be considered medically necessary |", id="met"),
    ],
)
def test_what_is_said_where_the_order_does_not_tell_the_procedure(changes, said):
    of = policy(Clause("A", ("tace",), all_of=("unresectable",)))
    assert said in card_of(of, "embolization", **changes).detail


def test_clauses_within_clauses():
    deep = policy(
        Clause("A", ("tace",), all_of=("clause B",)), Clause("B", all_of=("clause C",)), Clause("C", all_of=("hcc",))
    )
    assert found(deep).clause == "A"
    assert found(deep, tumor="icc").decision == "unknown"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"unresectable": True}, True, id="met"),
        pytest.param({}, True, id="the tumor is the clause's, the rest is open"),
        pytest.param({"tumor": "icc", "unresectable": True}, False, id="another tumor"),
    ],
)
def test_remark_of_a_clause_is_said_where_its_first_criterion_is_met(changes, said):
    of = policy(Clause("A", ("tace",), all_of=("hcc", "unresectable"), remark="Once a year."))
    assert ("Once a year." in found(of, **changes).remarks) is said


def test_codes_of_the_order_are_carried_along():
    for kind in ("tace", "embolization"):
        assert prior_auth(case(candidate(), order(kind, billing=("37243", "75726")))).billing == ("37243", "75726")
    assert prior_auth(case(candidate())).billing == ()


# The card


@pytest.mark.parametrize(
    ("codes", "summary"),
    [
        (("79445",), "Prior authorization: not needed, no code of this order is on the payer's list."),
        (("37243",), "Prior authorization: 1 of 7 required items found. Missing: "),
    ],
)
def test_whether_authorization_is_needed_is_said_first(codes, summary):
    assert card_of(replace(med140(), authorization_codes=codes)).summary.startswith(summary)


@pytest.mark.parametrize("number", [3, 4])
def test_three_pieces_of_evidence_are_shown(number):
    papers = tuple(
        Paper("note", f"note {n}", ago(n), f"DocumentReference/{n}", f"Note {n}: unresectable.") for n in range(number)
    )
    on = case(replace(candidate(), papers=papers), order("tace", LESION))
    (row,) = [line for line in prior_auth_card(on, prior_auth(on)).detail.splitlines() if line.startswith("| 3 |")]
    assert ("more" in row) is (number > 3)
    assert (", 1 more)" in row) is (number > 3)


def test_the_record_goes_before_the_answer_of_a_questionnaire():
    answer = Paper("med140:3", "answer", ago(5), "QuestionnaireResponse/a", "By number.")
    for changes, in_words in (({"unresectable": True}, False), ({}, True)):
        on = case(replace(candidate(**changes), papers=(answer,)), order("tace", LESION))
        (document,) = [doc for item, doc in prior_auth(on).documentation if item.item == "3"]
        assert (document.status, document.in_words) == ("present", in_words)


# Criteria


@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        pytest.param({"nodule_count": 3, "sizes": ()}, "may-be-medically-necessary", id="three"),
        pytest.param({"nodule_count": 4, "sizes": ()}, NOT_NECESSARY, id="four"),
        pytest.param({"nodule_count": 0, "sizes": ()}, "unknown", id="none, of a liver tumor"),
        pytest.param({"nodule_count": None, "sizes": ()}, "unknown", id="not stated"),
    ],
)
def test_at_most_three_nodules(changes, decision):
    of = policy(
        Clause("A", ("tace",), all_of=("up_to_three_nodules",)), otherwise={"tace": Otherwise("C", NOT_NECESSARY)}
    )
    assert found(of, **changes).decision == decision
