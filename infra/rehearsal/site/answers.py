"""JSON in and out of the endpoints under /_local."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request, Response


def as_json(value: object, status: int = 200) -> Response:
    """A JSON answer that nobody may keep."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return Response(f"{text}\n", status, {"cache-control": "no-store"}, content_type="application/json; charset=utf-8")


def form_of(request: Request) -> dict[str, str]:
    """The fields of a form; empty for a JSON object, for `curl -d '{...}'` says that it sends a form."""
    return {} if request.get_data().lstrip()[:1] == b"{" else dict(request.form.items())


def json_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body, empty when there is no body; `BadRequest` says what is wrong with another."""
    raw = request.get_data()
    try:
        value = json.loads(raw) if raw.strip() else {}
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise BadRequest('The body must be a JSON object, like {"now": "2026-11-24T08:00:00+02:00"}.')
    return value
