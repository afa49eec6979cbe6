"""BCLC 2022: every stage that the known values allow."""

from itertools import product

from cards.bounds import bounds
from cards.current import State
from cards.facts import Absent
from cards.liver.child_pugh import ChildPugh
from cards.record import record
from cards.staging.burden import Burden, spread, vascular_invasion
from cards.verdict import Verdict
from cards.words import listed

SINGLE_VERY_EARLY_MAX_CM = 2.0
EARLY_EACH_MAX_CM, EARLY_MAX_NODULES = 3.0, 3
OLDER_SINGLE_MAX_CM = 5.0
ADVANCED_MIN_ECOG, TERMINAL_MIN_ECOG = 1, 3
_TUMOR_STAGES = ("0", "A", "B")


@record(frozen=True, slots=True)
class Bclc:
    """candidates: every stage still possible; one of them: it is known."""

    candidates: tuple[str, ...]
    by_tumor: tuple[str, ...]
    because: str
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        if len(self.candidates) == 1:
            return "known"
        return "unknown" if len(self.candidates) == 5 else "bounded"

    @property
    def stage(self) -> str:
        return self.candidates[0] if len(self.candidates) == 1 else ""


def bclc_stage(child_pugh_class: str, ecog: int, invasion_or_spread: bool, by_tumor: str) -> str:
    """D first (Child-Pugh C or ECOG 3–4), then C (ECOG 1–2, invasion or spread), else by tumor. Source: bclc-2022.

    >>> bclc_stage("A", 0, False, "B"), bclc_stage("A", 1, False, "B"), bclc_stage("C", 0, False, "A")
    ('B', 'C', 'D')
    """
    if child_pugh_class == "C" or ecog >= TERMINAL_MIN_ECOG:
        return "D"
    return "C" if invasion_or_spread or ecog >= ADVANCED_MIN_ECOG else by_tumor


def tumor_stage(count: float, largest_cm: float) -> str:
    """0 single up to 2 cm; A single of any size, or up to three each up to 3 cm; else B. Source: bclc-2022.

    >>> tumor_stage(1, 2.0), tumor_stage(1, 6.0), tumor_stage(3, 3.0), tumor_stage(2, 3.1), tumor_stage(4, 1.0)
    ('0', 'A', 'A', 'B', 'B')
    """
    if count <= 1:
        return "0" if largest_cm <= SINGLE_VERY_EARLY_MAX_CM else "A"
    return "A" if count <= EARLY_MAX_NODULES and largest_cm <= EARLY_EACH_MAX_CM else "B"


def bclc(state: State, liver: ChildPugh, b: Burden) -> Bclc:
    """BCLC 2022 stage of today's state.

    Inputs
        Child-Pugh class, ecog, portal_vein_invasion, hepatic_vein_invasion, extrahepatic_spread, number and size
    Result
        every stage that some completion of the missing values gives
    Not modelled
        ECOG not due to the tumor (counts here; BCLC counts what the cancer causes); the B1–B3 subgroups
    Source
        bclc-2022; its figure was not readable, the table is from general knowledge; a 2025 update is not implemented
    """
    invaded, spread_out = vascular_invasion(state), spread(state)
    by_tumor = _between(tumor_stage(b.count.low, b.largest.low), tumor_stage(b.count.high, b.largest.high))
    stages = {
        bclc_stage(cls, ecog, inside or elsewhere, tumor)
        for cls, ecog, inside, elsewhere, tumor in product(
            liver.classes, _ecogs(state), _OUTSIDE[invaded], _OUTSIDE[spread_out], by_tumor
        )
    }
    candidates = tuple(sorted(stages))
    return Bclc(
        candidates,
        by_tumor,
        _because(state, liver, b, candidates, invaded, spread_out),
        () if len(candidates) == 1 else _missing(state, liver, b),
        tuple(_remarks(state, liver, b, candidates, by_tumor)),
    )


_OUTSIDE = {Verdict.MET: (True,), Verdict.NOT_MET: (False,), Verdict.UNKNOWN: (False, True)}


def _ecogs(state: State) -> tuple[int, ...]:
    ends = bounds(state.ecog, 0, 5)
    return tuple(n for n in range(6) if ends.low <= n <= ends.high)


def _between(low: str, high: str) -> tuple[str, ...]:
    return _TUMOR_STAGES[_TUMOR_STAGES.index(low) : _TUMOR_STAGES.index(high) + 1]


def _because(
    state: State, liver: ChildPugh, b: Burden, candidates: tuple[str, ...], invaded: Verdict, spread_out: Verdict
) -> str:
    parts = [b.text, f"Child-Pugh {' or '.join(liver.classes)}"]
    parts.append("ECOG not known" if isinstance(state.ecog, Absent) else f"ECOG {state.ecog.value}")
    silent = isinstance(state.hepatic_vein_invasion, Absent)
    free = "no portal vein invasion (hepatic vein not stated)" if silent else "no vascular invasion"
    invasion = {Verdict.MET: "vascular invasion", Verdict.NOT_MET: free}
    parts.append(invasion.get(invaded, "portal vein invasion not documented"))
    parts.append(_SPREAD_WORDS[spread_out])
    stage = " or ".join(candidates)
    if liver.classes == ("B",) and set(candidates) <= set(_TUMOR_STAGES):
        stage += " by tumor, liver function not preserved"
    return f"{stage}: {'; '.join(parts)}"


_SPREAD_WORDS = {
    Verdict.MET: "extrahepatic spread",
    Verdict.NOT_MET: "no extrahepatic spread",
    Verdict.UNKNOWN: "extrahepatic spread not documented",
}


def _missing(state: State, liver: ChildPugh, b: Burden) -> tuple[str, ...]:
    names = [n for n in ("ecog", "portal_vein_invasion", "extrahepatic_spread") if isinstance(state[n], Absent)]
    return tuple(dict.fromkeys((*names, *b.missing, *(liver.missing if len(liver.classes) > 1 else ()))))


def _remarks(
    state: State, liver: ChildPugh, b: Burden, candidates: tuple[str, ...], by_tumor: tuple[str, ...]
) -> list[str]:
    remarks = []
    single = b.count.high == 1 and b.largest.low > OLDER_SINGLE_MAX_CM
    if single and by_tumor == ("A",) and set(candidates) & {"A", "C"}:
        remarks.append("a single nodule above 5 cm is A in BCLC 2022; older practice (AASLD) calls it B")
    ecog_alone = (
        candidates == ("C",)
        and vascular_invasion(state) is Verdict.NOT_MET
        and spread(state) is Verdict.NOT_MET
        and not isinstance(state.ecog, Absent)
    )
    if ecog_alone:
        remarks.append(f"BCLC C by ECOG {state.ecog.value} alone; by tumor extent {listed(by_tumor, 'or')}")  # type: ignore[union-attr]
    if liver.classes == ("B",) and set(candidates) & set(_TUMOR_STAGES):
        remarks.append("Child-Pugh B: liver function is not preserved in the sense of BCLC 2022")
    return remarks
