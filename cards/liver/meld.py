"""MELD, MELD-Na (OPTN) and MELD 3.0: context for TACE and for transplant; no source makes them a TACE rule."""

import math
from itertools import product

from cards.bounds import Bounds, bounds, ends
from cards.current import State
from cards.facts import Absent, Fact
from cards.liver.score import Score

LAB_FLOOR = 1.0
MELD_CREATININE_MAX_MG_DL, MELD3_CREATININE_MAX_MG_DL = 4.0, 3.0
SODIUM_MIN, SODIUM_MAX = 125.0, 137.0
ALBUMIN_MIN_G_DL, ALBUMIN_MAX_G_DL = 1.5, 3.5
MELD_MIN, MELD_MAX = 6, 40
SODIUM_TERM_ABOVE = 11

NO_DIALYSIS_ASSUMED = "dialysis not stated: the score is the one without dialysis"


def meld_unrounded(bilirubin_mg_dl: float, inr: float, creatinine_mg_dl: float) -> float:
    """10 × (0.957 ln creatinine + 0.378 ln bilirubin + 1.120 ln INR + 0.643), labs at least 1, creatinine at most 4.

    >>> round(meld_unrounded(54 / 17.104, 2.0, 170 / 88.4), 1)
    24.8
    """
    creatinine = min(max(creatinine_mg_dl, LAB_FLOOR), MELD_CREATININE_MAX_MG_DL)
    bilirubin, ratio = max(bilirubin_mg_dl, LAB_FLOOR), max(inr, LAB_FLOOR)
    return 10 * (0.957 * math.log(creatinine) + 0.378 * math.log(bilirubin) + 1.120 * math.log(ratio) + 0.643)


def meld_score(bilirubin_mg_dl: float, inr: float, creatinine_mg_dl: float) -> int:
    """MELD(i) as OPTN rounds it: to the tenth, then times ten; at most 40.

    Inputs
        bilirubin mg/dL, inr, creatinine mg/dL (4.0 where dialysis_twice_weekly is stated)
    Source
        optn-meld

    >>> meld_score(4.2, 1.2, 1.9)
    20
    """
    return min(_half_up(meld_unrounded(bilirubin_mg_dl, inr, creatinine_mg_dl)), MELD_MAX)


def meld_na_score(meld: int, sodium_mmol_l: float) -> int:
    """MELD-Na as OPTN defines it: the sodium term only above a MELD of 11.

    Inputs
        meld; sodium mmol/L
    Source
        optn-meld

    >>> meld_na_score(11, 125), meld_na_score(12, 137), meld_na_score(12, 125)
    (11, 12, 23)
    """
    if meld <= SODIUM_TERM_ABOVE:
        return meld
    below = SODIUM_MAX - min(max(sodium_mmol_l, SODIUM_MIN), SODIUM_MAX)
    return min(_half_up(meld + 1.32 * below - 0.033 * meld * below), MELD_MAX)


def meld3_score(
    bilirubin_mg_dl: float, inr: float, creatinine_mg_dl: float, sodium_mmol_l: float, albumin_g_dl: float, female: bool
) -> int:
    """MELD 3.0: creatinine at most 3.0, albumin 1.5 to 3.5, sodium 125 to 137. As published, not our reading: above a creatinine
    of 2.75 mg/dL a lower albumin lowers the score, above a bilirubin of 30 mg/dL a lower sodium does.

    Inputs
        bilirubin mg/dL, inr, creatinine mg/dL (3.0 where dialysis_twice_weekly is stated), sodium mmol/L, albumin g/dL, sex
    Source
        kim-2021

    >>> meld3_score(1.0, 1.0, 1.0, 137, 3.5, False), meld3_score(1.0, 1.0, 1.0, 137, 3.5, True)
    (6, 7)
    """
    log_bilirubin = math.log(max(bilirubin_mg_dl, LAB_FLOOR))
    log_creatinine = math.log(min(max(creatinine_mg_dl, LAB_FLOOR), MELD3_CREATININE_MAX_MG_DL))
    sodium = SODIUM_MAX - min(max(sodium_mmol_l, SODIUM_MIN), SODIUM_MAX)
    albumin = ALBUMIN_MAX_G_DL - min(max(albumin_g_dl, ALBUMIN_MIN_G_DL), ALBUMIN_MAX_G_DL)
    score = (
        1.33 * female
        + 4.56 * log_bilirubin
        + 0.82 * sodium
        - 0.24 * sodium * log_bilirubin
        + 9.09 * math.log(max(inr, LAB_FLOOR))
        + 11.14 * log_creatinine
        + 1.85 * albumin
        - 1.83 * albumin * log_creatinine
        + 6
    )
    return min(max(_half_up(score), MELD_MIN), MELD_MAX)


def meld(state: State) -> Score:
    """MELD(i), known or bounded.

    Inputs
        bilirubin mg/dL, inr, creatinine mg/dL (4.0 on dialysis at least twice in the last week)
    Source
        optn-meld
    """
    return _meld_like(state, with_sodium=False)


def meld_na(state: State) -> Score:
    """MELD-Na (OPTN 2016). Sodium is not needed while MELD is at most 11."""
    return _meld_like(state, with_sodium=True)


def _meld_like(state: State, with_sodium: bool) -> Score:
    name = "meldNa" if with_sodium else "meld"
    wanted = ["bilirubin", "inr", "creatinine"]
    creatinine = _creatinine(state, MELD_CREATININE_MAX_MG_DL)
    plain = [
        _capped(meld_unrounded(b, i, c))
        for b, i, c in product(ends(bounds(state.bilirubin)), ends(bounds(state.inr)), ends(creatinine))
    ]
    results = plain
    if with_sodium and max(plain) > SODIUM_TERM_ABOVE:
        wanted.append("sodium")
        results = [
            meld_na_score(m, na) for m, na in product(set(plain), ends(bounds(state.sodium, SODIUM_MIN, SODIUM_MAX)))
        ]
    return _score(name, results, wanted, state)


def meld3(state: State, sex: str) -> Score:
    """MELD 3.0, known or bounded; an unknown sex leaves both readings open.

    Inputs
        bilirubin, inr, creatinine (3.0 on dialysis), sodium mmol/L, albumin g/dL; sex "male" or "female" as recorded
    Source
        kim-2021
    """
    sexes = {"female": (True,), "male": (False,)}.get(sex, (False, True))
    corners = product(
        ends(bounds(state.bilirubin)),
        ends(bounds(state.inr)),
        ends(_creatinine(state, MELD3_CREATININE_MAX_MG_DL)),
        ends(bounds(state.sodium, SODIUM_MIN, SODIUM_MAX)),
        ends(bounds(state.albumin, ALBUMIN_MIN_G_DL, ALBUMIN_MAX_G_DL)),
        sexes,
    )
    results = [_meld3_corner(*corner) for corner in corners]
    score = _score("meld3", results, ["bilirubin", "inr", "creatinine", "sodium", "albumin"], state)
    if len(sexes) == 2 and score.low != score.high:
        return Score(score.name, score.low, score.high, (*score.missing, "sex"), score.evidence, score.notes)
    return score


def _meld3_corner(b: float, i: float, c: float, na: float, albumin: float, female: bool) -> int:
    if math.isinf(b) or math.isinf(i):
        return MELD_MAX
    return meld3_score(b, i, min(c, MELD3_CREATININE_MAX_MG_DL), na, albumin, female)


def _creatinine(state: State, cap: float) -> Bounds:
    dialysis = state.dialysis_twice_weekly
    if isinstance(dialysis, Fact) and dialysis.value is True:
        return Bounds(cap, cap)
    return bounds(state.creatinine, high=cap)


def _capped(unrounded: float) -> int:
    return MELD_MAX if math.isinf(unrounded) else min(_half_up(unrounded), MELD_MAX)


def _half_up(value: float) -> int:
    return math.floor(round(value, 9) + 0.5)


def _score(name: str, results: list[int], wanted: list[str], state: State) -> Score:
    known = {n: state[n] for n in wanted}
    dialysis = state.dialysis_twice_weekly
    on_dialysis = isinstance(dialysis, Fact) and dialysis.value is True
    if on_dialysis:
        known.pop("creatinine")
    missing = tuple(n for n, k in known.items() if isinstance(k, Absent) or k.comparator)
    evidence = tuple(k.evidence for k in known.values() if isinstance(k, Fact))
    notes = (NO_DIALYSIS_ASSUMED,) if isinstance(dialysis, Absent) else ()
    if all(isinstance(k, Absent) for k in known.values()):
        return Score(name, None, None, missing, (), notes)
    low, high = min(results), max(results)
    return Score(name, low, high, missing if low != high else (), evidence, notes)
