"""Marketing's door: the pages under /console and the JSON API under /api/v1, and who may pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from console import session
from console.principal import NotSignedIn, principal_of
from console.problems import problem
from console.request import Request
from console.responses import redirect
from console.routes import api, campaign, control, digest, report, sign_in
from newsletter.container import app
from newsletter.domain.errors import NotFound
from newsletter.http import Answer, MethodNotAllowed, path_pattern
from newsletter.observability import observed

View = Callable[..., Answer]
Door = Callable[[Request, View, Mapping[str, str]], Answer]


def with_token(request: Request, view: View, in_path: Mapping[str, str]) -> Answer:
    """The API: whoever brings a token of the issuer (RFC 6750). Cookies count for nothing here."""
    scheme, _, token = request.header("authorization").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return view(request, principal_of(app.oidc.verify(token.strip())), **in_path)


def signed_in(request: Request, view: View, in_path: Mapping[str, str]) -> Answer:
    """The pages: whoever has a session; a form must also be one that we made for this person."""
    try:
        who = session.principal(request)
    except NotSignedIn:
        if request.method == "POST":
            raise
        return redirect(f"/console/login?next={quote(request.path)}")
    if request.method == "POST":
        session.check_form(request, who)
    return view(request, who, **in_path)


def anybody(request: Request, view: View, in_path: Mapping[str, str]) -> Answer:
    """What is shown to everybody."""
    return view(request, **in_path)


# A path as in template.yaml, who may pass, and what is behind. Not the Powertools resolver: it slows the cold start
# and keeps the request in a class attribute, so that in one process of many threads (the local cloud) one person could
# be shown another's page.
PATHS: tuple[tuple[str, Door, Mapping[str, View]], ...] = (
    ("/console", signed_in, {"GET": report.show_mailings}),
    ("/console/mailings/{mailing}", signed_in, {"GET": report.show_mailing}),
    ("/console/mailings/{mailing}/pause", signed_in, {"POST": control.press_pause}),
    ("/console/mailings/{mailing}/resume", signed_in, {"POST": control.press_resume}),
    ("/console/mailings/{mailing}/cancel", signed_in, {"POST": control.press_cancel}),
    ("/console/digests/{period}", signed_in, {"GET": digest.show}),
    ("/console/digests/{period}/mail", signed_in, {"GET": digest.show_mail}),
    ("/console/digests/{period}/approve", signed_in, {"POST": digest.press_approve}),
    ("/console/digests/{period}/reject", signed_in, {"POST": digest.press_reject}),
    ("/console/campaigns/new", signed_in, {"GET": campaign.show_form, "POST": campaign.take_form}),
    ("/console/login", anybody, {"GET": sign_in.login}),
    ("/console/callback", anybody, {"GET": sign_in.callback}),
    ("/console/logout", anybody, {"GET": sign_in.ask_to_sign_out}),
    ("/console/logout", signed_in, {"POST": sign_in.sign_out}),
    ("/api/v1/openapi.json", anybody, {"GET": api.show_openapi}),
    ("/api/v1/campaigns", with_token, {"POST": api.start}),
    ("/api/v1/mailings", with_token, {"GET": api.list_mailings}),
    ("/api/v1/mailings/{mailing}", with_token, {"GET": api.show_mailing}),
    ("/api/v1/mailings/{mailing}/recipients", with_token, {"GET": api.list_recipients}),
    ("/api/v1/mailings/{mailing}/pause", with_token, {"POST": control.pause}),
    ("/api/v1/mailings/{mailing}/resume", with_token, {"POST": control.resume}),
    ("/api/v1/mailings/{mailing}/cancel", with_token, {"POST": control.cancel}),
    ("/api/v1/digests", with_token, {"GET": digest.list_digests}),
    ("/api/v1/digests/{period}/approve", with_token, {"POST": digest.approve}),
    ("/api/v1/digests/{period}/reject", with_token, {"POST": digest.reject}),
    ("/api/v1/decisions", with_token, {"GET": api.list_decisions}),
    ("/api/v1/articles", with_token, {"GET": api.list_articles}),
)


@observed("console")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0)."""
    request = Request(event)
    return respond(request).to(request.method)


def respond(request: Request) -> Answer:
    """The answer of the view behind its door; whatever either raises becomes an answer too."""
    try:
        request.read_body()
        door, view, in_path = _find(request)
        return door(request, view, in_path)
    except Exception as error:  # noqa: BLE001 (nobody must meet a bare error; problem() logs unknown ones)
        return problem(request, error)


def _find(request: Request) -> tuple[Door, View, dict[str, str]]:
    wanted = "GET" if request.method == "HEAD" else request.method
    allowed: list[str] = []
    for pattern, door, views in _patterns():
        if found := pattern.fullmatch(request.path):
            if wanted in views:
                return door, views[wanted], found.groupdict()
            allowed += [method for name in views for method in (("GET", "HEAD") if name == "GET" else (name,))]
    raise MethodNotAllowed(", ".join(allowed)) if allowed else NotFound("page")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Door, Mapping[str, View]], ...]:
    return tuple((path_pattern(path), door, views) for path, door, views in PATHS)
