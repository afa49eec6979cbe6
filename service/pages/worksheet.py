"""The worksheet of one patient. Its data come from the sandbox by the browser's session, or by a SMART launch."""

import secrets
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response

from service.errors import NotKnown
from service.hooks.running import running
from service.pages.policy import page
from service.settings import Settings

worksheet = Blueprint("worksheet", __name__, url_prefix="/worksheet")


@worksheet.get("")
def sheet() -> Response:
    settings = _served()
    return page(
        "worksheet.html",
        here="worksheet",
        smart=bool(settings.smart_client_id),
        connect=_origins(settings),
        framed_by=settings.frame_ancestors,
        nonce=secrets.token_urlsafe(16),
    )


@worksheet.get("/launch")
def launch() -> Response:
    """Where an EHR opens the worksheet as a SMART app."""
    settings = _launched()
    return page("launch.html", here="worksheet", connect=_origins(settings), framed_by=settings.frame_ancestors)


@worksheet.get("/config")
def config() -> Response:
    """What the launch needs to know, and what is read then; nothing secret: a browser app has no secret."""
    settings = _launched()
    told = {
        "clientId": settings.smart_client_id,
        "scope": settings.smart_scope,
        "issuers": list(settings.smart_issuers),
        "queries": {need.key: need.template for need in running().site.needs},
    }
    return Response(orjson.dumps(told), content_type="application/json")


def _served() -> Settings:
    settings = running().settings
    if not settings.assess_is_served:
        raise NotKnown
    return settings


def _launched() -> Settings:
    settings = _served()
    if not settings.smart_client_id:
        raise NotKnown
    return settings


def _origins(settings: Settings) -> tuple[str, ...]:
    """The EHRs' FHIR and authorization servers: the only others that the page's script may call."""
    parts = (urlsplit(url) for url in (*settings.smart_issuers, *settings.smart_authorization_servers))
    return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))
