"""Which facts the Observations may tell, and when each was: a look at code and date, before anything is validated."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter

from cards.facts import FACTS
from cards.record import record
from service.fhir.read import codes
from service.fhir.read.codings import as_list, codings, reference
from service.fhir.read.local_codes import Entry, LocalCodes
from service.fhir.read.reading import Reading, Resource, name_of, status_of
from service.fhir.read.when import Moment, observed

FACT_OF = {
    "lab.bilirubin_total": "bilirubin",
    "lab.albumin": "albumin",
    "lab.inr": "inr",
    "lab.pt_patient": "pt",
    "lab.pt_control": "pt_control",
    "lab.creatinine": "creatinine",
    "lab.sodium": "sodium",
    "lab.platelets": "platelets",
    "lab.alt": "alt",
    "lab.ast": "ast",
    "lab.afp": "afp",
    "lab.afp_l3_percent": "afp_l3",
    "lab.dcp_pivka2": "dcp",
    "score.ecog": "ecog",
    "score.ecog_interpretation": "ecog",
    "score.child_pugh": "child_pugh_class",
    "score.bclc": "bclc_stage",
    "score.tnm_m": "extrahepatic_spread",
    "obs.tumor_size": "nodule_size",
    "obs.tumor_size_longest": "nodule_size",
    **{f"own.{name}": name for name in FACTS},
}


@record(frozen=True, slots=True)
class Candidate:
    """An Observation (or a questionnaire's answer in the same form) that may tell a fact."""

    resource: Resource
    when: Moment | None
    preliminary: bool = False
    entry: Entry | None = None
    measured: str = ""


def facts_of(resource: Resource, reading: Reading) -> Sequence[tuple[str, Entry | None, str]]:
    """The facts an Observation's codes tell: (fact, local-code entry, what the code measures)."""
    pairs = tuple(codings(resource.get("code")))
    told, is_contradictory = (
        _facts_told(pairs)
        if reading.local_codes is None and len(pairs) <= _MOST_CODES
        else _with_local(pairs, reading.local_codes)
    )
    if is_contradictory:
        reading.reject(resource, "its codes name two different measurements", told[0][0])
        return ()
    return told


_MOST_CODES = 8  # of one Observation that are remembered together; the memo is bounded in number only
Told = tuple[tuple[tuple[str, Entry | None, str], ...], bool]


def _with_local(pairs: Sequence[tuple[str, str]], local_codes: LocalCodes | None) -> Told:
    found: dict[str, tuple[str, Entry | None, str]] = {}
    excluded = False
    for system, code in pairs:
        entry = local_codes.match(system, code) if local_codes is not None else None
        if entry is not None and entry.target == "fact":
            found.setdefault(entry.name, (entry.name, entry, ""))
            continue
        told, is_another = _told(system, code)
        excluded = excluded or is_another
        for fact, measured in told:
            found.setdefault(fact, (fact, None, measured))
    measurements = {_SAME_MEASUREMENT.get(fact, fact) for fact in found}
    return tuple(found.values()), bool(found) and (excluded or len(measurements) > 1)


@lru_cache(maxsize=4096)
def _facts_told(pairs: tuple[tuple[str, str], ...]) -> Told:
    """The same few codes come again and again."""
    return _with_local(pairs, None)


@lru_cache(maxsize=4096)
def _told(system: str, code: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    """The facts one code tells, each with what it measures; whether it is one that must never be read as another."""
    concepts = codes.lookup(system, code)
    facts = dict.fromkeys(FACT_OF[c] for c in concepts if c in FACT_OF)
    measured = codes.rows_of(system, code)[0].measured if facts else ""
    is_another = any(c.endswith("EXCLUDE") or "_NOT_" in c for c in concepts)
    return tuple((fact, measured if fact in _MEASURED else "") for fact in facts), is_another


_MEASURED = frozenset({"bilirubin", "albumin", "creatinine"})
_SAME_MEASUREMENT = {"child_pugh_class": "child_pugh_score"}


def dated(resource: Resource, reading: Reading, reports: Mapping[str, Moment]) -> Moment | None:
    """effective[x]; else the DiagnosticReport that names the Observation; else issued."""
    clock = reading.clock
    moment = observed(resource, clock)
    if moment is None and reports:
        moment = reports.get(name_of(resource))
    return moment or clock.moment(resource.get("issued"))


def newest_first(found: Sequence[Candidate]) -> Sequence[Candidate]:
    if len(found) < 2:
        return found
    dated_ones = [c for c in found if c.when is not None]
    dated_ones.sort(key=attrgetter("when.order"), reverse=True)
    return dated_ones if len(dated_ones) == len(found) else dated_ones + [c for c in found if c.when is None]


def report_dates(reports: Iterable[Resource], observations: Iterable[Resource], reading: Reading) -> dict[str, Moment]:
    """Observation → when the DiagnosticReport, or the panel, that names it was; a report names a panel's members too."""
    panels = [o for o in observations if o.get("hasMember")]
    members = {name_of(panel): _named(panel, "hasMember", reading) for panel in panels}
    found: dict[str, Moment] = {}
    waiting = deque(
        (name, moment)
        for holder, element in (*((p, "hasMember") for p in panels), *((r, "result") for r in reports))
        if (moment := _report_date(holder, element, reading)) is not None
        for name in _named(holder, element, reading)
    )
    while waiting:
        name, moment = waiting.popleft()
        if name not in found:
            found[name] = moment
            waiting.extend((member, moment) for member in members.get(name, ()))
    return found


def _report_date(holder: Resource, element: str, reading: Reading) -> Moment | None:
    if status_of(holder) in ("entered-in-error", "cancelled"):
        return None
    moment = observed(holder, reading.clock)
    return moment if element == "hasMember" else moment or reading.clock.moment(holder.get("issued"))


def _named(holder: Resource, element: str, reading: Reading) -> list[str]:
    return [reading.resolved(reference(named)) for named in as_list(holder.get(element))]
