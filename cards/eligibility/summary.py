"""The eligibility card in one sentence: the verdict and its reason, to be read alone in an alert list."""

from collections.abc import Callable, Mapping

from cards.case import Case
from cards.current import Known, last_treatment
from cards.eligibility.verdict import Eligibility
from cards.facts import FACTS, TREATMENT_HISTORY, Absent, Fact, Why
from cards.questions import label
from cards.verdict import Finding, Verdict
from cards.words import day, fitted, span


def summary(case: Case, e: Eligibility) -> str:
    kind = case.order.kind if case.order is not None else "tace"
    if kind == "embolization" and not case.facts.tumor.stated:
        return "Which procedure, and is it for a liver tumor? 37243 stands for TACE, bland embolization and Y-90, in any organ."
    prefix = {"y90": "Y-90 ordered. By TACE criteria: ", "embolization": "37243, read as TACE: "}.get(kind, "")
    return prefix + _verdict_in_words(case, e)


def _verdict_in_words(case: Case, e: Eligibility) -> str:
    reasons = [short(f, case) for f in e.deciding]
    if e.verdict == "not-applicable":
        return "Rupture or hemorrhage of the tumor is stated: an emergency. Elective TACE criteria do not apply."
    if e.verdict == "contraindicated":
        return fitted("TACE contraindicated: ", reasons)
    if e.verdict == "not-recommended":
        return _not_recommended(case, e, reasons)
    if e.verdict == "indeterminate":
        return _indeterminate(case, e)
    if e.verdict == "caution":
        return fitted("TACE possible with caution: ", reasons)
    return _candidate(case, e)


def _not_recommended(case: Case, e: Eligibility, reasons: list[str]) -> str:
    """With the ordered lesion refractory and nothing else against TACE, what else is known is said in the same breath."""
    if any(f.rule not in _OF_A_LESION for f in e.deciding):
        return fitted("TACE not recommended: ", reasons)
    if is_bridge(case):
        return fitted("TACE not recommended: ", reasons, ". Bridge to transplant: the transplant team decides.")
    complete = all(f.verdict is Verdict.MET for f in e.findings if f.rule.startswith("needed_"))
    otherwise = f". Otherwise: {', '.join(_at_a_glance(case))}." if complete else "."
    return fitted("TACE not recommended: ", reasons, otherwise)


def _at_a_glance(case: Case) -> list[str]:
    parts = [f"Child-Pugh {_graded(case)}"]
    if isinstance(case.state.ecog, Fact):
        parts.append(f"ECOG {case.state.ecog.value}")
    if case.bclc is not None and case.bclc.stage:
        parts.append(f"BCLC {case.bclc.stage}")
    return parts


def is_bridge(case: Case) -> bool:
    bridge = case.state.bridge_to_transplant
    return isinstance(bridge, Fact) and bridge.value is True


_OF_A_LESION = frozenset({"source_003_steps", "zhang_2022_proposal", "iasl_same_area"})


def _indeterminate(case: Case, e: Eligibility) -> str:
    foreign = next((f for f in e.deciding if f.rule == "order_names_another_patient"), None)
    if foreign is not None:
        return "TACE eligibility not assessed: the order names another patient than the one in context."
    missing = list(dict.fromkeys(n for f in e.deciding for n in f.missing))
    if missing == ["tumor_type"] and case.facts.tumor.stated:
        return fitted("TACE eligibility cannot be assessed: ", [case.facts.tumor.because])
    extent = [n for n in missing if n in _EXTENT]
    names = [label(n) for n in missing if n not in _EXTENT]
    names += ["tumor extent"] if len(extent) > 1 else [label(n) for n in extent]
    return fitted("TACE eligibility cannot be assessed: ", names, f" {_why(case, missing)}.")


_WHY_WORDS = {
    Why.NOT_DOCUMENTED: "not documented",
    Why.TOO_OLD: "too old",
    Why.UNDATED: "undated",
    Why.UNUSABLE: "not usable",
    Why.UNREACHABLE: "could not be fetched",
}


def _why(case: Case, missing: list[str]) -> str:
    """One reason where all missing facts share it."""
    known = {name: _absent(case, name) for name in missing}
    reasons = {absent.why if absent is not None else Why.NOT_DOCUMENTED for absent in known.values()}
    last = last_treatment(case.facts.sessions)
    since = day(last.latest) if last is not None else ""
    if reasons == {Why.RECOVERY}:
        return f"only in the recovery period after the treatment of {since}"
    if last is not None and reasons <= {Why.BEFORE_SESSION, Why.RECOVERY, Why.NOT_DOCUMENTED}:
        return f"not documented since the treatment of {since}"
    return (
        _WHY_WORDS[reasons.pop()]
        if len(reasons) == 1 and reasons <= _WHY_WORDS.keys()
        else "missing, old or not usable"
    )


def _absent(case: Case, name: str) -> Absent | None:
    if name == "nodule_size":
        return case.state.sizes_absent
    facts = case.facts
    if name == TREATMENT_HISTORY and name in facts.refused:
        return Absent(name, Why.UNUSABLE, facts.refused[name])
    if _FETCHED_IN.get(name) in facts.unreached:
        return Absent(name, Why.UNREACHABLE)
    known = getattr(case.state, name, None)
    return known if isinstance(known, Absent) else None


_FETCHED_IN = {"tumor_type": "Condition", TREATMENT_HISTORY: "Procedure"}
_EXTENT = frozenset({"nodule_count", "nodule_size", "portal_vein_invasion", "extrahepatic_spread"})


def _candidate(case: Case, e: Eligibility) -> str:
    parts = [*_at_a_glance(case), "liver-confined"]
    items = (case.state.bilirubin, case.state.albumin, case.state.inr)
    if any(isinstance(k, Fact) and k.preliminary for k in items):
        parts.append("values preliminary")
    open_facts = [FACTS[n].label for n in ("varices_at_risk", "platelets") if isinstance(case.state[n], Absent)]
    palliative = "Palliative TACE, entry criteria met: " if e.palliative else "TACE entry criteria met: "
    tail = f". Not documented: {', '.join(open_facts)}." if open_facts else "."
    return fitted(palliative, parts, tail)


def _graded(case: Case) -> str:
    """ "B8", or "9–11" where the score is a range."""
    liver = case.child_pugh
    return f"{liver.classes[0]}{liver.low}" if liver.status == "known" else span(liver.low, liver.high)


def short(f: Finding, case: Case) -> str:
    """A deciding finding in a few words."""
    words = _SHORT.get(f.rule)
    if words is None:
        return f.rule.replace("_", " ")
    return words if isinstance(words, str) else words(case)


def _value(known: Known) -> str:
    return str(known.shown or known.value) if isinstance(known, Fact) else "not stated"


def _stated_or(name: str, known: Known) -> str:
    return f"{name} {_value(known)}"


_SHORT: Mapping[str, str | Callable[[Case], str]] = {
    "child_pugh_b8_or_worse": lambda c: f"Child-Pugh {_graded(c)}",
    "child_pugh_b7": "Child-Pugh B7",
    "bilirubin_above_3": lambda c: f"bilirubin {_value(c.state.bilirubin)}",
    "bilirubin_2_to_3": lambda c: f"bilirubin {_value(c.state.bilirubin)}",
    "clinical_encephalopathy": lambda c: f"encephalopathy grade {_value(c.state.encephalopathy_grade)}",
    "main_portal_vein_invasion": "main portal vein invasion",
    "portal_flow_lost": lambda c: f"portal flow {_value(c.state.portal_flow)}",
    "portal_vein_branch_invasion": lambda c: (
        f"portal vein invasion {_value(c.state.portal_vein_invasion)} (EASL-EORTC 2012)"
    ),
    "extrahepatic_spread": "extrahepatic spread (EASL-EORTC 2012)",
    "massive_replacement_of_both_lobes": "both lobes over 50 % replaced",
    "ecog_above_2": lambda c: f"ECOG {_value(c.state.ecog)}",
    "ecog_2": "ECOG 2",
    "beyond_up_to_seven": "up-to-seven out",
    "modified_albi_2b_or_worse": lambda c: f"mALBI {' or '.join(c.albi.modified_grades)}",
    "beyond_entry_rule": lambda c: c.burden.text,
    "tumor_10_cm_or_more": "tumor of 10 cm or more",
    "any_ascites": "ascites",
    "creatinine_2_or_more": lambda c: _stated_or("creatinine", c.state.creatinine),
    "portal_flow_reduced": lambda c: _stated_or("portal flow", c.state.portal_flow),
    "growth_not_nodular": lambda c: _stated_or("growth pattern", c.state.growth_pattern),
    "selective_access_not_feasible": lambda c: (
        "selective access not feasible" if isinstance(c.state.selective_access, Fact) else "selective access not stated"
    ),
    "curable_without_stated_reason": "curable stage, no reason against curative treatment",
    "inr_beyond_puncture_limit": lambda c: f"INR {_value(c.state.inr)}",
    "platelets_beyond_puncture_limit": lambda c: f"platelets {_value(c.state.platelets)}",
    "systemic_therapy_comes_first": "systemic therapy first",
    "source_003_steps": "ordered lesion refractory (2026 summary steps)",
    "zhang_2022_proposal": "ordered lesion refractory (Zhang 2022)",
    "iasl_same_area": "ordered lesion refractory (same-area definition)",
    "jsh_lcsgj_2014": "refractory by JSH 2014",
    "korean": "refractory by Korean conditions",
    "european": "refractory by European definition",
    "easl_2025_quoted": "refractory by EASL 2025 as quoted",
}
