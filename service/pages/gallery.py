"""The fixtures for the sandbox's page: each with its verdict, and one whole."""

from functools import lru_cache
from typing import Any

import orjson
from flask import Blueprint, Response

from service import advice
from service.errors import NotKnown
from service.hooks.case import assess, cards_of, case_of
from service.hooks.running import running
from service.sandbox.exercised import exercised
from service.sandbox.fixtures import Example, examples, stamp
from service.settings import Settings

gallery = Blueprint("gallery", __name__, url_prefix="/sandbox")


@gallery.get("/fixtures")
def listed() -> Response:
    settings = running().settings
    return _json(_gallery(settings, stamp(settings.fixtures_dir)))


@gallery.get("/exercised")
def by_rule() -> Response:
    """Rule → what it says → the fixtures it says it of."""
    return _json(exercised(running().settings))


@gallery.get("/fixtures/<name>")
def whole(name: str) -> Response:
    found = {each.name: each for each in examples(running().settings.fixtures_dir)}
    if name not in found:
        raise NotKnown
    return Response(found[name].file.read_bytes(), content_type="application/json")


@lru_cache(maxsize=2)
def _gallery(settings: Settings, _: object) -> list[dict[str, Any]]:
    """Assessed once for as long as no fixture changes."""
    return [_line(each, settings) for each in examples(settings.fixtures_dir)]


def _line(example: Example, settings: Settings) -> dict[str, Any]:
    body = example.body()
    case = case_of(body, settings)
    assessments = assess(case, settings)
    verdicts = [advice.as_json(each)["eligibility"]["verdict"] for each in assessments]
    return {
        "name": example.name,
        "service": example.service_id,
        "hook": body["hook"],
        **({"shows": example.shows} if example.shows else {}),
        "curl": example.curl(""),
        **({"verdicts": verdicts} if verdicts else {}),
        "cards": [
            {"topic": card["extension"]["tace-cds.topic"], "indicator": card["indicator"], "summary": card["summary"]}
            for card in (cards_of(case, assessments) if assessments else [])
        ],
    }


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), content_type="application/json")
