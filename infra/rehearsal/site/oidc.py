"""A small OpenID Connect issuer: tokens for the console, the key to check them with, and a sign-in page with PKCE."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from joserfc import jwk, jwt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TOKEN_SECONDS = 8 * 3600
_CODE_SECONDS = 60
SCOPE = "openid email"
# Each person by what the console lets them do (`[console]` of publication.toml): as a scope, and as a group of Cognito.
ROLES = ("look", "write", "send", "administer")
# Whoever names no role may do everything, as it was when there was but one right.
WHO = {"sub": "marketing", "email": "marketing@example.com", "name": "Marketing", "cognito:groups": ["marketing"]}
EVERYTHING = "campaigns:send"


class OidcError(ValueError):
    """The request is not one that an issuer may answer; the message says what would be right."""


@dataclass(frozen=True)
class _Grant:
    redirect_uri: str
    challenge: str
    nonce: str
    expires: float
    role: str = ""


def new_key() -> jwk.RSAKey:
    """A key to sign tokens with."""
    return jwk.RSAKey.generate_key(2048, parameters={"kid": secrets.token_hex(4), "alg": "RS256", "use": "sig"})


class Issuer:
    """Signs with a key made at the start, so that tokens of an earlier rehearsal are worth nothing."""

    def __init__(self, url: str, audience: str, now: Callable[[], float]) -> None:
        """`url` is the issuer, `audience` the one client it knows; `now` gives the seconds since 1970."""
        self._url, self._audience, self._now = url, audience, now
        self._key = new_key()
        self._grants: dict[str, _Grant] = {}
        self._lock = threading.Lock()

    def discovery(self) -> dict[str, Any]:
        """https://openid.net/specs/openid-connect-discovery-1_0.html."""
        return {
            "issuer": self._url,
            "authorization_endpoint": f"{self._url}/authorize",
            "token_endpoint": f"{self._url}/token",
            "jwks_uri": f"{self._url}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": [*SCOPE.split(), *(f"newsletter:{role}" for role in ROLES), EVERYTHING],
        }

    def jwks(self) -> dict[str, Any]:
        """The public key as a set (RFC 7517)."""
        return {"keys": [self._key.as_dict(private=False)]}

    def token(self, role: str = "", /, **claims: Any) -> str:
        """A signed token for the console, of the person with that role; `claims` are added or replace theirs."""
        now = int(self._now())
        usual = {
            **person(role), "iss": self._url, "aud": self._audience, "client_id": self._audience,
            "iat": now, "exp": now + TOKEN_SECONDS,
        }  # fmt: skip
        header = {"alg": "RS256", "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, {**usual, **claims}, self._key, algorithms=["RS256"])

    def check(self, query: Mapping[str, str]) -> None:
        """Raise `OidcError` unless the authorization request is one we answer (RFC 6749 4.1.1, RFC 7636 4.3)."""
        target, own = urlsplit(query.get("redirect_uri", "")), urlsplit(self._url)
        if query.get("response_type") != "code":
            raise OidcError("response_type must be code")
        if query.get("client_id") != self._audience:
            raise OidcError(f"client_id must be {self._audience}")
        # Nobody else's pages may collect codes.
        if (target.scheme, target.netloc) != (own.scheme, own.netloc):
            raise OidcError(f"redirect_uri must be a page below {own.scheme}://{own.netloc}")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise OidcError("code_challenge is needed, with code_challenge_method S256")

    def authorize(self, query: Mapping[str, str], role: str = "") -> str:
        """The URL to send the browser to, with a code for the person with that role, good once and for a minute."""
        self.check(query)
        person(role)
        code = secrets.token_urlsafe(24)
        grant = _Grant(
            query["redirect_uri"],
            query["code_challenge"],
            query.get("nonce", ""),
            time.monotonic() + _CODE_SECONDS,
            role,
        )
        with self._lock:
            self._grants[code] = grant
        answer = {"code": code} | ({"state": query["state"]} if "state" in query else {})
        return f"{grant.redirect_uri}{'&' if '?' in grant.redirect_uri else '?'}{urlencode(answer)}"

    def exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The token response for a code (RFC 6749 4.1.3); `OidcError` when code, address or verifier are wrong."""
        if form.get("grant_type") != "authorization_code":
            raise OidcError("grant_type must be authorization_code")
        with self._lock:
            grant = self._grants.pop(form.get("code", ""), None)
        if grant is None or grant.expires < time.monotonic():
            raise OidcError("the code is unknown, used or older than a minute")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not hmac.compare_digest(challenge, grant.challenge) or form.get("redirect_uri") != grant.redirect_uri:
            raise OidcError("code_verifier or redirect_uri is not the one of the authorization request")
        nonce = {"nonce": grant.nonce} if grant.nonce else {}
        return {
            "access_token": self.token(grant.role),
            "id_token": self.token(grant.role, **nonce),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": person(grant.role)["scope"],
        }


def person(role: str) -> dict[str, Any]:
    """The claims of the person with that role; without one, of whoever may do everything."""
    if not role:
        return WHO | {"scope": f"{SCOPE} {EVERYTHING}"}
    if role not in ROLES:
        raise OidcError(f"role must be one of {', '.join(ROLES)}")
    return {
        "sub": role,
        "email": f"{role}@example.com",
        "name": f"Somebody with the role {role}",
        "cognito:groups": [f"newsletter-{role}"],
        "scope": f"{SCOPE} newsletter:{role}",
    }
