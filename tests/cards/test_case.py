"""How long a value holds is a setting, for today's state and for that before each session."""

from cards.assess import assess
from cards.case import case_of
from cards.current import Windows
from tests.cards.build import TODAY, candidate, session

OLD = {"bilirubin": [(0.9, 300)], "albumin": [(4.2, 300)], "inr": [(1.0, 300)], "ecog": (0, 300)}
LONG = Windows(laboratory=400, clinical=400)


def test_windows_of_the_site_hold_for_every_day():
    patient = candidate(**OLD, ascites_grade=("none", 300), encephalopathy_grade=(0, 300), sessions=[session(200)])
    narrow, wide = case_of(patient, TODAY), case_of(patient, TODAY, windows=LONG)
    short, long = ([point.child_pugh.status for point in each.course] for each in (narrow, wide))
    assert (short, long) == (["unknown", "unknown"], ["known", "unknown"])  # today: from before the last session


def test_windows_reach_the_verdict():
    patient = candidate(ecog=(0, 300))
    assert assess(patient, TODAY).eligibility.verdict == "indeterminate"
    assert assess(patient, TODAY, windows=LONG).eligibility.verdict in ("candidate", "caution")
