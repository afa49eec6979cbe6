"""The refractoriness card: each definition by name, whether it is met for the ordered lesion, and what would decide it."""

import re

from cards.card import Card, Suggestion
from cards.case import Case
from cards.facts import FACTS
from cards.markdown import escaped, table
from cards.questions import label
from cards.refractoriness.definitions import CONTEXT, COUNTING, names
from cards.refractoriness.verdict import Refractoriness
from cards.response.history import lesion_history, lesion_name, tace_sessions
from cards.sources import SOURCES
from cards.verdict import Finding, Verdict
from cards.words import day, fitted, listed

_WORDS = {Verdict.MET: "**met**", Verdict.NOT_MET: "not met", Verdict.UNKNOWN: "**cannot tell**"}
_OVERRIDE = (
    ("tumor-board-decision", "Tumor board decided to continue"),
    ("other-target", "Different target lesion"),
    ("bridge-to-transplant", "Bridge to transplant"),
    ("response-re-read", "Response re-read since"),
)
_ADVICE = (
    "**What the sources advise next.** Systemic therapy while liver function is preserved (2026 summary, step 4: "
    "Child-Pugh A, ECOG 0–1); ablation where the residual tumor is small enough (Zhang 2022)."
)


def refractoriness_card(case: Case, r: Refractoriness) -> Card | None:
    """None before the first TACE, and where no history could be fetched: the eligibility card says that."""
    if not r.per_lesion or (case.order is not None and not case.order.subject_matches):
        return None
    systemic = case.order is not None and case.order.kind == "systemic"
    warning = bool(r.deciding) and not systemic
    first = r.deciding[0].source if r.deciding else "source-002"
    return Card(
        topic="refractoriness",
        kind="off-guideline" if warning else "guideline",
        indicator="warning" if warning else "info",
        summary=_summary(case, r),
        detail=_detail(case, r),
        source=first,
        suggestions=_suggestions(r),
        override=_OVERRIDE if warning else (),
        questions=_questions(r),
        orders=(case.order.reference,) if case.order is not None else (),
        patient=case.facts.patient,
    )


def _by(r: Refractoriness, verdict: Verdict) -> list[str]:
    return [code for code in COUNTING if r.definitions[code] is verdict]


def _where(case: Case, r: Refractoriness) -> str:
    if r.ordered:
        return listed(lesion_name(case.facts, key) for key in r.ordered)
    return "TACE history"


def _summary(case: Case, r: Refractoriness) -> str:
    sessions = len(tace_sessions(case.facts))
    met, open_ones = _by(r, Verdict.MET), _by(r, Verdict.UNKNOWN)
    count = f"{sessions} TACE session{'' if sessions == 1 else 's'}"
    where = _where(case, r)
    where = where[0].upper() + where[1:]
    if met:
        not_met = _by(r, Verdict.NOT_MET)
        tail = f"; not by {len(not_met)} of 7." if not_met else "."
        return fitted(f"{where}{_outcomes(case, r)} after {count}. Refractory by ", [names([c]) for c in met], tail)
    if open_ones:
        missing = list(dict.fromkeys(label(n) for f in r.findings for n in f.missing))
        return fitted(f"Refractory to TACE? Cannot tell after {count}. Would decide: ", missing)
    return f"{where} after {count}: none of the 7 definitions of refractoriness is met."


def _outcomes(case: Case, r: Refractoriness) -> str:
    """ ": SD, SD" of the ordered lesion."""
    if len(r.ordered) != 1:
        return ""
    told = [o.category for o in lesion_history(case.facts, r.ordered[0]) if o.category]
    return f": {', '.join(told)}" if told else ""


def _questions(r: Refractoriness) -> tuple[str, ...]:
    wanted = [n for f in r.findings if f.verdict is Verdict.UNKNOWN for n in f.missing]
    return tuple(dict.fromkeys(n for n in wanted if n in FACTS))


def _suggestions(r: Refractoriness) -> tuple[Suggestion, ...]:
    """Tumor-board review and removing the order are offered by the eligibility card, once."""
    found = []
    if any("afp" in f.missing for f in r.findings):
        found.append(Suggestion("Order AFP", "order-lab", ("afp",)))
    return tuple(found)


def _detail(case: Case, r: Refractoriness) -> str:
    courses = "; ".join(escaped(_course(case, key)) for key in r.per_lesion)
    head = f"**What decides.** {courses[0].upper() + courses[1:]}. Assessed {day(case.today)}."
    target = _target(case, r)
    differing = [o.disagreement for key in r.per_lesion for o in lesion_history(case.facts, key) if o.disagreement]
    rows = [_row(code, f, r) for code, f in zip(r.definitions, r.findings, strict=True)]
    parts = [f"{head} {target}", table(("Definition", "This patient", "Verdict", "Source"), rows)]
    if differing:
        parts.append(_differing(differing, r))
    parts += _liver(case)
    if r.deciding:
        parts.append(_ADVICE)
    missing = list(dict.fromkeys(label(n) for f in r.findings if f.verdict is Verdict.UNKNOWN for n in f.missing))
    if missing:
        parts.append(f"**Would decide:** {escaped(', '.join(missing))}.")
    return "\n\n".join(parts)


def _differing(said: list[str], r: Refractoriness) -> str:
    """Stated categories count; what the measured ones would change is said."""
    besides = f" By the diameters also met: {names(r.if_measured)}." if r.if_measured else ""
    return f"**Stated and measured response differ:** {escaped('; '.join(said))}.{besides} Consider a second reading."


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


def _course(case: Case, lesion: str) -> str:
    """What followed each session of a lesion."""
    history = lesion_history(case.facts, lesion)
    name = lesion_name(case.facts, lesion)
    return f"{name}: " + (", ".join(o.words for o in history) or "not treated yet")


def _target(case: Case, r: Refractoriness) -> str:
    if case.order is None or case.order.kind == "systemic":
        return ""
    if r.ordered:
        return f"The order is for {escaped(_where(case, r))}."
    if case.order.lesions:
        named = listed(lesion_name(case.facts, x) for x in case.order.lesions)
        return f"The order is for {escaped(named)}, which no recorded session treated."
    return "**Which lesion is the order for?** It names none: no definition decides about it."


# The sessions with their dates stand above the table; its rows say what followed each.
_DATED = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}: ")


def _row(code: str, f: Finding, r: Refractoriness) -> tuple[str, str, str, str]:
    context = " (context)" if code in CONTEXT else ""
    said = _DATED.sub("", f.because)
    return (names([code]) + context, escaped(said), _WORDS[r.definitions[code]], escaped(SOURCES[f.source].label))
