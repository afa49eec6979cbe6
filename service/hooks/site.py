"""What one client gets: its settings, what it is asked to send, and which services stay in the shadow for it."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import orjson

from cards.prior_auth.policy_file import PolicyError, load_all
from cards.record import record
from service import clients
from service.fhir.read import local_codes
from service.hooks import catalog
from service.hooks.catalog import Need
from service.settings import PREFIX, Settings, WrongSetting, from_environment

ALL = "all"


@record(frozen=True, slots=True)
class Site:
    """name: "" for a client without settings of its own. configuration: changes with every setting that can change
    advice. shadow: ids of the services that answer it without cards.
    """

    name: str
    settings: Settings
    needs: tuple[Need, ...]
    configuration: str
    shadow: frozenset[str]


def site(settings: Settings, name: str = "") -> Site:
    """WrongSetting where a setting, or the map of local codes it names, cannot be used."""
    return Site(name, settings, catalog.needs(_tokens(settings)), _configuration(settings), _shadow(settings))


def sites(settings: Settings) -> dict[str, Site]:
    """Issuer → what its client gets; "" for everybody else. WrongSetting as for `site`, naming the client."""
    found = {"": site(settings)}
    known = clients.load(settings.clients, sandbox=settings.sandbox) if settings.trust == "required" else {}
    for issuer, client in known.items():
        try:
            own = from_environment(**settings.model_dump() | dict(client.settings)) if client.settings else settings
            found[issuer] = site(own, client.name)
        except WrongSetting as problem:
            raise WrongSetting(f"{PREFIX}CLIENTS: {client.name}: {problem}") from None
    return found


def _tokens(settings: Settings) -> tuple[str, ...]:
    """The operator's codes as search tokens: an EHR sends only what it is asked for."""
    if not settings.local_codes:
        return ()
    try:
        return local_codes.load(settings.local_codes).tokens
    except local_codes.LocalCodeError as problem:
        raise WrongSetting(f"{PREFIX}LOCAL_CODES: {problem}") from None


def _configuration(settings: Settings) -> str:
    local = sha256(Path(settings.local_codes).read_bytes()).hexdigest() if settings.local_codes else ""
    windows = [settings.laboratory_days, settings.clinical_days, settings.imaging_days, settings.recovery_days]
    deciding = [*windows, settings.time_zone, local, settings.policy, _policies(settings)]
    return sha256(orjson.dumps(deciding)).hexdigest()[:12]


def _policies(settings: Settings) -> str:
    """What the operator's own policies say; that the one that is named is on file."""
    try:
        on_file = load_all(settings.policies)
    except PolicyError as problem:
        raise WrongSetting(f"{PREFIX}POLICIES: {problem}") from None
    if settings.policy not in on_file.keys:
        known = ", ".join(on_file.keys)
        raise WrongSetting(f"{PREFIX}POLICY: no policy {settings.policy!r} on file; there are {known}")
    files = sorted(Path(settings.policies).glob("*.toml")) if settings.policies else []
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _shadow(settings: Settings) -> frozenset[str]:
    offered = frozenset(each.id for each in catalog.offered(bool(settings.payer_profile)))
    unknown = sorted(set(settings.shadow) - offered - {ALL})
    if unknown:
        raise WrongSetting(f"{PREFIX}SHADOW: {unknown[0]} is no service; known are {', '.join(sorted(offered))}, {ALL}")
    return offered if ALL in settings.shadow else frozenset(settings.shadow)


def named(sites: Mapping[str, Site], issuer: str) -> Site:
    """The site of a caller, by the issuer of its token; everybody else's for a caller without settings of its own."""
    return sites.get(issuer) or sites[""]
