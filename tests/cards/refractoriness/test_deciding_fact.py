"""Which answers are tried for a fact that a definition misses, and which fact is named."""

from dataclasses import replace

import pytest

from cards.refractoriness.deciding_fact import deciding_fact
from cards.refractoriness.definitions import Lesion
from cards.response.history import Outcome
from cards.verdict import Finding, Verdict
from tests.cards.build import LESION, TODAY, facts, session

OUTCOME = Outcome(session(150, LESION, selective=True, changed=True, intent="palliative"), LESION, "SD", 20.0)
OPEN = Outcome(session(150, LESION), LESION, told=False)
KNOWN = facts(
    afp=[(100.0, 90), (30.0, 10), (70.0, None)],
    nodule_count=[(2, 90), (4, 10), (9, None)],
    portal_vein_invasion=[("vp1", 90)],
)


def lesion(*outcomes, of=KNOWN):
    return Lesion(of, LESION, outcomes)


def tried(name, on):
    """The lesions that are judged for a fact, beside the one as it is."""
    judged = []

    def rule(each):
        judged.append(each)
        return Finding("any", Verdict.UNKNOWN, "", "source-002", "", (), (name,))

    assert deciding_fact(rule, on, TODAY) == ""
    return judged[1:]


@pytest.mark.parametrize(
    ("name", "of", "expected"),
    [
        ("mrecist_response", lambda o: o.category, ["CR", "PR", "SD", "PD"]),
        ("viable_percent", lambda o: o.viable, [50.0, 51.0]),
        ("technique_changed", lambda o: o.session.technique_changed, [True, False]),
        ("selective_session", lambda o: o.session.selective, [True, False]),
        ("intent of the session", lambda o: o.session.intent, ["curative", "palliative"]),
    ],
)
def test_answers_of_a_session(name, of, expected):
    """Of the session that lacks the fact, the others as they are; none where no session lacks it."""
    later = replace(OUTCOME, session=session(80, LESION))
    found = tried(name, lesion(OUTCOME, OPEN, replace(later, session=OUTCOME.session)))
    assert [of(each.history[1]) for each in found] == expected
    assert {(each.history[0], each.history[2]) for each in found} == {(OUTCOME, OUTCOME)}
    assert tried(name, lesion(OUTCOME)) == []


def test_target_of_a_session_is_the_lesion_or_another():
    first, last = replace(OUTCOME, viable=30.0), replace(OUTCOME, viable=40.0)
    one, other = tried("target lesion of the session", lesion(first, OPEN, last))
    assert [each.told for each in one.history] == [True, True, True]
    assert other.history == (first, last)


@pytest.mark.parametrize(
    ("category", "viable", "asked"), [("", None, True), ("PR", None, True), ("CR", None, False), ("PR", 50.0, False)]
)
def test_viable_part_is_asked_where_something_is_left(category, viable, asked):
    on = lesion(replace(OUTCOME, category=category, viable=viable))
    assert bool(tried("viable_percent", on)) == asked


UNITS = facts(afp_units=[(100.0, 90), (30.0, 10)])
BOTH = facts(afp=[(8.0, 90)], afp_units=[(100.0, 90)])


@pytest.mark.parametrize(
    ("name", "of", "expected"),
    [
        ("afp", KNOWN, [200.0, 15.0]),
        ("afp_units", UNITS, [200.0, 15.0]),
        ("afp", BOTH, [16.0, 4.0]),
        ("afp_units", BOTH, []),
        ("afp", UNITS, []),
        ("portal_vein_invasion", KNOWN, ["none", "vp3"]),
        ("extrahepatic_spread", KNOWN, [False, True]),
        ("nodule_count", KNOWN, [2, 5]),
        ("nodule_count", UNITS, [1]),
    ],
)
def test_answers_of_the_liver_are_found_today(name, of, expected):
    found = tried(name, lesion(OUTCOME, of=of))
    assert [each.facts.series[name][0].value for each in found] == expected
    assert {each.facts.series[name][0].when for each in found} <= {TODAY}
    assert all(each.facts.series[name][1:] == of.series.get(name, ()) for each in found)


@pytest.mark.parametrize(
    ("decided", "words"),
    [
        pytest.param({"CR"}, "response after the TACE of", id="one answer of four"),
        pytest.param({"CR", "PR", True}, "response after the TACE of", id="of equals the earlier one"),
        pytest.param({"CR", "PR", "SD", True, False}, "whether the TACE of", id="both of two before three of four"),
        pytest.param({True, False}, "whether the TACE of", id="both of two"),
        pytest.param(set(), "", id="none"),
    ],
)
def test_the_fact_most_of_whose_answers_decide_is_named(decided, words):
    def rule(on):
        (outcome,) = on.history
        told = {outcome.category, outcome.session.selective} & decided
        verdict = Verdict.MET if told else Verdict.UNKNOWN
        return Finding("any", verdict, "", "source-002", "", (), ("mrecist_response", "selective_session"))

    assert deciding_fact(rule, lesion(replace(OPEN, told=True)), TODAY).startswith(words)
    assert bool(deciding_fact(rule, lesion(replace(OPEN, told=True)), TODAY)) == bool(words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mrecist_response", "response after the TACE of"),
        ("viable_percent", "viable part after the TACE of"),
        ("technique_changed", "whether agent or feeder was changed for the TACE of"),
        ("selective_session", "whether the TACE of"),
        ("intent of the session", "intent of the TACE of"),
        ("target lesion of the session", "which lesion the TACE of"),
        ("afp", "AFP today"),
        ("portal_vein_invasion", "portal vein invasion today"),
        ("extrahepatic_spread", "extrahepatic spread today"),
        ("nodule_count", "number of nodules today"),
    ],
)
def test_words_of_a_fact(name, words):
    on = lesion(OPEN)

    def rule(each):
        verdict = Verdict.UNKNOWN if each is on else Verdict.MET
        return Finding("any", verdict, "", "source-002", "", (), (name,))

    assert deciding_fact(rule, on, TODAY).startswith(words)
