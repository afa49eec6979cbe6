"""What the policy decides, and which documents it still misses."""

from collections.abc import Iterable

from cards.case import Case
from cards.prior_auth.documentation import EVIDENCE, Document, answered
from cards.prior_auth.policy import CLAUSE, NECESSARY, PROCEDURES, Clause, Item, Policy
from cards.prior_auth.policy_file import med140
from cards.prior_auth.predicates import PREDICATES
from cards.record import record
from cards.verdict import Finding, Verdict, all_of, any_of

OF_ORDER = {"tace": "tace", "tae": "tae", "y90": "radioembolization"}
NAMES = {"tace": "TACE", "tae": "bland embolization", "radioembolization": "radioembolization"}
THREE = "37243 stands for TACE, bland embolization and radioembolization: which is ordered is not told"
OPERATOR = "payer-policy"

Documents = tuple[tuple[Item, Document], ...]


@record(frozen=True, slots=True)
class Reading:
    """What a policy decides about one procedure. clause: the one that decides, as printed; "" while none does."""

    procedure: str
    decision: str
    clause: str
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class PriorAuth:
    """The policy applied to one order.

    decision        may-be-medically-necessary | investigational | not-medically-necessary | unknown | not-applicable
    clause          the clause that decides, as printed; "" while none does
    readings        where the order does not tell the procedure: what would hold for each
    expected        documents that a reviewer expects beside the policy's own list
    authorization   needed | not-needed | unknown, by the payer's list of codes
    billing         the billing codes that the order carries
    applied         the policy; None: none is on file, or the order is not for a policy
    """

    policy: str
    procedure: str
    decision: str
    clause: str
    documentation: Documents
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    expected: Documents = ()
    authorization: str = "unknown"
    applied: Policy | None = None
    billing: tuple[str, ...] = ()

    @property
    def missing(self) -> Documents:
        return tuple((item, doc) for item, doc in self.documentation if doc.status == "missing")

    @property
    def required(self) -> int:
        return sum(1 for _, doc in self.documentation if doc.status != "not-applicable")

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the facts that would decide an open clause or satisfy a missing document."""
        of_clauses = (name for finding in self.findings for name in finding.missing)
        of_documents = (name for _, doc in self.missing for name in doc.wanted)
        return tuple(dict.fromkeys((*of_documents, *of_clauses)))


def prior_auth(case: Case, policy: Policy | None = None) -> PriorAuth:
    """Apply a policy. "For any indication" leaves nothing clinical to be missed: only documents can be.

    Source: source-001, criteria I–IV and list of information needed for review
    """
    policy = policy or med140()
    kind = case.order.kind if case.order is not None else "tace"
    if kind == "systemic":
        return PriorAuth(policy.key, "", "not-applicable", "", (), ())
    procedure = OF_ORDER.get(kind, "")
    documents = _documents(case, policy, policy.documentation, procedure)
    expected = _documents(case, policy, policy.expected, procedure) if procedure else ()
    authorization = _authorization(case, policy)
    billing = case.order.billing if case.order is not None else ()
    if not procedure:
        readings = tuple(_reading(case, policy, each) for each in PROCEDURES if policy.covers(each))
        return PriorAuth(policy.key, "", "unknown", "", documents, (), (THREE, policy.contract_language), readings,
                         expected, authorization, policy, billing)  # fmt: skip
    found = _reading(case, policy, procedure)
    unread = _unread(case, documents)
    remarks = (*found.remarks, *unread, policy.contract_language)
    return PriorAuth(policy.key, procedure, found.decision, found.clause, documents, found.findings, remarks, (), expected,
                     authorization, policy, billing)  # fmt: skip


def _unread(case: Case, documents: Documents) -> tuple[str, ...]:
    """Said only where something is missing that a document could have shown."""
    if "DocumentReference" not in case.facts.unreached or all(doc.status != "missing" for _, doc in documents):
        return ()
    return ("Documents of the record did not come along: what stands only there is not found.",)


def no_policy(case: Case, because: str) -> PriorAuth:
    """No policy is on file for this order: said, and nothing is guessed."""
    if case.order is not None and case.order.kind == "systemic":
        return PriorAuth("", "", "not-applicable", "", (), ())
    kind = case.order.kind if case.order is not None else "tace"
    return PriorAuth("", OF_ORDER.get(kind, ""), "unknown", "", (), (), (f"No policy on file: {because}.",))


def _documents(case: Case, policy: Policy, items: Iterable[Item], procedure: str) -> Documents:
    return tuple((item, _document(case, policy, item)) for item in items if item.concerns(procedure))


def _document(case: Case, policy: Policy, item: Item) -> Document:
    """What the record shows; where it does not, what a completed questionnaire of the policy says in words."""
    shown = EVIDENCE[item.evidence](case)
    return (answered(case, policy.key, item.item) or shown) if shown.status == "missing" else shown


def _reading(case: Case, policy: Policy, procedure: str) -> Reading:
    if procedure in policy.any_indication:
        clause = policy.any_indication[procedure]
        because = f"{NAMES[procedure]} may be considered medically necessary for any indication"
        finding = Finding("any_indication", Verdict.MET, because, policy.source or OPERATOR, clause)
        return Reading(procedure, NECESSARY, clause, (finding,))
    clauses = policy.deciding(procedure)
    findings = tuple(_finding(case, clause, policy) for clause in clauses)
    decision, deciding = _decision(clauses, findings, policy, procedure)
    remarks = tuple(clause.remark for clause in clauses if clause.remark and _concerns(case, clause))
    if not clauses and procedure not in policy.otherwise:
        remarks = (f"The policy says nothing of {NAMES[procedure]}.",)
    return Reading(procedure, decision, deciding, findings, remarks)


def _finding(case: Case, clause: Clause, policy: Policy) -> Finding:
    verdict = clause_verdict(case, clause, policy)
    parts = {name: PREDICATES[name].says(case) for name in policy.predicates(clause)}
    asked = verdict is Verdict.UNKNOWN
    missing = (
        fact for name, part in parts.items() if asked and part is Verdict.UNKNOWN for fact in PREDICATES[name].facts
    )
    words = {Verdict.MET: "met", Verdict.NOT_MET: "not met", Verdict.UNKNOWN: "not shown yet"}
    because = "; ".join(f"{PREDICATES[name].words}: {words[part]}" for name, part in parts.items())
    return Finding(f"clause {clause.id}", verdict, because, policy.source or OPERATOR, clause.id, (),
                   tuple(dict.fromkeys(missing)))  # fmt: skip


def clause_verdict(case: Case, clause: Clause, policy: Policy) -> Verdict:
    """Every criterion of `all`, none of `none` and, where given, one of `any`; three-valued."""

    def says(criterion: str) -> Verdict:
        if criterion in PREDICATES:
            return PREDICATES[criterion].says(case)
        return clause_verdict(case, policy.clause(criterion.removeprefix(CLAUSE)), policy)

    parts = [*map(says, clause.all_of), *(~says(each) for each in clause.none_of)]
    if clause.any_of:
        parts.append(any_of(map(says, clause.any_of)))
    return all_of(parts)


def _decision(
    clauses: tuple[Clause, ...], findings: tuple[Finding, ...], policy: Policy, procedure: str
) -> tuple[str, str]:
    """A clause that excludes comes before one that allows; while one that excludes is open, nothing is allowed yet."""
    judged = tuple(zip(clauses, findings, strict=True))
    excluding = [(c, f.verdict) for c, f in judged if c.decision != NECESSARY]
    allowing = [(c, f.verdict) for c, f in judged if c.decision == NECESSARY]
    excluded = next((c for c, verdict in excluding if verdict is Verdict.MET), None)
    if excluded is not None:
        return excluded.decision, excluded.id
    allowed = next((c for c, verdict in allowing if verdict is Verdict.MET), None)
    if allowed is not None and all(verdict is Verdict.NOT_MET for _, verdict in excluding):
        return NECESSARY, allowed.id
    otherwise = policy.otherwise.get(procedure)
    if otherwise is not None and all(f.verdict is Verdict.NOT_MET for f in findings):
        return otherwise.decision, otherwise.clause
    return "unknown", ""


def _authorization(case: Case, policy: Policy) -> str:
    """Whether authorization is needed at all: by the payer's list, where it is configured and the order carries a code.

    A code that is not on the list needs none.
    """
    listed = policy.authorization_codes
    carried = case.order.billing if case.order is not None else ()
    if listed is None or not carried:
        return "unknown"
    return "needed" if any(code in listed for code in carried) else "not-needed"


def _concerns(case: Case, clause: Clause) -> bool:
    return all(PREDICATES[n].says(case) is Verdict.MET for n in clause.all_of[:1] if n in PREDICATES)
