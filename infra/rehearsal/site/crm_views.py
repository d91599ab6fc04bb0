"""The CRM of the rehearsal: where the lead webhooks arrive, what came, and the switch that puts it out of order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import BadRequest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from rehearsal.site.answers import as_json
from rehearsal.site.crm import MAX_BODY

if TYPE_CHECKING:
    from rehearsal.site.views import PageRoute, Views

_LONGEST_OUTAGE = 24 * 60


def webhook(views: Views, request: Request) -> Response:
    """Take a webhook."""
    request.max_content_length = MAX_BODY
    answer = views.cloud.crm.receive(dict(request.headers), request.get_data())
    return Response(status=answer)


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


def clear(views: Views, _request: Request) -> Response:
    """Forget everything received."""
    views.cloud.crm.clear()
    return redirect("/_local/crm", 303)


ROUTES: list[PageRoute] = [
    ("GET", "/_local/crm", webhooks),
    ("GET", "/_local/crm.json", webhooks_json),
    ("POST", "/_local/crm/webhook", webhook),
    ("POST", "/_local/crm/outage", outage),
    ("POST", "/_local/crm/clear", clear),
]
