"""Cards of one assessment for several hooks: what is made for one is not made again for another."""

from cards import advise as module
from cards.advise import Made, advise
from tests.scenarios.patients import GROUPS, patient


def test_what_was_made_for_selection_is_shown_again_at_signing(monkeypatch):
    assessments = [patient("candidate", next(iter(GROUPS["candidate-inr"][1].values())))]
    made: Made = {}
    selected = advise(assessments, "order-select", made)
    afresh = advise(assessments, "order-sign")
    monkeypatch.setattr(module, "eligibility_card", lambda *_: None)
    signed = advise(assessments, "order-sign", made)
    assert [card.topic for card in selected] == ["eligibility"]
    assert signed == afresh
    assert [card.topic for card in signed] == ["eligibility", "prior-authorization"]
