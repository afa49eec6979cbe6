"""The eligibility card: the verdict, what decides it, what is missing and what it would change."""

from cards.card import Card, Suggestion
from cards.case import Case
from cards.current import Known, last_treatment
from cards.eligibility.cautions import CAUTIONS
from cards.eligibility.context import alternatives, outcomes
from cards.eligibility.contraindications import CONTRAINDICATIONS
from cards.eligibility.not_recommended import NOT_RECOMMENDED
from cards.eligibility.verdict import Eligibility
from cards.eligibility.y90 import y90_lines
from cards.facts import FACTS, TREATMENT_HISTORY, Absent, Fact, Why
from cards.markdown import escaped, table
from cards.questions import asked, label
from cards.rule import shown
from cards.sources import SOURCES
from cards.verdict import Finding, Verdict
from cards.words import day, fitted, span

_INDICATOR = {"contraindicated": "critical", "not-recommended": "warning", "indeterminate": "warning",
              "caution": "warning", "candidate": "info"}  # fmt: skip
_KIND = {"contraindicated": "contraindication", "not-recommended": "off-guideline"}
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
        summary=_summary(case, e),
        detail=_detail(case, e),
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


def _summary(case: Case, e: Eligibility) -> str:
    kind = case.order.kind if case.order is not None else "tace"
    if kind == "embolization" and not case.facts.tumor.stated:
        return "Which procedure, and is it for a liver tumor? 37243 stands for TACE, bland embolization and Y-90, in any organ."
    prefix = {"y90": "Y-90 ordered. By TACE criteria: ", "embolization": "37243, read as TACE: "}.get(kind, "")
    return prefix + _verdict_in_words(case, e)


def _verdict_in_words(case: Case, e: Eligibility) -> str:
    reasons = [_short(f, case) for f in e.deciding]
    if e.verdict == "not-applicable":
        return "Rupture or hemorrhage of the tumor is stated: an emergency. Elective TACE criteria do not apply."
    if e.verdict == "contraindicated":
        return fitted("TACE contraindicated: ", reasons)
    if e.verdict == "not-recommended":
        return _not_recommended(case, e, reasons)
    if e.verdict == "indeterminate":
        return _indeterminate(case, e)
    if e.verdict == "caution":
        return fitted("TACE possible with caution: ", reasons)
    return _candidate(case, e)


def _not_recommended(case: Case, e: Eligibility, reasons: list[str]) -> str:
    """With the ordered lesion refractory and nothing else against TACE, what else is known is said in the same breath."""
    if any(f.rule not in _OF_A_LESION for f in e.deciding):
        return fitted("TACE not recommended: ", reasons)
    if _is_bridge(case):
        return fitted("TACE not recommended: ", reasons, ". Bridge to transplant: the transplant team decides.")
    complete = all(f.verdict is Verdict.MET for f in e.findings if f.rule.startswith("needed_"))
    otherwise = f". Otherwise: {', '.join(_at_a_glance(case))}." if complete else "."
    return fitted("TACE not recommended: ", reasons, otherwise)


def _at_a_glance(case: Case) -> list[str]:
    parts = [f"Child-Pugh {_graded(case)}"]
    if isinstance(case.state.ecog, Fact):
        parts.append(f"ECOG {case.state.ecog.value}")
    if case.bclc is not None and case.bclc.stage:
        parts.append(f"BCLC {case.bclc.stage}")
    return parts


def _is_bridge(case: Case) -> bool:
    bridge = case.state.bridge_to_transplant
    return isinstance(bridge, Fact) and bridge.value is True


_OF_A_LESION = frozenset({"source_003_steps", "zhang_2022_proposal", "iasl_same_area"})


def _indeterminate(case: Case, e: Eligibility) -> str:
    foreign = next((f for f in e.deciding if f.rule == "order_names_another_patient"), None)
    if foreign is not None:
        return "TACE eligibility not assessed: the order names another patient than the one in context."
    missing = list(dict.fromkeys(n for f in e.deciding for n in f.missing))
    if missing == ["tumor_type"] and case.facts.tumor.stated:
        return fitted("TACE eligibility cannot be assessed: ", [case.facts.tumor.because])
    extent = [n for n in missing if n in _EXTENT]
    names = [label(n) for n in missing if n not in _EXTENT]
    names += ["tumor extent"] if len(extent) > 1 else [label(n) for n in extent]
    return fitted("TACE eligibility cannot be assessed: ", names, f" {_why(case, missing)}.")


_WHY_WORDS = {
    Why.NOT_DOCUMENTED: "not documented",
    Why.TOO_OLD: "too old",
    Why.UNDATED: "undated",
    Why.UNUSABLE: "not usable",
    Why.UNREACHABLE: "could not be fetched",
}


def _why(case: Case, missing: list[str]) -> str:
    """One reason where all missing facts share it."""
    known = {name: _absent(case, name) for name in missing}
    reasons = {absent.why if absent is not None else Why.NOT_DOCUMENTED for absent in known.values()}
    last = last_treatment(case.facts.sessions)
    since = day(last.latest) if last is not None else ""
    if reasons == {Why.RECOVERY}:
        return f"only in the recovery period after the treatment of {since}"
    if last is not None and reasons <= {Why.BEFORE_SESSION, Why.RECOVERY, Why.NOT_DOCUMENTED}:
        return f"not documented since the treatment of {since}"
    return (
        _WHY_WORDS[reasons.pop()]
        if len(reasons) == 1 and reasons <= _WHY_WORDS.keys()
        else "missing, old or not usable"
    )


def _absent(case: Case, name: str) -> Absent | None:
    if name == "nodule_size":
        return case.state.sizes_absent
    facts = case.facts
    if name == TREATMENT_HISTORY and name in facts.refused:
        return Absent(name, Why.UNUSABLE, facts.refused[name])
    if _FETCHED_IN.get(name) in facts.unreached:
        return Absent(name, Why.UNREACHABLE)
    known = getattr(case.state, name, None)
    return known if isinstance(known, Absent) else None


_FETCHED_IN = {"tumor_type": "Condition", TREATMENT_HISTORY: "Procedure"}
_EXTENT = frozenset({"nodule_count", "nodule_size", "portal_vein_invasion", "extrahepatic_spread"})


def _candidate(case: Case, e: Eligibility) -> str:
    parts = [*_at_a_glance(case), "liver-confined"]
    items = (case.state.bilirubin, case.state.albumin, case.state.inr)
    if any(isinstance(k, Fact) and k.preliminary for k in items):
        parts.append("values preliminary")
    open_facts = [FACTS[n].label for n in ("varices_at_risk", "platelets") if isinstance(case.state[n], Absent)]
    palliative = "Palliative TACE, entry criteria met: " if e.palliative else "TACE entry criteria met: "
    tail = f". Not documented: {', '.join(open_facts)}." if open_facts else "."
    return fitted(palliative, parts, tail)


def _graded(case: Case) -> str:
    """ "B8", or "9–11" where the score is a range."""
    liver = case.child_pugh
    return f"{liver.classes[0]}{liver.low}" if liver.status == "known" else span(liver.low, liver.high)


def _short(f: Finding, case: Case) -> str:
    """A deciding finding in a few words."""
    state = case.state
    words = {
        "child_pugh_b8_or_worse": f"Child-Pugh {_graded(case)}",
        "child_pugh_b7": "Child-Pugh B7",
        "bilirubin_above_3": f"bilirubin {_value(state.bilirubin)}",
        "bilirubin_2_to_3": f"bilirubin {_value(state.bilirubin)}",
        "clinical_encephalopathy": f"encephalopathy grade {_value(state.encephalopathy_grade)}",
        "main_portal_vein_invasion": "main portal vein invasion",
        "portal_flow_lost": f"portal flow {_value(state.portal_flow)}",
        "portal_vein_branch_invasion": f"portal vein invasion {_value(state.portal_vein_invasion)} (EASL-EORTC 2012)",
        "extrahepatic_spread": "extrahepatic spread (EASL-EORTC 2012)",
        "massive_replacement_of_both_lobes": "both lobes over 50 % replaced",
        "ecog_above_2": f"ECOG {_value(state.ecog)}",
        "ecog_2": "ECOG 2",
        "beyond_up_to_seven": "up-to-seven out",
        "modified_albi_2b_or_worse": f"mALBI {' or '.join(case.albi.modified_grades)}",
        "beyond_entry_rule": case.burden.text,
        "tumor_10_cm_or_more": "tumor of 10 cm or more",
        "any_ascites": "ascites",
        "creatinine_2_or_more": _stated_or("creatinine", state.creatinine),
        "portal_flow_reduced": _stated_or("portal flow", state.portal_flow),
        "growth_not_nodular": _stated_or("growth pattern", state.growth_pattern),
        "selective_access_not_feasible": "selective access not feasible"
        if isinstance(state.selective_access, Fact)
        else "selective access not stated",
        "curable_without_stated_reason": "curable stage, no reason against curative treatment",
        "inr_beyond_puncture_limit": f"INR {_value(state.inr)}",
        "platelets_beyond_puncture_limit": f"platelets {_value(state.platelets)}",
        "systemic_therapy_comes_first": "systemic therapy first",
        "source_003_steps": "ordered lesion refractory (2026 summary steps)",
        "zhang_2022_proposal": "ordered lesion refractory (Zhang 2022)",
        "iasl_same_area": "ordered lesion refractory (same-area definition)",
        "jsh_lcsgj_2014": "refractory by JSH 2014",
        "korean": "refractory by Korean conditions",
        "european": "refractory by European definition",
        "easl_2025_quoted": "refractory by EASL 2025 as quoted",
    }
    return words.get(f.rule) or f.rule.replace("_", " ")


def _value(known: Known) -> str:
    return str(known.shown or known.value) if isinstance(known, Fact) else "not stated"


def _stated_or(name: str, known: Known) -> str:
    return f"{name} {_value(known)}"


def _questions(e: Eligibility) -> tuple[str, ...]:
    """Facts to ask for: those the verdict needs first, then those that are merely not stated."""
    needed = [n for f in e.findings if f.rule.startswith("needed_") and e.verdict == "indeterminate" for n in f.missing]
    starred = [n for f in e.deciding if e.verdict == "caution" and f.missing for n in f.missing]
    return tuple(dict.fromkeys(n for n in (*needed, *starred) if n in FACTS or n in WOULD_CHANGE))


def _suggestions(case: Case, e: Eligibility) -> tuple[Suggestion, ...]:
    order, state = case.order, case.state
    found = []
    labs = tuple(n for n in _LABS if isinstance(state[n], Absent))
    if labs and e.verdict in ("indeterminate", "caution", "candidate"):
        found.append(Suggestion(f"Order {', '.join(FACTS[n].label for n in labs)}", "order-lab", labs))
    if e.verdict in ("contraindicated", "not-recommended", "caution", "indeterminate"):
        found.append(Suggestion("Request tumor-board review", "tumor-board"))
    # A bridge is the transplant team's to decide: never "remove this order".
    against = e.verdict in ("contraindicated", "not-recommended") and not _is_bridge(case)
    if order is not None and order.kind != "y90" and against:
        found.append(Suggestion(f"Remove this {order.label.split(' (')[0]} order", "remove-order"))
    return tuple(found)


# Detail


def _detail(case: Case, e: Eligibility) -> str:
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
    return f.because if f.rule in _RULES or f.rule.startswith("needed_") else f"{_short(f, case)}: {f.because}"


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
    """The criterion as its function names it: the first sentence of its docstring."""
    rule = _RULES.get(f.rule)
    if rule is None or rule.__doc__ is None:
        return _short(f, case)
    return " ".join(rule.__doc__.split("\n\n")[0].split(" Source:")[0].split()).split(". ")[0].rstrip(".")


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


def _source(key: str, locator: str = "") -> str:
    if not key:
        return "the record"
    label_ = SOURCES[key].label
    return escaped(f"{label_}, {locator}" if locator and locator not in label_ else label_)


def _missing(e: Eligibility) -> str:
    """What is missing, what it would change, and the question with its possible answers."""
    needed = [f for f in e.findings if f.rule.startswith("needed_") and f.verdict is Verdict.UNKNOWN]
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
    remarks = [*e.remarks, *_bridge(case)]
    if e.verdict in ("candidate", "caution"):
        remarks += [f"{line.text} ({SOURCES[line.source].label})" for line in outcomes(case)]
    if case.child_pugh.status == "bounded":
        open_items = ", ".join("INR" if item == "inr" else item for item in case.child_pugh.undecided())
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
    return "\n".join(["**Also:**", *(f"- {escaped(r)}" for r in dict.fromkeys(remarks))]) if remarks else ""


def _bridge(case: Case) -> list[str]:
    """A bridge to transplant is the transplant team's to decide."""
    words = "documented as a bridge to transplant: the transplant team decides; stable disease within Milan is success there"
    return [words] if _is_bridge(case) else []


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
