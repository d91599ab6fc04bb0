"""An OpenID Connect issuer on the loopback interface, with keys in hand to sign what no honest issuer would."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt
from werkzeug.wrappers import Request, Response

from rehearsal.site import oidc
from tests.support.stack.loopback import served

CLIENT = "console"
_key_of_local_clouds = cache(oidc.new_key)


@dataclass
class Issuer:
    """Signs with `key`; `published` are the keys it names. `asked` counts requests by path."""

    url: str = ""
    key: Any = None
    published: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    grants: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    access_claims: dict[str, Any] | None = None

    def new_key(self, kind: str = "RSA", kid: str = "first") -> Any:
        """A signing key; it counts only once it is published."""
        made = jwk.RSAKey.generate_key(2048) if kind == "RSA" else jwk.ECKey.generate_key("P-256")
        return type(made).import_key({**made.as_dict(private=True), "kid": kid, "use": "sig"})

    def reset(self) -> None:
        """As at the start."""
        self.published, self.down, self.claims, self.access_claims = [self.key], False, {}, None
        self.asked.clear()
        self.grants.clear()

    def token(self, key: Any = None, alg: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token for the console, valid for an hour; a claim that is None is left out."""
        now = int(time.time())
        usual = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "anna",
            "email": "anna@example.com",
            "iat": now,
            "exp": now + 3600,
        }
        values = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        signing = key or self.key
        return jwt.encode({"alg": alg, "kid": signing.kid, **(header or {})}, values, signing, algorithms=[alg])

    def sign_in(self, location: str) -> dict[str, str]:
        """What a person's browser does at the issuer: the query of its way back, with a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = f"code-{len(self.grants)}"
        self.grants[code] = query
        return {"code": code, "state": query["state"]}

    def app(self, environ: Any, start_response: Any) -> Any:
        """The issuer's endpoints."""
        request = Request(environ)
        self.asked.append(request.path)
        if self.down:
            return Response(status=503)(environ, start_response)
        match request.path:
            case "/.well-known/openid-configuration":
                answer: Any = {
                    "issuer": self.url,
                    "authorization_endpoint": f"{self.url}/authorize",
                    "token_endpoint": f"{self.url}/token",
                    "jwks_uri": f"{self.url}/jwks",
                }
            case "/jwks":
                answer = {"keys": [key.as_dict(private=False) for key in self.published]}
            case "/token":
                return self._token(request)(environ, start_response)
            case _:
                return Response(status=404)(environ, start_response)
        return _json(answer)(environ, start_response)

    def _token(self, request: Request) -> Response:
        grant = self.grants.pop(request.form.get("code", ""), None)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            grant is None
            or grant["code_challenge"] != challenge
            or grant["redirect_uri"] != request.form["redirect_uri"]
        ):
            return _json({"error": "invalid_grant"}, 400)
        access = "opaque" if self.access_claims is None else self.token(**self.access_claims)
        return _json({"id_token": self.token(nonce=grant["nonce"], **self.claims), "access_token": access})


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that runs for the length of a test."""
    issuer = Issuer()
    issuer.key = issuer.new_key()
    issuer.published = [issuer.key]
    with served(issuer.app) as issuer.url:
        yield issuer


@contextmanager
def signing_as_before() -> Iterator[None]:
    """Local clouds that start meanwhile sign with one key: finding the primes takes a tenth of a start."""
    with patch.object(oidc, "new_key", _key_of_local_clouds):
        yield
