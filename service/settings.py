"""Every setting, typed, from environment variables with the prefix TACE_CDS_; read once, at the edge."""

import os
from collections.abc import Mapping
from datetime import date, datetime, time
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "TACE_CDS_"
SHORTEST_KEY = 32
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SIGNATURES = frozenset({"ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"})
PACKAGED_FIXTURES = (Path(__file__).parent / "fixtures").resolve()  # in the repository a link to its `fixtures`

Days = Annotated[int, Field(ge=1, le=3660)]
Seconds = Annotated[float, Field(gt=0, le=60)]
Words = Annotated[tuple[str, ...], NoDecode]  # comma separated; without NoDecode the environment would have to be JSON


class WrongSetting(Exception):
    """A setting that cannot be used; the text is one line that names the variable."""


class Settings(BaseSettings):
    """What an operator decides.

    mode                    "sandbox" allows a stated moment (as_of) and FHIR servers on this machine without TLS
    workers                 processes, one for each core that is to be used; threads: of each, that answer requests
    max_waiting             requests that may wait for a free thread before new ones are answered 503
    drain_delay_seconds     from the signal to end (readiness says so) to taking no connection; drain_seconds: from
                            there, for what was begun
    public_url              the address clients know this service by: what aud of their tokens begins with
    trust                   "required": a token of a known client for every call that is about a patient; "off": anybody
    trust_off_anywhere      off also on an address that others reach
    clients                 the file of known clients (TOML)
    trust_algorithms        of their signatures; trust_longest_seconds: from iat to exp of a token
    trust_refetch_seconds   between two looks at an address of keys
    fhir_servers            origins or base URLs that may be called; none by default
    fhir_deadline_seconds   for all that is fetched for one request together
    fhir_max_bytes          of one answer of a FHIR server; fhir_max_total_bytes: of all that is fetched for one request
    fhir_max_pages          pages followed per query
    fhir_networks           networks (CIDR) that FHIR servers are in; empty: any but this machine and special addresses
    *_days                  age limits of the current state, and the recovery period after a session
    time_zone               in which bare dates are read
    local_codes             the operator's map of local codes (TOML), or nothing
    smart_client_id         registered for the worksheet as a SMART app; switches the worksheet and POST /assess on
    smart_issuers           FHIR base URLs of the EHRs that may launch it; smart_authorization_servers: where these log in,
                            if at another origin
    assess_without_token    POST /assess is open to anybody although trust is required: the worksheet in a browser has no
                            token
    frame_ancestors         origins that may show the worksheet in a frame
    store                   database URL of feedback and audit: sqlite:///FILE or postgresql://…
    retention_days          how long feedback and audit are kept
    patient_hash_key        secret of the keyed hash by which the audit knows a patient again; without it it knows none
    feedback_comments       whether what clinicians write beside an outcome is kept
    shadow                  ids of services, or "all": assessed and audited, no card given
    suppress_hours          for how long a card that was overridden is not given again for the same order and findings
    log_format, log_level   of standard error
    policies                folder of the operator's payer policies (TOML), beside those of the package
    payer_profile           what the operator was told of a payer (TOML); switches the CRD services on
    policy                  key of the policy that orders are compared with
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    mode: Literal["serve", "sandbox"] = "serve"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    threads: Annotated[int, Field(ge=1, le=256)] = 8
    max_waiting: Annotated[int, Field(ge=1)] = 64
    drain_delay_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    drain_seconds: Seconds = 10
    max_body_bytes: Annotated[int, Field(ge=1000)] = 20_000_000
    cors_origins: Words = ("*",)

    public_url: str = ""
    trust: Literal["off", "required"] = "off"
    trust_off_anywhere: bool = False
    clients: str = ""
    trust_algorithms: Words = ("ES384", "RS384")
    trust_leeway_seconds: Annotated[int, Field(ge=0, le=300)] = 30
    trust_longest_seconds: Annotated[int, Field(ge=60, le=86_400)] = 600
    trust_refetch_seconds: Annotated[int, Field(ge=1, le=3600)] = 60

    fhir_servers: Words = ()
    fhir_allow_http: bool = False
    fhir_ca_file: str = ""
    fhir_deadline_seconds: Seconds = 4
    fhir_connect_seconds: Seconds = 2
    fhir_max_bytes: Annotated[int, Field(ge=1000)] = 10_000_000
    fhir_max_total_bytes: Annotated[int, Field(ge=1000)] = 30_000_000
    fhir_max_pages: Annotated[int, Field(ge=1, le=100)] = 10
    fhir_networks: Words = ()

    laboratory_days: Days = 90
    clinical_days: Days = 90
    imaging_days: Days = 120
    recovery_days: Days = 28
    time_zone: str = "UTC"
    local_codes: str = ""

    store: Annotated[str, Field(repr=False)] = "sqlite:///tace-cds.sqlite3"
    retention_days: Days = 365
    patient_hash_key: Annotated[str, Field(repr=False)] = ""
    feedback_comments: bool = True
    shadow: Words = ()
    suppress_hours: Annotated[int, Field(ge=0, le=2160)] = 0
    log_format: Literal["json", "text"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    policies: str = ""
    policy: str = "med140"
    payer_profile: str = ""

    smart_client_id: str = ""
    smart_issuers: Words = ()
    smart_authorization_servers: Words = ()
    smart_scope: str = "launch openid fhirUser patient/*.read patient/QuestionnaireResponse.write"
    assess_without_token: bool = False
    frame_ancestors: Words = ()

    as_of: str = ""
    assess_route: bool | None = None
    fixtures_dir: Path = PACKAGED_FIXTURES

    @field_validator(
        "cors_origins", "fhir_servers", "fhir_networks", "trust_algorithms", "shadow", "smart_issuers",
        "smart_authorization_servers", "frame_ancestors", mode="before",
    )  # fmt: skip
    @classmethod
    def _from_commas(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
        return value

    @field_validator("fhir_servers", "smart_issuers", "smart_authorization_servers", "frame_ancestors")
    @classmethod
    def _base_urls(cls, servers: tuple[str, ...]) -> tuple[str, ...]:
        for server in servers:
            url = urlsplit(server)
            if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query or url.fragment:
                raise ValueError(f"{server} is not an origin or base URL such as https://ehr.example.org/fhir/r4")
            _ = url.port  # raises ValueError where it is not a number
        return servers

    @field_validator("trust_algorithms")
    @classmethod
    def _asymmetric(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names or set(names) - SIGNATURES:
            raise ValueError(f"not of {', '.join(sorted(SIGNATURES))}")
        return names

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, address: str) -> str:
        url = urlsplit(address)
        if address and (url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment):
            raise ValueError("not an address such as https://cds.example.org/tace")
        return address

    @field_validator("fhir_networks")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(f"{network} is not a network such as 10.20.0.0/16") from None
        return networks

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError):  # unknown, a directory of the zone database, a path
            raise ValueError("not an IANA time zone such as Europe/Berlin") from None
        return name

    @field_validator("local_codes", "payer_profile", "fhir_ca_file", "clients")
    @classmethod
    def _readable(cls, path: str) -> str:
        if path and not os.access(path, os.R_OK):
            raise ValueError("no such file, or it cannot be read")
        return path

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.as_of:
            if self.mode == "serve":
                raise ValueError(f"{PREFIX}AS_OF is for the sandbox; serve always answers for the present moment")
            self.moment(self.as_of)
        if self.trust == "required" and not self.public_url:
            raise ValueError(f"{PREFIX}PUBLIC_URL is needed with {PREFIX}TRUST=required: aud of a token names it")
        if self.trust == "required" and not self.clients:
            raise ValueError(f"{PREFIX}CLIENTS is needed with {PREFIX}TRUST=required: the file of known clients")
        if self.trust == "required" and self.smart_client_id and not self.assess_without_token:
            raise ValueError(
                f"{PREFIX}SMART_CLIENT_ID with {PREFIX}TRUST=required: the worksheet in a browser has no token, so it needs "
                f"{PREFIX}ASSESS_WITHOUT_TOKEN=true, which opens POST /assess to anybody"
            )
        if self.patient_hash_key and len(self.patient_hash_key) < SHORTEST_KEY:
            raise ValueError(f"{PREFIX}PATIENT_HASH_KEY has less than {SHORTEST_KEY} characters")
        if self.suppress_hours and not self.patient_hash_key:
            raise ValueError(
                f"{PREFIX}SUPPRESS_HOURS needs {PREFIX}PATIENT_HASH_KEY: a card is known again by its hash"
            )
        for server in self.fhir_servers:
            if not self.allows_scheme(server):
                raise ValueError(f"{PREFIX}FHIR_SERVERS: {server} is not https; {PREFIX}FHIR_ALLOW_HTTP=true allows it")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def sandbox(self) -> bool:
        return self.mode == "sandbox"

    @property
    def assess_is_served(self) -> bool:
        if self.assess_route is None:
            return self.sandbox or bool(self.smart_client_id)
        return self.assess_route

    def allows_scheme(self, url: str) -> bool:
        """https, or http where it is switched on, or http on this machine in the sandbox."""
        parts = urlsplit(url)
        if parts.scheme == "https":
            return True
        return parts.scheme == "http" and (self.fhir_allow_http or (self.sandbox and parts.hostname in LOOPBACK))

    def day_of(self, moment: datetime) -> date:
        """The day of an aware moment where this service stands."""
        return moment.astimezone(self.zone).date()

    def moment(self, text: str) -> datetime:
        """A stated date is the end of that day in the site's time zone; a date-time without zone is the site's.

        ValueError where the text is neither.
        """
        try:
            if len(text) == len("2026-11-21"):
                stated = end_of_day(date.fromisoformat(text), self.zone)
            else:
                stated = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("not a date such as 2026-11-21 or a date-time such as 2026-11-21T09:30:00Z") from None
        if not 1900 <= stated.year < 2200:  # so that no time zone and no window leads out of the calendar
            raise ValueError("not a date between 1900 and 2199")
        return stated if stated.tzinfo else stated.replace(tzinfo=self.zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59, 59), zone)


def from_environment(**given: Any) -> Settings:
    """The settings, those given (not None) before those of the environment. WrongSetting where one cannot be used."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        raise WrongSetting(_one_line(problem)) from None


def _one_line(problem: ValidationError) -> str:
    first = problem.errors(include_url=False, include_context=False)[0]
    name = f"{PREFIX}{str(first['loc'][0]).upper()}: " if first["loc"] else ""
    return name + first["msg"].removeprefix("Value error, ").replace("\n", " ")


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """Variables with our prefix that are no setting: most likely mistyped."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in environment if name.startswith(PREFIX) and name.upper() not in known)
