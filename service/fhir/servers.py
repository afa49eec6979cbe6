"""Which FHIR servers may be called: those on the operator's list, and none without one."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cards.record import record
from service.addresses import NOT_AN_ADDRESS, origin, plain_address
from service.settings import Settings

NOT_LISTED = "the FHIR server is not on the list of servers that may be called"
NO_TLS = "the FHIR server is not reached by https"


@record(frozen=True, slots=True)
class Answer:
    """What one query gave: its pages as they came, and why there are no more of them ("" where it is complete)."""

    pages: tuple[dict[str, Any], ...] = ()
    problem: str = ""


class Servers:
    """Calls nobody."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._allowed = [urlsplit(server) for server in settings.fhir_servers]
        self.on_fetched: Callable[[Mapping[str, str], float], object] = lambda outcomes, seconds: None

    def refusal(self, server: str) -> str:
        """Why this server may not be called; "" where it may."""
        return self.refused(server) or (NOT_AN_ADDRESS if "?" in server else "")

    def refused(self, address: str) -> str:
        """The same of an address below a server. One that two parsers could read differently is refused before it is
        compared.
        """
        url = plain_address(address)
        if url is None:
            return NOT_AN_ADDRESS
        if not any(_is_within(url, server) for server in self._allowed):
            return NOT_LISTED
        return "" if self._settings.allows_scheme(address) else NO_TLS

    def fetch(self, server: str, token: str, queries: Mapping[str, str]) -> dict[str, Answer]:
        """Name: Answer; every one of them refused."""
        return {name: Answer(problem=self.refusal(server) or NOT_LISTED) for name in queries}

    def close(self) -> None:
        """The end of the process."""


def fhir_client(settings: Settings) -> Servers:
    """What calls the operator's servers; where there are none, what calls nobody."""
    if not settings.fhir_servers:
        return Servers(settings)
    from service.fhir.client import FhirClient  # what calls takes 40 ms to load

    return FhirClient(settings)


def _is_within(url: SplitResult, server: SplitResult) -> bool:
    base = server.path.rstrip("/")
    return origin(url) == origin(server) and (url.path == base or url.path.startswith(base + "/"))
