"""create_app: wiring only."""

from flask import Flask, Response, g, request

from service import errors
from service.fhir.client import FhirClient
from service.fhir.read import local_codes
from service.hooks import catalog
from service.hooks.routes import as_json, hooks
from service.hooks.running import NAME, Running, running
from service.hooks.trust import Gate
from service.knowledge.routes import knowledge
from service.pages.gallery import gallery
from service.pages.home import pages
from service.pages.rules import rules
from service.pages.worksheet import worksheet
from service.sandbox.fhir import fhir
from service.settings import PREFIX, Settings, WrongSetting, from_environment
from service.store import Store

METHODS = "GET, POST, OPTIONS"
HEADERS = "Authorization, Content-Type"


def create_app(settings: Settings | None = None) -> Flask:
    """The application; WrongSetting where a setting, or the map of local codes it names, cannot be used."""
    settings = settings or from_environment()
    app = Flask("service", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    store = Store(settings.store)
    needs = catalog.needs(_local_codes(settings))
    app.extensions[NAME] = Running(settings, FhirClient(settings), needs, store, Gate(settings, store))
    errors.register(app)
    app.before_request(_preflight)
    app.before_request(_shed)
    app.before_request(_who)
    app.after_request(_headers)
    app.register_blueprint(hooks)
    app.register_blueprint(pages)
    app.register_blueprint(rules)
    app.register_blueprint(worksheet)
    if settings.sandbox:
        app.register_blueprint(gallery)
        app.register_blueprint(fhir)
    app.register_blueprint(knowledge)
    app.get("/health/live")(_live)
    app.get("/health/ready")(_ready)
    _warm_up()
    running(app).ready = True
    return app


def _local_codes(settings: Settings) -> tuple[str, ...]:
    """The operator's codes as search tokens: an EHR sends only what it is asked for."""
    if not settings.local_codes:
        return ()
    try:
        return local_codes.load(settings.local_codes).tokens
    except local_codes.LocalCodeError as problem:
        raise WrongSetting(f"{PREFIX}LOCAL_CODES: {problem}") from None


def _preflight() -> Response | None:
    """Browsers ask before they send; they ask without credentials, so this comes before everything else."""
    return Response(status=204, content_type="application/json") if request.method == "OPTIONS" else None


def _shed() -> None:
    if running().is_busy() and not request.path.startswith("/health/"):
        raise errors.TooBusy


def _who() -> None:
    g.caller = running().gate.caller(request.method, request.path, request.headers.get("Authorization", ""))


def _headers(response: Response) -> Response:
    allowed = running().settings.cors_origins
    origin = "*" if "*" in allowed else request.headers.get("Origin", "")
    if origin == "*" or origin in allowed:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = HEADERS
    if "*" not in allowed:
        response.headers.add("Vary", "Origin")
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
    return response


def _live() -> Response:
    return as_json({"status": "live"})


def _ready() -> Response:
    here = running()
    condition = {"trust": here.gate.condition()} if here.gate.required else {}
    response = as_json({"status": "ready" if here.ready else "not ready"} | condition)
    response.status_code = 200 if here.ready else 503
    return response


def _warm_up() -> None:
    """The first validation of a resource class costs milliseconds; better at start than in a physician's call."""
    from service.fhir import read

    warm_up = getattr(read, "warm_up", None)
    if warm_up is not None:
        warm_up()
