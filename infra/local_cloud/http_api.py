"""An API Gateway HTTP API: requests become Lambda events of payload format 2.0, answers of functions become responses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from local_cloud.stack import Function, Route

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_BODY = 10 * 1024 * 1024
MAX_HEADERS = 10_240
SOURCE = "x-local-source"
"""The header that says from which address a request comes. Here alone: API Gateway knows the caller by itself."""


@dataclass(frozen=True)
class Request:
    """What came over HTTP. `path` is percent-decoded; `headers` keep their order and may repeat."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str
    protocol: str
    scheme: str = "http"
    port: int = 80


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


def event(request: Request, match: Match, now: datetime) -> dict[str, Any]:
    """The Lambda event, payload format 2.0. `rawPath` is percent-decoded, as HTTP APIs (unlike REST APIs) send it."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        key = name.lower()
        if key == "cookie":
            cookies += [cookie for cookie in re.split(r";\s*", value) if cookie]
        else:
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    forwarded = headers.get("x-forwarded-for")
    headers["x-forwarded-for"] = f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip
    headers["x-forwarded-proto"], headers["x-forwarded-port"] = request.scheme, str(request.port)
    host = headers.get("host", "")
    answer: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": host.partition(":")[0],
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": match.route_key,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S %z"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        answer["cookies"] = cookies
    if request.query:
        answer["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    if match.path_parameters:
        answer["pathParameters"] = dict(match.path_parameters)
    if request.body:
        answer["body"], answer["isBase64Encoded"] = _body(request.body, headers)
    return answer


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    """HTTP APIs pass only these types as text. A form post, like a body without a type, arrives in Base64."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    as_text = media_type.startswith("text/") or media_type in {
        "application/json",
        "application/javascript",
        "application/xml",
    }
    if as_text and "content-encoding" not in headers:
        return body.decode("utf-8", "replace"), False
    return base64.b64encode(body).decode("ascii"), True


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
