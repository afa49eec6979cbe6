"""HAP and mHAP-II: prognosis after embolization of HCC. Displayed only; no source makes them a TACE rule."""

from collections.abc import Sequence

from cards.bounds import bounds, holds
from cards.current import State
from cards.facts import Absent, Fact, Scalar
from cards.liver.albi import UMOL_L_PER_MG_DL
from cards.liver.score import Score
from cards.record import record
from cards.staging.burden import Burden

ALBUMIN_BELOW_G_DL = 3.6
BILIRUBIN_ABOVE_UMOL_L = 17.0
ABSTRACT_BILIRUBIN_ABOVE_MG_DL = 0.9
AFP_ABOVE_NG_ML = 400.0
SIZE_ABOVE_CM = 7.0
MANY_FROM = 2


@record(frozen=True, slots=True)
class _Point:
    """One item: True or False, None where it is not known."""

    met: bool | None
    missing: tuple[str, ...] = ()
    evidence: str = ""


def hap(state: State, b: Burden) -> Score:
    """HAP, one point each: albumin below 36 g/L, bilirubin above 17 µmol/L, AFP above 400 ng/mL, largest nodule above 7 cm.

    Inputs
        albumin g/dL; bilirubin µmol/L (as sent, or mg/dL × 17.104); afp ng/mL (IU/mL is never converted); nodules
    Result
        known with all four; else the range of possible totals. All inequalities are strict.
    Source
        kadalayil-2013, in cancer-imaging-2023 table 1
    """
    return _total("hap", _four(state, b))


def mhap_ii(state: State, b: Burden) -> Score:
    """mHAP-II: HAP plus one point for two or more nodules.

    Inputs
        albumin g/dL, bilirubin, afp ng/mL, nodule_size, nodule_count
    Result
        as HAP; bilirubin is compared as in HAP, above 17 µmol/L (0.99 mg/dL). The abstract prints above 0.9 mg/dL: where
        that would add a point it is said.
    Source
        park-2016, abstract
    """
    count = b.count
    many = True if count.low >= MANY_FROM else False if count.high < MANY_FROM else None
    points = [*_four(state, b), _Point(many, () if many is not None else ("nodule_count",))]
    score = _total("mHapII", points)
    bilirubin = state.bilirubin
    between = isinstance(bilirubin, Fact) and not bilirubin.comparator
    if between and float(bilirubin.value) > ABSTRACT_BILIRUBIN_ABOVE_MG_DL and points[1].met is False:  # type: ignore[union-attr]
        note = "by the abstract's bilirubin limit (above 0.9 mg/dL) one point more"
        return Score(score.name, score.low, score.high, score.missing, score.evidence, (note,))
    return score


def hap_class(score: int) -> str:
    """A 0, B 1, C 2, D 3 or more. Source: kadalayil-2013.

    >>> [hap_class(n) for n in range(6)]
    ['A', 'B', 'C', 'D', 'D', 'D']
    """
    return "ABCD"[min(score, 3)]


def _four(state: State, b: Burden) -> list[_Point]:
    largest = b.largest
    big = True if largest.low > SIZE_ABOVE_CM else False if largest.high <= SIZE_ABOVE_CM else None
    return [
        _point(state.albumin, holds(state.albumin, lambda g_dl: g_dl < ALBUMIN_BELOW_G_DL)),
        _point(state.bilirubin, _bilirubin_high(state.bilirubin)),
        _point(state.afp, holds(state.afp, lambda ng_ml: ng_ml > AFP_ABOVE_NG_ML)),
        _Point(big, () if big is not None else b.missing or ("nodule_size",)),
    ]


def _bilirubin_high(known: Fact[Scalar] | Absent) -> bool | None:
    if isinstance(known, Absent):
        return None
    if known.sent is not None and known.sent[1] == "umol/L" and not known.comparator:
        return known.sent[0] > BILIRUBIN_ABOVE_UMOL_L
    ends = bounds(known)
    low, high = (value * UMOL_L_PER_MG_DL > BILIRUBIN_ABOVE_UMOL_L for value in ends)
    return low if low == high else None


def _point(known: Fact[Scalar] | Absent, met: bool | None) -> _Point:
    return _Point(met, (known.name,) if met is None else (), known.evidence)


def _total(name: str, points: Sequence[_Point]) -> Score:
    low = sum(1 for p in points if p.met is True)
    high = sum(1 for p in points if p.met is not False)
    missing = tuple(dict.fromkeys(n for p in points for n in p.missing))
    if all(p.met is None for p in points):
        return Score(name, None, None, missing)
    return Score(name, low, high, missing, tuple(p.evidence for p in points if p.evidence))
