"""An HTTP request as API Gateway hands it over, whose body is read within a limit."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlencode

from newsletter.platform.errors import InvalidInput, NewsletterError


class TooLarge(NewsletterError):
    """The body is longer than anything this site takes."""


class HttpRequest:
    """One request of an HTTP API (payload format 2.0). Each site has its own subclass, with its limit and its forms."""

    MAX_BODY: ClassVar[int]
    """Bytes of the longest body that is read, unless `max_body` says something else for the path."""
    UNREADABLE: ClassVar[str]
    """What is said of a body that is not Base64 although the event says so."""
    route: str = ""
    """The path as the site's routes write it (`/mailings/{mailing}`), once the router has found it."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = event
        http = event["requestContext"]["http"]
        self.method: str = http["method"].upper()
        self.path: str = event["rawPath"]
        self._query = event.get("queryStringParameters") or {}
        self._headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}

    @property
    def max_body(self) -> int:
        """Bytes of the longest body that is read at this path."""
        return self.MAX_BODY

    def header(self, name: str) -> str:
        """The header, named in lower case; several of one name come joined by commas. Empty when it is not there."""
        return str(self._headers.get(name, ""))

    def has_header(self, name: str) -> bool:
        """Whether the header is there, perhaps empty."""
        return name in self._headers

    @property
    def query_string(self) -> str:
        """All parameters of the address, in one order."""
        return json.dumps(sorted(self._query.items()))

    @property
    def address(self) -> str:
        """The path with its parameters."""
        return self.path + (f"?{urlencode(self._query)}" if self._query else "")

    def query(self, name: str) -> str:
        """A parameter of the address; empty when it is not there."""
        return str(self._query.get(name) or "")

    @property
    def query_names(self) -> Collection[str]:
        """The names of the parameters of the address."""
        return self._query.keys()

    @cached_property
    def body(self) -> bytes:
        """The body. Raises TooLarge past `max_body`, and InvalidInput on `body` for broken Base64."""
        text: str = self._event.get("body") or ""
        encoded = bool(self._event.get("isBase64Encoded"))
        if (len(text) * 3 // 4 - 2 if encoded else len(text)) > self.max_body:
            raise TooLarge
        try:
            body = base64.b64decode(text, validate=True) if encoded else text.encode()
        except ValueError as error:
            raise InvalidInput("body", self.UNREADABLE) from error
        if len(body) > self.max_body:
            raise TooLarge
        return body


def read_json(text: str, pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The value of a JSON text. Raises ValueError, also for NaN and the infinities, and RecursionError if it is nested
    too deep.
    """
    return json.loads(text, object_pairs_hook=pairs_hook, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    """NaN and the infinities are no JSON (RFC 8259, 6)."""
    raise ValueError(name)
