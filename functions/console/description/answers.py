"""What every operation may answer beside what it is for: one kind of problem (RFC 9457), and the front door's own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from console.schemas import TEXT, Schema, with_fields

PROBLEM_JSON = "application/problem+json"
SECONDS: Schema = {"type": "integer", "minimum": 1}
PROBLEM = with_fields(
    {
        "type": {"const": "about:blank", "description": "The status says what kind it is (RFC 9457, 4.2.1)."},
        "title": TEXT | {"description": "The status in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT | {"description": "What is wrong here, and what would be right."},
        "errors": {
            "type": "object",
            "additionalProperties": TEXT,
            "description": "With 422: what would be right, by field of the body or by parameter.",
        },
        "error": TEXT | {"deprecated": True, "description": "As `detail`; not there beside `errors`."},
        "campaign": {
            "$ref": "#/components/schemas/CampaignDraft",
            "description": "With 409, if somebody else changed a draft meanwhile: what it says now.",
        },
    },
    ("type", "title", "status", "detail"),
)
FRONT_DOOR = with_fields({"message": TEXT})
ANSWER_SCHEMAS: dict[str, Schema] = {"Problem": PROBLEM, "FrontDoorMessage": FRONT_DOOR}

_SAID: dict[int, tuple[str, str]] = {
    400: ("A header that needs mending.", "Idempotency-Key: 300 characters; at most 255"),
    401: ("No token, or one that is not valid.", "send the header Authorization: Bearer <JSON Web Token>"),
    403: ("The token does not allow this.", "sending campaigns needs the group marketing or the scope campaigns:send"),
    404: ("There is no such thing.", "Nothing here"),
    405: ("The path has other methods; `Allow` names them.", "allowed here: GET, HEAD"),
    409: (
        "As things stand, that cannot be done; nothing was done.",
        "campaign-spring is cancelled and cannot be resumed",
    ),
    413: (
        "The request is longer than 200 kB, or one with a list of readers than 4 MB.",
        "a request may have at most 200 kB",
    ),
    415: ("The body is of another type than JSON.", "send JSON, with Content-Type: application/json"),
    422: ("Fields or parameters that need mending.", "limit: give a whole number from 1 to 200"),
    429: ("Too much at once; it works again later.", "There may be 20 test mails in an hour."),
    500: ("A fault of ours, which is recorded.", "Something went wrong"),
    503: ("Something that we need does not answer; try again later.", "Signing in does not work right now"),
}
_OF_FRONT_DOOR = {413: "Request Entity Too Large", 429: "Too Many Requests", 500: "Internal Server Error"}
_OF_FRONT_DOOR |= {503: "Service Unavailable"}
_HEADERS: dict[int, Schema] = {
    401: {"WWW-Authenticate": {"schema": TEXT}},
    403: {"WWW-Authenticate": {"schema": TEXT}},
    405: {"Allow": {"schema": TEXT}},
    429: {"Retry-After": {"schema": SECONDS, "description": "Seconds, where we know how many."}},
}
ALWAYS = (401, 405, 422, 429, 500, 503)
WITH_BODY = (413, 415)
BEFORE_LIMITS = (401, 405)
"""Answered before requests are counted: nobody knows yet who asks, or what."""


def completed(paths: dict[str, Any]) -> dict[str, Any]:
    """The paths with what every operation may answer; what one says itself stays, with an example."""
    return {path: {method: _completed(each) for method, each in methods.items()} for path, methods in paths.items()}


def common_answers(headers: Schema) -> dict[str, Schema]:
    """By name, for `components`: the problems that many operations have. All but BEFORE_LIMITS have these headers."""
    return {
        _name(status): _with_headers(_problem(status), {} if status in BEFORE_LIMITS else headers)
        for status in (*ALWAYS, *WITH_BODY, 404)
    }


def example_of_problem(status: int) -> dict[str, Any]:
    """A body as the console writes it."""
    detail = _SAID.get(status, ("", HTTPStatus(status).phrase))[1]
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if status == 422:
        field, _, words = detail.partition(": ")
        return body | {"errors": {field: words}}
    return body | {"error": detail}


def _completed(operation: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = dict(operation["responses"])
    statuses = [status for status in ALWAYS if status != 401 or operation.get("security") != []]
    statuses += WITH_BODY if "requestBody" in operation else ()
    statuses += [404] if any(each["in"] == "path" for each in operation.get("parameters", ())) else ()
    for status in statuses:
        said.setdefault(str(status), {"$ref": f"#/components/responses/{_name(status)}"})
    answers = {status: _with_common_parts(int(status), said[status]) for status in sorted(said)}
    return {**operation, "responses": answers}


def _with_common_parts(status: int, said: Schema) -> Schema:
    if "$ref" in said or PROBLEM_JSON not in said.get("content", {}):
        return said
    return _with_headers(_problem(status) | {"description": said["description"]}, said.get("headers", {}))


def _with_headers(said: Schema, headers: Schema) -> Schema:
    found = said.get("headers", {}) | headers
    return said | ({"headers": found} if found else {})


def _problem(status: int) -> Schema:
    content: Schema = {
        PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example_of_problem(status)}
    }
    if status in _OF_FRONT_DOOR:
        content["application/json"] = {
            "schema": {"$ref": "#/components/schemas/FrontDoorMessage"},
            "example": {"message": _OF_FRONT_DOOR[status]},
        }
    described: Schema = {"description": _SAID[status][0], "content": content}
    return described | ({"headers": _HEADERS[status]} if status in _HEADERS else {})


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")
