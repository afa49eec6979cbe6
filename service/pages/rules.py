"""GET /rules: the rule book for clinicians, as a page or as JSON."""

import orjson
from flask import Blueprint, Response, request

from cards.sources import SOURCES
from service.pages.policy import page
from service.pages.rule_book import rule_book

rules = Blueprint("rules", __name__, template_folder="templates")


@rules.get("/rules")
def rule_page() -> Response:
    """HTML for browsers; JSON where it is asked for first."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return Response(orjson.dumps(as_data()), content_type="application/json")
    return page("rules.html", here="rules", chapters=rule_book(), sources=SOURCES.values())


def as_data() -> dict[str, object]:
    """Chapters with their rules, and the sources; members without a value are left out."""
    chapters = [
        {
            "title": chapter.title,
            **({"note": chapter.note} if chapter.note else {}),
            "rules": [
                {
                    "name": r.name,
                    "version": r.version,
                    "text": r.text,
                    "parts": {_member(heading): body for heading, body in r.parts.items()},
                    **({"countsWhileNotStated": True} if r.starred else {}),
                }
                for r in chapter.rules
            ],
        }
        for chapter in rule_book()
    ]
    sources = [
        {
            name: value
            for name, value in {
                "key": s.key, "label": s.label, "title": s.title, "issuer": s.issuer, "year": s.year, "kind": s.kind,
                "url": s.url, "quotedIn": s.quoted_in, "caution": s.caution,
                "levels": [{"statement": statement, "level": level} for statement, level in s.levels],
            }.items()
            if value
        }
        for s in SOURCES.values()
    ]  # fmt: skip
    return {"chapters": chapters, "sources": sources}


def _member(heading: str) -> str:
    """ "Not modelled" as a JSON member: notModelled."""
    first, *rest = heading.split()
    return first.lower() + "".join(word.capitalize() for word in rest)
