"""Which facts a verdict needs, and which of them are not there: missing, too old, from before the last session, unusable."""

from cards.case import Case
from cards.eligibility.cautions import beyond_entry_rule, beyond_up_to_seven, tumor_10_cm_or_more
from cards.facts import Absent, Fact, Why
from cards.response.history import undated_tace
from cards.rule import shown
from cards.verdict import Finding, Verdict

_CHILD_PUGH = {"inr": "INR", "ascites": "ascites", "encephalopathy": "encephalopathy"}


def needed_facts(case: Case) -> tuple[Finding, ...]:
    """One finding for each needed fact: MET where it may be used, UNKNOWN where not (never NOT_MET).

    Source: CONTRACT, eligibility verdict rule 4
    """
    found = [_tumor_type(case), *_child_pugh_items(case)]
    found += [_fact(case, name) for name in ("ecog", "extrahepatic_spread", "portal_vein_invasion")]
    found += [_nodules(case)]
    undated = undated_tace(case.facts)
    if undated:
        because = "a TACE session has no date: whether today's values come after it is not known"
        found.append(_needed("date_of_tace", Verdict.UNKNOWN, because, undated[0].evidence, ("date_of_tace",)))
    return tuple(found)


def _needed(
    name: str, verdict: Verdict, because: str, evidence: tuple[str, ...] = (), missing: tuple[str, ...] = ()
) -> Finding:
    return Finding(f"needed_{name}", verdict, because, "contract", "facts a verdict needs", evidence, missing)


def _tumor_type(case: Case) -> Finding:
    tumor = case.facts.tumor
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
    """Whether the measured nodules already decide what size can change (INPUTS rule 10): every size rule is decided,
    or one is met: size leads no further than caution, so the others cannot change the verdict.
    """
    verdicts = {rule(case).verdict for rule in (beyond_up_to_seven, tumor_10_cm_or_more, beyond_entry_rule)}
    return Verdict.MET in verdicts or Verdict.UNKNOWN not in verdicts
