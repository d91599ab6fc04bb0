"""The API's description as tests use it: whether an answer is as described, and the console as a WSGI application."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from werkzeug.wrappers import Request, Response

from console import openapi
from rehearsal import events
from tests.support.stack.cloud import HOME, Cloud

API = "/api/v1"


@cache
def document() -> dict[str, Any]:
    """The whole description."""
    return openapi.document()


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation."""
    return [
        (method.upper(), path, said)
        for path, methods in document()["paths"].items()
        for method, said in methods.items()
    ]


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """What answers that request, by its path below /api/v1; a path without a parameter goes before one with it."""
    for template in sorted(document()["paths"], key=lambda each: each.count("{")):
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path):
            found: dict[str, Any] | None = document()["paths"][template].get(method.lower())
            return found
    return None


@cache
def validator(schema: str) -> jsonschema_rs.Validator:
    """Checks values against a schema (as JSON text), whose references lead into the description."""
    whole = json.loads(schema) | {"components": {"schemas": document()["components"]["schemas"]}}
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def faults(value: Any, schema: dict[str, Any]) -> list[str]:
    """What the schema does not allow, each with its place."""
    found = validator(json.dumps(schema)).iter_errors(value)
    return [f"{'/'.join(map(str, fault.instance_path))}: {fault.message[:300]}" for fault in found]


def undescribed(method: str, path: str, status: int, headers: dict[str, str], body: str) -> list[str]:
    """How an answer differs from the description of what was asked; empty if it is as described."""
    said = operation_of("GET" if method == "HEAD" else method, path)
    if said is None:
        return [] if status in (401, 404, 405, 413) else [f"{method} {path} is not described and answers {status}"]
    if str(status) not in said["responses"]:
        return [f"{method} {path} answers {status}, which is not described"]
    described = said["responses"][str(status)]
    if "$ref" in described:
        described = document()["components"]["responses"][described["$ref"].rpartition("/")[2]]
    if method == "HEAD" or "content" not in described:
        return [f"{method} {path} has a body"] if body else []
    kind = headers["Content-Type"].partition(";")[0]
    if kind not in described["content"]:
        return [f"{method} {path} answers {status} with {kind}"]
    return faults(json.loads(body), described["content"][kind]["schema"]) if kind.endswith("json") else []


def console_as_wsgi(cloud: Cloud) -> Any:
    """The console behind an HTTP API, for whatever speaks WSGI."""

    def application(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        headers = tuple((name, value) for name, value in request.headers.items())
        query = environ.get("QUERY_STRING", "")
        path = request.path
        event = events.http(
            events.Request(request.method, path, query, headers, request.get_data(), HOME), "ANY /api/v1/{proxy+}"
        )
        answer = cloud.invoke("console", event)
        return Response(answer.get("body") or "", answer["statusCode"], answer["headers"])(environ, start_response)

    return application
