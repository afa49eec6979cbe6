"""What the report counts of one assessment: whole numbers only, so that the order of adding does not matter."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from cards.assess import Assessment
from cards.card import Card
from cards.refractoriness.definitions import COUNTING
from cards.refractoriness.verdict import Refractoriness
from cards.verdict import Verdict

Counts = Counter[tuple[str, ...]]
TOPICS = ("eligibility", "refractoriness", "combination", "prior-authorization", "response-imaging")


def count_order(a: Assessment, cards: Sequence[Card], kind: str, is_order: bool) -> Counts:
    """One order that was asked about.

    cards     those that concern it; is_order: False where it stands for a treatment without an order of its own
    """
    counts: Counts = Counter()
    counts[("order", kind)] += 1
    for topic in TOPICS:
        counts[("card", topic, next((c.indicator for c in cards if c.topic == topic), "none"))] += 1
    counts[("eligibility", a.eligibility.verdict)] += 1
    counts[("refractoriness", a.refractoriness.verdict)] += 1
    counts[("combination", a.combination.verdict)] += 1
    counts[("prior-auth", a.prior_auth.decision)] += 1
    counts.update(_stages(a))
    counts.update(_open(a))
    if is_order and a.prior_auth.documentation:
        counts.update(_documents(a))
    return counts


def _stages(a: Assessment) -> Iterator[tuple[str, ...]]:
    case = a.case
    if case.bclc is not None:
        yield ("bclc", case.bclc.stage or "not decided")
    else:
        yield ("bclc", "not HCC" if case.facts.tumor.kind != "unknown" else "not decided")
    yield ("child-pugh", _only(case.child_pugh.classes))
    yield ("albi", _only(case.albi.modified_grades))


def _only(possible: Sequence[str]) -> str:
    return possible[0] if len(possible) == 1 else "not decided"


def _open(a: Assessment) -> Iterator[tuple[str, ...]]:
    """What is missing, and the verdicts that it leaves open."""
    if a.eligibility.verdict == "indeterminate":
        missing = {name for f in a.eligibility.deciding for name in f.missing}
        yield from _blocked("eligibility", missing)
    open_definitions = (f for f in a.refractoriness.findings if f.verdict is Verdict.UNKNOWN)
    yield from _blocked("refractoriness", {name for f in open_definitions for name in f.missing})
    yield from _blocked(
        "Child-Pugh class", set(a.case.child_pugh.missing) if len(a.case.child_pugh.classes) > 1 else set()
    )
    if a.case.bclc is not None and a.case.bclc.status != "known":
        yield from _blocked("BCLC stage", set(a.case.bclc.missing))


def _blocked(what: str, missing: Iterable[str]) -> Iterator[tuple[str, ...]]:
    names = sorted(missing)
    for name in names:
        yield ("blocks", name, what)
        if len(names) == 1:
            yield ("blocks-alone", name, what)
    if names:
        yield ("open", what)


def _documents(a: Assessment) -> Iterator[tuple[str, ...]]:
    for item, document in a.prior_auth.documentation:
        yield ("document", item.item, document.status)
    yield ("documents", "incomplete" if a.prior_auth.missing else "complete")


def count_treatment(r: Refractoriness) -> Iterator[tuple[str, ...]]:
    """A TACE that was done: what each definition said on its day, of any lesion and of those treated."""
    if not r.definitions:
        yield ("tace-done", "first")
        return
    yield ("tace-done", "after an earlier one")
    for code, verdict in r.definitions.items():
        yield ("tace-while", code, verdict.value)
        treated = [r.per_lesion[key][code].verdict for key in r.ordered if key in r.per_lesion]
        if treated:
            met = any(v is Verdict.MET for v in treated)
            yield ("tace-of-lesion-while", code, "met" if met else "not met or unknown")


def count_definitions(r: Refractoriness) -> Iterator[tuple[str, ...]]:
    """What the definitions say of a patient in the end, and where they agree."""
    if not r.definitions:
        return
    yield ("patient-with-tace",)
    for code, verdict in r.definitions.items():
        yield ("definition", code, verdict.value)
    met = [code for code in COUNTING if r.definitions[code] is Verdict.MET]
    for one, other in combinations(met, 2):
        yield ("both", one, other)
    yield ("definitions-met", str(len(met)))
    decided = {r.definitions[code] for code in COUNTING} - {Verdict.UNKNOWN}
    yield ("definitions", "differ" if len(decided) > 1 else "agree" if decided else "all open")
