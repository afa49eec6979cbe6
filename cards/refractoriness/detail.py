"""The refractoriness card below its summary: what decides, the definitions, why they differ, what the sources advise."""

import re
from collections import Counter
from collections.abc import Sequence

from cards.case import Case
from cards.markdown import escaped, table
from cards.published.statement import NO_NNT
from cards.refractoriness.advice import advice
from cards.refractoriness.definitions import CONTEXT, COUNTING, names
from cards.refractoriness.differences import why_they_differ
from cards.refractoriness.verdict import Refractoriness
from cards.response.history import Outcome, lesion_name
from cards.sources import SOURCES
from cards.verdict import Finding, Verdict
from cards.words import day, listed

_WORDS = {Verdict.MET: "**met**", Verdict.NOT_MET: "not met", Verdict.UNKNOWN: "**cannot tell**"}
MOST_DIFFERENCES, MOST_ADVICE = 2, 3  # of each on the card; the assessment has all


def detail(case: Case, r: Refractoriness) -> str:
    """One screen; the assessment has the rest."""
    courses = "; ".join(escaped(_course(case, key, history)) for key, history in r.histories.items())
    head = f"**What decides.** {courses[0].upper() + courses[1:]}. Assessed {day(case.today)}."
    decided_by = r.would_decide
    found = dict(zip(r.definitions, r.findings, strict=True))
    rows = [_row(code, found[code], r, decided_by.get(code, "")) for code in COUNTING]
    parts = [f"{head} {_target(case, r)}".strip(), table(("Definition", "This patient", "Verdict", "Source"), rows)]
    parts.append(_context(found, r))
    parts += _one_fact(decided_by)
    parts += _differing(r) + _why(case, r) + _liver(case) + _advice(case, r)
    return "\n\n".join(parts)


def _one_fact(decided_by: dict[str, str]) -> list[str]:
    """The fact that decides most of what is open, where it decides more than one."""
    counted = Counter(words for code, words in decided_by.items() if words and code in COUNTING).most_common(1)
    return [f"**One fact would change most:** {escaped(counted[0][0])}."] if counted and counted[0][1] > 1 else []


def _context(found: dict[str, Finding], r: Refractoriness) -> str:
    """The definitions that do not count, in one line; of AFP the values."""
    values = {"ogasawara-afp-002": f" ({escaped(found['ogasawara-afp-002'].because)})"}
    said = (f"{names([code])} {_WORDS[r.definitions[code]]}{values.get(code, '')}" for code in CONTEXT)
    return f"Context, not counted: {'; '.join(said)}."


def _course(case: Case, key: str, history: Sequence[Outcome]) -> str:
    """What followed each session of a lesion."""
    return f"{lesion_name(case.facts, key)}: " + (", ".join(o.words for o in history) or "not treated yet")


def _target(case: Case, r: Refractoriness) -> str:
    if case.order is None or case.order.kind == "systemic":
        return ""
    if r.ordered:
        return f"The order is for {escaped(where(case, r))}."
    if case.order.lesions:
        named = listed(lesion_name(case.facts, x) for x in case.order.lesions)
        return f"The order is for {escaped(named)}, which no recorded session treated."
    return "**Which lesion is the order for?** It names none: no definition decides about it."


def where(case: Case, r: Refractoriness) -> str:
    """The ordered lesions in words."""
    return listed(lesion_name(case.facts, key) for key in r.ordered)


# The sessions with their dates stand above the table; its rows say what followed each.
_DATED = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}: ")


def _short(f: Finding) -> str:
    return _DATED.sub("", f.because)


def _row(code: str, f: Finding, r: Refractoriness, decided_by: str) -> tuple[str, str, str, str]:
    would = f". **Would decide:** {escaped(decided_by)}" if decided_by else ""
    return names([code]), escaped(_short(f)) + would, _WORDS[r.definitions[code]], escaped(SOURCES[f.source].label)


def _differing(r: Refractoriness) -> list[str]:
    """Stated categories count; what the measured ones would change is said."""
    said = [o.disagreement for history in r.histories.values() for o in history if o.disagreement]
    if not said:
        return []
    besides = f" By the diameters also met: {names(r.if_measured)}." if r.if_measured else ""
    return [f"**Stated and measured response differ:** {escaped('; '.join(said))}.{besides} Consider a second reading."]


def _why(case: Case, r: Refractoriness) -> list[str]:
    said = why_they_differ(case, r)[:MOST_DIFFERENCES]
    return [f"**Why they differ here.** {escaped('. '.join(w[0].upper() + w[1:] for w in said))}."] if said else []


def _liver(case: Case) -> list[str]:
    """Liver function over the sessions, with the published rate of deterioration; nothing where there is nothing to compare."""
    known = [point for point in case.course if point.child_pugh.status != "unknown"]
    if len(known) < 2:
        return []
    course = "; ".join(escaped(point.words) for point in known)
    rate = (
        "after a session Child-Pugh A becomes B in 9–14 %, ALBI grade 1 becomes 2 in 18–21 % (unreviewed 2026 summary)"
    )
    return [f"**Liver function over the sessions.** {course}. Context: {rate}."]


def _advice(case: Case, r: Refractoriness) -> list[str]:
    """What the sources advise next, once something is met, each with whether it is about this patient."""
    if not any(r.definitions[code] is Verdict.MET for code in COUNTING):
        return []
    found = [f for f in advice(case, r) if f.rule != "surveyed_clinicians"][:MOST_ADVICE]
    survey = [f for f in advice(case, r) if f.rule == "surveyed_clinicians"]
    lines = [f"- {_advised(f)}" for f in found] + [f"- {_advised(f)}" for f in survey]
    lines += [f"- {NO_NNT}"] if any(NO_NNT in f.because for f in found) else []
    return ["**What the sources advise next.**\n" + "\n".join(lines)]


def _advised(f: Finding) -> str:
    """The statement with its source; the sentence on the number needed to treat stands once, below."""
    said = f.because.replace(f". {NO_NNT}", "")
    holds = ": **not met**" if f.verdict is Verdict.NOT_MET else ""
    return f"{escaped(said[0].upper() + said[1:])}{holds} ({escaped(SOURCES[f.source].label)})"
