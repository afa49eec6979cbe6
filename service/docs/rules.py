"""docs/rules.md: every rule as its docstring says it, the policy, what each source document's systems are carried by, sources."""

from cards.prior_auth.policy import CLAUSE, Clause
from cards.prior_auth.policy_file import med140
from cards.prior_auth.predicates import PREDICATES
from cards.sources import SOURCES
from cards.systems import SYSTEMS
from service.docs.generated import GENERATED
from service.pages.rule_book import Chapter, rule_book


def rules_page() -> str:
    """Every rule with its sentence, inputs, results and source, as its docstring says them."""
    intro = (
        "Every rule is one function; what stands here is its docstring. Where that names no inputs or results, the facts that "
        "the rule misses in an empty record stand there, and what it says of them. Source keys are explained at the end. The "
        "version of each rule changes with its code: `GET /rules`."
    )
    parts = ["# Rules", GENERATED, intro]
    for chapter in rule_book():
        parts += _chapter(chapter)
    parts += ["## Prior authorization: policy MED140", _policy()]
    parts += ["## Coverage: systems, rules and limits", _COVERAGE, coverage_table(), "## Sources", _sources()]
    return "\n\n".join(parts) + "\n"


def _chapter(chapter: Chapter) -> list[str]:
    rules = [f"### `{r.name}{' *' if r.starred else ''}`\n\n```text\n{r.text}\n```" for r in chapter.rules]
    return [f"## {chapter.title}", *([chapter.note] if chapter.note else []), *rules]


def _policy() -> str:
    policy = med140()
    rows = [f"| {clause} | {procedure}: any indication |" for procedure, clause in policy.any_indication.items()]
    rows += [f"| {clause.id} | {_criteria(clause)} |" for clause in policy.clauses]
    rows += [
        f"| {stated.clause} | {procedure}, every other clause about it decided false: {stated.decision} |"
        for procedure, stated in policy.otherwise.items()
    ]
    documents = [f"| {d.item} | {d.label} |" for d in policy.documentation]
    return "\n".join(
        ["| Clause | Criteria |", "|---|---|", *rows, "", "| Item | Required document |", "|---|---|", *documents]
    )


_COVERAGE = (
    "Every system that one of the four source documents names, and every other that is computed; the rules that carry it, and "
    "its limits. A test holds that each limit has its table of edges: below, at, above, missing, too old, in other units."
)


def coverage_table() -> str:
    """Systems with the documents that name them, their rules and limits."""
    rows = [
        f"| {s.name} | {', '.join(f'`{key}`' for key in s.named_in) or 'no source document'} | "
        f"{', '.join(f'`{rule.__name__}`' for rule in s.rules) or f'left out: {s.why_not}'} | "
        f"{', '.join(f'{limit.constant} {limit.value:g}' for limit in s.limits)} |"
        for s in SYSTEMS
    ]
    return "\n".join(["| System | Named in | Carried by | Limits |", "|---|---|---|---|", *rows])


def _criteria(clause: Clause) -> str:
    def said(criteria: tuple[str, ...], by: str) -> str:
        return by.join(c if c.startswith(CLAUSE) else PREDICATES[c].words for c in criteria)

    parts = [said(clause.all_of, ", "), said(clause.any_of, " or "), f"not {said(clause.none_of, ', not ')}"]
    told = "; ".join(part for part in parts if part and part != "not ")
    return f"{', '.join(clause.procedures)}: {told}" if clause.procedures else told


def _sources() -> str:
    rows = [
        f"| `{s.key}` | {s.title} | {s.issuer}{f', {s.year}' if s.year else ''} | "
        f"{f'quoted in `{s.quoted_in}`. ' if s.quoted_in else ''}{s.caution} | "
        f"{'; '.join(f'{statement}: {level}' for statement, level in s.levels)} |"
        for s in SOURCES.values()
    ]
    return "\n".join(["| Key | Title | Issuer, year | Note | Level of evidence |", "|---|---|---|---|---|", *rows])
