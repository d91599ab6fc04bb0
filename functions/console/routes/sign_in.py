"""/console/login, /console/callback and /console/logout: OpenID Connect, authorization code with PKCE."""

from __future__ import annotations

from console import session
from console.principal import NotSignedIn, Principal
from console.request import Request
from console.responses import page, redirect
from newsletter.platform.web.answer import Answer


def login(request: Request) -> Answer:
    """Redirect to the issuer's sign-in page."""
    url, cookie = session.begin(request.query("next"))
    return redirect(url, (cookie,))


def callback(request: Request) -> Answer:
    """Exchange the issuer's code for a token and begin the session."""
    wanted, cookies = session.finish(request)
    return redirect(wanted, cookies)


def ask_to_sign_out(request: Request) -> Answer:
    """A page with one button, because a link (a GET) must not sign anybody out."""
    try:
        return page("sign_out", session.principal(request))
    except NotSignedIn:
        return page("sign_out", None)


def sign_out(_request: Request, _who: Principal) -> Answer:
    """End the session in this browser."""
    return page("sign_out", None, cookies=(session.end(),))
