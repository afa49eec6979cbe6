"""create_app: wiring only."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request

from service import advice, errors
from service.crd.profile import ProfileError
from service.crd.profile import load as load_profile
from service.fhir.servers import fhir_client
from service.hooks import encoding, probes
from service.hooks.audit import Audit
from service.hooks.recent import Recent
from service.hooks.routes import hooks
from service.hooks.running import NAME, Running, running
from service.hooks.site import sites
from service.hooks.trust import gate
from service.hooks.upkeep import upkeep
from service.knowledge.routes import knowledge
from service.pages.gallery import gallery
from service.pages.home import pages
from service.pages.rules import rules
from service.pages.worksheet import worksheet
from service.sandbox.fhir import fhir
from service.settings import PREFIX, Settings, WrongSetting, from_environment
from service.store import Store
from service.store.writer import Writer
from service.telemetry import Metrics
from service.warm_up import warm_up

_ALLOWED = (
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
)


def create_app(settings: Settings | None = None) -> Flask:
    """The application; WrongSetting where a setting, or the map of local codes it names, cannot be used."""
    settings = settings or from_environment()
    app = _App("service", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    _payer(settings)
    app.extensions[NAME] = _shared(settings)
    errors.register(app)
    probes.register(app)
    app.before_request(_preflight)
    app.before_request(_shed)
    app.before_request(_who)
    app.after_request(_headers)
    app.after_request(encoding.compressed)
    app.register_blueprint(hooks)
    app.register_blueprint(pages)
    app.register_blueprint(rules)
    app.register_blueprint(worksheet)
    if settings.sandbox:
        app.register_blueprint(gallery)
        app.register_blueprint(fhir)
    app.register_blueprint(knowledge)
    app.url_map.update()
    warm_up(settings)
    running(app).ready = True
    return app


class _App(Flask):
    """Nothing here is a coroutine, and Flask looks at every function of every call whether it is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def _shared(settings: Settings) -> Running:
    """What the requests of this process have in common. Nothing is opened yet."""
    store, metrics, client = Store(settings.store), Metrics(), fhir_client(settings)
    store.on_loss, store.on_change, client.on_fetched = metrics.lost, metrics.store_failing, metrics.fetched
    writer = Writer(store)
    audit = Audit(writer, metrics)
    writer.tasks = upkeep(store, audit, settings)
    who = gate(settings, store)
    return Running(settings, client, sites(settings), store, who, writer, metrics, audit, Recent())


def _payer(settings: Settings) -> None:
    """What the operator was told of a payer; its policy has to be on file."""
    try:
        profile = load_profile(settings.payer_profile)
    except ProfileError as problem:
        raise WrongSetting(f"{PREFIX}PAYER_PROFILE: {problem}") from None
    if profile is not None and profile.policy not in advice.policies(settings.policies).keys:
        raise WrongSetting(f"{PREFIX}PAYER_PROFILE: no policy {profile.policy!r} on file")


def _preflight() -> Response | None:
    """Browsers ask before they send; they ask without credentials, so this comes before everything else."""
    return Response(status=204, content_type="application/json") if request.method == "OPTIONS" else None


def _shed() -> None:
    if running().is_busy() and not request.path.startswith("/health/"):
        raise errors.TooBusy


def _who() -> None:
    gate = running().gate
    if gate.required:
        g.caller = gate.caller(request.method, request.path, request.headers.get("Authorization", ""))


def _headers(response: Response) -> Response:
    allowed = running().settings.cors_origins
    origin = "*" if "*" in allowed else request.headers.get("Origin", "")
    added = [("X-Content-Type-Options", "nosniff")]
    if origin == "*" or origin in allowed:
        added += [("Access-Control-Allow-Origin", origin), *_ALLOWED]
    if "*" not in allowed:
        added.append(("Vary", "Origin"))
    if request.method == "POST":
        added.append(("Cache-Control", "no-store"))
    response.headers.extend(added)
    return response
