"""What the policy decides, and which documents it still misses."""

from dataclasses import dataclass

from cards.case import Case
from cards.prior_auth.documentation import EVIDENCE, Document
from cards.prior_auth.policy import Clause, Item, Policy, med140
from cards.prior_auth.predicates import PREDICATES
from cards.verdict import Finding, Verdict, all_of, any_of

PROCEDURES = {"tace": "tace", "tae": "tae", "y90": "radioembolization"}


@dataclass(frozen=True, slots=True)
class PriorAuth:
    """The policy applied to one order.

    decision  may-be-medically-necessary | investigational | unknown | not-applicable
    clause    the clause that decides, as printed; "" while none does
    """

    policy: str
    procedure: str
    decision: str
    clause: str
    documentation: tuple[tuple[Item, Document], ...]
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[tuple[Item, Document], ...]:
        return tuple((item, doc) for item, doc in self.documentation if doc.status == "missing")

    @property
    def required(self) -> int:
        return sum(1 for _, doc in self.documentation if doc.status != "not-applicable")


def prior_auth(case: Case, policy: Policy | None = None) -> PriorAuth:
    """Apply a policy. "For any indication" leaves nothing clinical to be missed: only documents can be.

    Source: source-001, criteria I–IV and list of information needed for review
    """
    policy = policy or med140()
    kind = case.order.kind if case.order is not None else "tace"
    if kind == "systemic":
        return PriorAuth(policy.key, "", "not-applicable", "", (), ())
    documents = tuple((item, EVIDENCE[item.evidence](case)) for item in policy.documentation)
    procedure = PROCEDURES.get(kind, "")
    if not procedure:
        remark = "37243 stands for TACE, bland embolization and radioembolization: which is ordered is not told"
        return PriorAuth(policy.key, "", "unknown", "", documents, (), (remark, policy.contract_language))
    if procedure in policy.any_indication:
        clause = policy.any_indication[procedure]
        because = f"{procedure.upper()} may be considered medically necessary for any indication"
        finding = Finding("any_indication", Verdict.MET, because, policy.source, clause)
        return PriorAuth(policy.key, procedure, "may-be-medically-necessary", clause, documents, (finding,),
                         (policy.contract_language,))  # fmt: skip
    findings = tuple(_clause(case, clause, policy) for clause in policy.clauses if clause.procedure == procedure)
    decision, deciding = _decision(findings, policy)
    remarks = tuple(c.remark for c in policy.clauses if c.remark and _concerns(case, c))
    return PriorAuth(
        policy.key, procedure, decision, deciding, documents, findings, (*remarks, policy.contract_language)
    )


def _clause(case: Case, clause: Clause, policy: Policy) -> Finding:
    parts = {name: PREDICATES[name](case) for name in (*clause.all_of, *clause.any_of)}
    verdict = all_of(parts[n] for n in clause.all_of)
    if clause.any_of:
        verdict = all_of((verdict, any_of(parts[n] for n in clause.any_of)))
    open_parts = tuple(n for n, v in parts.items() if v is Verdict.UNKNOWN) if verdict is Verdict.UNKNOWN else ()
    words = {Verdict.MET: "met", Verdict.NOT_MET: "not met", Verdict.UNKNOWN: "not shown yet"}
    because = "; ".join(f"{n.replace('_', ' ')}: {words[v]}" for n, v in parts.items())
    return Finding(f"clause {clause.id}", verdict, because, policy.source, clause.id, (), open_parts)


def _decision(findings: tuple[Finding, ...], policy: Policy) -> tuple[str, str]:
    met = next((f for f in findings if f.verdict is Verdict.MET), None)
    if met is not None:
        return "may-be-medically-necessary", met.locator
    if findings and all(f.verdict is Verdict.NOT_MET for f in findings):
        return "investigational", policy.investigational
    return "unknown", ""


def _concerns(case: Case, clause: Clause) -> bool:
    return all(PREDICATES[n](case) is Verdict.MET for n in clause.all_of[:1])
