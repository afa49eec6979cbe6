"""Whether a token is right: a JWT by CDS Hooks 2.0, of a client the operator knows, for this very endpoint, once.

Everything is refused that is not shown to be right: the algorithm is ours and never the token's choice, the key is the
issuer's own and bound to that algorithm, and a jku is compared and never fetched.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from service import clients
from service.errors import NotTrusted
from service.hooks.key_sets import FETCH_SECONDS, LARGEST, KeySet
from service.hooks.replay import Replay
from service.hooks.trust import Caller, Gate, needs_token
from service.outgoing import Outgoing
from service.settings import PREFIX, Settings, WrongSetting
from service.store import Store

CLAIMS = ["iss", "aud", "exp", "iat", "jti"]
LONGEST_TOKEN = 16_384
LONGEST_NAME = 255
WRONG = {
    jwt.ExpiredSignatureError: "the token is expired",
    jwt.ImmatureSignatureError: "the token is of the future",
    jwt.InvalidAudienceError: "aud is not the address of this endpoint",
    jwt.MissingRequiredClaimError: "one of iss, aud, exp, iat and jti is missing",
    jwt.InvalidSignatureError: "the signature is not of that key",
}


class TokenGate(Gate):
    """Made once; asked for every call. store: what remembers tokens for all processes."""

    required = True

    def __init__(self, settings: Settings, store: Store | None = None, clock: Callable[[], float] = time.time) -> None:
        self.replay = Replay(clock, store)
        self._settings = settings
        self._clock = clock
        self._outgoing = Outgoing(connect_seconds=FETCH_SECONDS, max_bytes=LARGEST, ca_file=settings.fhir_ca_file)
        self._clients = _clients(settings)
        self._keys = {
            issuer: KeySet(client, self._outgoing, clock, settings.trust_refetch_seconds)
            for issuer, client in self._clients.items()
        }

    def caller(self, method: str, path: str, authorization: str) -> Caller | None:
        """None where anybody may call; NotTrusted where it is not shown who does."""
        if not needs_token(method, path, self._settings):
            return None
        token = _token(authorization)
        header, issuer = _unverified(token)
        client = self._clients.get(issuer)
        if client is None:
            raise NotTrusted("iss is not a client known here")
        claims = self._claims(token, header, client, path)
        if not self.replay.first_time(issuer, claims["jti"], claims["exp"] + self._settings.trust_leeway_seconds):
            raise NotTrusted("the token was used before")
        return Caller(issuer)

    def condition(self) -> dict[str, Any]:
        """For readiness: whether a token is good for one call of all processes, or of each."""
        held = "this process" if self.replay.alone else "all processes"
        return {"mode": "required", "tokensHeldAgainst": held, "storeFailures": self.replay.failures}

    def close(self) -> None:
        self._outgoing.close()

    def _claims(self, token: str, header: Mapping[str, Any], client: clients.Client, path: str) -> dict[str, Any]:
        algorithm = header.get("alg")
        if algorithm not in self._settings.trust_algorithms:
            raise NotTrusted(f"alg is not one of {', '.join(self._settings.trust_algorithms)}")
        if str(header.get("typ")).upper() != "JWT" or "crit" in header:
            raise NotTrusted("typ is not JWT, or the header asks for more than this service knows")
        if "jku" in header and header["jku"] not in client.jku:
            raise NotTrusted("jku is not an address known here")
        kid = header.get("kid")
        key = self._keys[client.issuer].key(kid, algorithm) if isinstance(kid, str) and kid else None
        if key is None:
            raise NotTrusted("kid does not name a key of this client for that alg")
        return self._checked(_decoded(token, key, self._audience(path), client.issuer, self._settings))

    def _audience(self, path: str) -> list[str]:
        address = self._settings.public_url.rstrip("/") + path.rstrip("/")
        return [address, f"{address}/"]

    def _checked(self, claims: dict[str, Any]) -> dict[str, Any]:
        """What the library leaves open: how long a token lives, and that its id is one."""
        if not (_is_number(claims["exp"]) and _is_number(claims["iat"])):
            raise NotTrusted("exp or iat is not a number")
        if claims["exp"] - claims["iat"] > self._settings.trust_longest_seconds:
            raise NotTrusted(f"the token is valid for more than {self._settings.trust_longest_seconds} seconds")
        if not isinstance(claims["jti"], str) or not 0 < len(claims["jti"]) <= LONGEST_NAME:
            raise NotTrusted("jti is not a short text")
        return claims


def _clients(settings: Settings) -> dict[str, clients.Client]:
    try:
        return clients.load(settings.clients, sandbox=settings.sandbox)
    except clients.WrongClients as problem:
        raise WrongSetting(f"{PREFIX}CLIENTS: {problem}") from None


def _token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        raise NotTrusted("no bearer token")
    return token


def _unverified(token: str) -> tuple[dict[str, Any], str]:
    """Header and issuer, only to know whose keys to hold the token against."""
    try:
        found = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError):
        raise NotTrusted("what came is no JWT") from None
    issuer = found["payload"].get("iss")
    return found["header"], issuer if isinstance(issuer, str) else ""


def _decoded(token: str, key: jwt.PyJWK, audience: list[str], issuer: str, settings: Settings) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=audience,
            issuer=issuer,
            leeway=settings.trust_leeway_seconds,
            options={"require": CLAIMS},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as problem:
        raise NotTrusted(WRONG.get(type(problem), "the token is not valid")) from None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12
