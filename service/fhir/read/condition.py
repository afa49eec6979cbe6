"""Conditions → the liver tumor, findings that are present, and findings that are stated to be absent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cards.facts import FACTS, Fact, Scalar, Tumor
from cards.words import listed
from service.fhir.read.codings import as_list, code_word, code_words, codings, concepts, reference, texts
from service.fhir.read.local_codes import Entry
from service.fhir.read.reading import Reading, Resource, name_of
from service.fhir.read.when import Moment

# Concept → (fact, value while present, value where refuted: None where that leaves the fact open); docs/data.md shows it
FINDINGS: Mapping[str, tuple[str, Scalar, Scalar | None]] = {
    "finding.ascites": ("ascites_grade", "present", "none"),
    "finding.hepatic_encephalopathy": ("encephalopathy_grade", "present", 0),
    "finding.hepatic_coma": ("encephalopathy_grade", 4, None),
    "finding.jaundice": ("jaundice", True, False),
    "finding.hepatorenal": ("hepatorenal_syndrome", True, False),
    "finding.varices": ("varices_at_risk", True, False),
    "finding.varices_bleeding": ("active_bleeding", True, False),
    "finding.gi_bleeding": ("active_bleeding", True, False),
    "finding.biliary_obstruction": ("biliary_obstruction", True, False),
    "finding.sbp": ("active_infection", True, None),
    "finding.anticoagulant_use": ("anticoagulated", True, False),
    "finding.carcinoid_syndrome": ("symptomatic", True, None),
    "tumor.extrahepatic_spread": ("extrahepatic_spread", True, None),
    "tumor.hcc_metastatic": ("extrahepatic_spread", True, False),
    "tumor.portal_vein_thrombosis": ("portal_vein_thrombosis", True, False),
    **{f"own.{name}": (name, True, False) for name, spec in FACTS.items() if spec.kind == "boolean"},
}
_TUMORS = {
    "tumor.hcc": "hcc",
    "tumor.hcc_morphology": "hcc",
    "tumor.hcc_metastatic": "hcc",
    "tumor.icca": "icc",
    "tumor.combined_hcc_icca": "other-primary",
    "tumor.hepatoblastoma": "other-primary",
    "tumor.liver_primary_other": "other-primary",
    "tumor.perihilar_extrahepatic_cca_NOT_icca": "other-primary",
    "tumor.net_liver_metastasis": "neuroendocrine-metastasis",
    "tumor.liver_metastasis": "metastasis",
}
_UNSETTLED = {
    "tumor.liver_unspecified_primary_or_secondary": "coded as a liver neoplasm, primary or secondary not told",
    "tumor.liver_primary_type_not_told": "coded as a primary liver cancer, type not told",
    "tumor.cca_site_not_told": "coded as a cholangiocarcinoma, site not told",
}
_PRIMARIES = {
    "tumor.colorectal_primary": "colorectal-metastasis",
    "tumor.neuroendocrine": "neuroendocrine-metastasis",
    "tumor.uveal_melanoma": "melanoma-metastasis",
    "tumor.cutaneous_melanoma": "melanoma-metastasis",
    "tumor.breast": "other-metastasis",
}
_TEXT = re.compile(
    r"(?:primary |unresectable |multifocal |recurrent |advanced )*(?:"
    r"(?P<hcc>hepatocellular (?:carcinoma|cancer)(?: \(?hcc\)?)?|hcc|hepatoma)"
    r"|(?P<icc>intrahepatic cholangiocarcinoma|icca|icc)"
    r"|(?P<colorectal>colorectal (?:cancer )?liver metastas[ie]s|liver metastas[ie]s (?:of|from) colorectal (?:cancer|carcinoma))"
    r"|(?P<metastasis>liver metastas[ie]s|hepatic metastas[ie]s|metastas[ie]s to liver)"
    r")(?: of (?:the )?liver)?(?:,? (?:segment|seg\.?) [1-8iv]+)?",
    re.I,
)
_RUPTURE = re.compile(r"(?:spontaneous(?:ly)? )?ruptur(?:e|ed)(?: of)?(?: the)? (?:hcc|hepatocellular carcinoma|liver tumou?r|"
                      r"hepatoma|tumou?r of (?:the )?liver)", re.I)  # fmt: skip
_ANASTOMOSIS = re.compile(r"\b(bilio-?enteric|bilio-?digestive) anastomosis\b|\bhepaticojejunostomy status\b", re.I)
_DIALYSIS = re.compile(r"\bdependence on (?:renal )?(?:hemo)?dialysis\b|\bdialysis[- ]dependent\b", re.I)
_LINK = "mcode-related-primary-cancer-condition"
PRESENT, REFUTED, UNCONFIRMED, OVER, IGNORED = "present", "refuted", "unconfirmed", "over", "ignored"


@dataclass(slots=True)
class Tumors:
    """What Conditions say of liver tumors, before it is decided."""

    kinds: dict[str, list[str]] = field(default_factory=dict)
    primaries: dict[str, list[str]] = field(default_factory=dict)
    past_primaries: dict[str, list[str]] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    unsettled: list[tuple[str, str]] = field(default_factory=list)
    text_only: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    primary_of: dict[str, str] = field(default_factory=dict)
    site_not_told: set[str] = field(default_factory=set)


def standing(condition: Resource, reading: Reading) -> str:
    """Whether a Condition is present, refuted, unconfirmed, over, or none of the moment asked."""
    verification = set(code_words(condition.get("verificationStatus")))
    if "entered-in-error" in verification:
        return IGNORED
    recorded = _recorded(condition, reading)
    if recorded is not None and reading.clock.is_later(recorded):
        return IGNORED
    if "refuted" in verification:
        return REFUTED
    if _OVER_WORDS & set(code_words(condition.get("clinicalStatus"))) or _abated(condition, reading):
        return OVER
    return UNCONFIRMED if verification & _UNCONFIRMED_WORDS else PRESENT


_OVER_WORDS = frozenset({"inactive", "remission", "resolved"})
_UNCONFIRMED_WORDS = frozenset({"provisional", "differential", "unconfirmed"})


def _recorded(condition: Resource, reading: Reading) -> Moment | None:
    clock = reading.clock
    return clock.moment(condition.get("recordedDate")) or clock.moment(condition.get("onsetDateTime"))


def _abated(condition: Resource, reading: Reading) -> bool:
    moment = reading.clock.moment(condition.get("abatementDateTime"))
    if moment is not None:
        return not reading.clock.is_later(moment)
    if condition.get("abatementBoolean") is True:
        return True
    period = condition.get("abatementPeriod")
    start = reading.clock.moment(period.get("start")) if isinstance(period, dict) else None
    if start is not None and reading.clock.is_later(start):
        return False
    return any(map(condition.get, _ABATEMENTS))


_ABATEMENTS = ("abatementString", "abatementAge", "abatementPeriod", "abatementRange")


def read_conditions(conditions: Iterable[Resource], reading: Reading, primary_hint: Sequence[str] = ()) -> Tumor:
    """Findings into the reading; the liver tumor as the answer.

    primary_hint   references or tumor kinds that the order names as its reason: they settle between several tumors
    """
    tumors = Tumors()
    for condition in conditions:
        _condition(condition, reading, tumors)
    tumor = _decided(tumors, primary_hint)
    spread = reading.states.get("extrahepatic_spread")
    if spread is not None and spread.evidence in tumors.site_not_told and not tumor.is_hcc:
        del reading.states["extrahepatic_spread"]  # the site not told may be the liver metastasis itself
    return tumor


def _condition(condition: Resource, reading: Reading, tumors: Tumors) -> None:
    if not reading.has_code(condition):
        return
    said = concepts(condition.get("code"))
    entries = _local(condition, reading)
    findings = [*(FINDINGS[c] for c in sorted(said) if c in FINDINGS), *_entry_findings(entries), *_named(condition)]
    tumor = _tumor_kinds(condition, said, entries)
    relevant = findings or tumor or said & (_UNSETTLED.keys() | _PRIMARIES.keys() | _NOTED.keys())
    if not relevant or not reading.is_ours(condition):
        return
    how = standing(condition, reading)
    if how == IGNORED or not reading.valid(condition):
        return
    if how == OVER:
        _primaries(condition, said, tumors, tumors.past_primaries)
        return
    _collect(condition, how, said, tumor, tumors, reading)
    for name, present, absent in findings:
        if name == "extrahepatic_spread" and "tumor.metastasis_site_not_told" in said:
            absent = False  # no metastasis of any site
        _finding(condition, how, name, present, absent, reading)


_NOTED = {
    "finding.hepatic_failure_unspecified": "hepatic failure is coded without coma: whether that means encephalopathy "
    "is not told",
    "finding.ascites_malignant": "malignant ascites is recorded: not a sign of portal hypertension, not scored",
    "tumor.metastasis_site_not_told": "a metastasis is recorded without its site: whether it is outside the liver is not "
    "told",
    "tumor.net_metastasis_other": "a neuroendocrine metastasis is recorded without its site",
    "tumor.history": "a history of liver cancer is recorded",
}


def _local(condition: Resource, reading: Reading) -> list[Entry]:
    if reading.local_codes is None:
        return []
    found = (reading.local_codes.match(system, code) for system, code in codings(condition.get("code")))
    return [entry for entry in found if entry is not None]


def _entry_findings(entries: Sequence[Entry]) -> list[tuple[str, Scalar, Scalar | None]]:
    found: list[tuple[str, Scalar, Scalar | None]] = []
    for entry in entries:
        if entry.target != "fact" or (entry.value is None and FACTS[entry.name].kind != "boolean"):
            continue
        present = True if entry.value is None else entry.value
        absent = False if present is True else _NONE.get(entry.name)
        found.append((entry.name, present, None if absent == present else absent))
    return found


_NONE: Mapping[str, Scalar] = {"ascites_grade": "none", "encephalopathy_grade": 0, "portal_vein_invasion": "none"}


def _named(condition: Resource) -> list[tuple[str, Scalar, Scalar | None]]:
    """Findings without a code of their own, by the whole name or a fixed phrase in it."""
    found: list[tuple[str, Scalar, Scalar | None]] = []
    for text in texts(condition.get("code")):
        if _RUPTURE.fullmatch(text.strip()):
            found.append(("tumor_rupture", True, False))
        if _ANASTOMOSIS.search(text):
            found.append(("bilioenteric_anastomosis", True, False))
        if _DIALYSIS.search(text):
            found.append(("dialysis_twice_weekly", True, False))
    return list(dict.fromkeys(found))


def _tumor_kinds(condition: Resource, said: set[str], entries: Sequence[Entry]) -> dict[str, bool]:
    """Kind of liver tumor → whether it is told by text alone."""
    kinds = {_TUMORS[c]: False for c in said if c in _TUMORS}
    kinds |= {e.name: False for e in entries if e.target == "tumor"}
    if kinds or said:
        return kinds
    for text in texts(condition.get("code")):
        match = _TEXT.fullmatch(" ".join(text.split()))
        if match:
            named = next(name for name, value in match.groupdict().items() if value)
            kinds.setdefault({"colorectal": "colorectal-metastasis"}.get(named, named), True)
    return kinds


def _collect(
    condition: Resource, how: str, said: set[str], kinds: Mapping[str, bool], tumors: Tumors, reading: Reading
) -> None:
    name = name_of(condition)
    if kinds and how == UNCONFIRMED:
        status = code_word(condition.get("verificationStatus"))
        tumors.unsettled.append((f"{_shown(kinds)} is recorded as {status}", name))
    elif kinds and how == REFUTED:
        tumors.notes.append(f"{_shown(kinds)} is recorded as refuted ({name})")
    elif kinds:
        for kind, by_text in kinds.items():
            tumors.kinds.setdefault(kind, []).append(name)
            if by_text:
                tumors.text_only.append(name)
        tumors.links += _primary_links(condition, reading)
    if how == PRESENT:
        _around_the_tumor(condition, said, tumors)
        _stage(condition, reading)


def _shown(kinds: Iterable[str]) -> str:
    return listed((_WORDS.get(kind, "liver metastasis") for kind in sorted(kinds)), "or")


def _around_the_tumor(condition: Resource, said: set[str], tumors: Tumors) -> None:
    """What a present Condition says beside the kind of liver tumor: the primary, what is unsettled, what to note."""
    name = name_of(condition)
    tumors.notes += [f"{_NOTED[c]} ({name})" for c in sorted(said) if c in _NOTED]
    if "tumor.metastasis_site_not_told" in said:
        tumors.site_not_told.add(name)
    tumors.unsettled += [(words, name) for concept, words in _UNSETTLED.items() if concept in said]
    _primaries(condition, said, tumors, tumors.primaries)


def _primaries(condition: Resource, said: set[str], tumors: Tumors, found: dict[str, list[str]]) -> None:
    """A primary elsewhere; one that was resected is still the primary of its metastasis."""
    for concept, kind in _PRIMARIES.items():
        if concept in said:
            found.setdefault(kind, []).append(name_of(condition))
            tumors.primary_of[name_of(condition)] = kind


def _primary_links(condition: Resource, reading: Reading) -> list[str]:
    """mCODE relatedPrimaryCancerCondition."""
    linked = (e for e in as_list(condition.get("extension")) if isinstance(e, dict))
    return [
        reading.resolved(reference(e.get("valueReference"))) for e in linked if str(e.get("url", "")).endswith(_LINK)
    ]


_BCLC = re.compile(
    r"(?P<system>BCLC|Barcelona Clinic Liver Cancer)?[\s:-]*(?:stage)?[\s:]*(?P<stage>[0ABCD])[1-3]?", re.I
)


def _stage(condition: Resource, reading: Reading) -> None:
    """A BCLC stage written in Condition.stage.summary: shown beside the derived one.

    The system is named in the text or by the type; like its Condition the stage is a state, and needs no date.
    """
    for stage in as_list(condition.get("stage")):
        if not isinstance(stage, dict):
            continue
        is_bclc = bool(concepts(stage.get("type")) & {"score.bclc", "score.bclc_method"})
        for text in texts(stage.get("summary")):
            match = _BCLC.fullmatch(text.strip())
            if match and (match["system"] or is_bclc):
                word, moment = match["stage"].upper(), _recorded(condition, reading)
                when = moment.day if moment else None
                reading.add(Fact("bclc_stage", word, when, name_of(condition), word, state=True))


def _finding(
    condition: Resource, how: str, name: str, present: Scalar, absent: Scalar | None, reading: Reading
) -> None:
    moment = _recorded(condition, reading)
    when = moment.day if moment is not None else None
    ref = name_of(condition)
    if how == PRESENT:
        words = "present" if present is True or present == "present" else str(present)
        earlier = reading.states.get(name)
        fact = Fact(name, present, when, ref, f"{words} as a Condition", state=True)
        if earlier is None or earlier.value == "present":
            reading.states[name] = fact
    elif how == REFUTED and name in FACTS and absent is not None:
        said = str(absent) if not isinstance(absent, bool) else "no"
        reading.add(Fact(name, absent, when, ref, f"{said} (Condition refuted)"))
    elif how == UNCONFIRMED:
        label = FACTS[name].label if name in FACTS else name.replace("_", " ")
        reading.remarks.append(f"{label} is recorded as {code_word(condition.get('verificationStatus'))} ({ref})")


# Which tumor it is


def _decided(tumors: Tumors, hint: Sequence[str]) -> Tumor:
    """One kind, or unknown with the reason: several kinds settle nothing unless the order names one."""
    kinds = _with_primary(tumors)
    notes = tuple(dict.fromkeys(tumors.notes + [f"text only, please code: {n}" for n in tumors.text_only]))
    evidence = tuple(dict.fromkeys(n for names in kinds.values() for n in names))
    stated = bool(kinds or tumors.unsettled)
    if len(kinds) > 1:
        chosen = _chosen(tumors, kinds, hint)
        if chosen:
            kinds = {chosen: kinds[chosen]}
    if len(kinds) == 1:
        kind = next(iter(kinds))
        return Tumor(kind, f"{_WORDS[kind]} ({listed(kinds[kind])})", tuple(kinds[kind]), notes, True)
    if kinds:
        because = f"several liver tumors are recorded: {listed(_WORDS[k] for k in kinds)}"
        return Tumor("unknown", because, evidence, notes, True)
    if tumors.unsettled:
        because = "; ".join(f"{words} ({name})" for words, name in tumors.unsettled)
        return Tumor(
            "unknown", f"tumor type not settled: {because}", tuple(n for _, n in tumors.unsettled), notes, stated
        )
    return Tumor(notes=notes)


_WORDS = {
    "hcc": "HCC",
    "icc": "intrahepatic cholangiocarcinoma",
    "neuroendocrine-metastasis": "liver metastasis of a neuroendocrine tumor",
    "colorectal-metastasis": "liver metastasis of colorectal cancer",
    "melanoma-metastasis": "liver metastasis of melanoma",
    "other-metastasis": "liver metastasis, primary other or not told",
    "other-primary": "another primary liver tumor",
}


def _with_primary(tumors: Tumors) -> dict[str, list[str]]:
    """Metastasis of a told primary: by mCODE's link, else by the only primary recorded."""
    kinds = {k: list(v) for k, v in tumors.kinds.items() if k != "metastasis"}
    found = tumors.kinds.get("metastasis")
    if found is None:
        return kinds
    if any(kind.endswith("-metastasis") for kind in kinds):
        return kinds
    linked = {tumors.primary_of[ref] for ref in tumors.links if ref in tumors.primary_of}
    recorded = tumors.primaries or tumors.past_primaries
    candidates = linked or set(recorded)
    kind = next(iter(candidates)) if len(candidates) == 1 else "other-metastasis"
    if len(candidates) > 1:
        tumors.notes.append(f"primary of the metastasis not told: {listed(sorted(candidates), 'or')}")
    kinds[kind] = list(dict.fromkeys((*found, *recorded.get(kind, ()))))
    return kinds


def _chosen(tumors: Tumors, kinds: Mapping[str, list[str]], hint: Sequence[str]) -> str:
    """The kind that the order gives as its reason."""
    named = {kind for kind, names in kinds.items() if kind in hint or any(name in hint for name in names)}
    return named.pop() if len(named) == 1 else ""


def tumor_kinds_of(concept: object) -> list[str]:
    """Liver tumor kinds that one CodeableConcept (an order's reason) names."""
    said = concepts(concept)
    return [_TUMORS[c] for c in said if c in _TUMORS and _TUMORS[c] != "metastasis"]
