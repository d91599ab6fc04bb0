"""Holds every request of the API against its description, before a view sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from console import openapi
from console.campaigns.input import InvalidFields
from console.description.check import MISSING, Schema, faults
from console.request import Request
from newsletter.platform.errors import NewsletterError, NotFound

API = "/api/v1"
JSON_TYPES = re.compile(r"application/(json|[\w.+-]+\+json)", re.ASCII)
UNSAID = ("", "application/x-www-form-urlencoded")
"""What is sent where nobody says a type: `curl -d` and Python's urllib then write that of a form."""
UNKNOWN_PARAMETER = "unknown parameter; is it misspelt?"


class NotJson(NewsletterError):
    """The body is of a type that this API does not take."""


@dataclass(frozen=True)
class Operation:
    """What one method of one path takes; parameters by their place and name. `body` is None for one that is no JSON."""

    parameters: Mapping[tuple[str, str], Schema]
    required: frozenset[tuple[str, str]]
    body: Schema | None
    needs_body: bool


def check(request: Request, in_path: Mapping[str, str]) -> None:
    """Hold the request against its description; its `defaults` are those of its parameters from then on.

    Raises NotFound for what no id can be, NotJson, and InvalidFields that names every parameter or field of the body
    with a fault; InvalidInput for a body that is no JSON object.
    """
    operation = operation_of(request.route, request.method)
    wrong = dict(_in_parameters(request, in_path, operation))
    wrong |= _in_body(request, operation)
    if wrong:
        raise InvalidFields(wrong)
    request.defaults = {
        name: schema["default"] for (_, name), schema in operation.parameters.items() if "default" in schema
    }


@cache
def operation_of(route: str, method: str) -> Operation:
    """The described operation of a route as the handler writes it."""
    said = openapi.described()["paths"][route.removeprefix(API)]["get" if method == "HEAD" else method.lower()]
    parameters = {(each["in"], each["name"]): each for each in said.get("parameters", ())}
    body = said.get("requestBody")
    return Operation(
        {at: {**each["schema"], "description": each.get("description", "")} for at, each in parameters.items()},
        frozenset(at for at, each in parameters.items() if each.get("required")),
        body["content"].get("application/json", {}).get("schema") if body else None,
        bool(body and body.get("required")),
    )


def _in_parameters(request: Request, in_path: Mapping[str, str], operation: Operation) -> list[tuple[str, str]]:
    wrong = [(name, UNKNOWN_PARAMETER) for name in request.query_names if ("query", name) not in operation.parameters]
    for (place, name), schema in operation.parameters.items():
        if place == "path":
            if _fault(unquote(in_path[name]), schema):
                raise NotFound(name)
            continue
        value = request.query(name) if place == "query" else request.header(name.lower())
        if value and (fault := _fault(value, schema)):
            wrong.append((name, fault))
        elif not value and (place, name) in operation.required:
            wrong.append((name, MISSING))
    return wrong


def _fault(text: str, schema: Schema) -> str:
    """What is wrong with a parameter, which comes as text; empty if nothing is."""
    value: Any = text
    match schema.get("type"):
        case "integer" if text.isascii() and text.isdecimal() and len(text) <= 9:
            value = int(text)
        case "boolean":
            value = {"true": True, "false": False}.get(text, text)
    return faults(value, schema, openapi.described()["schemas"]).get("", "")


def _in_body(request: Request, operation: Operation) -> dict[str, str]:
    if operation.body is None or (not operation.needs_body and not request.body.strip()):
        return {}
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind not in UNSAID and not JSON_TYPES.fullmatch(kind):
        raise NotJson
    found = faults(request.json_object(), operation.body, openapi.described()["schemas"])
    return {name or "body": words for name, words in found.items()}
