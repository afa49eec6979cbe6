"""Answers of completed questionnaires → Observations of the same form, so that they are read by the same rules."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from cards.facts import FACTS, Order, Paper, Tumor
from cards.questions import ORDERED, TUMOR_TYPES
from cards.record import record
from service.fhir.read.codes import LOINC, OWN_SYSTEM, SNOMED
from service.fhir.read.codings import as_list, reference
from service.fhir.read.order import LABELS
from service.fhir.read.reading import Reading, Resource, name_of, status_of

_COUNTED = frozenset({"completed", "amended"})
_BY_LINK = {spec.code: spec.code for spec in FACTS.values() if spec.code}
_BY_LINK |= {spec.name.replace("_", "-"): spec.code for spec in FACTS.values() if spec.code}
_STANDARD = {"bilirubin": "1975-2", "albumin": "1751-7", "inr": "6301-6", "creatinine": "2160-0", "sodium": "2951-2",
             "platelets": "777-3", "afp": "1834-1", "afp-l3": "42332-7", "dcp": "34444-0", "alt": "1742-6",
             "ast": "1920-8", "pt": "5902-2", "pt-control": "5901-4", "ecog": "89247-1", "nodule-size": "33728-7"}  # fmt: skip
_DEEPEST = 12
SESSION = "tace-session"
_LONGEST = 2000
_POLICY_FORM = re.compile(r"/Questionnaire/prior-auth-([^|/]+)(?:\|.*)?$")
_IN_WORDS = re.compile(r"item-(.+)\.text")


@record(frozen=True, slots=True)
class _Told:
    """One answer, and what the group it stands in says of it: its date, the segment, the session of that number."""

    link: str
    answer: Mapping[str, Any]
    when: str = ""
    segment: str = ""
    session: int = 0


def answers(responses: Iterable[Resource], reading: Reading) -> Iterator[dict[str, Any]]:
    """Each answer whose linkId is a code of ours (or names a laboratory value), as an Observation.

    Dated by the question "….date" of its group, else by `authored`. A yes/no, grade, word, number with unit, all as an
    Observation would carry them. Nested items are read too.
    """
    for response, found in _completed(responses, reading, lambda told: _code(told.link) is not None):
        for place, told in enumerate(found):
            earlier = sum(1 for other in found[:place] if other.link == told.link)
            yield _observation(response, told, f".{earlier + 1}" if earlier else "")


def sessions_told(responses: Iterable[Resource], reading: Reading) -> Iterator[dict[str, Any]]:
    """Each group "tace-session" that was answered, as a completed Procedure."""
    for response, found in _completed(responses, reading, lambda told: told.session > 0):
        for number in sorted({told.session for told in found}):
            own = [told for told in found if told.session == number]
            when = next((told.answer["valueDate"] for told in own if told.link == f"{SESSION}.date"), "")
            segment = next((told.segment for told in own if told.segment), "")
            yield {
                "resourceType": "Procedure",
                "id": _session_id(response, number),
                "status": "completed",
                "code": {"coding": [{"system": SNOMED, "code": "441525007"}], "text": "TACE"},
                **({"subject": response["subject"]} if isinstance(response.get("subject"), dict) else {}),
                **({"performedDateTime": when} if when else {}),
                **({"bodySite": [{"text": segment}]} if segment else {}),
            }


def answers_in_words(responses: Iterable[Resource], reading: Reading) -> tuple[Paper, ...]:
    """What a completed questionnaire of a payer's policy says of one required document in words: kind "policy:item"."""
    found = []
    for response in responses:
        named = _POLICY_FORM.search(str(response.get("questionnaire")))
        if named is None:
            continue
        for _, told in _completed([response], reading, lambda each: _IN_WORDS.fullmatch(each.link) is not None):
            for each in told:
                said, item = each.answer.get("valueString"), _IN_WORDS.fullmatch(each.link)
                authored = reading.clock.moment(response.get("authored"))
                if (
                    isinstance(said, str)
                    and said.strip()
                    and item
                    and not (authored and reading.clock.is_later(authored))
                ):
                    when = authored.day if authored is not None else None
                    kind = f"{named[1]}:{item[1]}"
                    found.append(Paper(kind, "answer", when, name_of(response), said.strip()[:_LONGEST]))
    return tuple(sorted(found, key=lambda paper: paper.when or date.min, reverse=True))


def _completed(
    responses: Iterable[Resource], reading: Reading, wanted: Callable[[_Told], bool]
) -> Iterator[tuple[Resource, list[_Told]]]:
    for response in responses:
        if status_of(response) not in _COUNTED or not reading.is_ours(response):
            continue
        found = [told for told in _told(response.get("item"), _Told("", {}), [0]) if wanted(told)]
        if found and reading.valid(response):
            yield response, found


def _told(items: object, around: _Told, sessions: list[int], depth: int = 0) -> Iterator[_Told]:
    """Every answer with what is said around it; sessions: how many groups of a session were met."""
    listed = [item for item in as_list(items) if isinstance(item, dict)] if depth < _DEEPEST else []
    around = replace(around, when=_date_in(listed) or around.when, segment=_segment_in(listed) or around.segment)
    for item in listed:
        inside = around
        if item.get("linkId") == SESSION:
            sessions[0] += 1
            inside = replace(around, session=sessions[0])
        given = [answer for answer in as_list(item.get("answer")) if isinstance(answer, dict)]
        if isinstance(item.get("linkId"), str):
            yield from (replace(inside, link=item["linkId"].strip(), answer=answer) for answer in given)
        yield from _told(item.get("item"), inside, sessions, depth + 1)
        for answer in given:
            yield from _told(answer.get("item"), inside, sessions, depth + 1)


def _date_in(items: Iterable[Mapping[str, Any]]) -> str:
    """What the question "….date" among these is answered with."""
    return next((answer["valueDate"] for answer in _answered(items, ".date", "valueDate", str)), "")


def _segment_in(items: Iterable[Mapping[str, Any]]) -> str:
    return next((f"segment {a['valueInteger']}" for a in _answered(items, ".segment", "valueInteger", int)), "")


def _answered(items: Iterable[Mapping[str, Any]], ending: str, name: str, kind: type) -> Iterator[Mapping[str, Any]]:
    for item in items:
        if str(item.get("linkId")).strip().endswith(ending):
            yield from (a for a in as_list(item.get("answer")) if isinstance(a, dict) and isinstance(a.get(name), kind))


def _session_id(response: Resource, number: int) -> str:
    return f"{name_of(response).removeprefix('QuestionnaireResponse/')}.{SESSION}.{number}"


def tumor_told(responses: Iterable[Resource], reading: Reading) -> Tumor | None:
    """The liver tumor as a completed questionnaire tells it (linkId "tumor-type"), where no Condition does; the latest counts."""
    _, kinds = _latest(responses, reading, "tumor-type", TUMOR_TYPES)
    if not kinds:
        return None
    if len({kind for kind, _ in kinds}) > 1:
        return Tumor(
            "unknown", "a questionnaire tells several liver tumors", tuple(n for _, n in sorted(kinds)), (), True
        )
    kind, name = kinds.pop()
    return Tumor(
        kind,
        f"{kind} as answered ({name})",
        (name,),
        (f"told by a questionnaire, please code the diagnosis: {name}",),
        True,
    )


def ordered_told(
    orders: tuple[Order, ...], drafts: Iterable[Resource], responses: Iterable[Resource], reading: Reading
) -> tuple[Order, ...]:
    """The orders, with the embolization that a completed questionnaire tells (linkId "ordered-procedure").

    Only where one order alone leaves it open, and by an answer that can be meant for it. What is decided so is said among
    the remarks.
    """
    open_ones = [order for order in orders if order.kind == "embolization"]
    if len(open_ones) != 1:
        return orders
    draft = next(draft for draft in drafts if name_of(draft) == open_ones[0].reference)
    meant = [response for response in responses if _is_meant_for(draft, response, reading)]
    _, told = _latest(meant, reading, "ordered-procedure", ORDERED)
    if len({word for word, _ in told}) > 1:
        reading.remarks.append("a questionnaire tells several procedures for the order: none of them counts")
    if len({word for word, _ in told}) != 1:
        return orders
    word, name = told.pop()
    kind = _KIND_OF_ANSWER[word]
    reading.remarks.append(f"the order is for {LABELS[kind]} as answered ({name}); please say so in the order")
    return tuple(replace(o, kind=kind, label=LABELS[kind]) if o is open_ones[0] else o for o in orders)


def _is_meant_for(order: Resource, response: Resource, reading: Reading) -> bool:
    """Whether an answer can be to this order: it is based on no other one, and not older than the order.

    Times are compared where both tell one, else days. An order that does not say when it was written can only be meant by
    an answer of today.
    """
    based_on = {reading.resolved(reference(each)) for each in as_list(response.get("basedOn"))}
    named = {each for each in based_on if each and not each.startswith("CarePlan/")}
    if named and name_of(order) not in named:
        return False
    written, authored = (reading.clock.moment(text) for text in (order.get("authoredOn"), response.get("authored")))
    if authored is None:
        return False
    if written is None:
        return authored.day >= reading.clock.today
    if written.instant is not None and authored.instant is not None:
        return authored.instant >= written.instant
    return authored.day >= written.last_day


_KIND_OF_ANSWER = dict(zip(ORDERED, ("tace", "tae", "y90"), strict=True))


def _latest(
    responses: Iterable[Resource], reading: Reading, link: str, words: Sequence[str]
) -> tuple[date | None, set[tuple[str, str]]]:
    """The latest day on which a question was answered with one of these words, and (word, questionnaire) of that day."""
    told: list[tuple[date, str, str]] = []
    for response in responses:
        if status_of(response) not in _COUNTED or not reading.is_ours(response):
            continue
        authored = reading.clock.moment(response.get("authored"))
        if authored is None or reading.clock.is_later(authored) or not reading.valid(response):
            continue
        for each in _told(response.get("item"), _Told("", {}), [0]):
            coding = each.answer.get("valueCoding")
            word = coding.get("code") if isinstance(coding, dict) else each.answer.get("valueString")
            if each.link == link and word in words:
                told.append((authored.day, str(word), name_of(response)))
    day = max((day for day, _, _ in told), default=None)
    return day, {(word, name) for on, word, name in told if on == day}


def answers_by(fact: str) -> str:
    """The linkId by which an answer tells a fact; "" where none does.

    >>> answers_by("bilirubin"), answers_by("ascites_grade"), answers_by("bclc_stage")
    ('bilirubin', 'ascites-grade', '')
    """
    link = FACTS[fact].code or fact.replace("_", "-")
    return link if _code(link) is not None else ""


def _code(link: str) -> tuple[str, str] | None:
    """(system, code) of a linkId."""
    name = link.strip().removeprefix("tace#").removeprefix("/")
    if name in _BY_LINK:
        return OWN_SYSTEM, _BY_LINK[name]
    plain = name.lower().replace("_", "-")
    if plain in _STANDARD:
        return LOINC, _STANDARD[plain]
    return (LOINC, name) if name in _STANDARD.values() else None


def _observation(response: Resource, told: _Told, which: str) -> dict[str, Any]:
    system, code = _code(told.link) or ("", "")
    value = {k: v for k, v in told.answer.items() if k.startswith("value")}
    if "valueCoding" in value:
        value["valueCodeableConcept"] = {"coding": [value.pop("valueCoding")]}
    if "valueDecimal" in value:
        value["valueQuantity"] = {"value": value.pop("valueDecimal")}
    when = told.when or response.get("authored")
    return {
        "resourceType": "Observation",
        "id": name_of(response).removeprefix("QuestionnaireResponse/") + f".{told.link}{which}",
        "status": "final",
        "code": {"coding": [{"system": system, "code": code}]},
        **({"subject": response["subject"]} if isinstance(response.get("subject"), dict) else {}),
        **({"effectiveDateTime": when} if isinstance(when, str) else {}),
        **({"bodySite": {"text": told.segment}} if told.segment else {}),
        **({"partOf": [{"reference": f"Procedure/{_session_id(response, told.session)}"}]} if told.session else {}),
        **value,
    }
