"""Bolondi's substages of BCLC B, of which every one that the known values allow is given."""

from itertools import product

from cards.bounds import bounds
from cards.current import State
from cards.facts import Absent, Fact
from cards.liver.child_pugh import ChildPugh
from cards.record import record
from cards.staging.bclc import Bclc
from cards.staging.burden import Burden, spread, up_to_seven, vascular_invasion
from cards.verdict import Verdict

B2_MAX_CHILD_PUGH, B4_MIN_CHILD_PUGH, B4_MAX_CHILD_PUGH = 6, 8, 9
B1_TO_B3_MAX_ECOG, B4_MAX_ECOG = 0, 1
SUBSTAGES = ("B1", "B2", "B3", "B4", "none")


@record(frozen=True, slots=True)
class Bolondi:
    """candidates: substages still possible; "none" where the values stand in no row of the table or the tumor may not be B."""

    candidates: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        if not self.candidates:
            return "not-applicable"
        if len(self.candidates) == len(SUBSTAGES):
            return "unknown"
        return "known" if len(self.candidates) == 1 else "bounded"


def substage(child_pugh: int, within_up_to_seven: bool, ecog: int) -> str:
    """B1 Child-Pugh 5–7, within up-to-seven, ECOG 0; B2 5–6, beyond, ECOG 0; B3 7, beyond, ECOG 0; B4 8–9, any, ECOG 0–1.

    Source: bolondi-2012, in cancer-imaging-2023 table 1; 7 within is B1, 8–9 always B4

    >>> substage(7, True, 0), substage(6, False, 0), substage(7, False, 0), substage(9, True, 1), substage(5, True, 1)
    ('B1', 'B2', 'B3', 'B4', 'none')
    """
    if child_pugh > B4_MAX_CHILD_PUGH:
        return "none"
    if child_pugh >= B4_MIN_CHILD_PUGH:
        return "B4" if ecog <= B4_MAX_ECOG else "none"
    if ecog > B1_TO_B3_MAX_ECOG:
        return "none"
    if within_up_to_seven:
        return "B1"
    return "B2" if child_pugh <= B2_MAX_CHILD_PUGH else "B3"


def bolondi(state: State, liver: ChildPugh, b: Burden, stage: Bclc) -> Bolondi:
    """Bolondi's substage of today's state; only for a tumor of BCLC B without vascular invasion or spread.

    Inputs
        Child-Pugh score, number and size of nodules, ecog, portal_vein_invasion, extrahepatic_spread
    Result
        every substage that some completion of the missing values gives, "none" among them where the tumor may not be B, may
        invade or have spread; not-applicable where one of these is stated
    Not modelled
        the quasi-C row of the original, which was not read
    Source
        bolondi-2012, in cancer-imaging-2023 table 1
    """
    outside = (vascular_invasion(state), spread(state))
    if "B" not in stage.by_tumor or Verdict.MET in outside:
        return Bolondi(())
    other = ["none"] if stage.by_tumor != ("B",) or Verdict.UNKNOWN in outside else []
    within = {Verdict.MET: (True,), Verdict.NOT_MET: (False,)}.get(up_to_seven(b, state), (True, False))
    ecog = bounds(state.ecog, 0, 5)
    grades = [grade for grade in range(6) if ecog.low <= grade <= ecog.high]
    combined = product(range(liver.low, liver.high + 1), within, grades)
    candidates = tuple(sorted({*other, *(substage(score, inside, grade) for score, inside, grade in combined)}))
    return Bolondi(candidates, () if len(candidates) == 1 else _missing(state, liver, b))


def _missing(state: State, liver: ChildPugh, b: Burden) -> tuple[str, ...]:
    ecog = () if isinstance(state.ecog, Fact) else ("ecog",)
    extent = tuple(n for n in ("portal_vein_invasion", "extrahepatic_spread") if isinstance(state[n], Absent))
    return tuple(dict.fromkeys((*ecog, *extent, *b.missing, *liver.missing)))
