"""Keys and tokens of clients, made for one test run."""

import json
import time
from functools import cache
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

BASE = "https://cds.example.org/tace"
ISSUER = "https://ehr.example.org"
OTHER_ISSUER = "https://other.example.org"
JKU = f"{ISSUER}/jwks.json"


@cache
def private(name="ec"):
    if name.startswith("rsa"):
        return rsa.generate_private_key(65537, 1024 if name == "rsa-short" else 2048)
    return ec.generate_private_key(ec.SECP256R1() if name == "ec-256" else ec.SECP384R1())


def public(name="ec", **more):
    """The public JWK, named as the key; a member of ... is left out."""
    algorithm = RSAAlgorithm if name.startswith("rsa") else ECAlgorithm
    found = json.loads(algorithm.to_jwk(private(name).public_key()))
    found.pop("key_ops", None)
    return {k: v for k, v in (found | {"kid": name, "use": "sig"} | more).items() if v is not ...}


def token(path="/cds-services", *, key="ec", algorithm="", header=None, **claims):
    """A right token for that path; a claim or a header of ... is left out, a claim that is a function is given now."""
    now = int(time.time())
    claims = {k: v(now) if callable(v) else v for k, v in claims.items()}
    payload = {"iss": ISSUER, "aud": BASE + path, "iat": now, "exp": now + 300, "jti": uuid4().hex} | claims
    algorithm = algorithm or ("RS384" if key.startswith("rsa") else "ES384")
    named = {"kid": key, "typ": "JWT"} | (header or {})
    return jwt.encode(
        {k: v for k, v in payload.items() if v is not ...},
        private(key),
        algorithm,
        headers={k: v for k, v in named.items() if v is not ...} | ({"typ": None} if named["typ"] is ... else {}),
    )


def bearer(*arguments, **named):
    return {"Authorization": f"Bearer {token(*arguments, **named)}"}
