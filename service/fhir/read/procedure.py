"""Procedures → treatment sessions of the liver tumor, other treatments, and findings that a procedure leaves behind."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from cards.facts import TREATMENT_HISTORY, Fact, Session, Treatment
from cards.record import record
from service.fhir.read import codes
from service.fhir.read.codings import as_list, codings, concepts, reference, segments, texts
from service.fhir.read.observation.imaging import SessionNote
from service.fhir.read.reading import Reading, Resource, name_of, status_of
from service.fhir.read.steps import in_steps
from service.fhir.read.when import Moment, performed
from service.fhir.read.words import (
    ABLATION,
    ANASTOMOSIS,
    BLAND,
    DIALYSIS,
    INTERVENTION,
    OTHER_SERVICE,
    RESECTION,
    TACE,
    Y90,
    elsewhere,
    tells,
)

MOST_SESSIONS = 100  # a patient who had many had 13 (source-002)
TARGET_LESION = "procedure-targetBodyStructure"
INTENT = "mcode-procedure-intent"
_OTHER = {
    "proc.ablation": ("ablation", "ablation"),
    "proc.pei": ("ablation", "ethanol injection"),
    "proc.hepatectomy": ("resection", "resection"),
    "proc.total_hepatectomy": ("transplant", "total hepatectomy"),
    "proc.liver_transplant": ("transplant", "liver transplant"),
    "status.liver_transplanted": ("transplant", "liver transplant"),
    "proc.sbrt": ("radiotherapy", "stereotactic radiotherapy"),
}
_LOCAL_OTHER = {
    "ablation": ("ablation", "ablation"),
    "resection": ("resection", "resection"),
    "transplant": ("transplant", "liver transplant"),
}
_NOTES = ("selective-session", "technique-changed", "technical-success", "planned-second-step")


@record(frozen=True, slots=True)
class _Part:
    """One Procedure that is, or is part of, a session."""

    session: Session
    pcs: str = ""


def read_procedures(
    procedures: Iterable[Resource], reading: Reading, notes: Sequence[SessionNote], liver_tumor: bool
) -> tuple[list[Session], list[Treatment]]:
    """Sessions (procedures of one day are one session), oldest first, undated last; and other treatments."""
    parts: list[_Part] = []
    parents: dict[str, tuple[str, ...]] = {}
    others: list[Treatment] = []
    for procedure in procedures:
        if not _relevant(procedure, reading) or not _completed(procedure, reading) or not reading.is_ours(procedure):
            continue
        moment = performed(procedure, reading.clock)
        if moment is not None and reading.clock.is_later(moment):
            continue
        part = _session_part(procedure, moment, reading)
        if not reading.valid(procedure):
            _unreadable(procedure, part, reading, liver_tumor)
            continue
        if part is not None:
            parts.append(part)
            parents[name_of(procedure)] = tuple(
                reading.resolved(reference(p)) for p in as_list(procedure.get("partOf"))
            )
        else:
            others += _treatment(procedure, moment, reading)
            _left_behind(procedure, moment, reading)
    sessions = [session for session in _by_day(parts) if session.kind != "embolization" or liver_tumor]
    sessions = _plausible(sorted(sessions, key=lambda s: s.when or date.max), reading)
    return in_steps([_with_notes(session, notes) for session in sessions], parents), others


def _plausible(sessions: list[Session], reading: Reading) -> list[Session]:
    """Oldest first. More than one patient can have had are no history: the last are read, and the history stays open.
    Definitions of refractoriness compare sessions with each other, so thousands would take seconds.
    """
    if len(sessions) > MOST_SESSIONS:
        words = (
            f"{len(sessions)} treatments of the liver tumor are recorded, of which the last {MOST_SESSIONS} are read"
        )
        reading.refused.setdefault(TREATMENT_HISTORY, words)
    return sessions[-MOST_SESSIONS:]


def _unreadable(procedure: Resource, part: _Part | None, reading: Reading, liver_tumor: bool) -> None:
    """A session that cannot be used was done all the same: the history stays open."""
    if part is not None and not part.pcs and (part.session.kind != "embolization" or liver_tumor):
        words = f"a treatment of the liver tumor is recorded and not usable ({name_of(procedure)})"
        reading.refused.setdefault(TREATMENT_HISTORY, words)


_RELEVANT = frozenset({"proc.tace", "proc.y90_tare", "proc.bland_tae", "proc.embolization_37243", "proc.pcs_chemo",
                       "proc.pcs_occlusion", "proc.embolization_artery", *_OTHER})  # fmt: skip


def _relevant(procedure: Resource, reading: Reading) -> bool:
    concept = procedure.get("code")
    if not reading.has_code(procedure):
        return False
    if concepts(concept) & _RELEVANT or _local(procedure, reading):
        return True
    said = " ".join(texts(concept))
    patterns = (TACE, Y90, BLAND, ANASTOMOSIS, DIALYSIS, RESECTION, ABLATION)
    return bool(said) and any(pattern.search(said) for pattern in patterns)


_NOT_DONE = frozenset(
    {"preparation", "in-progress", "not-done", "on-hold", "stopped", "entered-in-error", "unknown", "cancelled"}
)


def _completed(procedure: Resource, reading: Reading) -> bool:
    status = status_of(procedure)
    if status != "completed" and status not in _NOT_DONE:
        reading.reject(procedure, "its status is missing or none of FHIR R4")
    return status == "completed"


def _local(procedure: Resource, reading: Reading) -> str:
    if reading.local_codes is None:
        return ""
    found = (reading.local_codes.match(system, code) for system, code in codings(procedure.get("code")))
    return next((entry.name for entry in found if entry is not None and entry.target == "procedure"), "")


def kind_of_embolization(said: set[str], text: str) -> str:
    """tace, tae, y90 or embolization (which of them is not told); "" where it is none of them.

    Codes of one kind alone decide; 37243 and a generic embolization are told apart by words. Y-90 words win over TACE
    words ("Y-90 after TACE"), as CPT 37243 covers both.
    """
    if "proc.y90_tare" in said:
        return "y90"
    if "proc.tace" in said:
        return "tace"
    if "proc.bland_tae" in said:
        return "tae"
    generic = said & _EMBOLIZATION
    if tells(Y90, text):
        return "y90"
    if tells(TACE, text) or (generic and _drug(text)):
        return "tace"
    if tells(BLAND, text):
        return "tae"
    return "embolization" if "proc.embolization_37243" in said else ""


_EMBOLIZATION = frozenset({"proc.embolization_37243", "proc.embolization_artery"})
_COUNTED = frozenset({"proc.tace", "proc.y90_tare", "proc.bland_tae"})


def kind_told(said: set[str], names: str, details: Sequence[str]) -> str:
    """The kind by codes and names; details tell it only of what may be an embolization by its code or name."""
    if not said & (_COUNTED | _EMBOLIZATION) and OTHER_SERVICE.search(names):
        return ""
    open_name = said & _EMBOLIZATION or not names or INTERVENTION.search(names)
    return kind_of_embolization(said, ". ".join((names, *details)) if open_name else names)


def _drug(text: str) -> bool:
    drugs = {"doxorubicin", "epirubicin", "cisplatin", "idarubicin", "miriplatin", "mitomycin", "drug-eluting beads"}
    return bool(drugs & set(codes.agent_in(text)))


def _session_part(procedure: Resource, moment: Moment | None, reading: Reading) -> _Part | None:
    said = concepts(procedure.get("code"))
    local = _local(procedure, reading)
    kind = (
        local
        if local in ("tace", "tae", "y90")
        else kind_told(said, " ".join(texts(procedure.get("code"))), _notes_text(procedure))
    )
    pcs = ""
    if not kind and said & {"proc.pcs_chemo", "proc.pcs_occlusion"}:
        both = {"proc.pcs_chemo", "proc.pcs_occlusion"} <= said
        kind, pcs = ("tace", "") if both else ("", "chemo" if "proc.pcs_chemo" in said else "occlusion")
    if not kind and not pcs:
        return None
    site = " ".join((*texts(procedure.get("code")), *(t for s in as_list(procedure.get("bodySite")) for t in texts(s))))
    if elsewhere(site):
        return None
    session = Session(
        evidence=(name_of(procedure),),
        kind=kind or "embolization",
        when=moment.day if moment is not None else None,
        latest=min(moment.last_day, reading.clock.today) if moment is not None else None,
        lesions=lesions_of(procedure, reading),
        intent=_intent(procedure),
        **_flags(procedure),  # type: ignore[arg-type]
    )
    return _Part(session, pcs)


def _notes_text(procedure: Resource) -> list[str]:
    notes = (n.get("text") for n in as_list(procedure.get("note")) if isinstance(n, dict))
    used = (t for c in as_list(procedure.get("usedCode")) for t in texts(c))
    return [t for t in (*notes, *used) if isinstance(t, str)]


def lesions_of(resource: Resource, reading: Reading) -> tuple[str, ...]:
    """The target lesions: HL7 procedure-targetBodyStructure at the root or inside bodySite, else bodySite segments."""
    sites = as_list(resource.get("bodySite"))
    holders = [resource, *(s for s in sites if isinstance(s, dict))]
    targets = [
        reading.resolved(reference(e.get("valueReference")))
        for holder in holders
        for e in as_list(holder.get("extension"))
        if isinstance(e, dict) and str(e.get("url", "")).endswith(TARGET_LESION)
    ]
    named = [t for t in targets if t.startswith("BodyStructure/")] or [s for site in sites for s in segments(site)]
    return tuple(dict.fromkeys(named))


def _intent(procedure: Resource) -> str:
    for extension in as_list(procedure.get("extension")):
        if isinstance(extension, dict) and str(extension.get("url", "")).endswith(INTENT):
            for system, code in codings(extension.get("valueCodeableConcept")):
                word = codes.value_of(system, code)
                if word in ("curative", "palliative"):
                    return word
    return ""


def _flags(procedure: Resource) -> dict[str, bool]:
    """selective, technique_changed, technical_success as extensions of the Procedure."""
    flags: dict[str, bool] = {}
    for extension in as_list(procedure.get("extension")):
        if not isinstance(extension, dict) or not isinstance(extension.get("valueBoolean"), bool):
            continue
        url = str(extension.get("url", ""))
        for code in _NOTES:
            if url.endswith((f"/{code}", f"#{code}")):
                flags[_FLAG[code.replace("-", "_")]] = extension["valueBoolean"]
    return flags


_FLAG = {"selective_session": "selective", "technique_changed": "technique_changed",
         "technical_success": "technical_success", "planned_second_step": "second_step"}  # fmt: skip


def _by_day(parts: Sequence[_Part]) -> list[Session]:
    """Procedures of one day are one session; PCS chemotherapy and occlusion of one day are one TACE."""
    days: dict[date, list[_Part]] = {}
    sessions = [part.session for part in parts if part.session.when is None and not part.pcs]
    for part in parts:
        if part.session.when is not None:
            days.setdefault(part.session.when, []).append(part)
    for same_day in days.values():
        sessions += _one_day(same_day)
    return sessions


def _one_day(parts: Sequence[_Part]) -> list[Session]:
    whole = [p.session for p in parts if not p.pcs]
    pcs = {p.pcs for p in parts if p.pcs}
    if "chemo" in pcs and all(s.kind == "embolization" for s in whole) and (whole or "occlusion" in pcs):
        whole = [replace(_merged([p.session for p in parts]), kind="tace")]
    elif "occlusion" in pcs and not whole:
        whole = [_merged([p.session for p in parts if p.pcs])]
    kinds = list(dict.fromkeys(s.kind for s in whole))
    if len(kinds) > 1 and "embolization" in kinds:  # the bill of a session whose kind another resource tells
        told = next(k for k in kinds if k != "embolization")
        whole = [replace(s, kind=told) if s.kind == "embolization" else s for s in whole]
        kinds.remove("embolization")
    return [_merged([s for s in whole if s.kind == kind]) for kind in kinds]


def _merged(sessions: Sequence[Session]) -> Session:
    def one(values: Iterable[bool | None]) -> bool | None:
        told = {v for v in values if v is not None}
        return told.pop() if len(told) == 1 else None

    return Session(
        evidence=tuple(dict.fromkeys(e for s in sessions for e in s.evidence)),
        kind=sessions[0].kind,
        when=sessions[0].when,
        latest=max((s.latest for s in sessions if s.latest), default=None),
        lesions=tuple(dict.fromkeys(x for s in sessions for x in s.lesions)),
        selective=one(s.selective for s in sessions),
        technique_changed=one(s.technique_changed for s in sessions),
        technical_success=one(s.technical_success for s in sessions),
        second_step=one(s.second_step for s in sessions),
        intent=next((s.intent for s in sessions if s.intent), ""),
    )


def _with_notes(session: Session, notes: Sequence[SessionNote]) -> Session:
    """What Observations say of this session: by partOf, else by the same day."""
    found: dict[str, set[bool]] = {}
    for name in _FLAG.values():
        if (stated := getattr(session, name)) is not None:
            found[name] = {stated}
    for note in notes:
        names_it = note.session in session.evidence
        same_day = not note.session and note.when is not None and note.when.day == session.when
        if names_it or same_day:
            found.setdefault(_FLAG[note.name], set()).add(note.value)
    # Contradicting statements about one session leave it untold.
    flags = {name: values.pop() if len(values) == 1 else None for name, values in found.items()}
    return replace(session, **flags) if flags else session  # type: ignore[arg-type]


def _treatment(procedure: Resource, moment: Moment | None, reading: Reading) -> list[Treatment]:
    said = concepts(procedure.get("code"))
    local = _local(procedure, reading)
    found = [_OTHER[c] for c in said if c in _OTHER] + ([_LOCAL_OTHER[local]] if local in _LOCAL_OTHER else [])
    text = " ".join(texts(procedure.get("code")))
    if not found and not said:
        found = [("resection", "resection")] if RESECTION.search(text) else []
        found += [("ablation", "ablation")] if ABLATION.search(text) else []
    when = moment.day if moment is not None else None
    return [Treatment(kind, label, when, name_of(procedure)) for kind, label in dict.fromkeys(found)]


def _left_behind(procedure: Resource, moment: Moment | None, reading: Reading) -> None:
    """A bilioenteric anastomosis stays; dialysis twice within the last week is dialysis."""
    text = " ".join(texts(procedure.get("code")))
    local = _local(procedure, reading)
    name = name_of(procedure)
    when = moment.day if moment is not None else None
    if ANASTOMOSIS.search(text) or local == "bilioenteric-anastomosis":
        reading.states["bilioenteric_anastomosis"] = Fact(
            "bilioenteric_anastomosis", True, when, name, "yes by a Procedure", state=True
        )
    if (DIALYSIS.search(text) or local == "dialysis") and when is not None and (reading.clock.today - when).days <= 7:
        reading.dialyses.append((when, name))
        if len({day for day, _ in reading.dialyses}) >= 2:
            reading.states["dialysis_twice_weekly"] = Fact(
                "dialysis_twice_weekly", True, when, name, "yes, twice within a week by Procedures", state=True
            )
