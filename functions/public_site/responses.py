"""Answers: pages, JSON and redirects, each with the headers that keep readers and their links private."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from newsletter import wiring
from public_site.request import Request

ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""For everything behind a token, and for every answer to a form."""
PUBLIC = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}

URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"
"""RFC 3986: what has a meaning in a URL as it stands; anything else (ä, a line break) a header carries in percents."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; it never sets a cookie."""

    status: int
    headers: Mapping[str, str]
    body: str = ""


def page(
    request: Request, name: str, own: str = "", /, *, status: int = 200, public: bool = False, **values: Any
) -> Answer:
    """The page of templates/pages/, in the language that suits the request; `own` is the reader's, where known."""
    language = request.language(wiring.templates().publication, own)
    html = wiring.templates().page(name, language, **values)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        **ALWAYS,
        **(PUBLIC if public else PRIVATE),
        "Content-Security-Policy": content_policy(html),
        "Content-Language": language,
    }
    return Answer(status, headers, html)


def json_answer(status: int, body: Mapping[str, Any]) -> Answer:
    """A JSON answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, {"Content-Type": "application/json; charset=utf-8", **_bare()}, text)


def redirect(url: str) -> Answer:
    """Send the reader on to `url`, which must be one that we stored (never one from the request)."""
    return Answer(302, {"Location": quote(url, safe=URL_CHARACTERS), **_bare()})


def content_policy(html: str) -> str:
    """A Content-Security-Policy that lets the page's one stylesheet pass, forms go home, and nothing else happen.

    Text from outside is escaped, so the first (and only) stylesheet is the layout's.
    """
    _, found, rest = html.partition("<style>")
    style = rest.partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = f"style-src 'sha256-{digest}'; img-src data:; " if found else ""
    return f"default-src 'none'; {allowed}form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


def _bare() -> dict[str, str]:
    return {**ALWAYS, **PRIVATE, "Content-Security-Policy": content_policy("")}
