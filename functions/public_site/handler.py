"""The public site: its paths, with the view for each method. Only POST changes anything."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.platform.aws.time_limit_client import time_limit
from newsletter.platform.health import OK
from newsletter.platform.observability import observed
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.router import Router, Routes, View
from public_site import origins
from public_site.problems import ForeignForm, problem
from public_site.request import Request
from public_site.routes import (
    archive,
    click,
    confirmation,
    crm_hook,
    less,
    letter,
    my_data,
    offer,
    picture,
    preferences,
    series,
    subscription,
    unsubscribe,
)


def health(_: Request) -> Answer:
    """200 with status `ok` if all parts work, else 503 with `failing`; `parts` says which of them fails."""
    parts = app.health.check()
    well = all(found == OK for found in parts.values())
    return json_answer(200 if well else 503, {"status": "ok" if well else "failing", "parts": parts})


PATHS: Routes = (
    (
        "/subscribe",
        {
            "GET": subscription.show_form,
            "POST": subscription.sign_up,
            "OPTIONS": origins.preflight,
        },
    ),
    ("/confirm/{token}", {"GET": confirmation.ask_to_confirm, "POST": confirmation.press_confirm}),
    ("/preferences/{token}", {"GET": preferences.show_preferences, "POST": preferences.save_preferences}),
    ("/preferences/{token}/less", {"GET": less.show_less, "POST": less.press_less}),
    ("/preferences/{token}/series/{sequence}", {"GET": series.ask_to_stop, "POST": series.press_stop}),
    ("/unsubscribe/{token}", {"GET": unsubscribe.ask_to_unsubscribe, "POST": unsubscribe.leave}),
    ("/my-data/{token}", {"GET": my_data.show_my_data, "POST": my_data.erase_my_data}),
    ("/c/{token}/{link}", {"GET": click.follow}),
    ("/offer/{token}", {"GET": offer.show_offer, "POST": offer.take_up}),
    ("/letter/{token}", {"GET": letter.show_letter}),
    ("/archive", {"GET": archive.show_list}),
    ("/archive/feed.xml", {"GET": archive.show_feed}),
    ("/archive/{mailing}", {"GET": archive.show_mailing}),
    ("/archive/{mailing}/share", {"GET": archive.show_share}),
    ("/pictures/{name}", {"GET": picture.show}),
    ("/hooks/crm", {"POST": crm_hook.take_webhook}),
    ("/altcha.js", {"GET": subscription.proof_script}),
    ("/health", {"GET": health}),
)
ROUTER = Router(PATHS)
SECONDS_FOR_AWS = 3.0
"""How long a request may begin attempts to reach AWS. With the timeouts of the last one (clients.py) every page is
there within eight seconds, before browsers, mail programs and our own function (template.yaml) give up."""


@observed("public_site")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0). HEAD gets what GET would, without the body."""
    request = Request(event)
    answer = respond(request)
    if request.path == "/subscribe":
        answer = origins.readable(request, answer)
    return answer.to(request.method)


def respond(request: Request) -> Answer:
    """The view's answer, or the error page (`problem`) if it raised an error."""
    with time_limit(SECONDS_FOR_AWS, app) as limit:
        try:
            view, in_path = _find(request)
            return view(request, **in_path)
        except Exception as error:  # noqa: BLE001 (readers get a page for every error; problem() logs unknown ones)
            return problem(request, error, may_have_changed=limit.may_have_changed)


def _find(request: Request) -> tuple[View, dict[str, str]]:
    """The view and the values in the path, after checking that the request may use it. Raises errors for `problem`."""
    if not unsubscribe.is_leaving(request):
        _ = request.body  # raises TooLarge for every path
    view, in_path = ROUTER.find(request)
    if request.method == "POST" and not _may_send(request, view):
        raise ForeignForm
    return view, in_path


def _may_send(request: Request, view: View) -> bool:
    """Whether forms from the request's origin are accepted. /subscribe checks that itself; one-click is exempt, and the
    CRM, which signs what it sends.
    """
    if view in (subscription.sign_up, crm_hook.take_webhook):
        return True
    if view is unsubscribe.leave and unsubscribe.one_click(request):
        return True
    return not origins.refused_origin(request)
