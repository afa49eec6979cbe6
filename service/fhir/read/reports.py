"""DiagnosticReports → what their text says, dated: suggestions for the worksheet, which a person confirms or not.

Nothing here becomes a fact: read_facts never calls it.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo

from cards.facts import FACTS
from cards.record import record
from service.fhir.read.codings import as_list
from service.fhir.read.reading import Reading, Resource, name_of, status_of
from service.fhir.read.report_text import Said, said_in
from service.fhir.read.when import Clock, observed

_COUNTED = frozenset({"final", "amended", "corrected", "appended"})
_ABOUT_A_SESSION = frozenset({"mrecist_response", "viable_percent"})
_LONGEST_TEXT = 100_000


@record(frozen=True, slots=True)
class FromReport:
    """One sentence's statement: of which report, of which day."""

    said: Said
    report: str
    when: date

    @property
    def about_a_session(self) -> bool:
        return self.said.fact in _ABOUT_A_SESSION


def found_in_reports(
    resources: Sequence[Resource], *, patient: str, asked: datetime, zone: tzinfo, since: date | None, days: int
) -> list[FromReport]:
    """The newest statement of each fact, of final reports of this patient that are later than `since` and at most `days` old.

    since   the last treatment: what imaging said before it is not today's
    Two statements of one day that differ are both offered.
    """
    reading = Reading(Clock(asked, zone), patient.removeprefix("Patient/"))
    today = asked.astimezone(zone).date()
    found: dict[str, list[FromReport]] = {}
    for each in sorted(_told(resources, reading), key=lambda f: f.when, reverse=True):
        current = each.when >= today - timedelta(days=days) and (since is None or each.when > since)
        earlier = found.setdefault(each.said.fact, [])
        repeated = any(e.said.value == each.said.value for e in earlier)
        if current and not repeated and (not earlier or earlier[0].when == each.when):
            earlier.append(each)
    return [each for name in FACTS for each in found.get(name, ())]


def _told(resources: Sequence[Resource], reading: Reading) -> Iterator[FromReport]:
    for report in resources:
        if report.get("resourceType") != "DiagnosticReport" or status_of(report) not in _COUNTED:
            continue
        moment = observed(report, reading.clock)
        if moment is None or moment.partial or reading.clock.is_later(moment) or not reading.names_patient(report):
            continue
        for said in said_in(_text(report)):
            yield FromReport(said, name_of(report), moment.day)


def _text(report: Resource) -> str:
    """The conclusion, and forms in plain text."""
    conclusion = report.get("conclusion")
    parts = [conclusion if isinstance(conclusion, str) else "", *map(_plain, as_list(report.get("presentedForm")))]
    return "\n".join(part for part in parts if part)[:_LONGEST_TEXT]


def _plain(form: object) -> str:
    if not isinstance(form, dict) or not str(form.get("contentType", "")).lower().startswith("text/plain"):
        return ""
    try:
        return base64.b64decode(str(form.get("data", "")), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
