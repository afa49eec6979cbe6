"""What was known at a moment: nothing dated later, and what is over by now as it was then."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cards.record import record
from service.fhir.read.codings import as_list, code_words, local, reference
from service.fhir.read.reading import name_of, status_of
from service.fhir.read.when import Clock, Moment

Resource = dict[str, Any]

# Each tells when something was, or when it came to be known: one of them later than the moment, and it is not used.
_DATES = ("effectiveDateTime", "effectiveInstant", "issued", "recordedDate", "onsetDateTime", "performedDateTime",
          "authoredOn", "authored", "dateAsserted", "occurrenceDateTime")  # fmt: skip
_STARTS = ("effectivePeriod", "performedPeriod", "onsetPeriod", "occurrencePeriod")
_WHOLE = {"Observation": "effectivePeriod", "Procedure": "performedPeriod", "DiagnosticReport": "effectivePeriod"}
_ASSERTED = "condition-assertedDate"
_OVER = frozenset({"inactive", "remission", "resolved"})
_ABATEMENT = ("abatementDateTime", "abatementPeriod", "abatementString", "abatementAge", "abatementRange")


@record(frozen=True, slots=True)
class Dated:
    """A resource with every date that says when it was, or when it was recorded: read once, asked at many moments."""

    resource: Resource
    dates: tuple[Moment, ...]

    def is_later(self, clock: Clock) -> bool:
        return any(_after(moment, clock) for moment in self.dates)


def known_at(record: Iterable[Dated], clock: Clock) -> list[Resource]:
    """The record as of the moment asked.

    Left out: what is dated later in any of its dates; results that only a later report dates. Set back: a Condition that
    abated later is active, a drug whose period ended later is being given. Undated resources stay: they are shown, and
    only a Condition counts without a date.
    """
    kept: list[Resource] = []
    later: list[Resource] = []
    for dated in record:
        (later if dated.is_later(clock) else kept).append(dated.resource)
    hidden = _results_of(later) - _results_of(kept)
    return [_as_then(r, clock) for r in kept if not (hidden and name_of(r) in hidden and _undated(r))]


def dates_of(resource: Mapping[str, Any], clock: Clock) -> list[Moment]:
    """Every date that says when it was, or when it was recorded."""
    stated = [resource[name] for name in _DATES if name in resource]
    for name in _STARTS:
        period = resource.get(name)
        if isinstance(period, dict):
            stated.append(period.get("start"))
            if _WHOLE.get(str(resource.get("resourceType"))) == name:
                stated.append(period.get("end"))
    for extension in as_list(resource.get("extension")):
        if isinstance(extension, dict) and str(extension.get("url", "")).endswith(_ASSERTED):
            stated.append(extension.get("valueDateTime"))
    return [m for m in map(clock.moment, stated) if m is not None]


def _after(moment: Moment, clock: Clock) -> bool:
    """Strictly later: no skew between clocks is allowed for, as it is in a live call."""
    if moment.instant is not None:
        return moment.instant > clock.asked
    return moment.day > clock.today


def _results_of(resources: Iterable[Resource]) -> set[str]:
    """What reports and panels name as their results."""
    holders = (r for r in resources if "result" in r or "hasMember" in r)
    return {
        local(reference(item))
        for holder in holders
        for element in ("result", "hasMember")
        for item in as_list(holder.get(element))
    }


def _undated(resource: Resource) -> bool:
    return not any(name in resource for name in (*_DATES, *_STARTS))


def _as_then(resource: Resource, clock: Clock) -> Resource:
    kind = resource.get("resourceType")
    if kind == "Condition":
        return _condition(resource, clock)
    if kind in ("MedicationStatement", "MedicationAdministration"):
        return _given(resource, resource.get("effectivePeriod"), clock)
    if kind == "MedicationRequest":
        dispensed = resource.get("dispenseRequest")
        return _given(resource, dispensed.get("validityPeriod") if isinstance(dispensed, dict) else None, clock)
    return resource


def _condition(condition: Resource, clock: Clock) -> Resource:
    """Over since a later day: it was present."""
    ended = clock.moment(condition.get("abatementDateTime"))
    period = condition.get("abatementPeriod")
    if ended is None and isinstance(period, dict):
        ended = clock.moment(period.get("start"))
    if ended is None or not _after(ended, clock):
        return condition
    then = {name: value for name, value in condition.items() if name not in _ABATEMENT}
    if _OVER & set(code_words(condition.get("clinicalStatus"))):
        del then["clinicalStatus"]
    return then


def _given(medication: Resource, period: object, clock: Clock) -> Resource:
    """Completed or stopped on a later day: it was active."""
    ended = clock.moment(period.get("end")) if isinstance(period, dict) else None
    if ended is None or not _after(ended, clock) or status_of(medication) not in ("completed", "stopped"):
        return medication
    return medication | {"status": "active"}


def without(record: Sequence[Dated], left_out: frozenset[str]) -> list[Dated]:
    """The record without some resources, and without what was observed as part of them."""
    if not left_out:
        return list(record)
    return [
        each
        for each in record
        if name_of(each.resource) not in left_out
        and not any(local(reference(part)) in left_out for part in as_list(each.resource.get("partOf")))
    ]
