"""OpenID Connect: checks tokens and signs people in with a code, at the addresses that the issuer publishes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from newsletter.platform.errors import NewsletterError
from newsletter.platform.observability import logger
from newsletter.platform.web.http_client import WebFault, exchange, place_of
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
"""What each type of key may have signed. The key decides, never the token's header (RFC 8725, 3.1)."""
SCOPE = "openid email"
LEEWAY = 60
"""Seconds that the issuer's clock may differ from ours."""
KEYS_LIFE = 3600.0
"""Seconds after which the keys are read again, so that a withdrawn one stops counting."""
ASK_AGAIN = 30.0
"""Seconds between two requests for keys, so that tokens with made-up key ids cause no flood of them."""
TIMEOUT = 5.0
"""Seconds for one answer of the issuer, from the name of the host to the last byte."""
MAX_TOKEN = 8_192
MAX_DOCUMENT = 200_000


class BadToken(NewsletterError):
    """A token that is not for us, not valid now, or not signed by the issuer; the message says which."""


class IssuerUnreachable(NewsletterError):
    """The issuer does not answer, or not as OpenID Connect says."""


@dataclass(frozen=True)
class Tokens:
    """What the issuer gives for a code; `access` may be opaque to us."""

    id: str
    access: str


class Oidc:
    """One issuer, and this console as its client `audience`. The issuer's keys are kept for an hour."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._now = now
        self._monotonic = monotonic
        self._found: Mapping[str, Any] = {}
        self._keys: Mapping[str | None, RSAKey | ECKey] = {}
        self._asked_at = 0.0

    def verify(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that the issuer signed for us and that is valid now.

        Raises BadToken, IssuerUnreachable. `aud` must name us; only where a token has none (access tokens of Cognito)
        does `client_id` count, as in API Gateway's own authorizer (AWS: HTTP APIs, JWT authorizers).
        """
        from joserfc import jwt
        from joserfc.errors import JoseError

        key = self._key(_key_id(token))
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHMS[key.key_type]]).claims
            jwt.JWTClaimsRegistry(
                now=int(self._now()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self._found["issuer"]},
                sub={"essential": True},
                exp={"essential": True},
                aud={"value": self._audience},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise BadToken(say("the token is not valid: {why}", why=str(error).rstrip(": "))) from error
        if "aud" not in claims and claims.get("client_id") != self._audience:
            raise BadToken(say("the token is for another audience"))
        if claims.get("token_use", "access") not in ("access", "id"):
            raise BadToken(say("the token is neither an access nor an ID token"))
        return claims

    def authorization_url(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send a browser to sign in (authorization code with PKCE, RFC 7636). Raises IssuerUnreachable."""
        endpoint = self._endpoint("authorization_endpoint")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._audience,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The tokens for a code (RFC 6749, 4.1.3). Raises BadToken when the issuer refuses, IssuerUnreachable."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self._audience,
            "code_verifier": verifier,
        }
        status, answer = self._ask("POST", self._endpoint("token_endpoint"), form)
        if status != 200:
            refusal = re.sub(r"[^a-z_]", "", str(answer.get("error", "")))[:40]
            raise BadToken(say("the issuer refused the sign-in ({why})", why=refusal or f"HTTP {status}"))
        if not isinstance(answer.get("id_token"), str):
            raise BadToken(say("the issuer gave no ID token"))
        access = answer.get("access_token")
        return Tokens(answer["id_token"], access if isinstance(access, str) else "")

    def keys(self) -> int:
        """How many keys it publishes that we can use, asked anew. Raises IssuerUnreachable."""
        self._read_keys()
        self._endpoint("authorization_endpoint")
        self._endpoint("token_endpoint")
        return len(self._keys)

    # --- what the issuer publishes -----------------------------------------------------------------------------------

    def _key(self, key_id: str | None) -> RSAKey | ECKey:
        age = self._monotonic() - self._asked_at
        if not self._keys or (age > ASK_AGAIN and (key_id not in self._keys or age > KEYS_LIFE)):
            try:
                self._read_keys()
            except IssuerUnreachable:
                if key_id not in self._keys:
                    raise
                logger().warning("issuer unreachable; its known keys still count")
        key = self._keys.get(key_id)
        if key is None:
            raise BadToken(say("the token is signed with a key that is not the issuer's"))
        return key

    def _read_keys(self) -> None:
        self._asked_at = self._monotonic()
        self._discover()
        status, answer = self._ask("GET", self._endpoint("jwks_uri"))
        keys = answer.get("keys")
        if status != 200 or not isinstance(keys, list):
            raise IssuerUnreachable("the issuer's keys cannot be read")
        self._keys = {key.get("kid"): known for key in keys if (known := _usable(key)) is not None}

    def _discover(self) -> None:
        """OpenID Connect Discovery 1.0, 4.3: the document must be of the very issuer we asked."""
        status, found = self._ask("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if status != 200 or str(found.get("issuer", "")).rstrip("/") != self._issuer.rstrip("/"):
            raise IssuerUnreachable(f"{self._issuer} has no openid-configuration of its own")
        self._found = found

    def _endpoint(self, name: str) -> str:
        if not self._found:
            self._discover()
        url = str(self._found.get(name, ""))
        if urlsplit(url).scheme not in ("https", urlsplit(self._issuer).scheme):
            raise IssuerUnreachable(f"the issuer names no secure {name}")
        return url

    def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> tuple[int, Mapping[str, Any]]:
        host, deadline = urlsplit(url).netloc, time.monotonic() + TIMEOUT
        try:
            answer = exchange(
                place_of(url, deadline),
                {"accept": "application/json"}
                | ({"content-type": "application/x-www-form-urlencoded"} if form else {}),
                most_bytes=MAX_DOCUMENT,
                deadline=deadline,
                method=method,
                body=urlencode(form).encode() if form else None,
            )
            document = json.loads(answer.body)
        except WebFault as fault:
            raise IssuerUnreachable(f"{host}: {fault}") from fault
        except (ValueError, RecursionError) as error:
            raise IssuerUnreachable(f"{host} answered with something else than JSON") from error
        if not isinstance(document, dict):
            raise IssuerUnreachable(f"{host} answered with something else than a JSON object")
        return answer.status, document


def _key_id(token: str) -> str | None:
    """The id of the key that the token says it is signed with; nothing else of an unverified header is used."""
    if len(token) > MAX_TOKEN:
        raise BadToken(say("the token is longer than {most} characters", most=MAX_TOKEN))
    head, *rest = token.split(".")
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        key_id = header.get("kid")
    except (ValueError, AttributeError, RecursionError):
        key_id = 0
    if len(rest) != 2 or not isinstance(key_id, str | None):
        raise BadToken(say("this is no signed JSON Web Token"))
    return key_id


def _usable(data: Any) -> RSAKey | ECKey | None:
    """The key, if it is one to check signatures with; an issuer may publish others too (RFC 7517, 5)."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    if not isinstance(data, dict) or data.get("use", "sig") != "sig":
        return None
    kind = str(data.get("kty"))
    if kind not in ALGORITHMS or data.get("alg", ALGORITHMS[kind]) != ALGORITHMS[kind]:
        return None
    try:
        return RSAKey.import_key(data) if kind == "RSA" else ECKey.import_key(data)
    except (JoseError, ValueError):
        return None
