"""Which facts a verdict needs, and which of them are not there: missing, too old, from before the last session, unusable."""

from collections.abc import Mapping

from cards.case import Case
from cards.eligibility.cautions import beyond_entry_rule, beyond_up_to_seven, tumor_10_cm_or_more
from cards.facts import TREATMENT_HISTORY, Absent, Fact, Scalar, Why
from cards.rule import shown
from cards.verdict import Finding, Verdict


def needed_facts(case: Case) -> tuple[Finding, ...]:
    """One finding for each needed fact: MET where it may be used, UNKNOWN where not (never NOT_MET).

    What is needed: confirmed tumor type, the five Child-Pugh items, ECOG, spread, portal vein, number and size of nodules,
    and a treatment history by which "today" can be told.
    """
    found = [_tumor_type(case), *_child_pugh_items(case)]
    found += [_fact(case, name) for name in ("ecog", "extrahepatic_spread", "portal_vein_invasion")]
    found += [_nodules(case)]
    found += _last_known_to_be_bad(case)
    history = _history(case)
    return (*found, history) if history is not None else tuple(found)


# What would contraindicate TACE, or speak against it, where it is stated. Silence about these does not block.
_BAD: Mapping[str, tuple[Scalar, ...]] = {
    "hepatic_vein_invasion": (True,),
    "bile_duct_invasion": (True,),
    "portal_flow": ("hepatofugal", "absent"),
    "growth_pattern": ("infiltrative",),
    "jaundice": (True,),
    "hepatorenal_syndrome": (True,),
}


def _last_known_to_be_bad(case: Case) -> list[Finding]:
    """A finding against TACE that is too old, or from before the last session, is not gone: it has to be looked at again."""
    found = []
    for name, bad in _BAD.items():
        known, series = case.state[name], case.facts.series.get(name)
        if not series or not isinstance(known, Absent):
            continue
        last = series[0]
        if last.when is not None and last.value in bad:
            found.append(_needed(name, Verdict.UNKNOWN, known.because, (last.evidence,), (name,)))
    return found


def _history(case: Case) -> Finding | None:
    """Whether the treatment history is known well enough to tell which values come after the last session; None: it is."""
    facts = case.facts
    undated = next((s for s in facts.sessions if s.when is None), None)
    if undated is not None:
        because = "a treatment session has no date: whether today's values come after it is not known"
        return _needed("date_of_tace", Verdict.UNKNOWN, because, undated.evidence, ("date_of_tace",))
    if TREATMENT_HISTORY in facts.refused:
        because = f"{facts.refused[TREATMENT_HISTORY]}: whether and when it was done is not known"
        return _needed("treatment_history", Verdict.UNKNOWN, because, (), ("treatment_history",))
    if "Procedure" in facts.unreached:
        because = "procedures could not be fetched: whether and when TACE was done is not known"
        return _needed("treatment_history", Verdict.UNKNOWN, because, (), ("treatment_history",))
    if facts.responses and not facts.sessions and not facts.treatments:
        because = "a treatment response is recorded, but no treatment: whether and when TACE was done is not known"
        return _needed(
            "treatment_history", Verdict.UNKNOWN, because, (facts.responses[-1].evidence,), ("treatment_history",)
        )
    return None


def _needed(
    name: str, verdict: Verdict, because: str, evidence: tuple[str, ...] = (), missing: tuple[str, ...] = ()
) -> Finding:
    return Finding(f"needed_{name}", verdict, because, "contract", "facts a verdict needs", evidence, missing)


def _tumor_type(case: Case) -> Finding:
    tumor = case.facts.tumor
    if tumor.kind == "unknown" and not tumor.stated and "Condition" in case.facts.unreached:
        return _needed("tumor_type", Verdict.UNKNOWN, "conditions could not be fetched", (), ("tumor_type",))
    if tumor.kind == "unknown":
        return _needed("tumor_type", Verdict.UNKNOWN, tumor.because, tumor.evidence, ("tumor_type",))
    return _needed("tumor_type", Verdict.MET, tumor.because, tumor.evidence)


def _child_pugh_items(case: Case) -> list[Finding]:
    """The five items, each decided to one number of points; ascites and encephalopathy with their grade."""
    liver, state = case.child_pugh, case.state
    facts = {
        "bilirubin": state.bilirubin,
        "albumin": state.albumin,
        "inr": state.inr,
        "ascites": state.ascites_grade,
        "encephalopathy": state.encephalopathy_grade,
    }
    found = []
    for item, known in facts.items():
        low, high = liver.points[item]
        if low == high:
            evidence = (known.evidence,) if known.evidence else ()
            found.append(_needed(item, Verdict.MET, shown(known), evidence))
            continue
        because = shown(known)
        if isinstance(known, Fact):
            because += " does not decide its points"
        found.append(
            _needed(item, Verdict.UNKNOWN, because, (known.evidence,) if known.evidence else (), (known.name,))
        )
    return found


def _fact(case: Case, name: str) -> Finding:
    known = case.state[name]
    evidence = (known.evidence,) if known.evidence else ()
    if isinstance(known, Absent):
        return _needed(name, Verdict.UNKNOWN, shown(known), evidence, (name,))
    return _needed(name, Verdict.MET, shown(known), evidence)


def _nodules(case: Case) -> Finding:
    """Number and size: enough where every rule that stands on them is decided, even when one nodule is not measured."""
    b, state = case.burden, case.state
    parts = []
    if not b.count.known:
        count = state.nodule_count
        parts.append(shown(count) if isinstance(count, Absent) else "number of nodules not documented")
    if "nodule_size" in b.missing and not (b.largest.low > 0 and _size_decided(case)):
        absent = state.sizes_absent
        reason = absent.because if absent is not None and absent.why is not Why.NOT_DOCUMENTED else ""
        parts.append(reason or ("not every nodule is measured" if b.sizes else "size of nodules: not documented"))
    missing = tuple(n for n in b.missing if n != "nodule_size" or not _size_decided(case) or not b.largest.low)
    if not parts:
        return _needed("nodules", Verdict.MET, b.text, b.evidence)
    return _needed("nodules", Verdict.UNKNOWN, "; ".join(parts), b.evidence, missing or ("nodule_count",))


def _size_decided(case: Case) -> bool:
    """Whether the measured nodules already decide what size can change: every size rule is decided,
    or one is met: size leads no further than caution, so the others cannot change the verdict.
    """
    verdicts = {rule(case).verdict for rule in (beyond_up_to_seven, tumor_10_cm_or_more, beyond_entry_rule)}
    return Verdict.MET in verdicts or Verdict.UNKNOWN not in verdicts
