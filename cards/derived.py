"""What was derived and from what: every fact of today with value, date, origin and conversion, or why there is none."""

from typing import Any

from cards.case import Case
from cards.current import Known
from cards.facts import FACTS, NOT_TOLD, Absent, Fact, LesionSize, Scalar
from cards.questions import question
from cards.response.history import lesion_name

Json = dict[str, Any]
_SECTIONS = {
    "laboratory": "Laboratory",
    "clinical": "Clinical findings",
    "imaging": "Imaging",
    "none": "Without age limit",
}
_STATED = frozenset({"pt_control"})


def derived(case: Case) -> list[Json]:
    """One row a fact, in the order of FACTS; sizes one a lesion. Null and empty members are left out."""
    rows = [_tumor(case)]
    for name, spec in FACTS.items():
        if name == "nodule_size":
            rows += _sizes(case)
        elif hasattr(case.state, name) and name not in _STATED:
            rows.append(_row(name, spec.label, case.state[name]))
    return [{key: value for key, value in row.items() if value not in (None, "", [], ())} for row in rows]


def _tumor(case: Case) -> Json:
    tumor = case.facts.tumor
    known = tumor.stated and tumor.kind != "unknown"
    return {
        "fact": "tumor_type",
        "linkId": "tumor-type",
        "label": "liver tumor",
        "section": "Tumor",
        "status": "known" if known else "absent",
        "shown": tumor.kind if known else None,
        "because": None if known else tumor.because,
        "evidence": list(tumor.evidence),
        "notes": list(tumor.notes),
    }


def _row(name: str, label: str, known: Known) -> Json:
    row: Json = {
        "fact": name,
        "linkId": question(name).link,
        "label": label,
        "section": _SECTIONS[FACTS[name].window.value],
    }
    if isinstance(known, Absent):
        evidence = [known.evidence] if known.evidence else []
        return row | {"status": "absent", "why": known.why.value, "because": known.because, "evidence": evidence}
    return row | _known(known)


def _known(fact: Fact[Scalar]) -> Json:
    """sent: as it came; converted: from and to, where the unit was another one."""
    unit = FACTS[fact.name].unit
    row: Json = {
        "status": "known",
        "shown": fact.shown or str(fact.value),
        "date": fact.when.isoformat() if fact.when else None,
        "state": fact.state or None,
        "preliminary": fact.preliminary or None,
        "evidence": [fact.evidence],
        "notes": list(fact.notes),
    }
    if fact.sent is not None and fact.sent[1] and fact.sent[1] != unit and unit not in ("", "1"):
        row["converted"] = {"from": f"{fact.sent[0]:g} {fact.sent[1]}", "to": f"{float(fact.value):.3g} {unit}"}
    return row


def _sizes(case: Case) -> list[Json]:
    state = case.state
    if not state.sizes:
        absent = state.sizes_absent or Absent("nodule_size")
        return [_row("nodule_size", FACTS["nodule_size"].label, absent)]
    return [_row("nodule_size", _of(measured, case), measured.size) for measured in state.sizes]


def _of(measured: LesionSize, case: Case) -> str:
    if measured.lesion == NOT_TOLD:
        return "size of a nodule"
    return f"size, {lesion_name(case.facts, measured.lesion)}"
