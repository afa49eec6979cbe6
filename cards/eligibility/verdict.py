"""The eligibility verdict: the first tier that holds."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from operator import attrgetter

from cards.case import Case
from cards.current import STATE_FACTS
from cards.eligibility.apart import values_apart
from cards.eligibility.cautions import CAUTIONS, STARRED
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.needed import needed_facts
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.eligibility.other_readings import OTHER_READINGS
from cards.facts import FACTS, Absent, Fact
from cards.record import record
from cards.staging.bclc_b import b_subgroup_remark, stage_migration
from cards.verdict import Finding, Verdict
from cards.words import listed


@record(frozen=True, slots=True)
class Eligibility:
    """The verdict and every criterion behind it.

    verdict   candidate | caution | not-recommended | contraindicated | indeterminate | not-applicable
    deciding  the findings that made the verdict
    findings  all of them, deciding ones first
    palliative  True where a candidate is one for palliation only (not HCC)
    """

    verdict: str
    deciding: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...] = ()
    palliative: bool = False


def eligibility(
    case: Case, refractory: tuple[Finding, ...] = (), refractory_elsewhere: tuple[Finding, ...] = ()
) -> Eligibility:
    """Judge every criterion, then take the first tier that holds.

    refractory            findings by which the ordered lesion is refractory by a deciding rule
    refractory_elsewhere  findings by which some definition is met without deciding
    """
    rupture = tumor_rupture(case)
    absolute = tuple(rule(case) for rule in CONTRAINDICATIONS)
    advised_against = (*(rule(case) for rule in NOT_RECOMMENDED), *refractory)
    needed = needed_facts(case)
    cautions = (*(rule(case) for rule in _CAUTIONS), *refractory_elsewhere)
    tiers = (
        ("not-applicable", _met(rupture)),
        ("contraindicated", _met(absolute)),
        ("not-recommended", _met(advised_against)),
        ("indeterminate", tuple(f for f in needed if f.verdict is Verdict.UNKNOWN) or _open_needed(case, absolute)),
        ("caution", tuple(f for f in cautions if f.verdict is Verdict.MET or _counts_unstated(f))),
    )
    remarks = _remarks(case, failed=bool(refractory))
    everything = (*rupture, *absolute, *advised_against, *needed, *cautions)
    for verdict, deciding in tiers:
        if deciding:
            return Eligibility(verdict, deciding, _ordered(deciding, everything), remarks)
    return Eligibility("candidate", (), everything, remarks, palliative=not case.hcc)


def tumor_rupture(case: Case) -> tuple[Finding, ...]:
    """A stated rupture or hemorrhage of the tumor is an emergency: elective criteria do not apply.

    Inputs
        tumor_rupture   stated
    Result
        MET stated: eligibility is not judged; nothing otherwise
    Source
        contract, verdict rule 1
    """
    known = case.state.tumor_rupture
    if isinstance(known, Fact) and known.value is True:
        because = "rupture or hemorrhage of the tumor is stated: an emergency, elective criteria do not apply"
        return (Finding("tumor_rupture", Verdict.MET, because, "contract", "verdict rule 1", (known.evidence,)),)
    return ()


def _met(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(f for f in findings if f.verdict is Verdict.MET)


def _open_needed(case: Case, absolute: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """A contraindication left open although its fact is documented: a comparator, or a finding without a grade."""
    return tuple(
        f
        for f in absolute
        if f.verdict is Verdict.UNKNOWN and any(isinstance(_known(case, n), Fact) for n in f.missing)
    )


def _known(case: Case, name: str) -> object:
    return getattr(case.state, name, None)


_STARRED = frozenset(rule.__name__ for rule in STARRED)


def _counts_unstated(finding: Finding) -> bool:
    """A starred criterion makes caution while it is not stated. It stays unknown: nothing is met by silence."""
    return finding.verdict is Verdict.UNKNOWN and finding.rule in _STARRED


def _starred(rule: Callable[[Case], Finding], case: Case) -> Finding:
    """A starred criterion, which says so where it counts although it is not stated."""
    finding = rule(case)
    if not _counts_unstated(finding):
        return finding
    return replace(finding, because=f"{finding.because} (counts as caution while it is not stated)")


_CAUTIONS = tuple(partial(_starred, rule) if rule in STARRED else rule for rule in CAUTIONS)


def _ordered(deciding: tuple[Finding, ...], everything: tuple[Finding, ...]) -> tuple[Finding, ...]:
    first = {id(f) for f in deciding}
    return (*deciding, *(f for f in everything if id(f) not in first))


def _remarks(case: Case, failed: bool = False) -> tuple[str, ...]:
    """What is said beside the verdict and changes nothing."""
    remarks = _stage_remarks(case, failed)
    if "portal_vein_thrombosis" in case.facts.states and isinstance(case.state.portal_vein_invasion, Absent):
        remarks.append(
            "portal vein thrombosis is recorded: whether it is tumor or bland thrombus is the imaging's to say"
        )
    remarks += case.child_pugh.notes
    remarks += [rule(case) for rule in OTHER_READINGS]
    remarks += values_apart(case)
    remarks += case.burden.notes
    preliminary = _preliminary(case)
    if preliminary:
        remarks.append(f"preliminary, not final: {listed(preliminary)}")
    return tuple(dict.fromkeys(r for r in (*remarks, *case.facts.tumor.notes, *case.facts.remarks) if r))


def _stage_remarks(case: Case, failed: bool) -> list[str]:
    """A subgroup of B with its therapy is named only where liver function is known to be kept and TACE has not failed."""
    if case.bclc is None:
        return []
    kept = case.child_pugh.classes == ("A",) and not failed
    subgroup = b_subgroup_remark(case.state, case.burden, case.bclc) if kept else ""
    return [*case.bclc.remarks, subgroup, stage_migration(case.state, case.bclc, failed)]


_EVERY_FACT = attrgetter(*STATE_FACTS)


def _preliminary(case: Case) -> list[str]:
    """Values used although they are not final."""
    known = (*_EVERY_FACT(case.state), *(measured.size for measured in case.state.sizes))
    return list(dict.fromkeys(FACTS[k.name].label for k in known if isinstance(k, Fact) and k.preliminary))
