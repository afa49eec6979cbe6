"""The assessment at a terminal."""

from collections.abc import Mapping
from typing import Any

from cards.assess import Assessment
from cards.assessment_json import as_json
from cards.facts import FACTS
from cards.markdown import plain
from cards.published.selection import published
from cards.questions import asked
from cards.refractoriness.advice import advice
from cards.refractoriness.differences import why_they_differ
from cards.timeline.history import timeline_rows, undated_words
from cards.verdict import Finding, Verdict
from cards.words import day, listed, span

_LIMITS = (("Milan", "milan"), ("up-to-seven", "upToSeven"), ("UCSF", "ucsf"), ("six-and-twelve", "sixAndTwelve"),
           ("UNOS downstaging", "unosDownstaging"), ("downstaging as source 000 prints it", "source000Downstaging"))  # fmt: skip
_VERDICTS = {Verdict.MET: "met", Verdict.NOT_MET: "not met", Verdict.UNKNOWN: "cannot tell"}


def assessment_text(a: Assessment) -> str:
    """Headings, one statement a line, value with date and source."""
    case = a.case
    order = f" for {case.order.label} ({case.order.reference})" if case.order is not None else ", TACE as if considered"
    lines = [f"{case.facts.patient or 'Patient not named'}, {day(case.today)}{order}", ""]
    lines += _liver(a) + _verdict(a) + _history(a) + _definitions(a) + _combination(a) + _documents(a) + _unusable(a)
    lines += _published(a)
    return "\n".join(_clean(line) for line in lines)


def _clean(line: str) -> str:
    """Harmless at a terminal, columns kept."""
    return "".join(c if c == " " else plain(c) for c in line)


def _liver(a: Assessment) -> list[str]:
    case = a.case
    liver, albi = case.child_pugh, case.albi.score
    lines = [f"Tumor           {case.facts.tumor.kind}: {case.facts.tumor.because}"]
    undecided = liver.open_items()
    open_items = f"; not known: {', '.join(undecided)}" if undecided else ""
    lines.append(f"Child-Pugh      {span(liver.low, liver.high)} ({' or '.join(liver.classes)}){open_items}")
    grades = " or ".join(case.albi.modified_grades)
    lines.append(f"ALBI            {albi.low:.2f} (modified grade {grades})" if albi.low is not None else
                 f"ALBI            not known: {', '.join(FACTS[n].label for n in albi.missing)}")  # fmt: skip
    for name, score in (("MELD", case.meld), ("MELD-Na (OPTN)", case.meld_na), ("MELD 3.0", case.meld3)):
        if score.low is not None:
            lines.append(f"{name:<15} {span(score.low, score.high)}" + "".join(f"; {n}" for n in score.notes))
    if case.bclc is not None:
        lines.append(f"BCLC 2022       {case.bclc.because}")
    return [*lines, *_beside(as_json(a)), ""]


def _beside(said: Mapping[str, Any]) -> list[str]:
    """Scores and systems that are shown and decide nothing; of HCC only where they are of HCC."""
    lines = []
    cholestatic = said["scores"]["childPugh"].get("cholestatic")
    if cholestatic:
        lines.append(
            f"{'PBC or PSC':<15} Child-Pugh {span(cholestatic['low'], cholestatic['high'])} by the limits for these"
        )
    for name, key in (("EZ-ALBI", "ezAlbi"), ("HAP", "hap"), ("mHAP-II", "mHapII"), ("ART", "art")):
        score = said["scores"].get(key, {})
        if "low" in score:
            grade = f" (class {score['class']})" if "class" in score else ""
            lines.append(f"{name:<15} {span(score['low'], score['high'])}{grade}")
    bolondi = said.get("stage", {}).get("bolondi", {}).get("candidates")
    if bolondi:
        lines.append(f"{'Bolondi':<15} {' or '.join(bolondi)}")
    limits = [f"{name} {said['burden'][key]}" for name, key in _LIMITS if key in said["burden"]]
    return [*lines, f"Size and number {', '.join(limits)}"] if limits else lines


def _verdict(a: Assessment) -> list[str]:
    e = a.eligibility
    lines = [f"TACE: {e.verdict.upper().replace('-', ' ')}"]
    lines += [f"  - {f.because}{_cited(f)}" for f in e.deciding]
    missing = dict.fromkeys(n for f in e.findings if f.rule.startswith("needed_") for n in f.missing)
    if missing:
        lines += ["Questions", *(f"  - {asked(n)}" for n in missing)]
    return [*lines, *(f"  ({r})" for r in e.remarks), ""]


def _cited(f: Finding) -> str:
    """The source of a criterion; that something needed is missing has none."""
    return "" if f.rule.startswith("needed_") else f" [{f.source}, {f.locator}]"


def _history(a: Assessment) -> list[str]:
    """The table of the history, as the timeline shows it."""
    rows = timeline_rows(a)
    if not a.case.facts.sessions:
        return []
    open_dates = [f"  {words}" for words in undated_words(a.case.facts)]
    what, of = (max((len(getattr(row, name)) for row in rows), default=0) for name in ("what", "of"))
    lines = [f"  {day(r.when):<11}  {r.what:<{what}}  {r.of:<{of}}  {r.found}" for r in rows]
    return ["Treatment history", *lines, *open_dates, ""]


def _definitions(a: Assessment) -> list[str]:
    r = a.refractoriness
    if not r.definitions:
        return []
    decided_by = r.would_decide
    rows = [
        f"  {code:<22} {_VERDICTS[v]:<12} {f.because}{_would(decided_by.get(code, ''))}"
        for (code, v), f in zip(r.definitions.items(), r.findings, strict=True)
    ]
    why = [f"  Why they differ: {said}" for said in why_they_differ(a.case, r)]
    return [f"Refractoriness: {r.verdict.replace('-', ' ')}", *rows, *why, "", *_advice(a)]


def _would(fact: str) -> str:
    return f"; would decide: {fact}" if fact else ""


def _advice(a: Assessment) -> list[str]:
    rows = [f"  {_VERDICTS[f.verdict]:<12} {f.because} [{f.source}, {f.locator}]"
            for f in advice(a.case, a.refractoriness)]  # fmt: skip
    return ["What the sources advise or report next", *rows, ""] if rows else []


def _combination(a: Assessment) -> list[str]:
    """TACE with systemic therapy: each published statement with its verdict, where the two meet."""
    c = a.combination
    if c.verdict not in ("concurrent", "sequential"):
        return []
    rows = [f"  {_VERDICTS[f.verdict]:<12} {f.because} [{f.source}, {f.locator}]" for f in c.findings]
    return [f"Combination with {listed(c.drugs) or 'systemic therapy'}: {c.verdict}", *rows, ""]


def _published(a: Assessment) -> list[str]:
    """What the documents report beside the criteria."""
    rows = [f"  - {s.said} [{s.source}, {s.locator}]" for s in published(a.case)]
    return ["", "Published, beside the criteria (decides nothing)", *rows] if rows else []


def _documents(a: Assessment) -> list[str]:
    p = a.prior_auth
    rows = [f"  {item.item:<3} {doc.status:<15} {item.label}: {doc.words}" for item, doc in p.documentation]
    if p.applied is None and p.remarks:
        return [f"Prior authorization: {p.remarks[0]}"]
    return [f"Prior authorization ({p.policy}): {p.decision} {p.clause}".rstrip(), *rows] if rows else []


def _unusable(a: Assessment) -> list[str]:
    bad = a.case.facts.unusable
    return ["", "Not usable", *(f"  {u.resource}: {u.because}" for u in bad)] if bad else []
