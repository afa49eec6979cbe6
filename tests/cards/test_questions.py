"""How a missing fact is asked: what the form of payer and record, and the card, make of it."""

import pytest

from cards.questions import TUMOR_TYPES, Question, asked, label, question

CHILD_PUGH = tuple(range(5, 16))


@pytest.mark.parametrize(
    ("name", "expected", "words"),
    [
        ("tumor_type", Question("tumor-type", "type of liver tumor", "choice", TUMOR_TYPES),
         f"type of liver tumor ({', '.join(TUMOR_TYPES)})"),
        ("ordered_procedure", Question("ordered-procedure", "which embolization is ordered", "choice",
                                       ("tace", "bland-embolization", "radioembolization")),
         "which embolization is ordered (tace, bland-embolization, radioembolization)"),
        ("end_of the session", Question("end-of-the-session", "end of the session", "text"), "end of the session"),
        ("jaundice", Question("jaundice", "jaundice", "boolean", (True, False)), "jaundice (yes, no)"),
        ("ascites_grade", Question("ascites-grade", "ascites", "choice",
                                   ("none", "mild", "moderate-severe", "refractory")),
         "ascites (none, mild, moderate-severe, refractory)"),
        ("ecog", Question("ecog", "ECOG performance status", "integer", (0, 1, 2, 3, 4)),
         "ECOG performance status (0, 1, 2, 3, 4)"),
        ("nodule_count", Question("nodule-count", "number of nodules", "integer"), "number of nodules"),
        ("child_pugh_score", Question("child-pugh-score", "Child-Pugh score", "integer", CHILD_PUGH),
         f"Child-Pugh score ({', '.join(map(str, CHILD_PUGH))})"),
        ("bilirubin", Question("bilirubin", "total bilirubin", "quantity", (), "mg/dL"), "total bilirubin, mg/dL"),
        ("inr", Question("inr", "INR", "quantity"), "INR"),
    ],
)  # fmt: skip
def test_question(name, expected, words):
    assert (question(name), asked(name)) == (expected, words)


@pytest.mark.parametrize(
    ("name", "words"),
    [("bilirubin", "bilirubin"), ("ascites_grade", "ascites"), ("end_of the_session", "end of the session")],
)
def test_label(name, words):
    assert label(name) == words
