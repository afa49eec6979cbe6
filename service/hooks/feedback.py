"""What people did with a card (CDS Hooks 2.0.1, Feedback): every outcome is on the disk before it is acknowledged."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service.errors import NotUsable, json_type
from service.store.feedback import Event

OUTCOMES = ("accepted", "overridden")
MOST_EVENTS = 1000
LONGEST_ID = 128
LONGEST_WORDS = 256
LONGEST_COMMENT = 4000


def events(body: Any, service_id: str, client: str, *, comments: bool) -> list[Event]:
    """The events of one body. NotUsable with the path where one of them is none: then nothing is kept.

    comments  whether what was written in words is kept
    """
    if not isinstance(body, dict):
        raise NotUsable("", json_type(body), "an object with feedback")
    found = body.get("feedback")
    if not isinstance(found, list) or not found:
        raise NotUsable("feedback", _found(body, "feedback"), "an array with an object for each card")
    if len(found) > MOST_EVENTS:
        raise NotUsable("feedback", f"more than {MOST_EVENTS} objects", "fewer in each call")
    return [_event(each, f"feedback[{place}]", service_id, client, comments) for place, each in enumerate(found)]


def _event(item: Any, path: str, service_id: str, client: str, comments: bool) -> Event:
    if not isinstance(item, dict):
        raise NotUsable(path, json_type(item), "an object with card, outcome and outcomeTimestamp")
    outcome = item.get("outcome")
    if outcome not in OUTCOMES:
        raise NotUsable(f"{path}.outcome", _found(item, "outcome"), "accepted or overridden")
    accepted = outcome == "accepted"
    reason, words = ({}, "") if accepted else _reason(item.get("overrideReason"), f"{path}.overrideReason")
    return Event(
        card=_identifier(item, "card", path, "the uuid of a card"),
        service=service_id,
        client=client,
        outcome=outcome,
        outcome_at=_moment(item, path),
        suggestions=_suggestions(item.get("acceptedSuggestions"), path) if accepted else (),
        reason_system=reason.get("system", ""),
        reason_code=reason.get("code", ""),
        reason_display=reason.get("display", ""),
        comment=words if comments else "",
    )


def _suggestions(found: Any, path: str) -> tuple[str, ...]:
    path = f"{path}.acceptedSuggestions"
    if not isinstance(found, list) or not found:
        what = "nothing" if found is None else json_type(found) if found != [] else "an empty array"
        raise NotUsable(path, what, "an array of the suggestions that were accepted, each with its id")
    for place, each in enumerate(found):
        if not isinstance(each, dict):
            raise NotUsable(f"{path}[{place}]", json_type(each), "an object with id")
    return tuple(_identifier(each, "id", f"{path}[{n}]", "the uuid of a suggestion") for n, each in enumerate(found))


def _reason(found: Any, path: str) -> tuple[dict[str, str], str]:
    """The coded reason, which clients send without display or system too, and the words."""
    if found is None:
        return {}, ""
    if not isinstance(found, dict):
        raise NotUsable(path, json_type(found), "an object with reason, userComment or both")
    words = _words(found, "userComment", path, LONGEST_COMMENT)
    coding = found.get("reason")
    if coding is None:
        return {}, words
    if not isinstance(coding, dict):
        raise NotUsable(f"{path}.reason", json_type(coding), "a coding with code and system")
    coded = {name: _words(coding, name, f"{path}.reason") for name in ("system", "code", "display")}
    if not coded["code"]:
        raise NotUsable(f"{path}.reason.code", _found(coding, "code"), "the code of the reason")
    return coded, words


def _words(parent: Mapping[str, Any], name: str, path: str, longest: int = LONGEST_WORDS) -> str:
    value = parent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NotUsable(f"{path}.{name}", json_type(value), "a text, or leave it out")
    if len(value) > longest:
        raise NotUsable(f"{path}.{name}", f"a text of more than {longest} characters", "a shorter one")
    return _storable(value.strip())


def _storable(text: str) -> str:
    """NUL is refused by PostgreSQL, and half a character by every encoding."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _identifier(parent: Mapping[str, Any], name: str, path: str, send: str) -> str:
    value = parent.get(name)
    if not isinstance(value, str) or not value.strip():
        raise NotUsable(f"{path}.{name}", _found(parent, name), send)
    if len(value) > LONGEST_ID or not value.isascii() or not value.isprintable() or " " in value.strip():
        raise NotUsable(f"{path}.{name}", "a text that is no id", send)
    return value.strip()


def _moment(item: Mapping[str, Any], path: str) -> datetime:
    value, path = item.get("outcomeTimestamp"), f"{path}.outcomeTimestamp"
    if not isinstance(value, str):
        raise NotUsable(path, _found(item, "outcomeTimestamp"), "a moment such as 2026-11-22T09:30:00Z")
    try:
        stated = datetime.fromisoformat(value.strip())
        stated = (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).astimezone(UTC)  # the specification says UTC
    except (ValueError, OverflowError):
        raise NotUsable(path, "a text that is no moment", "a moment such as 2026-11-22T09:30:00Z") from None
    if "T" not in value.upper() or not 1900 <= stated.year < 2200:
        raise NotUsable(path, "a text that is no moment", "a moment such as 2026-11-22T09:30:00Z")
    return stated


def _found(parent: Mapping[str, Any], name: str) -> str:
    value = parent.get(name)
    if value == [] and isinstance(value, list):
        return "an empty array"
    if isinstance(value, str) and value.strip():
        return "another word"
    return json_type(value) if name in parent else "nothing"
