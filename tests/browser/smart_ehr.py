"""A small SMART on FHIR server: one user who logs in without being asked, one patient, tokens that are checked."""

import base64
import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.serving import make_server

from service.sandbox.records import by_type
from service.sandbox.search import search

SCOPE = "launch openid fhirUser patient/*.read patient/QuestionnaireResponse.write"


@dataclass
class Ehr:
    """refused: resource types this user may not read; scope: what the login grants; asked: (path, token was right)."""

    patient: str
    resources: list[Any]
    scope: str = SCOPE
    refused: frozenset[str] = frozenset()
    base: str = ""
    asked: list[tuple[str, bool]] = field(default_factory=list)
    created: list[Any] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))


@contextmanager
def smart_ehr(ehr: Ehr) -> Iterator[Ehr]:
    app = _app(ehr)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    ehr.base = f"http://127.0.0.1:{server.port}/fhir"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ehr
    finally:
        server.shutdown()
        thread.join()


def _app(ehr: Ehr) -> Flask:
    app = Flask("smart_ehr")

    @app.after_request
    def cors(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Accept"
        return response

    @app.get("/fhir/.well-known/smart-configuration")
    def configuration() -> Response:
        root = ehr.base.removesuffix("/fhir")
        return jsonify(
            authorization_endpoint=f"{root}/authorize",
            token_endpoint=f"{root}/token",
            code_challenge_methods_supported=["S256"],
            capabilities=["launch-ehr", "client-public"],
        )

    @app.get("/authorize")
    def authorize() -> Response:
        assert request.args["aud"] == ehr.base
        assert request.args["launch"] == "of-this-patient"
        code = secrets.token_urlsafe(8)
        ehr.codes[code] = request.args["code_challenge"]
        query = urlencode({"code": code, "state": request.args["state"]})
        return redirect(f"{request.args['redirect_uri']}?{query}")  # type: ignore[return-value]

    @app.post("/token")
    def token() -> Response:
        verifier = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        assert ehr.codes.pop(request.form["code"]) == challenge
        return jsonify(
            access_token=ehr.token, token_type="Bearer", expires_in=600, scope=ehr.scope, patient=ehr.patient
        )

    @app.get("/fhir/<kind>/<identifier>")
    @app.get("/fhir/<kind>", defaults={"identifier": ""})
    def fhir(kind: str, identifier: str) -> Response:
        refusal = _refusal(ehr, kind)
        if refusal:
            return refusal
        held = by_type([*ehr.resources, *ehr.created]).get(kind, {})
        if identifier:
            return jsonify(held[identifier])
        found = search(held.values(), [(name, value) for name, values in request.args.lists() for value in values])
        return jsonify({"resourceType": "Bundle", "type": "searchset", "total": found.total,
                        "entry": [{"resource": resource} for resource in found.page]})  # fmt: skip

    @app.post("/fhir/QuestionnaireResponse")
    def create() -> Response:
        refusal = _refusal(ehr, "QuestionnaireResponse")
        if refusal:
            return refusal
        made = {**request.get_json(force=True), "id": f"written-{len(ehr.created) + 1}"}
        ehr.created.append(made)
        answer = jsonify(made)
        answer.status_code = 201
        return answer

    return app


def _refusal(ehr: Ehr, kind: str) -> Response | None:
    right = request.headers.get("Authorization") == f"Bearer {ehr.token}"
    ehr.asked.append((request.path, right))
    if right and kind not in ehr.refused:
        return None
    return Response('{"resourceType": "OperationOutcome"}', 403 if right else 401, content_type="application/fhir+json")
