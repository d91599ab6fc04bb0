"""The session of the pages: the issuer's token in a cookie, and a signed token in every form against CSRF."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

from console.principal import NotSignedIn, Principal, principal_of
from console.request import Request
from newsletter.container import app
from newsletter.platform.errors import NewsletterError
from newsletter.platform.web.oidc_client import BadToken, Tokens
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

SESSION = "newsletter_session"
SIGN_IN = "newsletter_sign_in"
SIGN_IN_SECONDS = 600
FORM_SECONDS = 24 * 3600
MAX_COOKIE = 3_900
"""Characters of a token; browsers take 4,096 bytes with name and attributes (RFC 6265, 6.1)."""
OWN_PAGE = re.compile(r"/console(/[A-Za-z0-9_/-]*)?(\?[A-Za-z0-9_=&%+.~-]{0,1000})?")


class SignInFailed(NewsletterError):
    """The issuer's answer does not belong to the sign-in that this browser began; the user must start again."""


class ForgedForm(NewsletterError):
    """A form without a valid token for this user."""


def begin(wanted: str) -> tuple[str, str]:
    """The issuer's address to redirect to, and the cookie that ties the answer to this browser.

    `wanted` is the page to go to afterwards; anything but a page of the console is replaced by the start page.
    """
    sign_in = {
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "verifier": secrets.token_urlsafe(48),
        "wanted": wanted if OWN_PAGE.fullmatch(wanted) else "/console",
    }
    url = app.oidc.authorization_url(_return_address(), sign_in["state"], sign_in["nonce"], sign_in["verifier"])
    return url, _cookie(SIGN_IN, _signer("sign-in").dumps(sign_in), SIGN_IN_SECONDS)


def finish(request: Request) -> tuple[str, tuple[str, ...]]:
    """After the redirect back from the issuer: the page to go to, and the cookies. Raises SignInFailed, BadToken."""
    from itsdangerous import BadSignature

    try:
        sign_in = _signer("sign-in").loads(request.cookie(SIGN_IN), max_age=SIGN_IN_SECONDS)
    except (BadSignature, UnicodeEncodeError) as error:
        raise SignInFailed(say("this browser did not begin to sign in, or did so more than ten minutes ago")) from error
    if not secrets.compare_digest(request.query("state").encode(errors="replace"), sign_in["state"].encode()):
        raise SignInFailed(say("the answer belongs to another sign-in"))
    if not request.query("code"):
        raise SignInFailed(say("the issuer did not let you in"))
    tokens = app.oidc.exchange(request.query("code"), sign_in["verifier"], _return_address())
    if app.oidc.verify(tokens.id).get("nonce") != sign_in["nonce"]:
        raise SignInFailed(say("the ID token belongs to another sign-in"))
    token = _session_token(tokens)
    if len(token) > MAX_COOKIE:
        raise SignInFailed(
            say("the issuer's token has {length} characters; a cookie holds {most}", length=len(token), most=MAX_COOKIE)
        )
    lifetime = principal_of(app.oidc.verify(token)).expires - int(app.now().timestamp())
    return sign_in["wanted"], (_cookie(SESSION, token, lifetime), _cookie(SIGN_IN, "", 0))


def principal(request: Request) -> Principal:
    """The signed-in user. Raises NotSignedIn, also for a session that has expired."""
    token = request.cookie(SESSION)
    if not token:
        raise NotSignedIn
    try:
        return principal_of(app.oidc.verify(token))
    except BadToken as error:
        raise NotSignedIn from error


def end() -> str:
    """The cookie that ends the session in this browser."""
    return _cookie(SESSION, "", 0)


def form_token(who: Principal) -> str:
    """The token in every form of this user.

    It is bound to the user and not to the session, so that a form begun before signing in again can still be sent.
    """
    return _signer("form").dumps(who.digest)


def check_form(request: Request, who: Principal) -> None:
    """Raises ForgedForm unless the form has this user's token of the last day."""
    from itsdangerous import BadSignature

    try:
        digest = _signer("form").loads(request.field("form_token"), max_age=FORM_SECONDS)
    except (BadSignature, UnicodeEncodeError) as error:
        raise ForgedForm from error
    if digest != who.digest:
        raise ForgedForm


def _session_token(tokens: Tokens) -> str:
    """The token to store in the cookie: the ID token, unless the access token gives a higher role."""
    try:
        of_access = principal_of(app.oidc.verify(tokens.access)).role
    except BadToken:
        return tokens.id  # An access token may have a format that only the issuer's own APIs can read.
    return tokens.access if (of_access or 0) > (principal_of(app.oidc.verify(tokens.id)).role or 0) else tokens.id


def _signer(purpose: str) -> URLSafeTimedSerializer:
    from itsdangerous import URLSafeTimedSerializer

    from newsletter.platform.links.signing import TimedOneSpelling

    return URLSafeTimedSerializer(
        list(app.secrets.link_keys),
        salt=f"newsletter.console.{purpose}",
        signer=TimedOneSpelling,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def _return_address() -> str:
    return f"{app.settings.public_url}/console/callback"


def _cookie(name: str, value: str, seconds: int) -> str:
    secure = "; Secure" if app.settings.public_url.startswith("https:") else ""
    return f"{name}={value}; Path=/console; Max-Age={max(seconds, 0)}; HttpOnly; SameSite=Lax{secure}"
