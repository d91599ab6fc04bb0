"""The CRM of the rehearsal: where the lead webhooks arrive, what came, and the switch that puts it out of order."""

from __future__ import annotations

import json
import secrets
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from rehearsal.site.answers import as_json, form_of, json_object
from rehearsal.site.crm import MAX_BODY, Mood

if TYPE_CHECKING:
    from rehearsal.site.views import PageRoute, Views

_LONGEST_OUTAGE = 7 * 24 * 60
_SAYS = ("lead.accepted", "lead.won", "lead.lost", "contact.do_not_mail")
_LONGEST_WAIT = 30.0


def webhook(views: Views, request: Request, path: str = "") -> Response:
    """Take a webhook, or a request to the API of a CRM: its path follows."""
    request.max_content_length = MAX_BODY
    below = f"/{path}" if path else ""
    reply = views.cloud.crm.receive(dict(request.headers), request.get_data(), request.method, below)
    return Response(reply.body, reply.status, dict(reply.headers))


def webhooks(views: Views, _request: Request) -> Response:
    """What came, newest first."""
    return views.page("crm.html", webhooks=views.cloud.crm.all())


def webhooks_json(views: Views, _request: Request) -> Response:
    """The same for programs: newest first."""
    return as_json([webhook.to_json() for webhook in views.cloud.crm.all()])


def outage(views: Views, request: Request) -> Response:
    """Form field `minutes`: answer 500 for so long; 0 ends it."""
    text = request.form.get("minutes", "")
    if not text.isdecimal() or int(text) > _LONGEST_OUTAGE:
        raise BadRequest(f"minutes is {text!r} and must be a whole number from 0 to {_LONGEST_OUTAGE}.")
    views.cloud.crm.break_down(int(text) * 60)
    return redirect("/_local/crm", 303)


def mood(views: Views, request: Request) -> Response:
    """JSON or form `mood`, `minutes` and, for `busy`, `retry_after` in seconds: how it answers, and for how long."""
    form = form_of(request)
    given: dict[str, Any] = {**form} or json_object(request)
    wanted = given.get("mood")
    if wanted not in tuple(Mood):
        raise BadRequest(f"mood is {wanted!r} and must be one of {', '.join(Mood)}.")
    minutes = _whole(given, "minutes", 60, _LONGEST_OUTAGE)
    views.cloud.crm.be(Mood(wanted), minutes * 60, _whole(given, "retry_after", 60, 10 * 24 * 3600))
    if form:
        return redirect("/_local/crm", 303)
    return as_json({"mood": wanted, "minutes": minutes})


def say(views: Views, request: Request) -> Response:
    """JSON or form `type`, and `lead`, `subscriber` or `email`: the CRM tells us, signed; what we answered."""
    form = form_of(request)
    given: dict[str, Any] = {**form} or json_object(request)
    kind = given.get("type")
    if kind not in _SAYS:
        raise BadRequest(f"type is {kind!r} and must be one of {', '.join(_SAYS)}.")
    part = "contact" if kind == "contact.do_not_mail" else "lead"
    names = {"subscriber": "subscriber", "email": "email"} if part == "contact" else {"lead": "id"}
    told = {names[name]: given[name] for name in names if given.get(name)}
    now = views.cloud.clock.now().isoformat(timespec="seconds")
    body = json.dumps({"type": kind, "timestamp": now, "data": {part: told}})
    status, answer = _post(views, given.get("id") or f"crm-{secrets.token_hex(8)}", body)
    if form:
        return redirect("/_local/crm", 303)
    return as_json({"status": status, "answer": answer})


def _post(views: Views, webhook_id: str, body: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", views.cloud.port, timeout=_LONGEST_WAIT)
    try:
        connection.request("POST", "/hooks/crm", body.encode(), views.cloud.crm.signed(webhook_id, body))
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def _whole(given: dict[str, Any], name: str, default: int, most: int) -> int:
    value = given.get(name, default)
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or int(text) > most:
        raise BadRequest(f"{name} is {value!r} and must be a whole number from 0 to {most}.")
    return int(text)


def clear(views: Views, _request: Request) -> Response:
    """Forget everything received."""
    views.cloud.crm.clear()
    return redirect("/_local/crm", 303)


ROUTES: list[PageRoute] = [
    ("GET", "/_local/crm", webhooks),
    ("GET", "/_local/crm.json", webhooks_json),
    ("POST", "/_local/crm/webhook", webhook),
    ("POST", "/_local/crm/webhook/<path:path>", webhook),
    ("PATCH", "/_local/crm/webhook/<path:path>", webhook),
    ("POST", "/_local/crm/mood", mood),
    ("POST", "/_local/crm/say", say),
    ("POST", "/_local/crm/outage", outage),
    ("POST", "/_local/crm/clear", clear),
]
