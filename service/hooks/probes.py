"""What operators look at: request ids, one log line and one measurement a request, probes and metrics."""

from time import perf_counter

from flask import Flask, Response, g, request

from service.hooks import catalog
from service.hooks.routes import as_json
from service.hooks.running import running
from service.telemetry import begin_request, log_request, request_id

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


def register(app: Flask) -> None:
    """Before everything else is registered, so that whatever comes after is timed and has its id."""
    app.before_request(_begin)
    app.after_request(_end)
    app.get("/health/live")(_live)
    app.get("/health/ready")(_ready)
    app.get("/metrics")(_metrics)


def _begin() -> None:
    g.began = perf_counter()
    begin_request(request.headers.get("X-Request-ID", ""))


def _end(response: Response) -> Response:
    seconds, route, method = perf_counter() - g.began, _route(), _method()
    running().metrics.request(route, method, response.status_code, seconds)
    log_request({"route": route, "method": method, "status": response.status_code, "ms": round(seconds * 1000, 1)})
    response.headers["X-Request-ID"] = request_id()
    return response


def _route() -> str:
    """The rule that matched, never the address: that may hold an id. A service of ours is named."""
    matched = request.url_rule
    if matched is None:
        return "none"
    rule = str(matched.rule)
    service_id = (request.view_args or {}).get("service_id")
    return rule.replace("<service_id>", service_id) if service_id and catalog.service(service_id) is not None else rule


def _method() -> str:
    method = request.method
    return method if method in ("GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE") else "other"


def _live() -> Response:
    return as_json({"status": "live"})


def _ready() -> Response:
    """503 only while the service starts or ends: without the store it still gives its advice, and says so here."""
    here = running()
    response = as_json({"status": "ready" if here.ready else "not ready"} | here.condition())
    response.status_code = 200 if here.ready else 503
    return response


def _metrics() -> Response:
    return Response(running().metrics.exposition(), content_type=EXPOSITION)
