"""What goes to the payer: values, sizes, treatments and rationale as they are told, and nothing that is kept back."""

from dataclasses import replace

import pytest

from cards.facts import NOT_TOLD, Paper, Treatment
from cards.prior_auth.packet import Row, packet
from cards.prior_auth.verdict import prior_auth
from tests.cards.build import LESION, ago, candidate, case, drug, order, response, session

TREATED = session(100, LESION)
OLDER, NEWER = Treatment("ablation", "thermal ablation", ago(400), "Procedure/a"), drug("lenvatinib", days_ago=30)


def rows(section, ordered=None, papers=(), **changes):
    of = case(replace(candidate(**changes), papers=tuple(papers)), ordered or order("tace", LESION))
    return next((each.rows for each in packet(of, prior_auth(of)) if each.title == section), ())


def told(section, **changes):
    return [(row.label, row.value) for row in rows(section, **changes)]


@pytest.mark.parametrize(
    ("size", "label", "value"),
    [
        pytest.param((4.26, 10, LESION), "Nodule, segment 8", "4.3 cm", id="one digit, with its segment"),
        pytest.param((4.0, 10, NOT_TOLD), "Nodule", "4 cm", id="of no lesion"),
        pytest.param((">=5.0", 10, LESION), "Nodule, segment 8", ">=5 cm", id="a limit"),
    ],
)
def test_size_of_a_nodule(size, label, value):
    assert (label, value) in told("Disease", sizes=[size])


TREATMENTS = "Prior treatments and response"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"sessions": [TREATED]}, [("TACE, segment 8", "performed")], id="no response"),
        pytest.param({"sessions": [TREATED], "responses": [response(TREATED, "PR", viable=20.0)]},
                     [("TACE, segment 8", "response PR (mRECIST), 20 % viable, 24 Sep 2026")], id="response"),
        pytest.param({"sessions": [TREATED], "responses": [response(TREATED, viable=20.0)]},
                     [("TACE, segment 8", "20 % viable, 24 Sep 2026")], id="the viable part alone"),
        pytest.param({"sessions": [session(100, kind="embolization")]}, [("embolization", "performed")], id="kind not told"),
        pytest.param({"treatments": [NEWER, OLDER]}, [("thermal ablation", "given"), ("lenvatinib", "current")],
                     id="the older one first"),
        pytest.param({"treatments": [NEWER, replace(OLDER, when=None)]},
                     [("thermal ablation", "given"), ("lenvatinib", "current")], id="an undated one first"),
        pytest.param({"treatments": [replace(OLDER, label="ablation, refractory tumor")]}, [("ablation", "given")],
                     id="a label that is kept back"),
        pytest.param({"treatment_naive": True}, [("Prior treatment of the tumor", "none")], id="none, stated"),
        pytest.param({"treatment_naive": False}, [], id="not naive, and nothing recorded"),
        pytest.param({"treatment_naive": True, "sessions": [TREATED]}, [("TACE, segment 8", "performed")],
                     id="none stated beside a session"),
        pytest.param({"treatment_naive": True, "treatments": [OLDER]}, [("thermal ablation", "given")],
                     id="none stated beside a treatment"),
    ],
)  # fmt: skip
def test_prior_treatments(changes, expected):
    assert told(TREATMENTS, **changes) == expected


NOT_SURGICAL = "Not a surgical candidate, or unresectable"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        pytest.param("HCC, not a surgical candidate. TACE asked.", "HCC, not a surgical candidate", id="quoted"),
        pytest.param(
            "Surgery contraindicated, not a surgical candidate.", "stated in the record", id="kept back: cited alone"
        ),
    ],
)
def test_rationale_in_words(text, quoted):
    assert Row(NOT_SURGICAL, quoted, None, ("ServiceRequest/tace",)) in rows(
        "Rationale", order("tace", LESION, text=text)
    )


def test_rationale_as_a_fact():
    found = told(
        "Rationale", unresectable=True, unresectable_reason="size-or-number", systemic_therapy_status="not-candidate"
    )
    assert (NOT_SURGICAL, "stated") in found
    assert ("No initial or continued systemic therapy", "not candidate") in found


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("MRI of the liver", "MRI of the liver"),
        ("MRI, refractory HCC", "imaging"),
        ("CT\nof the liver", "CT of the liver"),
    ],
)
def test_reports(label, shown):
    paper = Paper("imaging", label, ago(5), "DocumentReference/a")
    assert rows("Reports in the record", papers=[paper]) == (Row("imaging", shown, ago(5), ("DocumentReference/a",)),)


def test_an_answer_to_a_questionnaire_is_no_report():
    assert (
        rows("Reports in the record", papers=[Paper("med140:3", "answer", ago(5), "QuestionnaireResponse/a", "Yes.")])
        == ()
    )
