"""Which websites may send us their readers' forms and read our answers: those the publication names, and ourselves."""

from __future__ import annotations

import re

from newsletter import wiring
from newsletter.http import BARE, Answer
from public_site.request import Request

WEB_ADDRESS = re.compile(r"(https?://[a-z0-9.-]+(?::\d+)?)(?:[/?#][!-\[\]-~]*)?")
"""An absolute address with nothing in it that could be read in two ways (user names, backslashes, line breaks)."""
FORGET_AFTER = 600
"""Seconds a browser may remember what a website is allowed."""


def is_known(origin: str) -> bool:
    """Whether an Origin header names one of those websites. A request of no browser has none, and passes."""
    return origin in ("", wiring.settings().public_url, *wiring.templates().publication.origins)


def next_page(url: str) -> str:
    """The address, when it is one of a website that the publication names; else empty."""
    found = WEB_ADDRESS.fullmatch(url)
    return url if found and found[1] in wiring.templates().publication.origins else ""


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
