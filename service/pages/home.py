"""GET / where the service serves: what this is, with links. In the sandbox the page of the sandbox stands there."""

from flask import Blueprint, Response

from service.hooks import catalog
from service.hooks.running import running
from service.pages.policy import page
from service.sandbox.fhir import PATH as FHIR

pages = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static")


@pages.get("/")
def home() -> Response:
    settings = running().settings
    template = "sandbox.html" if settings.sandbox else "home.html"
    return page(
        template,
        here="sandbox",
        fhir_base=next((server for server in settings.fhir_servers if server.endswith(FHIR)), ""),
        services=catalog.SERVICES,
        version=catalog.CDS_HOOKS_VERSION,
    )
