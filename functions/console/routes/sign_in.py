"""/console/login, /console/callback and /console/logout: OpenID Connect, authorization code with PKCE."""

from __future__ import annotations

from console import session
from console.principal import NotSignedIn, Principal
from console.request import Request
from console.responses import page, redirect
from newsletter.platform.web.answer import Answer


def login(request: Request) -> Answer:
    """On to the issuer's sign-in page."""
    url, cookie = session.begin(request.query("next"))
    return redirect(url, (cookie,))


def callback(request: Request) -> Answer:
    """Back from the issuer, with a code that is worth a token."""
    wanted, cookies = session.finish(request)
    return redirect(wanted, cookies)


def ask_to_sign_out(request: Request) -> Answer:
    """A page with one button: a link alone must not sign anybody out."""
    try:
        return page("sign_out", session.principal(request))
    except NotSignedIn:
        return page("sign_out", None)


def sign_out(_request: Request, _who: Principal) -> Answer:
    """The session in this browser is over."""
    return page("sign_out", None, cookies=(session.end(),))
