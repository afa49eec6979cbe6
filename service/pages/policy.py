"""The Content-Security-Policy of every page: nothing inline, nothing from elsewhere but what a page is told to reach."""

from collections.abc import Sequence

from flask import Response, make_response, render_template

from service.hooks.running import running


def page(
    template: str, *, connect: Sequence[str] = (), framed_by: Sequence[str] = (), nonce: str = "", **values: object
) -> Response:
    """A page with its policy.

    connect    origins the page's own script may call besides this service; framed_by: who may show it in a frame
    nonce      for the style sheets that a vendored form renderer adds at run time; never for script
    """
    settings = running().settings
    shown = {
        "nonce": nonce,
        "sandbox": settings.sandbox,
        "as_of": settings.as_of,
        "worksheet": settings.assess_is_served,
    }
    response = make_response(render_template(template, **shown, **values))
    response.headers["Content-Security-Policy"] = policy(connect, framed_by, nonce)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def policy(connect: Sequence[str] = (), framed_by: Sequence[str] = (), nonce: str = "") -> str:
    rows = (
        ("default-src", "'none'"),
        ("script-src", "'self'"),
        ("style-src", "'self'", *([f"'nonce-{nonce}'"] if nonce else [])),
        ("img-src", "'self'", "data:"),
        ("connect-src", "'self'", *connect),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
        ("frame-ancestors", *(framed_by or ("'none'",))),
    )
    return "; ".join(" ".join(row) for row in rows)
