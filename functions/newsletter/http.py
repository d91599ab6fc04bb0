"""What the HTTP doors share: headers that keep pages private, and a body read within a limit."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from newsletter.domain.errors import NewsletterError

ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class MethodNotAllowed(NewsletterError):
    """The path exists, but not for this method; `allowed` goes into the Allow header."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


class TooLarge(NewsletterError):
    """The body is longer than anything this door takes."""


def body_of(event: Mapping[str, Any], most: int) -> bytes:
    """The body of an HTTP API event (payload format 2.0). Raises TooLarge past `most` bytes, ValueError for bad Base64."""
    text: str = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    if (len(text) * 3 // 4 - 2 if encoded else len(text)) > most:
        raise TooLarge
    body = base64.b64decode(text, validate=True) if encoded else text.encode()
    if len(body) > most:
        raise TooLarge
    return body


def content_policy(html: str) -> str:
    """A Content-Security-Policy that lets the page's one stylesheet pass, forms go home, and nothing else happen.

    The stylesheet stands in the layout's head, before any text from outside; the hash is of that element alone.
    """
    _, found, rest = html.partition("<style>")
    style = rest.partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = f"style-src 'sha256-{digest}'; img-src data:; " if found else ""
    return f"default-src 'none'; {allowed}form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
