"""The public keys of the clients: from a file, or from an address that is asked seldom.

A file is read again when it changes. An address is asked again when its keys are an hour old or a token names a key
that is not among them, but never twice within the cooldown: a stranger's tokens cannot make this service call anybody.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
import orjson

from service.clients import Client
from service.errors import KeysNotReached
from service.outgoing import NotFetched, Outgoing

log = logging.getLogger(__name__)

FRESH_SECONDS = 3600  # after this a withdrawn key is gone
KEPT_SECONDS = 86_400  # how long keys outlive the server that published them
FETCH_SECONDS = 4.0
LARGEST = 500_000
SMALLEST_RSA_BITS = 2048
KINDS = {"ES": "EC", "RS": "RSA", "PS": "RSA"}
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
Jwk = Mapping[str, Any]


class KeySet:
    """The keys of one client by kid."""

    def __init__(self, client: Client, outgoing: Outgoing, clock: Callable[[], float], cooldown: float) -> None:
        self._client, self._outgoing, self._clock, self._cooldown = client, outgoing, clock, cooldown
        self._keys: dict[str, Jwk] = {}
        self._fetched = self._tried = float("-inf")
        self._written = 0
        self._fetching = threading.Lock()

    def key(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """The key of that name, bound to the algorithm; None: no such key, or not one for that algorithm."""
        if self._client.file is not None:
            self._read(self._client.file)
        elif kid not in self._keys:
            with self._fetching:  # one asks, those who need it wait for what it finds
                self._fetch_where_due(kid)
        elif self._is_old() and self._fetching.acquire(blocking=False):  # one asks, the others go on with what is there
            try:
                self._fetch_where_due(kid)
            finally:
                self._fetching.release()
        if self._client.file is None and self._clock() - self._fetched > KEPT_SECONDS:
            raise KeysNotReached
        found = self._keys.get(kid)
        return None if found is None else _bound(found, algorithm)

    def _is_old(self) -> bool:
        return self._clock() - self._fetched > FRESH_SECONDS

    def _fetch_where_due(self, kid: str) -> None:
        now = self._clock()
        if (self._is_old() or kid not in self._keys) and now - self._tried > self._cooldown:
            self._tried = now
            self._fetch(now)

    def _read(self, file: Path) -> None:
        try:
            written = file.stat().st_mtime_ns
            if written != self._written:
                self._keys = _keys(file.read_bytes())
                self._written = written
        except (OSError, ValueError):
            log.warning("the key file %s cannot be read; the keys read before are used", file.name)

    def _fetch(self, now: float) -> None:
        headers = {"Accept": "application/jwk-set+json, application/json"}
        try:
            self._keys = _keys(self._outgoing.get_within(FETCH_SECONDS, self._client.url, headers))
            self._fetched = now
        except (NotFetched, ValueError) as problem:
            words = str(problem) if isinstance(problem, NotFetched) else "not a JWK Set"
            log.warning("the keys of %s could not be fetched (%s)", self._client.issuer, words)


def _keys(body: bytes) -> dict[str, Jwk]:
    """ValueError where it is no JWK Set. A kid that two keys have names neither."""
    found = orjson.loads(body)
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list):
        raise ValueError("not a JWK Set")
    named = [key for key in keys if isinstance(key, dict) and isinstance(key.get("kid"), str)]
    times = Counter(key["kid"] for key in named)
    return {key["kid"]: key for key in named if times[key["kid"]] == 1}


def _bound(key: Jwk, algorithm: str) -> jwt.PyJWK | None:
    """Bound by us: left to itself, an RSA key without alg would verify RS256 only."""
    operations = key.get("key_ops")
    suits = (
        key.get("kty") == KINDS[algorithm[:2]]
        and key.get("crv") == CURVES.get(algorithm)
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
        and "d" not in key  # a private key in a public set is anybody's
    )
    if not suits:
        return None
    try:
        bound = jwt.PyJWK(dict(key), algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    return None if getattr(bound.key, "key_size", SMALLEST_RSA_BITS) < SMALLEST_RSA_BITS and "n" in key else bound
