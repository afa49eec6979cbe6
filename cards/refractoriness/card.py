"""The refractoriness card: each definition by name, whether it is met for the ordered lesion, and what would decide it."""

from cards.card import Card, Suggestion
from cards.case import Case
from cards.facts import FACTS
from cards.questions import label
from cards.refractoriness.definitions import COUNTING, names
from cards.refractoriness.detail import detail, where
from cards.refractoriness.verdict import Refractoriness
from cards.response.history import tace_sessions
from cards.verdict import Verdict
from cards.words import fitted

_OVERRIDE = (
    ("tumor-board-decision", "Tumor board decided to continue"),
    ("other-target", "Different target lesion"),
    ("bridge-to-transplant", "Bridge to transplant"),
    ("response-re-read", "Response re-read since"),
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
        detail=detail(case, r),
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
    return where(case, r) if r.ordered else "TACE history"


def _summary(case: Case, r: Refractoriness) -> str:
    sessions = len(tace_sessions(case.facts))
    met, open_ones = _by(r, Verdict.MET), _by(r, Verdict.UNKNOWN)
    count = f"{sessions} TACE session{'' if sessions == 1 else 's'}"
    where = _where(case, r)
    where = where[0].upper() + where[1:]
    if met:
        not_met = _by(r, Verdict.NOT_MET)
        tail = f"; not by {len(not_met)} of 7." if not_met else "."
        return fitted(f"{where}{_outcomes(r)} after {count}. Refractory by ", [names([c]) for c in met], tail)
    if open_ones:
        missing = list(dict.fromkeys(label(n) for f in r.findings for n in f.missing))
        return fitted(f"Refractory to TACE? Cannot tell after {count}. Would decide: ", missing)
    return f"{where} after {count}: none of the 7 definitions of refractoriness is met."


def _outcomes(r: Refractoriness) -> str:
    """ ": SD, SD" of the ordered lesion."""
    if len(r.ordered) != 1:
        return ""
    told = [o.category for o in r.histories[r.ordered[0]] if o.category]
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
