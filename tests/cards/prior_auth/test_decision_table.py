"""Every clause of the printed policy (source-001) × every tumor type × each of its facts true, false, unknown.

`printed` says the policy again, from its text and without the policy file: three-valued, in the order in which it is printed.
"""

from itertools import product

import pytest

from cards.prior_auth.verdict import prior_auth
from cards.questions import TUMOR_TYPES
from tests.cards.build import case, facts, order

YES, NO, OPEN = True, False, None
TRUTH = (YES, NO, OPEN)
STATUSES = (None, "not-candidate", "failed", "failed-to-control-symptoms", "candidate")
FACTS = {
    "hcc": ("unresectable", "bridge_to_transplant"),
    "icc": ("unresectable",),
    "neuroendocrine-metastasis": ("unresectable", "liver_dominant", "diffuse", "symptomatic"),
    "colorectal-metastasis": ("unresectable", "liver_dominant", "progressive", "diffuse"),
    "melanoma-metastasis": ("unresectable", "liver_dominant", "progressive", "diffuse", "symptomatic"),
    "other-metastasis": ("unresectable", "diffuse"),
    "other-primary": ("unresectable",),
}
WITH_STATUS = ("neuroendocrine-metastasis", "colorectal-metastasis")


def every(*parts):
    return NO if NO in parts else OPEN if OPEN in parts else YES


def either(*parts):
    return YES if YES in parts else OPEN if OPEN in parts else NO


def symptoms_not_controlled(status):
    """I.B.3.a.ii. That systemic therapy failed does not tell whether symptoms were controlled."""
    if status in (None, "failed"):
        return OPEN
    return status in ("failed-to-control-symptoms", "not-candidate")


def refractory_to_chemotherapy(status):
    """I.B.3.b.ii. That symptoms were not controlled does not tell whether the tumor was refractory."""
    if status in (None, "failed-to-control-symptoms"):
        return OPEN
    return status in ("failed", "not-candidate")


def printed(tumor, told, status):
    """(clause, what it says of this patient) for radioembolization; a clause about another tumor is false."""
    f = told.get
    clauses = {
        "I.A": NO,
        "I.B.1": every(tumor == "hcc", f("unresectable")),
        "I.B.2": every(tumor == "hcc", f("bridge_to_transplant")),
        "I.B.3.a": every(tumor == "neuroendocrine-metastasis", f("unresectable"), f("liver_dominant"), f("diffuse"),
                         f("symptomatic"), symptoms_not_controlled(status)),
        "I.B.3.b": every(tumor == "colorectal-metastasis", f("unresectable"), f("liver_dominant"), f("progressive"),
                         f("diffuse"), refractory_to_chemotherapy(status)),
        "I.B.3.c": every(tumor == "melanoma-metastasis", f("unresectable"), f("liver_dominant"), f("progressive"),
                         f("diffuse")),
        "I.B.4": every(tumor == "icc", f("unresectable")),
    }  # fmt: skip
    decided = either(*clauses.values())
    if decided is YES:
        return "may-be-medically-necessary", next(name for name, said in clauses.items() if said is YES), clauses
    return ("investigational", "IV", clauses) if decided is NO else ("unknown", "", clauses)


SAID = {YES: "met", NO: "not-met", OPEN: "unknown"}


def combinations(tumor):
    names = FACTS[tumor]
    for answers in product(TRUTH, repeat=len(names)):
        for status in STATUSES if tumor in WITH_STATUS else (None,):
            yield dict(zip(names, answers, strict=True)), status


def test_every_tumor_type_is_in_the_table():
    assert set(FACTS) == set(TUMOR_TYPES)


@pytest.mark.parametrize("tumor", TUMOR_TYPES)
def test_radioembolization_is_as_printed(tumor):
    rows = 0
    for told, status in combinations(tumor):
        decision, clause, clauses = printed(tumor, told, status)
        found = prior_auth(case(facts(tumor=tumor, systemic_therapy_status=status, **told), order("y90")))
        assert (found.decision, found.clause) == (decision, clause), (told, status)
        assert {f.locator: f.verdict.value for f in found.findings} == {n: SAID[s] for n, s in clauses.items()}
        rows += 1
    assert rows == 3 ** len(FACTS[tumor]) * (len(STATUSES) if tumor in WITH_STATUS else 1)


@pytest.mark.parametrize(("kind", "clause"), [("tace", "III"), ("tae", "II")])
@pytest.mark.parametrize("tumor", [*TUMOR_TYPES, "unknown"])
def test_tace_and_bland_embolization_for_any_indication(kind, clause, tumor):
    for told, status in combinations(tumor) if tumor in FACTS else [({}, None)]:
        found = prior_auth(case(facts(tumor=tumor, systemic_therapy_status=status, **told), order(kind)))
        assert (found.decision, found.clause) == ("may-be-medically-necessary", clause)


@pytest.mark.parametrize("tumor", TUMOR_TYPES)
def test_37243_alone_has_the_three_readings(tumor):
    for told, status in combinations(tumor):
        decision, clause, _ = printed(tumor, told, status)
        found = prior_auth(case(facts(tumor=tumor, systemic_therapy_status=status, **told), order("embolization")))
        assert (found.procedure, found.decision, found.clause) == ("", "unknown", "")
        assert [(r.procedure, r.decision, r.clause) for r in found.readings] == [
            ("tace", "may-be-medically-necessary", "III"),
            ("tae", "may-be-medically-necessary", "II"),
            ("radioembolization", decision, clause),
        ]


def test_an_open_clause_names_the_facts_that_would_decide_it():
    found = prior_auth(case(facts(tumor="colorectal-metastasis", unresectable=True, diffuse=True), order("y90")))
    named = {name for f in found.findings for name in f.missing}
    assert named == {"liver_dominant", "progressive", "systemic_therapy_status"}
