"""The detail of the combination card: what decides, guidance and trials against this patient, where they differ, what is open."""

from cards.case import Case
from cards.combination.advanced import ADVANCED
from cards.combination.evidence import COHORT_SURVIVAL, META_ANALYSIS_SURVIVAL
from cards.combination.limits import ecog_words, liver_words
from cards.combination.trials import TRIALS, Trial, trials_of
from cards.combination.unchecked import UNDOCUMENTED
from cards.combination.verdict import Combination
from cards.facts import Absent, Fact
from cards.markdown import escaped, table
from cards.questions import label
from cards.rule import shown
from cards.sources import SOURCES
from cards.verdict import Finding, Verdict
from cards.words import day, listed

_WORDS = {Verdict.MET: "**yes**", Verdict.NOT_MET: "no", Verdict.UNKNOWN: "**cannot tell**"}
_FITS = {Verdict.MET: "fits", Verdict.NOT_MET: "**does not fit**", Verdict.UNKNOWN: "cannot tell"}
_NNT = "No number needed to treat has been published for TACE."  # source-000
_LIVER = ("bilirubin", "albumin", "inr", "ascites_grade", "encephalopathy_grade")


def concurrent_detail(case: Case, c: Combination) -> str:
    decides = (
        f"**What decides.** {escaped(c.findings[0].because)}. {escaped(_patient(case))}. Assessed {day(case.today)}."
    )
    parts = [
        decides,
        _guidance_table(c),
        _trials(c),
        _not_randomized(c),
        _advanced(c),
        _sequence(c),
        _differ(c),
        _open(c),
    ]
    return "\n\n".join(part for part in parts if part)


def _patient(case: Case) -> str:
    """Liver function, performance status and extent of today, with dates."""
    portal = case.state.portal_vein_invasion
    return f"{_liver(case)}; {_performance(case)}; {shown(portal)}; {case.burden.text}"


def _liver(case: Case) -> str:
    dates = sorted(k.when for n in _LIVER if isinstance(k := case.state[n], Fact) and k.when is not None)
    if not dates:
        return liver_words(case)
    first, last = day(dates[0]), day(dates[-1])
    return f"{liver_words(case)} ({first if first == last else f'{first} to {last}'})"


def _performance(case: Case) -> str:
    known = case.state.ecog
    if isinstance(known, Absent):
        return shown(known)
    return ecog_words(case) + (f" ({day(known.when)})" if known.when is not None else "")


_GUIDANCE = (
    (
        "source_003_tace_alone",
        "TACE alone: liver-confined, Child-Pugh A or compensated B7, ECOG 0–1, selective, low burden",
    ),
    ("easl_2025_tki_in_large_burden", "No TKI with intra-arterial therapy: intermediate stage, large burden"),
    ("source_003_extrapolation_to_immunotherapy", "No immunotherapy with TACE"),
    ("source_003_pitfall_child_pugh_b_or_c", "No combination in Child-Pugh B or C"),
    ("source_003_extensive_disease", "Extensive liver-confined disease: consider systemic therapy first, without TACE"),
    ("source_003_systemic_precondition", "Before systemic therapy: Child-Pugh A and ECOG 0–1"),
    ("easl_2025_other_therapy", "After 1–2 TACE without response, liver function preserved: consider other therapies"),
)
_SAID_EVEN_IF_NOT = frozenset({"source_003_tace_alone", "source_003_pitfall_child_pugh_b_or_c"})


def _guidance(c: Combination) -> list[tuple[str, Finding]]:
    """The statements that a card shows: those about these drugs and this patient, or that may be."""
    found = ((words, c.of(rule)) for rule, words in _GUIDANCE)
    return [(words, f) for words, f in found if f is not None and (c.verdict == "sequential" or _concerns(f))]


def _concerns(f: Finding) -> bool:
    if f.rule == "easl_2025_tki_in_large_burden":
        return not f.because.startswith("no TKI")
    if f.rule == "source_003_systemic_precondition":
        return False
    return f.rule in _SAID_EVEN_IF_NOT or f.verdict is Verdict.MET


def _guidance_table(c: Combination) -> str:
    """One row a statement; a document is named in full once. The level of evidence stands where the source gives one."""
    rows, seen = [], set()
    for words, f in _guidance(c):
        name = SOURCES[f.source].label if f.source not in seen else "the same summary"
        level = f", {f.locator}" if f.locator.startswith("LoE") else ""
        seen |= {f.source} - {"easl-2025"}
        rows.append((words, f"{_WORDS[f.verdict]}: {escaped(f.because)}", escaped(name + level)))
    return table(("Guidance", "This patient", "Source"), rows)


def _trials(c: Combination) -> str:
    concerned = trials_of(c.drugs)
    reported = [t for t in concerned if t.question != "instead" and not t.negative]
    head = ("Trial of TACE with … vs TACE", "PFS, months", "OS, months", "Toxicity", "This patient")
    rows = [_trial_row(t, c) for t in reported]
    lines = [table(head, rows)] if rows else ["**Trials.** None of TACE with these drugs was read."]
    return "\n\n".join([*lines, *_other_trials(concerned)])


def _trial_row(trial: Trial, c: Combination) -> tuple[str, ...]:
    name = f"{trial.name} ({trial.year})" if trial.year else trial.name
    cells = (f"{name}: {trial.compared}", trial.pfs, trial.os, trial.toxicity)
    found = c.of(trial.rule)
    fit = f"{_FITS[found.verdict]}: {escaped(found.because)}" if found is not None else ""
    return (*(escaped(cell) for cell in cells), fit)


def _other_trials(concerned: tuple[Trial, ...]) -> list[str]:
    """In one line: trials with another question, trials that failed, trials of other drugs."""
    said = [f"{t.name}: {t.compared}." for t in concerned if t.question == "instead"]
    negative = [t.name for t in concerned if t.negative]
    others = [t.name for t in TRIALS if t not in concerned]
    said += [f"{listed(negative)}: negative, figures not read."] if negative else []
    said += [f"Of other drugs: {', '.join(others)}."] if others else []
    return [escaped(" ".join(said))] if said else []


def _not_randomized(c: Combination) -> str:
    cohort = [COHORT_SURVIVAL] if c.says("source_003_cohort") is Verdict.MET else []
    said = "; ".join([*cohort, META_ANALYSIS_SURVIVAL])
    return f"**Not randomized, as the summary quotes it.** {escaped(said)}. {_NNT}"


def _advanced(c: Combination) -> str:
    """What source 002 reports of these drugs in advanced disease; nothing where this patient's is not."""
    said = [f.because for rule in ADVANCED if (f := c.of(rule.__name__)) is not None and f.verdict is Verdict.MET]
    return f"**In advanced disease (Zhang 2022).** {escaped('. '.join(said))}." if said else ""


def _sequence(c: Combination) -> str:
    """The sequence that is proposed for patients like this one; nothing where it is about others."""
    found = c.of("kudo_2019_lenvatinib_then_tace")
    if found is None or found.verdict is not Verdict.MET:
        return ""
    said = escaped(f"{found.because[0].upper()}{found.because[1:]}")
    return f"**A sequence (Kudo 2019).** {said}."


def _differ(c: Combination) -> str:
    """Where guidance and newer evidence disagree; the choice is left to the reader."""
    said = []
    if trials_of(c.drugs) and c.drugs != ("sorafenib",):
        said.append(
            "The summary advises against combining; newer trials show longer PFS than with TACE alone, OS is not shown"
        )
    sorafenib = c.of("tace_plus_sorafenib_sources_differ")
    if sorafenib is not None and sorafenib.verdict is Verdict.MET:
        said.append(sorafenib.because)
    said.append("No trial of the combination against the sequence was found")
    return f"**Where they differ.** {escaped('. '.join(said))}."


def findings_shown(c: Combination) -> list[Finding]:
    """The findings that a card shows."""
    populations = [f for t in trials_of(c.drugs) if (f := c.of(t.rule)) is not None]
    return [*(f for _, f in _guidance(c)), *populations, *(f for f in c.findings if f.source == "contract")]


def _open(c: Combination) -> str:
    """What would change a row above, and the risks that nobody checked."""
    named = [f for f in c.findings if f.source == "contract"]
    told = [f.because for f in named if not f.because.endswith(UNDOCUMENTED)]
    silent = [f.because.removesuffix(UNDOCUMENTED) for f in named if f.because.endswith(UNDOCUMENTED)]
    missing = (
        n for f in findings_shown(c) if f.source != "contract" and f.verdict is Verdict.UNKNOWN for n in f.missing
    )
    labels = list(dict.fromkeys(label(n) for n in missing))
    lines = [f"**Would decide:** {escaped(', '.join(labels))}."] if labels else []
    lines += [f"**Not checked: not documented:** {escaped(', '.join(silent))}."] if silent else []
    lines += [f"**Documented, not judged:** {escaped('; '.join(told))}."] if told else []
    return "\n\n".join(lines)


def _earlier_tace(c: Combination) -> str:
    """What the summary says of earlier TACE, where the drug is one that it speaks of."""
    found = c.of("source_003_survival_after_earlier_tace")
    if found is None or found.verdict is not Verdict.MET:
        return ""
    return f"**After TACE (2026 summary):** {escaped(found.because)}."


def sequential_detail(case: Case, c: Combination) -> str:
    because = escaped(c.findings[0].because)
    parts = [
        f"**What decides.** {because[0].upper() + because[1:]}. {escaped(_liver(case))}; {escaped(_performance(case))}."
        f" Assessed {day(case.today)}.",
        _guidance_table(c),
        _earlier_tace(c),
        "This is information: whether to give the drug is not judged here.",
        _open(c),
    ]
    return "\n\n".join(part for part in parts if part)
