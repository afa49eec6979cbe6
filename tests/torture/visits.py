"""Visits: the same changed patient asked about several times, in other words and by other hooks. What is remembered of the
calls before must not be seen in an answer: it is held byte for byte against a service that remembers nothing.
"""

import random
import time
from pathlib import Path
from typing import Any

import orjson

from service.app import create_app
from service.hooks import catalog
from service.hooks.recent import Recent
from service.hooks.running import running
from service.settings import Settings
from tests.torture.fuzz import Tally
from tests.torture.generate import change, changed

AS_OF = "tace-cds.as-of"
DAYS = ("2026-11-21", "2026-11-21", "2026-11-21", "2026-11-20", "2027-03-01", "x")


class _Service:
    def __init__(self, store: Path) -> None:
        self._app = create_app(Settings(mode="sandbox", store=f"sqlite:///{store}"))
        self._client = self._app.test_client()
        running(self._app).store.open()  # one after the other: alembic's context is one for the process

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        answer = self._client.post(path, data=body, content_type="application/json")
        return answer.status_code, answer.data

    def forget(self) -> None:
        running(self._app).recent = Recent()

    def close(self) -> None:
        running(self._app).close()


def visits(count: int, chance: int, seconds: float, folder: Path) -> Tally:
    """Ends after so many seconds, and tells how far it came."""
    until = time.monotonic() + seconds
    tally, dice = Tally("visits, in process"), random.Random(chance)
    ours, fresh = _Service(folder / "ours.sqlite3"), _Service(folder / "fresh.sqlite3")
    while tally.requests < count and time.monotonic() < until:
        path, patient = changed(dice)
        if not path.startswith("/cds-services/") or not isinstance(patient, dict):
            continue
        for _ in range(dice.randint(2, 5)):
            service = dice.choice(catalog.SERVICES)
            try:
                body = _call(patient, service, dice)
            except (orjson.JSONEncodeError, orjson.JSONDecodeError):  # nested too deeply
                tally.unsendable += 1
                continue
            fresh.forget()
            began = time.monotonic()
            said = ours.post(f"/cds-services/{service.id}", body)
            tally.add(
                f"/cds-services/{service.id}", said[0], "application/json", said[1], time.monotonic() - began, body
            )
            if said != fresh.post(f"/cds-services/{service.id}", body):
                tally.fail("answered otherwise than by a service that remembers nothing", body)
    ours.close()
    fresh.close()
    return tally


def _call(patient: dict[str, Any], service: catalog.Service, dice: random.Random) -> bytes:
    """One call of a visit: mostly about the same record at the end of the body, mostly as it should be."""
    body: dict[str, Any] = orjson.loads(orjson.dumps(patient))
    body["hookInstance"] = f"d1577c69-dfbe-44ad-ba6d-{dice.randrange(10**12):012d}"
    body["hook"] = service.hook if dice.random() < 0.9 else "order-sign"
    body["extension"] = {AS_OF: dice.choice(DAYS)}
    if dice.random() < 0.3 and isinstance(body.get("context"), dict):
        change({"context": body["context"]}, dice)
    if dice.random() < 0.1:
        body["fhirServer"] = "https://ehr.example.org/fhir"
    names = [name for name in body if name != "prefetch"]
    dice.shuffle(names)
    if "prefetch" in body:
        names.insert(len(names) if dice.random() < 0.9 else 0, "prefetch")
    text = orjson.dumps({name: body[name] for name in names})
    return text if dice.random() < 0.95 else text.replace(b'"context":', b'"context" : ', 1)
