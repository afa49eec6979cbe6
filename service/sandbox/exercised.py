"""Which fixtures exercise a rule, and what it says of each: for the rule book as the sandbox shows it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from service import advice
from service.hooks.case import assess, case_of
from service.sandbox.fixtures import examples, stamp
from service.settings import Settings

Json = dict[str, Any]
Exercised = Mapping[str, Mapping[str, list[str]]]  # rule → what it says → the fixtures

_FINDINGS = ("eligibility", "refractoriness", "combination", "priorAuth")
# rules that are no finding: where the assessment has what they say
_ELSEWHERE = {
    "child_pugh": "scores.childPugh.status", "albi": "scores.albi.status", "ez_albi": "scores.ezAlbi.status",
    "meld_score": "scores.meld.status", "meld_na_score": "scores.meldNa.status", "meld3_score": "scores.meld3.status",
    "hap": "scores.hap.status", "mhap_ii": "scores.mHapII.status", "art": "scores.art.status",
    "bclc": "stage.bclc.status", "bolondi": "stage.bolondi.status", "combination": "combination.verdict",
    "milan": "burden.milan", "ucsf": "burden.ucsf", "up_to_seven": "burden.upToSeven",
    "unos_downstaging": "burden.unosDownstaging", "source_000_downstaging": "burden.source000Downstaging",
    "six_and_twelve": "burden.sixAndTwelve",
}  # fmt: skip


def exercised(settings: Settings) -> Exercised:
    return _exercised(settings, stamp(settings.fixtures_dir))


@lru_cache(maxsize=2)
def _exercised(settings: Settings, _: object) -> Exercised:
    found: dict[str, dict[str, list[str]]] = {}
    for example in examples(settings.fixtures_dir):
        for assessment in assess(case_of(example.body(), settings), settings):
            for rule, word in _said(advice.as_json(assessment)):
                names = found.setdefault(rule, {}).setdefault(word, [])
                if example.name not in names:
                    names.append(example.name)
    return found


def _said(assessment: Json) -> Iterator[tuple[str, str]]:
    """Each rule with its verdict, or with what its score or stage is."""
    for topic in _FINDINGS:
        yield from ((f["rule"], f["verdict"]) for f in assessment[topic]["findings"])
    for rule, path in _ELSEWHERE.items():
        word = _at(assessment, path)
        if isinstance(word, str):
            yield rule, word


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
