"""Which forms are accepted: those of our own pages, and on /subscribe those of websites that the publication names."""

from __future__ import annotations

import re

from newsletter.container import app
from newsletter.platform.web.answer import BARE, Answer
from public_site.request import Request

WEB_ADDRESS = re.compile(r"(https?://[a-z0-9.-]+(?::\d+)?)(?:[/?#][!-\[\]-~]*)?")
"""An absolute address without what programs interpret differently (user names, backslashes, line breaks)."""
PREFLIGHT_MAX_AGE = 600
"""Seconds for which a browser may cache the answer to a preflight request."""


def is_known(origin: str) -> bool:
    """Whether an Origin header is ours, names one of those websites, or is empty, as in programs' requests."""
    return origin in ("", app.settings.public_url, *app.templates.publication.origins)


def refused_origin(request: Request, *, websites: bool = False) -> bool:
    """Whether the browser says that the form comes from a page whose forms are not accepted.

    Accepted are our own, and with `websites` those of the websites that the publication names. `Origin: null` is
    refused: sandboxed frames send it, and our pages do not (their layout sets the referrer policy `same-origin`). A
    request without an origin comes from an old browser or a mail program, and is not refused.
    https://www.w3.org/TR/fetch-metadata/ and https://fetch.spec.whatwg.org/#origin-header
    """
    origin = request.header("origin")
    if websites and origin in app.templates.publication.origins:
        return False
    if request.header("sec-fetch-site") == "cross-site":
        return True
    return origin not in {"", app.settings.public_url} and not _is_of_the_asked_host(request, origin)


def _is_of_the_asked_host(request: Request, origin: str) -> bool:
    """Whether the page's origin is the host that the form was sent to, for requests that use another name of ours.

    A page cannot make a browser send a `Host` other than that of the requested address.
    """
    found = WEB_ADDRESS.fullmatch(origin)
    return found is not None and origin.partition("://")[2] == request.header("host").lower()


def next_page(url: str) -> str:
    """The address, if it is on a website that the publication names; otherwise empty."""
    found = WEB_ADDRESS.fullmatch(url)
    return url if found and found[1] in app.templates.publication.origins else ""


def origin_of(url: str) -> str:
    """The origin of a `next_page`; empty for an empty one."""
    found = WEB_ADDRESS.fullmatch(url)
    return found[1] if found else ""


def preflight(request: Request) -> Answer:
    """Answer the CORS preflight, which a browser sends before it sends JSON for another website."""
    answer = Answer(204, {**BARE, "Allow": "GET, HEAD, POST, OPTIONS"})
    if not request.header("origin") or not is_known(request.header("origin")):
        return answer
    return answer.with_headers(
        {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE),
        }
    )


def readable(request: Request, answer: Answer) -> Answer:
    """The answer with CORS headers, so that scripts of the publication's websites may read it."""
    origin = request.header("origin")
    varying = ", ".join(filter(None, (answer.headers.get("Vary", ""), "Origin")))
    headers = {"Access-Control-Allow-Origin": origin} if origin and is_known(origin) else {}
    return answer.with_headers({**headers, "Vary": varying})
