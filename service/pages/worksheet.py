"""The worksheet of one patient. Its data come from the sandbox by the browser's session, or by a SMART launch."""

from flask import Blueprint, Response

from service.errors import NotKnown
from service.hooks.running import running
from service.pages.policy import page

worksheet = Blueprint("worksheet", __name__, url_prefix="/worksheet")


@worksheet.get("")
def sheet() -> Response:
    if not running().settings.assess_is_served:
        raise NotKnown
    return page("worksheet.html", here="worksheet")
