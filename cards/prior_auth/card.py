"""The prior-authorization card: what the payer's reviewer requires, what is found, what is missing. Never critical."""

from cards.card import Card
from cards.case import Case
from cards.markdown import escaped, table
from cards.prior_auth.verdict import PriorAuth
from cards.words import day, fitted

_STATUS = {"present": "found", "missing": "**missing**", "not-applicable": "not applicable"}
_OVERRIDE = (
    ("not-this-payer", "Another payer or no authorization needed"),
    ("sent-separately", "Documentation is sent separately"),
)


def prior_auth_card(case: Case, p: PriorAuth) -> Card | None:
    if p.decision == "not-applicable" or (case.order is not None and not case.order.subject_matches):
        return None
    return Card(
        topic="prior-authorization",
        kind="coverage-info",
        indicator="info",
        summary=_summary(p),
        detail=_detail(case, p),
        source="source-001",
        override=_OVERRIDE,
        questions=(),
        orders=(case.order.reference,) if case.order is not None else (),
        patient=case.facts.patient,
    )


def _summary(p: PriorAuth) -> str:
    found = p.required - len(p.missing)
    head = f"Prior authorization: {found} of {p.required} required items found."
    if not p.procedure:
        return f"{head} 37243: TACE, bland embolization or Y-90? The order does not tell."
    if p.decision == "investigational":
        return f"{head} By the policy's clause {p.clause}, radioembolization is investigational here."
    if not p.missing:
        return head
    return fitted(f"{head} Missing: ", [_short(item.item) for item, _ in p.missing])


_SHORT = {"1": "approach or embolic agent", "2a": "tumor type", "2b": "extent and location", "2c": "symptoms",
          "3": "why not surgical", "4": "prior treatments", "5": "why not systemic", "6": "whether bridge to transplant",
}  # fmt: skip


def _short(item: str) -> str:
    return _SHORT.get(item, item)


def _detail(case: Case, p: PriorAuth) -> str:
    parts = [f"**What decides.** {_decision(p)} Assessed {day(case.today)}."]
    rows = [(item.item, escaped(item.label), _STATUS[doc.status], escaped(doc.words)) for item, doc in p.documentation]
    parts.append(table(("Item", "Required by the policy", "Status", "Found, or what would satisfy it"), rows))
    remarks = [*p.remarks, "Whether authorization is needed at all is on the payer's list, which is not configured."]
    parts.append("\n".join(f"- {escaped(r)}" for r in remarks))
    return "\n\n".join(parts)


def _decision(p: PriorAuth) -> str:
    if p.decision == "may-be-medically-necessary":
        return f"Policy MED140, clause {p.clause}: may be considered medically necessary."
    if p.decision == "investigational":
        return (
            f"Policy MED140, clause {p.clause}: investigational, as no clause of I.B applies. Providers are encouraged to "
            "tell members beforehand that they are likely to bear the cost."
        )
    if not p.procedure:
        return "Policy MED140: the clause depends on the procedure (TACE III, bland embolization II, Y-90 I and IV)."
    open_clauses = [f.locator for f in p.findings if f.verdict.value == "unknown"]
    return f"Policy MED140: not shown yet by the record (clauses {', '.join(open_clauses)})."
