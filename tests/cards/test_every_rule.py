"""What holds for all rules at once: nothing is met by an empty record, nothing raises, order does not matter, and a
worse value never gives a milder verdict."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.assess import assess
from cards.assessment_json import as_json as assessment_json
from cards.bounds import bounds
from cards.combination.verdict import combination
from cards.eligibility.cautions import CAUTIONS, STARRED
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.eligibility.verdict import eligibility
from cards.facts import FACTS
from cards.liver.meld import meld3_score
from cards.prior_auth.predicates import PREDICATES
from cards.refractoriness.definitions import CONTEXT, COUNTING, lesion
from cards.verdict import Verdict
from tests.cards.build import (
    CANDIDATE,
    EMPTY,
    LESION,
    TODAY,
    candidate,
    case,
    drug,
    facts,
    liver,
    order,
    present,
    response,
    session,
    value,
)
from tests.cards.scores import CATEGORIES, SCORES

RULES = (*CONTRAINDICATIONS, *NOT_RECOMMENDED, *CAUTIONS)
DEFINITIONS = COUNTING | CONTEXT
UNTOUCHED = settings(max_examples=60, deadline=None, derandomize=True)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(
    "patient", [EMPTY, facts(), facts(tumor="colorectal-metastasis")], ids=["empty", "HCC", "other"]
)
def test_no_criterion_is_met_by_an_empty_record(rule, patient):
    assert rule(case(patient)).verdict is not Verdict.MET


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_no_definition_is_met_by_an_empty_record(definition):
    assert DEFINITIONS[definition](lesion(EMPTY, LESION)).verdict is not Verdict.MET


@pytest.mark.parametrize("predicate", PREDICATES)
def test_no_payer_criterion_is_met_by_an_empty_record(predicate):
    assert PREDICATES[predicate].says(case(EMPTY)) is Verdict.UNKNOWN


def test_no_combination_is_found_in_an_empty_record():
    assert combination(case(EMPTY, order())).verdict == "not-applicable"


def test_empty_record_meets_nothing_and_says_which_silence_counts_as_caution():
    found = eligibility(case(EMPTY)).findings
    counting = {f.rule for f in found if "counts as caution while it is not stated" in f.because}
    assert [f.rule for f in found if f.verdict is Verdict.MET] == []
    assert counting == {rule.__name__ for rule in STARRED}


def test_candidate_meets_nothing():
    found = eligibility(case(candidate())).findings
    assert [f.rule for f in found if f.verdict is Verdict.MET and not f.rule.startswith("needed_")] == []


# A record in which everything is told, treatments included

FIRST, SECOND, THIRD = (session(days, LESION, selective=True, changed=True, success=True, intent="palliative")
                        for days in (300, 200, 60))  # fmt: skip
EXAMPLES = {"quantity": 5.0, "integer": 1, "boolean": True}
EVERYTHING = {
    name: CANDIDATE.get(name, spec.values[0] if spec.kind == "coded" else EXAMPLES[spec.kind])
    for name, spec in FACTS.items()
    if name != "nodule_size"
}
RICH = {
    **EVERYTHING,
    "tumor_rupture": False,
    "afp": [(100.0, 310), (90.0, 210), (140.0, 100), (200.0, 10)],
    "nodule_count": [(1, 310), (2, 150), (3, 10)],
    "sizes": [(4.0, 10), (2.0, 10), (1.0, 10), (3.0, 150, "segment-9")],
    "sessions": [FIRST, SECOND, THIRD],
    "responses": [response(FIRST, "SD"), response(SECOND, "PD", viable=60.0), response(THIRD, "PR")],
    "states": [present("varices_at_risk"), present("ascites_grade", "present")],
    "treatments": [drug("sorafenib"), drug("lenvatinib", active=False, days_ago=100)],
    "orders": [order("tace", LESION), order("systemic", drugs=("lenvatinib",))],
}


def rich(**changes):
    return facts(**{**RICH, **changes})


@pytest.mark.parametrize("name", [*EVERYTHING, "sizes", "sessions", "responses", "states", "treatments", "orders"])
@pytest.mark.parametrize("tumor", ["hcc", "colorectal-metastasis"])
def test_nothing_raises_on_any_single_missing_field(name, tumor):
    missing = None if name in FACTS else ()
    found = assess(rich(tumor=tumor, **{name: missing}), TODAY, order("tace", LESION))
    assert assessment_json(found)["eligibility"]["verdict"] == "contraindicated"


@pytest.mark.parametrize("name", [n for n, spec in FACTS.items() if spec.kind == "quantity" and n != "nodule_size"])
@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">="])
def test_nothing_raises_on_any_comparator(name, comparator):
    patient = rich(**{name: f"{comparator}{CANDIDATE.get(name, 5.0)}"})
    assert assessment_json(assess(patient, TODAY, order("tace", LESION)))["eligibility"]["verdict"]


def order_free(found):
    """An assessment without the order in which things are listed."""
    if isinstance(found, dict):
        return {key: order_free(each) for key, each in found.items() if key != "because"}
    return sorted((order_free(each) for each in found), key=repr) if isinstance(found, list) else found


@pytest.mark.parametrize("seed", range(6))
def test_order_of_the_record_does_not_matter(seed):
    shuffled = random.Random(seed)

    def mixed(found):
        return tuple(shuffled.sample(list(found), len(found)))

    patient = rich(sizes=[(4.0, 10), (2.0, 10), (1.0, 10)])
    other = replace(
        patient,
        series={name: patient.series[name] for name in mixed(patient.series)},
        states={name: patient.states[name] for name in mixed(patient.states)},
        sizes=mixed(patient.sizes),
        responses=mixed(patient.responses),
        treatments=mixed(patient.treatments),
        orders=mixed(patient.orders),
    )
    chosen = order("tace", LESION)
    assert order_free(assessment_json(assess(other, TODAY, chosen))) == order_free(
        assessment_json(assess(patient, TODAY, chosen))
    )


# Worse never improves

MILDEST_FIRST = ("candidate", "caution", "indeterminate", "not-recommended", "contraindicated")
WORSE = {
    "bilirubin": st.floats(0.3, 8.0),
    "inr": st.floats(0.8, 4.0),
    "ecog": st.integers(0, 4),
    "albumin": st.floats(1.5, 5.0),
    "encephalopathy_grade": st.integers(0, 4),
    "ascites_grade": st.sampled_from(FACTS["ascites_grade"].values),
    "portal_vein_invasion": st.sampled_from(FACTS["portal_vein_invasion"].values),
    "portal_flow": st.sampled_from(FACTS["portal_flow"].values),
    "creatinine": st.floats(0.4, 6.0),
    "platelets": st.floats(5.0, 300.0),
}
OTHER = {
    "bilirubin": st.sampled_from([0.9, 2.0, 2.5]),
    "albumin": st.sampled_from([4.2, 3.6, 3.0, 2.5]),
    "inr": st.sampled_from([1.0, 1.7]),
    "ecog": st.integers(0, 2),
    "ascites_grade": st.sampled_from(["none", "mild"]),
    "sizes": st.sampled_from([(4.0, 2.0), (3.0, 2.0), (6.0,), (1.5,), (8.0, 1.0)]),
    "unresectable": st.booleans(),
    "nodule_count": st.none(),
    "extrahepatic_spread": st.sampled_from([False, False, None]),
}


def badness(name, what):
    spec = FACTS[name]
    rank = spec.values.index(what) if spec.kind == "coded" else what
    return -rank if spec.worse == "low" else rank


@pytest.mark.parametrize("name", WORSE)
@given(data=st.data())
@UNTOUCHED
def test_worse_value_never_gives_a_milder_verdict(name, data):
    two = sorted((data.draw(WORSE[name]) for _ in range(2)), key=lambda what: badness(name, what))
    rest = {other: data.draw(choice) for other, choice in OTHER.items() if other != name}
    better, worse = (MILDEST_FIRST.index(eligibility(case(candidate(**rest, **{name: what}))).verdict) for what in two)
    assert worse >= better


@pytest.mark.parametrize("name", ["bilirubin", "inr", "albumin", "encephalopathy_grade", "ascites_grade"])
@given(data=st.data())
@UNTOUCHED
def test_worse_value_never_lowers_child_pugh(name, data):
    two = sorted((data.draw(WORSE[name]) for _ in range(2)), key=lambda what: badness(name, what))
    better, worse = (liver(**{name: what}) for what in two)
    assert worse.low >= better.low
    assert worse.high >= better.high


@given(umol_l=st.floats(5, 100))
@UNTOUCHED
def test_bilirubin_in_umol_never_scores_lower_than_in_mg(umol_l):
    in_mg = liver(bilirubin=umol_l / 17.104).points["bilirubin"]
    assert liver(bilirubin=f"{umol_l} umol/L").points["bilirubin"] >= in_mg


@given(limit=st.floats(0.5, 6.0), comparator=st.sampled_from(["<", "<=", ">", ">="]), within=st.floats(0, 1))
@UNTOUCHED
def test_score_of_a_comparator_holds_for_every_value_it_allows(limit, comparator, within):
    low, high = bounds(value("bilirubin", f"{comparator}{limit}"), 0.01, 50.0)
    inside = liver(bilirubin=low + (high - low) * within).points["bilirubin"]
    told = liver(bilirubin=f"{comparator}{limit}").points["bilirubin"]
    assert told[0] <= inside[0] <= told[1]


# A worse value never gives a better score: the bounds move together, known or not

WORSE_HIGH = {"bilirubin": st.floats(0.2, 30.0), "inr": st.floats(0.7, 12.0), "creatinine": st.floats(0.3, 12.0),
              "afp": st.floats(1, 5000), "albumin": st.floats(0.8, 5.5), "sodium": st.floats(100, 160)}  # fmt: skip
READ_BY = {
    "Child-Pugh": ("bilirubin", "albumin", "inr"),
    "Child-Pugh for PBC and PSC": ("bilirubin", "albumin", "inr"),
    "ALBI": ("bilirubin", "albumin"),
    "EZ-ALBI": ("bilirubin", "albumin"),
    "MELD": ("bilirubin", "inr", "creatinine"),
    "MELD-Na": ("bilirubin", "inr", "creatinine", "sodium"),
    "MELD 3.0": ("bilirubin", "inr", "creatinine", "sodium", "albumin"),
    "HAP": ("bilirubin", "albumin", "afp"),
    "mHAP-II": ("bilirubin", "albumin", "afp"),
}
# MELD 3.0 as published: above 2.7 mg/dL of creatinine a lower albumin lowers it.
CREATININE_UP_TO = {"MELD 3.0": 2.7}


@pytest.mark.parametrize(("score", "name"), [(score, name) for score, names in READ_BY.items() for name in names])
@given(data=st.data())
@UNTOUCHED
def test_worse_value_never_gives_a_better_score(score, name, data):
    others = [other for other in READ_BY[score] if other != name]
    rest = {other: data.draw(st.one_of(st.none(), WORSE_HIGH[other])) for other in others}
    if name == "albumin" and score in CREATININE_UP_TO:
        rest["creatinine"] = data.draw(st.floats(0.3, CREATININE_UP_TO[score]))
    values = {"sizes": [4.0], "nodule_count": 1, **rest}
    two = sorted((data.draw(WORSE_HIGH[name]) for _ in range(2)), key=lambda what: badness(name, what))
    better, worse = (SCORES[score]({**values, name: what}) for what in two)
    if better is None or worse is None:
        assert better is worse
        return
    assert worse[0] >= better[0]
    assert worse[1] >= better[1]


def test_albumin_of_meld_3_turns_above_a_creatinine_of_2_75():
    """1.85 − 1.83 × ln(creatinine): a property of the published formula, said in its docstring."""
    low, high = (meld3_score(2, 1.5, 3.0, 137, albumin, False) for albumin in (1.5, 3.5))
    assert low <= high
    assert "2.75" in (meld3_score.__doc__ or "")


@pytest.mark.parametrize("score", ["HAP", "mHAP-II"])
@given(sizes=st.lists(st.floats(0.5, 15.0), min_size=1, max_size=5), more=st.floats(0.5, 15.0), grown=st.floats(0, 5.0))
@UNTOUCHED
def test_more_or_larger_nodules_never_give_a_better_score(score, sizes, more, grown):
    def of(found):
        return SCORES[score](
            {"bilirubin": 0.9, "albumin": 4.0, "afp": 10.0, "sizes": found, "nodule_count": len(found)}
        )

    assert of([*sizes, more]) >= of(sizes)
    assert of([sizes[0] + grown, *sizes[1:]]) >= of(sizes)


@pytest.mark.parametrize("limit", ["Milan", "UCSF", "up-to-seven", "six-and-twelve"])
@given(sizes=st.lists(st.floats(0.5, 12.0), min_size=1, max_size=5), more=st.floats(0.5, 12.0), grown=st.floats(0, 5.0))
@UNTOUCHED
def test_more_or_larger_nodules_never_come_inside_a_limit(limit, sizes, more, grown):
    order = {"met": 0, "not-met": 1, "1": 0, "2": 1, "3": 2}

    def of(found):
        confined = {"portal_vein_invasion": "none", "extrahepatic_spread": False}
        (word,) = CATEGORIES[limit]({**confined, "sizes": found, "nodule_count": len(found)})
        return order[word]

    assert of([*sizes, more]) >= of(sizes)
    assert of([sizes[0] + grown, *sizes[1:]]) >= of(sizes)


@pytest.mark.parametrize(("score", "name"), [(score, name) for score, names in READ_BY.items() for name in names])
@given(data=st.data())
@UNTOUCHED
def test_score_of_a_limit_holds_for_every_value_the_limit_allows(score, name, data):
    """A value that came as "<3.0": whatever it was, the result lies within what was said."""
    rest = {other: data.draw(WORSE_HIGH[other]) for other in READ_BY[score] if other != name}
    values = {"sizes": [4.0], "nodule_count": 1, **rest}
    sent = f"{data.draw(st.sampled_from(['<', '<=', '>', '>=']))}{data.draw(WORSE_HIGH[name])}"
    low, high = bounds(value(name, sent), 0.01, 500.0)
    said = SCORES[score]({**values, name: sent})
    found = SCORES[score]({**values, name: low + (high - low) * data.draw(st.floats(0, 1))})
    assert said is None or said[0] <= found[0] <= found[1] <= said[1]
