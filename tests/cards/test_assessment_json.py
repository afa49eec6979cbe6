"""Members of the assessment that only a few patients have."""

from cards.assess import assess
from cards.assessment_json import as_json
from tests.cards.build import LESION, TODAY, candidate, facts, order, response, session

FIRST, SECOND = session(200, LESION), session(100, LESION)


def test_definitions_that_the_diameters_would_meet():
    patient = facts(sessions=[FIRST, SECOND], responses=[response(FIRST, "SD"), response(SECOND, "PR")],
                    viable=[(5.0, 210, LESION), (4.0, 58, LESION)])  # fmt: skip
    told = as_json(assess(patient, TODAY, order("tace", LESION)))["refractoriness"]
    assert told["ifMeasured"] == ["easl-2025-quoted", "source-003-steps"]


def test_a_stated_stage_stands_beside_the_derived_one():
    told = as_json(assess(candidate(bclc_stage="B"), TODAY))["stage"]["bclc"]
    assert (told["stage"], told["stated"]) == ("B", {"stage": "B", "agrees": True})
    assert not as_json(assess(candidate(), TODAY))["stage"]["bclc"].get("stated")
