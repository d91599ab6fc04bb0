"""Whose forms are taken: those of our own pages, and on /subscribe those of websites that the publication names."""

from __future__ import annotations

import re

from newsletter.container import app
from newsletter.platform.web.answer import BARE, Answer
from public_site.request import Request

WEB_ADDRESS = re.compile(r"(https?://[a-z0-9.-]+(?::\d+)?)(?:[/?#][!-\[\]-~]*)?")
"""An absolute address with nothing in it that could be read in two ways (user names, backslashes, line breaks)."""
FORGET_AFTER = 600
"""Seconds a browser may remember what a website is allowed."""


def is_known(origin: str) -> bool:
    """Whether an Origin header names one of those websites. A request of no browser has none, and passes."""
    return origin in ("", app.settings.public_url, *app.templates.publication.origins)


def refused_origin(request: Request, *, websites: bool = False) -> bool:
    """Whether the browser says that the form comes from a page whose forms are not taken.

    Ours are taken, and with `websites` those of the websites that the publication names. `Origin: null` is nobody's: a
    sandboxed frame sends it, and our pages do not (their layout asks for the referrer policy `same-origin`). A request
    that names no origin is of no browser of today, or of a mail program, and says nothing.
    https://www.w3.org/TR/fetch-metadata/ and https://fetch.spec.whatwg.org/#origin-header
    """
    origin = request.header("origin")
    if websites and origin in app.templates.publication.origins:
        return False
    if request.header("sec-fetch-site") == "cross-site":
        return True
    return origin not in {"", app.settings.public_url} and not _is_of_the_asked_host(request, origin)


def _is_of_the_asked_host(request: Request, origin: str) -> bool:
    """Whether the page has the very address that the form was sent to: whoever reaches us by another name than ours.

    No page can make a browser send another `Host` than that of the address it asks.
    """
    found = WEB_ADDRESS.fullmatch(origin)
    return found is not None and origin.partition("://")[2] == request.header("host").lower()


def next_page(url: str) -> str:
    """The address, when it is one of a website that the publication names; else empty."""
    found = WEB_ADDRESS.fullmatch(url)
    return url if found and found[1] in app.templates.publication.origins else ""


def origin_of(url: str) -> str:
    """The origin of a `next_page`; empty for an empty one."""
    found = WEB_ADDRESS.fullmatch(url)
    return found[1] if found else ""


def preflight(request: Request) -> Answer:
    """What a browser asks before it sends JSON for another website (CORS)."""
    answer = Answer(204, {**BARE, "Allow": "GET, HEAD, POST, OPTIONS"})
    if not request.header("origin") or not is_known(request.header("origin")):
        return answer
    return answer.with_headers(
        {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": str(FORGET_AFTER),
        }
    )


def readable(request: Request, answer: Answer) -> Answer:
    """The answer, which scripts of a website that we know may read."""
    origin = request.header("origin")
    varying = ", ".join(filter(None, (answer.headers.get("Vary", ""), "Origin")))
    headers = {"Access-Control-Allow-Origin": origin} if origin and is_known(origin) else {}
    return answer.with_headers({**headers, "Vary": varying})
