"""Who has to show who is calling, and whether the service may listen where anybody can."""

import logging
from typing import Any

from cards.record import record
from service.addresses import is_loopback
from service.settings import PREFIX, Settings, WrongSetting
from service.store import Store

log = logging.getLogger(__name__)

# What holds nothing of any patient; all else needs a known caller, also what is added later
OPEN_PATHS = frozenset(
    {"/", "/rules", "/openapi.json", "/metrics", "/worksheet", "/worksheet/launch", "/worksheet/config"}
)
OPEN_BELOW = ("/health/", "/static/", "/fhir/CodeSystem/", "/fhir/Questionnaire/", "/fhir/ValueSet/")


@record(frozen=True, slots=True)
class Caller:
    """Who a call is of; issuer: as the operator's file of clients names it."""

    issuer: str


class Gate:
    """Anybody may call."""

    required = False

    def caller(self, method: str, path: str, authorization: str) -> Caller | None:
        """None where anybody may call; NotTrusted where it is not shown who does."""
        return None

    def condition(self) -> dict[str, Any]:
        """For readiness."""
        return {}

    def close(self) -> None:
        """The end of the process."""


def gate(settings: Settings, store: Store | None = None) -> Gate:
    """WrongSetting where the operator's file of clients cannot be used."""
    if settings.trust != "required":
        return Gate()
    from service.hooks.tokens import TokenGate  # what checks tokens takes 35 ms to load

    return TokenGate(settings, store)


def refuse_open_address(settings: Settings) -> None:
    """Without tokens anybody who reaches the port is answered: this machine only, unless the operator says otherwise.

    WrongSetting where he did not; where he did, each start says so in the log.
    """
    if settings.trust == "required" or is_loopback(settings.host):
        return
    if not settings.trust_off_anywhere:
        raise WrongSetting(
            f"{PREFIX}TRUST: without it the service answers anybody, so it listens on this machine only and not on "
            f"{settings.host or 'every address'}; set {PREFIX}TRUST=required, or {PREFIX}TRUST_OFF_ANYWHERE=true "
            "where something in front authenticates the callers"
        )
    log.warning("callers are not authenticated: %sTRUST is off and the service listens beyond this machine", PREFIX)


def needs_token(method: str, path: str, settings: Settings) -> bool:
    """Reading what is about nobody needs none; nor, where the operator opened it, the worksheet of a browser."""
    if (method, path) == ("POST", "/assess") and settings.assess_without_token:
        return False
    is_open = path in OPEN_PATHS or (path.startswith(OPEN_BELOW) and "/../" not in path)
    return not (is_open and method in ("GET", "HEAD"))
