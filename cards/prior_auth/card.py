"""The prior-authorization card: what the payer's reviewer requires, what is found, what is missing. Never critical."""

from cards.card import Card, Suggestion
from cards.case import Case
from cards.facts import FACTS
from cards.markdown import escaped, escaped_once, table
from cards.prior_auth.documentation import Document, Found
from cards.prior_auth.policy import NECESSARY, Policy
from cards.prior_auth.verdict import NAMES, OPERATOR, Documents, PriorAuth, Reading
from cards.questions import label
from cards.verdict import Finding, Verdict
from cards.words import day, fitted

_STATUS = {"present": "found", "missing": "**missing**", "not-applicable": "not applicable"}
_OVERRIDE = (
    ("not-this-payer", "Another payer or no authorization needed"),
    ("sent-separately", "Documentation is sent separately"),
)
_AUTHORIZATION = {
    "needed": "A code of this order is on the payer's list of codes that need authorization.",
    "not-needed": "No code of this order is on the payer's list: no authorization is needed.",
    "unknown": "Whether authorization is needed at all is on the payer's list: unknown here.",
}
LIST_OPEN = "Whether authorization is needed at all is on the payer's list, which is not configured."
_LABORATORY = ("bilirubin", "albumin", "inr", "creatinine")
QUOTES = 3  # pieces of evidence shown for one item


def prior_auth_card(case: Case, p: PriorAuth) -> Card | None:
    if p.decision == "not-applicable" or (case.order is not None and not case.order.subject_matches):
        return None
    missing, wanted = p.missing, p.wanted
    return Card(
        topic="prior-authorization",
        kind="coverage-info",
        indicator="info",
        summary=_summary(p, missing),
        detail=_detail(case, p),
        source=(p.applied.source if p.applied is not None else "") or OPERATOR,
        source_label=p.applied.payer if p.applied is not None else "",
        suggestions=_suggestions(missing, wanted),
        override=_OVERRIDE,
        questions=_questions(p, wanted),
        orders=(case.order.reference,) if case.order is not None else (),
        patient=case.facts.patient,
    )


def _suggestions(missing: Documents, wanted: tuple[str, ...]) -> tuple[Suggestion, ...]:
    """A task for who gathers the documents; the items and what would satisfy each stand in it."""
    ordered = tuple(name for name in wanted if name in _LABORATORY)
    orders = (Suggestion("Order the missing laboratory values", "order-lab", ordered),) if ordered else ()
    if not missing:
        return orders
    items = tuple(f"{item.item}. {item.label}: {doc.words}" for item, doc in missing)
    return (*orders, Suggestion("Create a task to gather the missing documentation", "gather-documents", (), items))


def _questions(p: PriorAuth, wanted: tuple[str, ...]) -> tuple[str, ...]:
    asked = tuple(name for name in wanted if name == "tumor_type" or name in FACTS)
    return (*asked, "ordered_procedure") if p.readings else asked


def _summary(p: PriorAuth, missing: Documents) -> str:
    if p.applied is None:
        return (
            f"Prior authorization: {p.remarks[0][:1].lower()}{p.remarks[0][1:]}" if p.remarks else "No policy on file."
        )
    if p.authorization == "not-needed":
        return "Prior authorization: not needed, no code of this order is on the payer's list."
    required = p.required
    head = f"Prior authorization: {required - len(missing)} of {required} required items found."
    if not p.procedure:
        return f"{head} 37243: TACE, bland embolization or Y-90? The order does not tell."
    if p.decision not in (NECESSARY, "unknown"):
        return f"{head} By the policy's clause {p.clause}, {NAMES[p.procedure]} is {_word(p.decision)} here."
    if not missing:
        return head
    return fitted(f"{head} Missing: ", [item.short for item, _ in missing])


def _word(decision: str) -> str:
    return decision.replace("-", " ")


def _detail(case: Case, p: PriorAuth) -> str:
    if p.applied is None:
        return f"{' '.join(map(escaped, p.remarks))} Assessed {day(case.today)}."
    parts = [f"**What decides.** {_decision(p, p.applied)} Assessed {day(case.today)}."]
    if p.readings:
        rows = [(NAMES[r.procedure], _reading(r)) for r in p.readings]
        parts.append(table(("If the order is for", "The policy"), rows))
    parts.append(
        table(
            ("Item", "Required by the policy", "Status", "Found, or what would satisfy it"),
            _rows(case, p.documentation),
        )
    )
    if p.expected:
        parts.append("A reviewer also expects, beside the policy's list:")
        parts.append(table(("Item", "Expected", "Status", "Found, or what would satisfy it"), _rows(case, p.expected)))
    not_configured = p.applied.authorization_codes is None
    remarks = [*p.remarks, LIST_OPEN if not_configured else _AUTHORIZATION[p.authorization]]
    links = [f"- [{escaped_once(text)}]({url})" for text, url in p.applied.links]
    parts.append("\n".join([*(f"- {escaped(r)}" for r in remarks), *links]))
    return "\n\n".join(parts)


def _rows(case: Case, documents: Documents) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for item, doc in documents:
        words = doc.words if doc.status != "missing" or not item.hint else f"{doc.words}, {item.hint}"
        if doc.status == "present":
            words += _found(case, doc, words)
        rows.append((item.item, escaped_once(item.label), _STATUS[doc.status], escaped(words)))
    return rows


def _found(case: Case, doc: Document, words: str) -> str:
    where = [_where(case, found, words) for found in doc.found[:QUOTES] if found.reference not in words]
    more = f", {len(doc.found) - QUOTES} more" if len(doc.found) > QUOTES else ""
    return f" ({'; '.join(where)}{more})" if where else ""


def _where(case: Case, found: Found, said: str) -> str:
    """The resource, and its day where the words beside it do not tell it; the card names its order once."""
    named = case.order is not None and found.reference == case.order.reference
    where = "the order" if named else found.reference
    return where if found.when is None or day(found.when) in said else f"{where}, {day(found.when)}"


def _decision(p: PriorAuth, policy: Policy) -> str:
    name = f"Policy {escaped_once(policy.name)}" + (f" ({policy.dates})" if policy.dates else "")
    if not p.procedure:
        return f"{name}: the clause depends on the procedure."
    if p.decision == NECESSARY:
        return f"{name}, clause {p.clause}: may be considered medically necessary."
    if p.decision == "unknown":
        return f"{name}: {_open(p.findings) or 'it says nothing of this procedure'}."
    otherwise = policy.otherwise.get(p.procedure)
    is_rest = otherwise is not None and otherwise.clause == p.clause
    rest = ", as no other clause applies" if is_rest else ""
    reminder = f" {otherwise.reminder}" if otherwise is not None and is_rest and otherwise.reminder else ""
    return f"{name}, clause {p.clause}: {_word(p.decision)}{rest}.{reminder}"


def _open(findings: tuple[Finding, ...]) -> str:
    """The clauses that are not shown yet."""
    names = [f.locator for f in findings if f.verdict is Verdict.UNKNOWN]
    return f"not shown yet by the record (clauses {', '.join(names)})" if names else ""


def _reading(r: Reading) -> str:
    if r.decision == "unknown":
        wanted = dict.fromkeys(label(name) for f in r.findings for name in f.missing)
        named = f": not stated {', '.join(wanted)}" if wanted else ""
        return f"{_open(r.findings) or 'says nothing of it'}{named}"
    said = "may be considered medically necessary" if r.decision == NECESSARY else _word(r.decision)
    return f"clause {r.clause}: {said}"
