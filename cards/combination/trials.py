"""Trials of TACE with systemic therapy: what they compared and reported, and whether they would have enrolled this patient.

Rows hold what was read and nothing else: a limit that was not read is None, and the fit is then unknown, never assumed.
Progression-free and overall survival are kept apart.
"""

from collections.abc import Sequence

from cards.case import Case
from cards.combination.drugs import IMMUNOTHERAPY, classes_of
from cards.combination.limits import (
    child_pugh_at_most,
    ecog_at_most,
    ecog_words,
    evidence_of,
    liver_words,
)
from cards.facts import Absent
from cards.record import record
from cards.sources import SOURCES
from cards.verdict import Finding, Verdict, all_of, verdict_of

NOT_SHOWN, NOT_READ = "not shown", "not read"
WITHOUT_INVASION = ("none",)


@record(frozen=True, slots=True)
class Trial:
    """One trial.

    source      key of cards.sources.SOURCES
    compared    what was given with TACE, against TACE alone, or the arms in words
    classes     drug classes, or single drugs, that it concerns (cards.combination.drugs)
    pfs, os     as reported, months, with hazard ratio and 95 % interval where read; "not shown", "not read"
    toxicity    treatment-related adverse events by grade, combination vs control
    child_pugh_max, ecog_max   highest enrolled; None where not read
    portal      classes of portal vein invasion of which it is known that they were enrolled; portal_others False where
                others are known to be excluded
    advanced    True where it enrolled advanced, not intermediate disease
    negative    True where it is named as failed and its figures were not read
    question    "with" TACE against TACE alone; "instead" of TACE; "added" TACE to the drug
    """

    name: str
    source: str
    compared: str
    classes: frozenset[str]
    pfs: str = NOT_READ
    os: str = NOT_READ
    toxicity: str = NOT_READ
    child_pugh_max: int | None = None
    ecog_max: int | None = None
    portal: tuple[str, ...] = ()
    portal_others: bool | None = None
    advanced: bool = False
    negative: bool = False
    question: str = "with"

    @property
    def year(self) -> int | None:
        return None if self.negative else SOURCES[self.source].year

    @property
    def rule(self) -> str:
        return f"{self.name.lower().replace('-', '_')}_population"


_IMMUNE = frozenset({IMMUNOTHERAPY})
_LENVATINIB = frozenset({"lenvatinib"})
_SORAFENIB = frozenset({"sorafenib"})

TRIALS = (
    Trial("EMERALD-1", "emerald-1", "durvalumab + bevacizumab (durvalumab alone: not significant)", _IMMUNE,
          pfs="15.0 vs 8.2", os=NOT_SHOWN, toxicity="G3–4 32.5 vs 13.5 %", child_pugh_max=7, ecog_max=1,
          portal=WITHOUT_INVASION),
    Trial("TALENTACE", "talentace", "atezolizumab + bevacizumab", _IMMUNE,
          pfs="TACE-PFS 11.30 vs 7.03, HR 0.71 (0.55–0.92)", os=NOT_SHOWN),
    Trial("LEAP-012", "leap-012", "lenvatinib + pembrolizumab", _LENVATINIB | {"pembrolizumab"},
          pfs="14.6 vs 10.0, HR 0.66", os="not shown: HR 0.80 (0.57–1.11)", toxicity="G3–5 71.3 vs 31.5 %"),
    Trial("EMERALD-3", "emerald-3", "durvalumab + tremelimumab + lenvatinib", _IMMUNE | _LENVATINIB,
          pfs="13.0 vs 9.8, HR 0.70 (0.57–0.86)",
          os="not shown: HR 0.84; without lenvatinib 0.70, nominal, not formally tested"),
    Trial("LAUNCH", "launch", "advanced HCC, lenvatinib with vs without TACE", _LENVATINIB,
          os="17.8 vs 11.5, HR 0.45", advanced=True, question="added"),
    Trial("TACTICS", "tactics", "sorafenib", _SORAFENIB,
          pfs="25.2 vs 13.5", os="not shown: 36.2 vs 30.8, HR 0.861"),
    Trial("SPACE", "source-003", "sorafenib", _SORAFENIB, negative=True),
    Trial("TACE-2", "source-003", "sorafenib", _SORAFENIB, negative=True),
    Trial("ABC-HCC", "abc-hcc", "atezolizumab + bevacizumab instead of TACE, interim: time to failure of treatment strategy "
          "14.59 vs 9.46 mo, HR 0.545", _IMMUNE, portal=("none", "vp1", "vp2"), portal_others=False, question="instead"),
)  # fmt: skip


def trials_of(drugs: Sequence[str]) -> tuple[Trial, ...]:
    """The trials that concern one of these drugs or its class.

    >>> [trial.name for trial in trials_of(["sorafenib"])], trials_of(["regorafenib"])
    (['TACTICS', 'SPACE', 'TACE-2'], ())
    """
    wanted = {*drugs, *classes_of(drugs)}
    return tuple(trial for trial in TRIALS if trial.classes & wanted)


def trial_population(trial: Trial, case: Case) -> Finding:
    """Whether a trial's own population would have held this patient: Child-Pugh, ECOG, portal vein invasion, stage.

    Inputs
        Child-Pugh, ecog and portal_vein_invasion of today; BCLC stage
    Result
        MET      every limit was read and the patient is inside
        NOT_MET  the patient is outside one that was read
        UNKNOWN  a limit was not read, or the patient's value is not known
    Not modelled
        every other criterion of the trials; LAUNCH's advanced disease is read as BCLC C
    Source
        emerald-1 (Child-Pugh A to B7, ECOG 0–1, stratified by portal vein invasion, so that invasion leaves it open),
        abc-hcc (portal vein invasion up to Vp2), launch (advanced); the limits of leap-012, talentace, emerald-3 and tactics
        were not read
    """
    parts = [*_liver(trial, case), *_performance(trial, case), *_portal(trial, case), *_stage(trial, case)]
    limits_read = trial.child_pugh_max is not None and trial.ecog_max is not None and bool(trial.portal)
    verdict = all_of((*(v for _, v, _ in parts), Verdict.MET if limits_read else Verdict.UNKNOWN))
    outside = [words for words, v, _ in parts if v is Verdict.NOT_MET]
    open_ones = [words for words, v, _ in parts if v is Verdict.UNKNOWN]
    because = {
        Verdict.MET: ", ".join(words for words, _, _ in parts),
        Verdict.NOT_MET: ", ".join(outside),
        Verdict.UNKNOWN: ", ".join((*open_ones, *(() if limits_read else ("limits not held here",)))),
    }[verdict]
    missing = tuple(dict.fromkeys(n for _, v, names in parts if v is Verdict.UNKNOWN for n in names))
    return Finding(trial.rule, verdict, because, trial.source, "population",
                   (*case.child_pugh.evidence, *evidence_of(case, "ecog", "portal_vein_invasion")),
                   missing if verdict is Verdict.UNKNOWN else ())  # fmt: skip


_Part = tuple[str, Verdict, tuple[str, ...]]


def _liver(trial: Trial, case: Case) -> list[_Part]:
    if trial.child_pugh_max is None:
        return []
    return [(liver_words(case), child_pugh_at_most(case, trial.child_pugh_max), case.child_pugh.missing)]


def _performance(trial: Trial, case: Case) -> list[_Part]:
    if trial.ecog_max is None:
        return []
    return [(ecog_words(case), ecog_at_most(case, trial.ecog_max), ("ecog",))]


def _portal(trial: Trial, case: Case) -> list[_Part]:
    """Portal vein invasion: inside where its class is known to be enrolled; else out, or open where that was not read."""
    known = case.state.portal_vein_invasion
    if not trial.portal:
        return []
    if isinstance(known, Absent):
        return [("portal vein invasion not documented", Verdict.UNKNOWN, ("portal_vein_invasion",))]
    inside = True if known.value in trial.portal else trial.portal_others
    words = "no portal vein invasion" if known.value == "none" else f"portal vein invasion {known.value}"
    return [(words, verdict_of(inside), ())]


def _stage(trial: Trial, case: Case) -> list[_Part]:
    """Advanced disease, read as BCLC C."""
    if not trial.advanced:
        return []
    stages = set(case.bclc.candidates) if case.bclc is not None else set()
    advanced = True if stages == {"C"} else None if "C" in stages else False
    missing = case.bclc.missing if case.bclc is not None else ()
    return [(f"BCLC {' or '.join(sorted(stages))}, enrolled C", verdict_of(advanced), missing)]
