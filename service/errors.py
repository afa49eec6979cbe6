"""One table: exception class → status → fixed sentence; every error body is a FHIR OperationOutcome.

A body says where, what was found and what to send. It never holds a patient's value, a token or an exception's text.
"""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Flask, Response
from werkzeug import exceptions

from cards.record import record

log = logging.getLogger(__name__)


class NotUsable(Exception):
    """The body is not a CDS Hooks request. path: where; found: its JSON type; send: what would be right."""

    def __init__(self, path: str, found: str, send: str) -> None:
        self.path, self.found, self.send = path, found, send
        super().__init__(f"{path}: found {found}; send {send}" if path else f"found {found}; send {send}")


class NotJson(NotUsable):
    """The body is not JSON at all."""


class NotKnown(Exception):
    """No service, resource or page of that name."""


class NotReached(Exception):
    """Nothing of the patient's record could be reached: neither prefetch nor the FHIR server. gaps: why, in words."""

    def __init__(self, gaps: tuple[str, ...], keys: tuple[str, ...]) -> None:
        self.gaps, self.keys = gaps, keys
        super().__init__("; ".join(gaps))


class NotTrusted(Exception):
    """It is not shown who is calling. The text: why, in fixed words, nothing of the token."""


class KeysNotReached(Exception):
    """The keys to hold a token against cannot be had at present."""


class NotKept(Exception):
    """Feedback that the store could not keep: it is not acknowledged, so that it can be sent again."""


class TooBusy(Exception):
    """More requests wait than can be answered in time."""


@record(frozen=True, slots=True)
class Answer:
    """status; code: FHIR issue type; text: the fixed sentence; headers: what else the answer carries."""

    status: int
    code: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()


FAILED = Answer(500, "exception", "The request could not be answered because of an error in this service.")

TABLE: Mapping[type[Exception], Answer] = {
    NotJson: Answer(400, "structure", "The body is not JSON."),
    NotUsable: Answer(400, "invalid", "The body is not a request that this service can read."),
    RecursionError: Answer(400, "too-costly", "The body is nested too deeply."),
    exceptions.BadRequest: Answer(400, "invalid", "The HTTP request is not valid."),
    NotTrusted: Answer(
        401, "login", "This service answers clients it knows, by a token of CDS Hooks.", (("WWW-Authenticate", "Bearer"),)
    ),
    NotKnown: Answer(404, "not-found", "There is nothing of that name here."),
    exceptions.NotFound: Answer(404, "not-found", "There is nothing of that name here."),
    exceptions.MethodNotAllowed: Answer(405, "not-supported", "This address does not support that method."),
    NotReached: Answer(412, "processing", "The FHIR data needed came neither by prefetch nor from the FHIR server."),
    exceptions.RequestEntityTooLarge: Answer(413, "too-long", "The body is larger than this service accepts."),
    exceptions.UnsupportedMediaType: Answer(415, "not-supported", "Send JSON, with Content-Type: application/json."),
    KeysNotReached: Answer(
        503, "transient", "The keys of the calling client cannot be had at present.", (("Retry-After", "30"),)
    ),
    NotKept: Answer(503, "transient", "Feedback cannot be kept now; send it again later.", (("Retry-After", "30"),)),
    TooBusy: Answer(503, "throttled", "The service is busy; try again shortly.", (("Retry-After", "2"),)),
}  # fmt: skip


def outcome(answer: Answer, *, diagnostics: str = "", expression: tuple[str, ...] = ()) -> dict[str, Any]:
    """The OperationOutcome of one error."""
    issue: dict[str, Any] = {"severity": "error", "code": answer.code, "details": {"text": answer.text}}
    if diagnostics:
        issue["diagnostics"] = diagnostics
    if expression:
        issue["expression"] = list(expression)
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def answer_to(problem: Exception) -> Answer:
    for kind in type(problem).__mro__:
        if kind in TABLE:
            return TABLE[kind]
    if isinstance(problem, exceptions.HTTPException) and problem.code and problem.code < 500:
        return Answer(problem.code, "invalid", "The HTTP request is not valid.")
    return FAILED


def error_response(problem: Exception) -> Response:
    answer = answer_to(problem)
    if answer is FAILED:
        # The class and the place are enough to find it; the text may hold a patient's value
        log.error("unexpected %s at %s", type(problem).__name__, _place(problem))
    body = outcome(answer, **_where(problem))
    response = Response(orjson.dumps(body), answer.status, content_type="application/json")
    response.headers.extend(answer.headers)
    if isinstance(problem, exceptions.MethodNotAllowed) and problem.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(problem.valid_methods))
    return response


def _where(problem: Exception) -> dict[str, Any]:
    if isinstance(problem, NotUsable):
        expression = (problem.path,) if problem.path else ()
        return {"diagnostics": str(problem), "expression": expression}
    if isinstance(problem, NotTrusted):
        return {"diagnostics": str(problem)}
    if isinstance(problem, NotReached):
        return {"diagnostics": str(problem), "expression": tuple(f"prefetch.{key}" for key in problem.keys)}
    return {}


def _place(problem: Exception) -> str:
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"


def json_type(value: Any) -> str:
    """What a value is, in JSON's words; never the value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text" if value.strip() else "an empty text"
    return "an array" if isinstance(value, list) else "an object"


def register(app: Flask) -> None:
    # The last handler: whatever was not foreseen is answered by the same sentence, without its text
    app.register_error_handler(Exception, error_response)
