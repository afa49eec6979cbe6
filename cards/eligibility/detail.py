"""The detail of the eligibility card: what decides, the table, what is missing and what it would change, what else is said."""

from functools import cache

from cards.case import Case
from cards.eligibility.cautions import CAUTIONS
from cards.eligibility.context import alternatives, outcomes
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.eligibility.summary import is_bridge, short
from cards.eligibility.verdict import Eligibility
from cards.eligibility.y90 import y90_lines
from cards.facts import FACTS, Absent, Fact
from cards.markdown import escaped, escaped_once, table
from cards.published.selection import on_card
from cards.questions import asked, label
from cards.rule import shown
from cards.sources import SOURCES
from cards.verdict import Finding, Verdict
from cards.words import day, span

WOULD_CHANGE = {
    "tumor_type": "which criteria apply",
    "bilirubin": "above 3 mg/dL contraindicates, 2–3 is caution; Child-Pugh",
    "albumin": "Child-Pugh, ALBI",
    "inr": "Child-Pugh, puncture limit",
    "ascites_grade": "refractory contraindicates, any is caution; Child-Pugh",
    "encephalopathy_grade": "grade 2 or more contraindicates, 1 is caution; Child-Pugh",
    "ecog": "above 2 is not recommended, 2 is caution",
    "extrahepatic_spread": "not recommended if present",
    "portal_vein_invasion": "main trunk contraindicates, a branch is not recommended",
    "nodule_count": "BCLC, up-to-seven, entry rule",
    "nodule_size": "BCLC, up-to-seven, entry rule",
    "date_of_tace": "whether today's values come after it",
    "treatment_history": "whether today's values come after the last TACE, and refractoriness",
}


def detail(case: Case, e: Eligibility) -> str:
    parts = [_decides(case, e), _rows(case, e), _missing(e), _alternatives(case, e), _y90(case), _also(case, e),
             _unusable(case)]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _decides(case: Case, e: Eligibility) -> str:
    on = f"Assessed {day(case.today)}"
    if not e.deciding:
        return f"**What decides.** No criterion against TACE is met and nothing needed is missing. {on}."
    if all(_is_silent(f) for f in e.deciding):
        return f"**What decides.** Facts that every verdict needs are not documented: they are listed below. {on}."
    said = "; ".join(escaped(_said(f, case)) for f in e.deciding[:6])
    more = f"; {len(e.deciding) - 6} more below" if len(e.deciding) > 6 else ""
    return f"**What decides.** {said}{more}. {on}."


def _is_silent(f: Finding) -> bool:
    return f.rule.startswith("needed_") and f.because.endswith(("not documented", "is documented"))


def _said(f: Finding, case: Case) -> str:
    """A finding of another topic is named; one of this topic says it all by its reason."""
    return f.because if f.rule in _RULES or f.rule.startswith("needed_") else f"{short(f, case)}: {f.because}"


def _rows(case: Case, e: Eligibility) -> str:
    context = [
        ("Child-Pugh", f"{span(case.child_pugh.low, case.child_pugh.high)} ({' or '.join(case.child_pugh.classes)})",
         _word(case.child_pugh.status), "pugh-1973"),
        ("ALBI", _albi(case), _word(case.albi.score.status), "johnson-2015"),
    ]  # fmt: skip
    if case.bclc is not None:
        context.append(("BCLC", case.bclc.because, _word(case.bclc.status), "bclc-2022"))
    context.append(("Nodules", case.burden.text, "", ""))
    context.append(("Values", _values(case), "", ""))
    listed = [f for f in e.deciding if not f.rule.startswith("needed_")]
    rows = [
        (
            escaped(_rule_name(f, case)),
            escaped(f.because),
            f"**{f.verdict.value.replace('-', ' ')}**",
            _source(f.source, f.locator),
        )
        for f in listed
    ]
    rows += [(name, escaped(value), status, _source(key)) for name, value, status, key in context]
    return table(("Criterion", "This patient", "Verdict", "Source"), rows)


_RULES = {rule.__name__: rule for rule in (*CONTRAINDICATIONS, *NOT_RECOMMENDED, *CAUTIONS)}


def _rule_name(f: Finding, case: Case) -> str:
    return _NAMES.get(f.rule) or short(f, case)


def _first_sentence(docstring: str) -> str:
    return " ".join(docstring.split("\n\n")[0].split(" Source:")[0].split()).split(". ")[0].rstrip(".")


# A criterion is named as its function names it
_NAMES = {name: _first_sentence(rule.__doc__) for name, rule in _RULES.items() if rule.__doc__}


def _values(case: Case) -> str:
    """What the verdict stands on, with dates."""
    state = case.state
    used = (state.bilirubin, state.albumin, state.inr, state.ascites_grade, state.encephalopathy_grade, state.ecog,
            state.portal_vein_invasion, state.extrahepatic_spread)  # fmt: skip
    return ", ".join(shown(k) for k in used if isinstance(k, Fact)) or "none that may be used"


def _word(status: str) -> str:
    return {"known": "known", "bounded": "**range**", "unknown": "**cannot tell**"}[status]


def _albi(case: Case) -> str:
    score, grades = case.albi.score, case.albi.modified_grades
    if score.low is None:
        return "not known"
    return f"{span_2(score.low, score.high)} (modified grade {' or '.join(grades)})"


def span_2(low: float, high: float | None) -> str:
    return f"{low:.2f}" if high is None or low == high else f"{low:.2f} to {high:.2f}"


@cache
def _source(key: str, locator: str = "") -> str:
    if not key:
        return "the record"
    label_ = SOURCES[key].label
    return escaped(f"{label_}, {locator}" if locator and locator not in label_ else label_)


def _missing(e: Eligibility) -> str:
    """What is missing, what it would change, and the question with its possible answers."""
    needed = [f for f in e.findings if f.verdict is Verdict.UNKNOWN and f.rule.startswith("needed_")]
    reasons = {n: f.because for f in needed for n in f.missing}
    if not reasons:
        return ""
    if e.verdict != "indeterminate":
        return f"**Not known, and the verdict stands without it:** {escaped(', '.join(label(n) for n in reasons))}."
    lines = [f"- {escaped(asked(n))}: {_reason(n, because)}{WOULD_CHANGE.get(n, '')}" for n, because in reasons.items()]
    head = "**One fact would decide most:**" if len(reasons) == 1 else "**Missing, and what it would change:**"
    return "\n".join([head, *lines])


def _reason(name: str, because: str) -> str:
    """Why it is missing, where that is more than "not documented"."""
    plain_gap = because.endswith("not documented") and ";" not in because
    told_above = name == "nodule_size" and because.startswith("number of nodules")
    no_tumor = name == "tumor_type" and "no liver tumor" in because
    return "" if plain_gap or told_above or no_tumor else f"{escaped(because)}. "


def _alternatives(case: Case, e: Eligibility) -> str:
    """Where TACE is not advised: what else the sources name; they do not rank it."""
    if e.verdict not in ("contraindicated", "not-recommended"):
        return ""
    named = alternatives(case)
    sources = dict.fromkeys(_source(line.source) for line in named)
    return f"**Alternatives that the sources name:** {'; '.join(line.text for line in named)} ({'; '.join(sources)})."


def _y90(case: Case) -> str:
    """What the payer's policy reports of radioembolization; a document that it does not quote is named with its line."""
    order = case.order
    if order is None or order.kind != "y90" or not order.subject_matches:
        return ""
    lines = [f"- {escaped(line.text)}{_unless_in_policy(line.source)}" for line in y90_lines(case)]
    return "\n".join([f"**Y-90 context ({_source('source-001')}):**", *lines])


def _unless_in_policy(key: str) -> str:
    return "" if "source-001" in (key, SOURCES[key].quoted_in) else f" ({_source(key)})"


def _also(case: Case, e: Eligibility) -> str:
    first = [*e.remarks, *_bridge(case)]
    published = [(line.text, line.source) for line in outcomes(case)] if e.verdict in ("candidate", "caution") else []
    published += on_card(case, e.verdict, " ".join([*first, *(text for text, _ in published)]))
    remarks = []
    if case.child_pugh.status == "bounded":
        open_items = ", ".join(case.child_pugh.open_items())
        remarks.append(f"Child-Pugh {span(case.child_pugh.low, case.child_pugh.high)}: {open_items} not known")
    if case.order is not None and case.order.kind == "embolization":
        remarks.append("37243 stands for TACE, bland embolization and Y-90: read here as TACE; which one is ordered?")
    if case.order is not None and case.order.kind == "tae":
        remarks.append("bland embolization is ordered: the criteria were published for TACE")
    remarks += _stated(case)
    remarks += case.facts.gaps
    open_facts = [f for f in ("varices_at_risk", "biliary_obstruction", "hepatorenal_syndrome", "active_infection",
                              "anticoagulated") if isinstance(case.state[f], Absent)]  # fmt: skip
    if open_facts and e.verdict in ("candidate", "caution"):
        remarks.append(f"not documented: {', '.join(FACTS[f].label for f in open_facts)}")
    remarks += [shown(k) + "; " + "; ".join(said) for k in _laboratory(case) if (said := _how_read(k))]
    ours = [_with_source(text, key) for text, key in published]
    lines = {said: escaped(said) for said in first}
    lines |= {said: escaped_once(said) for said in ours}
    lines |= {said: escaped(said) for said in remarks}
    return "\n".join(["**Also:**", *(f"- {line}" for line in lines.values())]) if lines else ""


@cache
def _with_source(text: str, key: str) -> str:
    return f"{text} ({SOURCES[key].label})"


def _bridge(case: Case) -> list[str]:
    """A bridge to transplant is the transplant team's to decide."""
    words = "documented as a bridge to transplant: the transplant team decides; stable disease within Milan is success there"
    return [words] if is_bridge(case) else []


def _laboratory(case: Case) -> list[Fact[float | int | bool | str]]:
    state = case.state
    values = (state.bilirubin, state.albumin, state.creatinine, state.sodium, state.platelets)
    return [k for k in values if isinstance(k, Fact)]


def _how_read(known: Fact[float | int | bool | str]) -> list[str]:
    """A conversion with its factor, and a unit that contradicts what the code measures."""
    return [note for note in known.notes if note.startswith(("converted", "the unit is"))]


def _stated(case: Case) -> list[str]:
    """Child-Pugh and BCLC as the clinic stated them, where the derived value disagrees."""
    found = []
    cls, stage = case.state.child_pugh_class, case.state.bclc_stage
    if isinstance(cls, Fact) and cls.value not in case.child_pugh.classes:
        found.append(f"the record states Child-Pugh {cls.value}; derived: {' or '.join(case.child_pugh.classes)}")
    score = case.state.child_pugh_score
    if isinstance(score, Fact) and not case.child_pugh.low <= int(score.value) <= case.child_pugh.high:
        derived = span(case.child_pugh.low, case.child_pugh.high)
        found.append(f"the record states Child-Pugh {score.value}; derived: {derived}")
    if isinstance(stage, Fact) and case.bclc is not None and stage.value not in case.bclc.candidates:
        found.append(f"the record states BCLC {stage.value}; derived: {' or '.join(case.bclc.candidates)}")
    return found


def _unusable(case: Case) -> str:
    bad = case.facts.unusable
    if not bad:
        return ""
    named = [f"- {escaped(u.resource)}: {escaped(u.because)}" for u in bad[:8]]
    more = [f"- {len(bad) - 8} more"] if len(bad) > 8 else []
    return "\n".join(["**Not usable:**", *named, *more])
