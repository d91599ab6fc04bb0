"""Adds to the OpenAPI document what the doors do before every view: roles, limits, and keys of repeated requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from console.access.once import BARE, HEADER, MAX_KEY, QUOTED
from console.access.route_rule import Needs
from console.description.answers import PROBLEM_JSON
from newsletter.platform.audit.acts import act_of
from newsletter.publication.access.roles import RESOURCE_SERVER, Role

if TYPE_CHECKING:
    from console.access.guards import Endpoint

API = "/api/v1"
PROBLEM = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
HEADERS: dict[str, Any] = {
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": 'Such as `"requests";q=100;w=10`.'},
    "RateLimit": {
        "schema": {"type": "string"},
        "description": 'Such as `"requests";r=42;t=7`: what is left, until when.',
    },
}
LIMIT_HEADERS: dict[str, Any] = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_KEY + 2,
        "pattern": f"^({BARE.pattern}|{QUOTED.pattern})$",
    },
    "description": "Any text that this program uses for no other request, such as a UUID, in quotes or without. Sent "
    "again within 24 hours, the request is not carried out twice: it gets its first answer.",
    "example": '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
}
TOKEN_WORDS = (
    "A token of the OIDC issuer for this console. Its role says what it may do: look, write, send or administer, each "
    f"with all that is before it. A scope or group of the token gives it, such as {RESOURCE_SERVER}:{Role.SEND.word}."
)


def with_access(paths: dict[str, Any]) -> dict[str, Any]:
    """The paths of the document, each operation with the role that its route has in the handler's table."""
    endpoints = _endpoints()
    paths = json.loads(json.dumps(paths))  # operations share parts, and what is added to one is not said of others
    for path, operations in paths.items():
        for method, operation in operations.items():
            endpoint = endpoints.get((path, method.upper()))
            if endpoint:
                _describe(operation, endpoint)
                if method == "post" and act_of(f"POST {path}"):
                    _describe_key(operation)
    return paths


def _endpoints() -> dict[tuple[str, str], Endpoint]:
    from console.access.guards import Endpoint  # here, since the doors hold requests against the document,
    from console.handler import PATHS  # and the handler's routes show it

    return {
        (path.removeprefix(API), method): view
        for path, views in PATHS
        for method, view in views.items()
        if isinstance(view, Endpoint)
    }


def _describe(operation: dict[str, Any], endpoint: Endpoint) -> None:
    needs = endpoint.needs
    role = needs.role or Role.LOOK
    operation["security"] = [{"token": [f"{RESOURCE_SERVER}:{role.word}"]}]
    said = operation.get("description")
    operation["description"] = f"{said} {_in_words(needs, role)}" if said else _in_words(needs, role)
    operation["responses"]["403"] = {
        "description": f"The token does not give the role {role.word}; `detail` says whom to ask.",
        "headers": {"WWW-Authenticate": {"schema": {"type": "string"}}},
        "content": PROBLEM,
    }
    responses = operation["responses"]
    for response in responses.values():
        response["headers"] = LIMIT_HEADERS | response.get("headers", {})
    costly = "costly " if endpoint.costly else ""
    other = f" {responses['429']['description']}" if "429" in responses else ""
    responses["429"] = {
        "description": f"Too many {costly}requests of one program in ten seconds; nothing was done.{other} API Gateway "
        "answers 429 too, with `message` instead of `detail`, when all programs together ask too much.",
        "headers": LIMIT_HEADERS | {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}},
        "content": PROBLEM,
    }


def _describe_key(operation: dict[str, Any]) -> None:
    """The header, and what it may be answered; where an operation has such an answer, its words stay."""
    operation["parameters"] = [*operation.get("parameters", ()), KEY]
    responses = operation["responses"]
    responses.setdefault("400", {"description": "The Idempotency-Key is none.", "content": PROBLEM})
    responses.setdefault(
        "409", {"description": "The first request with this key is being answered.", "content": PROBLEM}
    )
    responses.setdefault("422", {"description": "The key was used for another request.", "content": PROBLEM})
    for status, response in responses.items():
        if status.startswith("2"):
            response["headers"]["Idempotent-Replayed"] = {
                "schema": {"const": "true"},
                "description": "This is the answer to an earlier request with the same Idempotency-Key.",
            }


def _in_words(needs: Needs, role: Role) -> str:
    others = "".join(f"; with `{STEPS[step]}`, {other.word}" for step, other in needs.steps.items())
    return f"Needs the role {role.word}{others}."


STEPS = {"draft": "draft", "schedule": "send_at"}
"""The field of a request that makes it this step (Request.step)."""
