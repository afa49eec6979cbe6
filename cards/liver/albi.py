"""ALBI and modified ALBI."""

import math

from cards.bounds import Bounds, bounds
from cards.current import State
from cards.facts import Absent, Fact
from cards.liver.score import Score
from cards.record import record

UMOL_L_PER_MG_DL = 17.104  # bilirubin, molar mass 584.66 g/mol
GRADE_1_MAX, GRADE_2A_MAX, GRADE_2_MAX = -2.60, -2.27, -1.39


@record(frozen=True, slots=True)
class Albi:
    """ALBI score with the grades it can have. Grades are compared unrounded."""

    score: Score

    @property
    def grades(self) -> tuple[str, ...]:
        return self._over("1", "2", "3") if self.score.low is not None else ()

    @property
    def modified_grades(self) -> tuple[str, ...]:
        return self._over("1", "2a", "2b", "3") if self.score.low is not None else ()

    def _over(self, *order: str) -> tuple[str, ...]:
        grade = modified_albi_grade if "2a" in order else albi_grade
        low, high = self.score.low or 0.0, self.score.high or 0.0
        if low == high:
            return (grade(low),)
        return order[order.index(grade(low)) : order.index(grade(high)) + 1]


def albi_grade(score: float) -> str:
    """1 up to −2.60, 2 up to −1.39, else 3. Source: johnson-2015.

    >>> albi_grade(-2.60), albi_grade(-2.59), albi_grade(-1.39), albi_grade(-1.38)
    ('1', '2', '2', '3')
    """
    if score <= GRADE_1_MAX:
        return "1"
    return "2" if score <= GRADE_2_MAX else "3"


def modified_albi_grade(score: float) -> str:
    """Grade 2 split at −2.27 (inclusive in 2a). Source: hiraoka-2017.

    >>> modified_albi_grade(-2.27), modified_albi_grade(-2.26)
    ('2a', '2b')
    """
    grade = albi_grade(score)
    if grade != "2":
        return grade
    return "2a" if score <= GRADE_2A_MAX else "2b"


def albi_score(bilirubin_umol_l: float, albumin_g_l: float) -> float:
    """0.66 × log10(bilirubin µmol/L) − 0.085 × albumin g/L. Source: johnson-2015.

    >>> round(albi_score(15, 40), 2)
    -2.62
    """
    return 0.66 * math.log10(bilirubin_umol_l) - 0.085 * albumin_g_l


def ez_albi(state: State) -> Score:
    """EZ-ALBI: bilirubin in mg/dL minus 9 × albumin in g/dL; its grades were not read. It diverges from ALBI from 3 mg/dL on.

    Inputs
        bilirubin mg/dL, albumin g/dL
    Source
        ez-albi-2020
    """
    missing = tuple(k.name for k in (state.bilirubin, state.albumin) if isinstance(k, Absent))
    if isinstance(state.bilirubin, Absent) or isinstance(state.albumin, Absent):
        return Score("ezAlbi", None, None, missing)
    evidence = (state.bilirubin.evidence, state.albumin.evidence)
    bilirubin, albumin = bounds(state.bilirubin), bounds(state.albumin)
    if math.isinf(bilirubin.high) or math.isinf(albumin.high):
        return Score("ezAlbi", None, None, _with_comparator(state), evidence)
    low, high = bilirubin.low - 9 * albumin.high, bilirubin.high - 9 * albumin.low
    return Score("ezAlbi", low, high, () if low == high else _with_comparator(state), evidence)


def albi(state: State) -> Albi:
    """ALBI of today's state.

    Inputs
        bilirubin   total, µmol/L (as sent, or mg/dL × 17.104); albumin g/L
    Result
        known with both; bounded where a value came with a comparator; unknown with one missing
    Source
        johnson-2015; coefficient 0.085 as published (some code uses 0.0852: at most 0.01 apart)
    """
    if isinstance(state.bilirubin, Absent) or isinstance(state.albumin, Absent):
        missing = tuple(k.name for k in (state.bilirubin, state.albumin) if isinstance(k, Absent))
        return Albi(Score("albi", None, None, missing))
    bilirubin, albumin = _umol_l(state.bilirubin), bounds(state.albumin)
    evidence = (state.bilirubin.evidence, state.albumin.evidence)
    if bilirubin.low <= 0 or math.isinf(bilirubin.high) or math.isinf(albumin.high):
        return Albi(Score("albi", None, None, _with_comparator(state), evidence))
    low = albi_score(bilirubin.low, albumin.high * 10)
    high = albi_score(bilirubin.high, albumin.low * 10)
    return Albi(Score("albi", low, high, () if low == high else _with_comparator(state), evidence))


def _umol_l(bilirubin: Fact[float] | Fact[float | int | bool | str]) -> Bounds:
    if bilirubin.sent is not None and bilirubin.sent[1] == "umol/L" and not bilirubin.comparator:
        return Bounds(bilirubin.sent[0], bilirubin.sent[0])
    ends = bounds(bilirubin)
    return Bounds(ends.low * UMOL_L_PER_MG_DL, ends.high * UMOL_L_PER_MG_DL)


def _with_comparator(state: State) -> tuple[str, ...]:
    both = (state.bilirubin, state.albumin)
    return tuple(k.name for k in both if isinstance(k, Fact) and k.comparator)
