"""Every score as one function: a patient given by a few facts → lowest and highest result; None where it is unknown."""

from collections.abc import Callable, Mapping
from typing import Any

from cards.case import Case
from cards.liver.albi import ez_albi
from cards.liver.child_pugh import cholestatic_total
from cards.liver.score import Score
from cards.response.liver_course import art, liver_course
from cards.staging.bclc import bclc
from cards.staging.bolondi import bolondi
from cards.staging.burden import milan, six_and_twelve, source_000_downstaging, ucsf, unos_downstaging, up_to_seven
from cards.staging.hap import hap, mhap_ii
from cards.verdict import Verdict
from tests.cards.build import LESION, TODAY, ago, case, facts, response, session

Ends = tuple[float, float]
Values = Mapping[str, Any]


def patient(values: Values, sex: str = "male") -> Case:
    """`sizes` is a list of cm; every other name is a fact."""
    return case(facts(sex=sex, **values))


def ends(score: Score) -> Ends | None:
    return None if score.low is None or score.high is None else (score.low, score.high)


def with_sex(values: Values) -> Ends | None:
    rest = {name: what for name, what in values.items() if name != "sex"}
    return ends(patient(rest, values.get("sex") or "").meld3)


def art_of(values: Values) -> Ends | None:
    """ART of two sessions: *_1 before the first, *_2 before the second, `response` to the first."""
    first, second = session(ago(120), LESION), session(ago(60), LESION)
    told = {name: [(values[f"{name}_{n}"], days) for n, days in ((1, 125), (2, 65)) if values.get(f"{name}_{n}") is not None]
            for name in ("albumin", "ast")}  # fmt: skip
    same = {"bilirubin": 0.9, "inr": 1.0, "ascites_grade": "none", "encephalopathy_grade": 0}
    this = facts(
        sessions=[first, second],
        responses=[response(first, values["response"])] if values.get("response") else [],
        **{name: [(what, 125), (what, 65)] for name, what in same.items()},
        **{name: dated or None for name, dated in told.items()},
    )
    found = art(this, liver_course(this, TODAY))
    assert found is not None
    return ends(found)


SCORES: Mapping[str, Callable[[Values], Ends | None]] = {
    "Child-Pugh": lambda v: (patient(v).child_pugh.low, patient(v).child_pugh.high),
    "Child-Pugh for PBC and PSC": lambda v: cholestatic_total(patient(v).child_pugh, patient(v).state),
    "ALBI": lambda v: ends(patient(v).albi.score),
    "EZ-ALBI": lambda v: ends(ez_albi(patient(v).state)),
    "MELD": lambda v: ends(patient(v).meld),
    "MELD-Na": lambda v: ends(patient(v).meld_na),
    "MELD 3.0": with_sex,
    "HAP": lambda v: ends(hap(patient(v).state, patient(v).burden)),
    "mHAP-II": lambda v: ends(mhap_ii(patient(v).state, patient(v).burden)),
    "ART": art_of,
}

# Results that are no number: every one that is possible


def stages(values: Values) -> frozenset[str]:
    this = patient(values)
    return frozenset(bclc(this.state, this.child_pugh, this.burden).candidates)


def substages(values: Values) -> frozenset[str]:
    this = patient(values)
    stage = bclc(this.state, this.child_pugh, this.burden)
    return frozenset(bolondi(this.state, this.child_pugh, this.burden, stage).candidates) or frozenset({"none"})


def verdict_of(rule: Any) -> Callable[[Values], frozenset[str]]:
    def judge(values: Values) -> frozenset[str]:
        this = patient(values)
        found = rule(this.burden, this.state)
        word = found.value if isinstance(found, Verdict) else found
        return frozenset() if word == "unknown" else frozenset({word})

    return judge


def sum_group(values: Values) -> frozenset[str]:
    word = six_and_twelve(patient(values).burden)
    return frozenset() if word == "unknown" else frozenset({word})


CATEGORIES: Mapping[str, Callable[[Values], frozenset[str]]] = {
    "Milan": verdict_of(milan),
    "UCSF": verdict_of(ucsf),
    "up-to-seven": verdict_of(up_to_seven),
    "six-and-twelve": sum_group,
    "UNOS downstaging": verdict_of(unos_downstaging),
    "downstaging of source 000": verdict_of(source_000_downstaging),
}
