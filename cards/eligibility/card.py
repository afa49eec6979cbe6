"""The eligibility card: the verdict, what decides it, what is missing and what it would change."""

from cards.card import Card, Suggestion
from cards.case import Case
from cards.eligibility.detail import WOULD_CHANGE, detail
from cards.eligibility.summary import is_bridge, summary
from cards.eligibility.verdict import Eligibility
from cards.facts import FACTS, Absent
from cards.verdict import Verdict

_INDICATOR = {"contraindicated": "critical", "not-recommended": "warning", "indeterminate": "warning",
              "caution": "warning", "candidate": "info"}  # fmt: skip
_KIND = {"contraindicated": "contraindication", "not-recommended": "off-guideline"}
_LABS = ("bilirubin", "albumin", "inr", "creatinine")
_BOARD = ("tumor-board-decision", "Tumor board decided for the treatment")
_NEWER = ("newer-data", "Newer findings than in the record")
_BRIDGE = ("bridge-to-transplant", "Bridge to transplant")
_OVERRIDE = {
    "contraindicated": (
        _BOARD,
        ("values-explained", "Values explained (Gilbert, PBC/PSC, obstruction, laboratory error)"),
        ("listed-for-transplant", "Listed for transplant, decided with the transplant team"),
        _NEWER,
    ),
    "not-recommended": (_BOARD, _BRIDGE, _NEWER),
    "caution": (("known-accepted", "Known and accepted"), _BRIDGE, _BOARD),
    "indeterminate": (
        ("documented-elsewhere", "Documented elsewhere, reviewed"),
        ("data-pending", "Results pending, will be reviewed before the procedure"),
        _BOARD,
    ),
}
_OTHER_TARGET = ("other-target", "Different target lesion")
_BY_RULE = {
    "portal_vein_branch_invasion": ("segmental-invasion", "Segmental invasion, selective treatment planned"),
    "source_003_steps": _OTHER_TARGET,
    "zhang_2022_proposal": _OTHER_TARGET,
    "iasl_same_area": _OTHER_TARGET,
}


def _override(case: Case, e: Eligibility) -> tuple[tuple[str, str], ...]:
    """What clinicians really answer to this verdict and these reasons."""
    special = dict.fromkeys(_BY_RULE[f.rule] for f in e.deciding if f.rule in _BY_RULE)
    return (*special, *_OVERRIDE.get(e.verdict, ()))


def eligibility_card(case: Case, e: Eligibility) -> Card | None:
    """One card for every order but a systemic one."""
    order = case.order
    if order is not None and order.kind == "systemic":
        return None
    y90 = order is not None and order.kind == "y90"
    return Card(
        topic="eligibility",
        kind=_KIND.get(e.verdict, "guideline"),
        indicator="info" if y90 else _indicator(e),
        summary=summary(case, e),
        detail=detail(case, e),
        source=e.deciding[0].source if e.deciding else "source-003",
        suggestions=_suggestions(case, e),
        override=_override(case, e),
        questions=_questions(e),
        orders=(order.reference,) if order is not None else (),
        patient=case.facts.patient,
    )


def _indicator(e: Eligibility) -> str:
    """Caution only because something is not stated is no warning: nothing is met."""
    if e.verdict == "caution" and not any(f.verdict is Verdict.MET for f in e.deciding):
        return "info"
    return _INDICATOR.get(e.verdict, "info")


def _questions(e: Eligibility) -> tuple[str, ...]:
    """Facts to ask for: those that the verdict needs, or, of a caution, those that are merely not stated."""
    if e.verdict == "indeterminate":
        asked = [n for f in e.findings if f.rule.startswith("needed_") for n in f.missing]
    elif e.verdict == "caution":
        asked = [n for f in e.deciding for n in f.missing]
    else:
        return ()
    return tuple(dict.fromkeys(n for n in asked if n in FACTS or n in WOULD_CHANGE))


def _suggestions(case: Case, e: Eligibility) -> tuple[Suggestion, ...]:
    order, state = case.order, case.state
    found = []
    labs = tuple(n for n in _LABS if isinstance(state[n], Absent))
    if labs and e.verdict in ("indeterminate", "caution", "candidate"):
        found.append(Suggestion(f"Order {', '.join(FACTS[n].label for n in labs)}", "order-lab", labs))
    if e.verdict in ("contraindicated", "not-recommended", "caution", "indeterminate"):
        found.append(Suggestion("Request tumor-board review", "tumor-board"))
    # A bridge is the transplant team's to decide: never "remove this order".
    against = e.verdict in ("contraindicated", "not-recommended") and not is_bridge(case)
    if order is not None and order.kind != "y90" and against:
        found.append(Suggestion(f"Remove this {order.label.split(' (')[0]} order", "remove-order"))
    return tuple(found)
