"""What the HTTP doors share: an answer, headers that keep pages private, and a body read within a limit."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from newsletter.domain.errors import NewsletterError

ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `cookies` are Set-Cookie headers."""

    status: int
    headers: Mapping[str, str]
    body: str = ""
    cookies: tuple[str, ...] = ()

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """The same answer with more headers."""
        return replace(self, headers={**self.headers, **headers})

    def to(self, method: str) -> dict[str, Any]:
        """What API Gateway takes (payload format 2.0); HEAD gets what GET would, without the body."""
        answer: dict[str, Any] = {
            "statusCode": self.status,
            "headers": dict(self.headers),
            "body": "" if method == "HEAD" else self.body,
            "isBase64Encoded": False,
        }
        return answer | ({"cookies": list(self.cookies)} if self.cookies else {})


def json_answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer, kept by nobody."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, {"Content-Type": "application/json; charset=utf-8", **BARE, **(headers or {})}, text)


class MethodNotAllowed(NewsletterError):
    """The path exists, but not for this method; `allowed` goes into the Allow header."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


class TooLarge(NewsletterError):
    """The body is longer than anything this door takes."""


def body_of(event: Mapping[str, Any], most: int) -> bytes:
    """The body of an HTTP API event (payload 2.0). Raises TooLarge past `most` bytes, ValueError for bad Base64."""
    text: str = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    if (len(text) * 3 // 4 - 2 if encoded else len(text)) > most:
        raise TooLarge
    body = base64.b64decode(text, validate=True) if encoded else text.encode()
    if len(body) > most:
        raise TooLarge
    return body


def path_pattern(path: str) -> re.Pattern[str]:
    """What matches a path as template.yaml writes it: `/mailings/{mailing}`."""
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))


def content_policy(html: str, *, script: bool = False, form_to: str = "", images: bool = False) -> str:
    """A Content-Security-Policy that lets the page's one stylesheet pass, forms go home, and nothing else happen.

    `script` admits our own script files; `form_to` an origin that the answer to a form may lead on to;
    `images` admits pictures from anywhere.

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
"""For answers that are no pages."""
