"""A payer's policy as data, and which policy is in force on a day. How a file becomes one: cards.prior_auth.policy_file."""

from collections.abc import Iterator, Mapping
from datetime import date

from cards.prior_auth.predicates import PREDICATES
from cards.record import record

NECESSARY, INVESTIGATIONAL, NOT_NECESSARY = "may-be-medically-necessary", "investigational", "not-medically-necessary"
PROCEDURES = ("tace", "tae", "radioembolization")
CLAUSE = "clause "  # "clause I.B.3" among criteria refers to that clause


@record(frozen=True, slots=True)
class Clause:
    """Every criterion of `all_of`, none of `none_of` and, where given, one of `any_of`.

    A criterion is a predicate or, as "clause I.B.3", another clause. A clause with procedures decides about them; one
    without is a part of others.
    """

    id: str
    procedures: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    decision: str = NECESSARY
    remark: str = ""

    @property
    def criteria(self) -> tuple[str, ...]:
        return (*self.all_of, *self.any_of, *self.none_of)


@record(frozen=True, slots=True)
class Otherwise:
    """What holds for a procedure when every clause of it is decided false."""

    clause: str
    decision: str
    reminder: str = ""


@record(frozen=True, slots=True)
class Item:
    """One document: how it is numbered and named, which evidence shows it, for which procedures (none: for each).

    hint   what would satisfy it, where the policy says more than the evidence's own words
    """

    item: str
    label: str
    evidence: str
    procedures: tuple[str, ...] = ()
    hint: str = ""
    short: str = ""

    def concerns(self, procedure: str) -> bool:
        return not self.procedures or not procedure or procedure in self.procedures


@record(frozen=True, slots=True)
class Policy:
    """One policy, or one of its dated versions.

    key                  the same for every version; a policy is chosen by it
    name                 how a card calls it; payer: "" where none is printed
    source               key of cards.sources; "" for a policy of the operator
    any_indication       procedure → the clause by which no clinical criterion is asked
    authorization_codes  the billing codes that need authorization; None: not told
    documentation        what the policy requires; expected: what a reviewer expects beside it
    """

    key: str
    name: str
    title: str
    contract_language: str
    codes: tuple[str, ...]
    any_indication: Mapping[str, str]
    clauses: tuple[Clause, ...]
    otherwise: Mapping[str, Otherwise]
    documentation: tuple[Item, ...]
    expected: tuple[Item, ...] = ()
    payer: str = ""
    source: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    authorization_codes: tuple[str, ...] | None = None
    links: tuple[tuple[str, str], ...] = ()

    @property
    def dates(self) -> str:
        """The dates as the policy states them, "" where it states none."""
        told = (self.effective_from, self.effective_to)
        words = (f"{word} {day.isoformat()}" for word, day in zip(("from", "to"), told, strict=True) if day)
        return " ".join(words)

    @property
    def version(self) -> str:
        return self.effective_from.isoformat() if self.effective_from else "1"

    def clause(self, name: str) -> Clause:
        return next(clause for clause in self.clauses if clause.id == name)

    def deciding(self, procedure: str) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if procedure in clause.procedures)

    def covers(self, procedure: str) -> bool:
        return procedure in self.any_indication or bool(self.deciding(procedure)) or procedure in self.otherwise

    def in_force(self, on: date) -> bool:
        begun = self.effective_from is None or self.effective_from <= on
        return begun and (self.effective_to is None or on <= self.effective_to)

    def predicates(self, clause: Clause) -> Iterator[str]:
        """Every predicate a clause rests on, in order, those of clauses that it refers to included."""
        for criterion in clause.criteria:
            if criterion in PREDICATES:
                yield criterion
            else:
                yield from self.predicates(self.clause(criterion.removeprefix(CLAUSE)))


@record(frozen=True, slots=True)
class Policies:
    """Every policy that was loaded."""

    all: tuple[Policy, ...]

    def in_force(self, key: str, on: date) -> Policy | None:
        """The version of a policy that is in force on a day; None: no policy on file."""
        return next((policy for policy in self.all if policy.key == key and policy.in_force(on)), None)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(policy.key for policy in self.all))
