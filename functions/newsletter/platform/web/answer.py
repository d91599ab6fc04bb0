"""HTTP answers of both sites, with their security and caching headers."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `cookies` are Set-Cookie headers. `encoded`: the body is bytes, in Base64.

    `refused` says why nothing was done, of a page that shows it beside its fields.
    """

    status: int
    headers: Mapping[str, str]
    body: str = ""
    cookies: tuple[str, ...] = ()
    encoded: bool = False
    refused: str = ""

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """The same answer with more headers."""
        return replace(self, headers={**self.headers, **headers})

    def to(self, method: str) -> dict[str, Any]:
        """What API Gateway takes (payload format 2.0); HEAD gets what GET would, without the body."""
        answer: dict[str, Any] = {
            "statusCode": self.status,
            "headers": dict(self.headers),
            "body": "" if method == "HEAD" else self.body,
            "isBase64Encoded": self.encoded and method != "HEAD",
        }
        return answer | ({"cookies": list(self.cookies)} if self.cookies else {})


def json_answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer that no cache keeps."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, {"Content-Type": "application/json; charset=utf-8", **BARE, **(headers or {})}, text)


def html_answer(status: int, html: str, language: str, policy: str, caching: Mapping[str, str] = PRIVATE) -> Answer:
    """A page; `policy` is its Content-Security-Policy."""
    headers = {"Content-Type": "text/html; charset=utf-8", **ALWAYS, **caching, "Content-Security-Policy": policy}
    return Answer(status, headers | {"Content-Language": language}, html)


def content_policy(html: str, *, script: bool = False, form_to: str = "", images: bool = False) -> str:
    """A Content-Security-Policy for a page with one inline stylesheet, whose forms go to our own site.

    `script` allows our own script files, `images` pictures from anywhere, and `form_to` is an origin that the answer to
    a form may redirect to.

    The stylesheet stands in the layout's head, before any text from outside; the hash is of that element alone.
    """
    _, found, rest = html.partition("<style>")
    style = rest.partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    pictures = "'self' https: data:" if images else "data:"
    allowed = f"style-src 'sha256-{digest}'; img-src {pictures}; " if found else ""
    if script:
        allowed += "script-src 'self'; "
    forms = f"'self' {form_to}".rstrip()
    return f"default-src 'none'; {allowed}form-action {forms}; frame-ancestors 'none'; base-uri 'none'"


BARE = {**ALWAYS, **PRIVATE, "Content-Security-Policy": content_policy("")}
"""Headers of answers that are no pages."""
