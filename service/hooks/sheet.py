"""What the worksheet shows beside the assessment: derived values, the history, the summary, what report text offers."""

from typing import Any

from cards.assess import Assessment
from cards.current import last_treatment
from cards.derived import derived
from cards.eligibility.card import eligibility_card
from cards.questions import label, question
from cards.sources import SOURCES
from cards.timeline.history import timeline_rows
from cards.timeline.picture import timeline_svg
from service.fhir.read.reports import FromReport, found_in_reports
from service.fhir.write.questionnaire import suggested_answer
from service.hooks.case import Case, now
from service.settings import Settings

Json = dict[str, Any]
NARROW_PX = 360


def worksheet_members(assessment: Assessment, case: Case, settings: Settings) -> Json:
    """Members added to the assessment's JSON for `POST /assess?with=worksheet`."""
    card = eligibility_card(assessment.case, assessment.eligibility)
    members = {
        "summary": card.summary if card is not None else "",
        "values": derived(assessment.case),
        "questions": _questions(assessment),
        "timeline": _timeline(assessment),
        "fromReports": [_offered(each, assessment) for each in _reports(assessment, case, settings)],
        "sources": {key: source.label for key, source in SOURCES.items()},
        "remarks": list(assessment.case.facts.remarks),
    }
    return {name: value for name, value in members.items() if value not in ("", [], {})}


def _questions(assessment: Assessment) -> list[Json]:
    """What is missing, needed facts first: the link of the question and how the fact is named."""
    needed = [name for f in assessment.eligibility.deciding for name in f.missing]
    others = [name for f in assessment.eligibility.findings for name in f.missing]
    names = dict.fromkeys((*needed, *others))
    return [{"linkId": question(n).link, "label": label(n), **({"needed": True} if n in needed else {})} for n in names]


def _timeline(assessment: Assessment) -> Json:
    wide = timeline_svg(assessment, name="wide")
    if not wide:
        return {}
    narrow = timeline_svg(assessment, width=NARROW_PX, name="narrow")
    rows = [
        {"when": r.when.isoformat(), "what": r.what, "found": r.found, "evidence": list(r.evidence)}
        | ({"of": r.of} if r.of else {})
        for r in timeline_rows(assessment)
    ]
    return {"wide": wide, "narrow": narrow, "rows": rows}


def _reports(assessment: Assessment, case: Case, settings: Settings) -> list[FromReport]:
    session = last_treatment(assessment.case.facts.sessions)
    found = found_in_reports(
        case.resources,
        patient=case.patient,
        asked=case.as_of or now(settings),
        zone=settings.zone,
        since=session.latest if session else None,
        days=settings.imaging_days,
    )
    # a response is about a session: without a TACE there is nothing it could be about
    after_tace = session is not None and session.kind == "tace"
    return [each for each in found if after_tace or not each.about_a_session]


def _offered(each: FromReport, assessment: Assessment) -> Json:
    session = last_treatment(assessment.case.facts.sessions) if each.about_a_session else None
    return {
        "linkId": question(each.said.fact).link,
        "label": label(each.said.fact),
        "answer": suggested_answer(each.said.fact, each.said.value),
        "shown": str(each.said.value),
        "quote": each.said.quote,
        "report": each.report,
        "date": each.when.isoformat(),
        **({"session": session.when.isoformat()} if session is not None and session.when is not None else {}),
    }
