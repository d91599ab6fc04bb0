"""One port, several doors: the template's routes, the start page and its like, the SES fake, the AWS services."""

from __future__ import annotations

import time
import uuid
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response as WsgiResponse

from rehearsal import events
from rehearsal.lambda_ import logs
from rehearsal.lambda_.runtime import HandlerFailed
from rehearsal.limits import front_door
from rehearsal.site import http_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from rehearsal.site.protocol import Cloud

PATIENCE = 30
"""Seconds that a request waits for the end of the start: the port is open before the functions have their secrets."""
AWS_PREFIX, SES_PREFIX, LOCAL_PREFIX = "/_local/aws", "/_local/ses", "/_local"


def application(cloud: Cloud, pages: WSGIApplication) -> WSGIApplication:
    """The WSGI application of a started local cloud; `pages` answers at / and below /_local."""
    api = _api(cloud)
    ses = _mounted(cloud.ses.wsgi_app, SES_PREFIX)
    aws = _mounted(cloud.backends.http, AWS_PREFIX)

    def dispatch(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"])
        if (path == "/" or path.startswith(LOCAL_PREFIX)) and not _names_this_machine(
            str(environ.get("HTTP_HOST", ""))
        ):
            refusal = http_api.error(403, f"ask for 127.0.0.1 or localhost: {LOCAL_PREFIX} answers this machine alone")
            return _sent(refusal, environ, start_response)
        for prefix, door in ((AWS_PREFIX, aws), (SES_PREFIX, ses), (LOCAL_PREFIX, pages)):
            if path == prefix or path.startswith(f"{prefix}/"):
                return door(environ, start_response)
        own = path == "/" and cloud.router.match("GET", "/") is None
        return (pages if own else api)(environ, start_response)

    return dispatch


def _names_this_machine(host: str) -> bool:
    """Whether a Host header names this machine.

    A website whose name is made to lead here (DNS rebinding) could otherwise read mails and tokens through the browser
    of whoever rehearses.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or name.endswith(".localhost") or ip_address(name).is_loopback
    except ValueError:
        return False


def _mounted(inner: WSGIApplication, prefix: str) -> WSGIApplication:
    def mounted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["SCRIPT_NAME"] = str(environ.get("SCRIPT_NAME", "")) + prefix
        environ["PATH_INFO"] = str(environ["PATH_INFO"])[len(prefix) :] or "/"
        return inner(environ, start_response)

    return mounted


def _api(cloud: Cloud) -> WSGIApplication:
    def api(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return _sent(_answer(cloud, environ), environ, start_response)

    return api


def _sent(answer: http_api.Response, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    response = WsgiResponse(answer.body, answer.status)
    response.headers.clear()
    response.headers.extend([*answer.headers, ("content-length", str(len(answer.body)))])
    return response(environ, start_response)


def _answer(cloud: Cloud, environ: WSGIEnvironment) -> http_api.Response:
    began = time.monotonic()
    match, answer, reached = _routed(cloud, environ)
    cloud.log_groups.of_request(
        {
            "requestId": uuid.uuid4().hex,
            "routeKey": match.route_key if match else "-",
            "status": str(answer.status),
            "responseLatency": str(round(1000 * (time.monotonic() - began))),
            "responseLength": str(len(answer.body)),
        }
        | ({"integrationStatus": "200"} if reached else {})
    )
    return answer


def _routed(cloud: Cloud, environ: WSGIEnvironment) -> tuple[http_api.Match | None, http_api.Response, bool]:
    """The route of a request and its answer, and whether a function gave it."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > http_api.MAX_BODY:
        return None, http_api.error(413, "Request Entity Too Large"), False
    try:
        request = http_api.from_named_source(_request(environ, length))
    except http_api.BadSource as error:
        return None, http_api.error(400, str(error)), False
    if sum(len(name) + len(value) for name, value in request.headers) > http_api.MAX_HEADERS:
        return None, http_api.error(431, "Request Header Fields Too Large"), False
    match = cloud.router.match(request.method, request.path)
    if match is None:
        return None, http_api.error(404, "Not Found"), False
    if not cloud.front_door.lets_in(match.route_key):
        return match, front_door.too_many(), False
    return match, _invoked(cloud, match, request), True


def _invoked(cloud: Cloud, match: http_api.Match, request: events.Request) -> http_api.Response:
    cloud.ready.wait(PATIENCE)
    try:
        given = events.http(request, match.route_key, match.path_parameters, cloud.clock.now())
        return http_api.response(cloud.functions.invoke(match.function, given))
    except HandlerFailed:
        return http_api.error(500, "Internal Server Error")
    except http_api.BadAnswer as error:
        logs.write(f"{match.function.folder} answered {match.route_key} with something that is no response: {error}")
        return http_api.error(500, "Internal Server Error")


def _request(environ: WSGIEnvironment, length: int) -> events.Request:
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").lower(), str(value))
        for name, value in environ.items()
        if (name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}) and value != ""
    ]
    read: Callable[[int], bytes] = environ["wsgi.input"].read
    # Bytes of a path or query that are no ASCII come as Latin-1 through WSGI (PEP 3333).
    raw_path = str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")
    return events.Request(
        method=str(environ["REQUEST_METHOD"]),
        path=raw_path,
        query=str(environ.get("QUERY_STRING", "")),
        headers=tuple(headers),
        body=read(length) if length else b"",
        source_ip=str(environ.get("REMOTE_ADDR", "")),
        protocol=str(environ.get("SERVER_PROTOCOL", "HTTP/1.1")),
        port=int(environ["SERVER_PORT"]),
    )
