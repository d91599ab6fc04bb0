"""An API Gateway HTTP API: which function a request goes to, and how what it returns becomes a response.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rehearsal.events import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rehearsal.template.model import Function, Route

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_BODY = 10 * 1024 * 1024
MAX_HEADERS = 10_240
SOURCE = "x-local-source"
"""The header that says from which address a request comes. Here alone: API Gateway knows the caller by itself."""


@dataclass(frozen=True)
class Response:
    """What goes back; `headers` may repeat (`set-cookie`)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class BadSource(ValueError):
    """The header x-local-source names no IP address."""


class BadAnswer(ValueError):
    """The function returned something that API Gateway cannot turn into a response."""


@dataclass(frozen=True)
class Match:
    """The function and route that a request goes to, with its decoded path parameters."""

    function: Function
    route: Route
    path_parameters: Mapping[str, str]

    @property
    def route_key(self) -> str:
        """`GET /c/{token}/{link}`."""
        return "$default" if self.route.path == "$default" else f"{self.route.method} {self.route.path}"


def error(status: int, message: str) -> Response:
    """API Gateway's own words, e.g. 404 `{"message":"Not Found"}`."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return Response(status, (("content-type", "application/json"),), body)


class Router:
    """Finds the route as API Gateway does: the most specific path wins, and of two methods the one named over `ANY`."""

    def __init__(self, functions: Iterable[Function]) -> None:
        self._routes = [
            (_specificity(route), _pattern(route.path), route, function)
            for function in functions
            for route in function.routes
        ]
        self._routes.sort(key=lambda entry: entry[0])

    def match(self, method: str, path: str) -> Match | None:
        """The best route for a method and a percent-decoded path. `HEAD` matches `ANY` or `HEAD`, never `GET`."""
        for _, pattern, route, function in self._routes:
            found = pattern.fullmatch(path)
            if found and route.method in {"ANY", method}:
                names = re.findall(r"\{([^}+]+)\+?\}", route.path)
                return Match(function, route, dict(zip(names, found.groups(), strict=True)))
        return None


def _pattern(path: str) -> re.Pattern[str]:
    if path == "$default":
        return re.compile(r"/.*", re.DOTALL)
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile(
        "".join(
            ("(.+)" if part.endswith("+}") else "([^/]+)") if part.startswith("{") else re.escape(part)
            for part in parts
        ),
        re.DOTALL,
    )


def _specificity(route: Route) -> tuple[list[int], bool]:
    if route.path == "$default":
        return [9], True
    kinds = [2 if part.endswith("+}") else int(part.startswith("{")) for part in route.path.strip("/").split("/")]
    return kinds, route.method == "ANY"


def from_named_source(request: Request) -> Request:
    """The request as if it came from the address in its header x-local-source, which the function does not see.

    Raises BadSource for what is no IP address, and for two of them.
    """
    named = [value.strip() for name, value in request.headers if name.lower() == SOURCE]
    if not named:
        return request
    try:
        (text,) = named
        address = ipaddress.ip_address(text)
    except ValueError:
        raise BadSource(f"{SOURCE}: give one IP address, such as 203.0.113.7 or 2001:db8::7") from None
    headers = tuple((name, value) for name, value in request.headers if name.lower() != SOURCE)
    return replace(request, headers=headers, source_ip=str(address))


def response(answer: Any) -> Response:
    """The HTTP response for what a function returned. `BadAnswer` where API Gateway would answer 500."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(200, (("content-type", "application/json"),), json.dumps(answer).encode())
    try:
        status = int(answer["statusCode"])
    except (TypeError, ValueError):
        raise BadAnswer(f"statusCode is {answer['statusCode']!r} and must be a number") from None
    given = answer.get("headers") or {}
    cookies = answer.get("cookies") or []
    body = answer.get("body")
    if not isinstance(given, dict) or not isinstance(cookies, list) or not isinstance(body, str | None):
        raise BadAnswer("headers must be an object, cookies a list and body text")
    headers = [(str(name).lower(), str(value)) for name, value in given.items()]
    headers += [("set-cookie", str(cookie)) for cookie in cookies]
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    try:
        raw = base64.b64decode(body or "", validate=True) if answer.get("isBase64Encoded") else (body or "").encode()
    except (binascii.Error, ValueError):
        raise BadAnswer("isBase64Encoded is true and body is not Base64") from None
    return Response(status, tuple(headers), raw)
