"""The readers' door: every public path, what GET shows there and what POST changes. Nothing else changes anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from newsletter.container import app
from newsletter.domain.errors import NotFound
from newsletter.http import Answer, MethodNotAllowed, json_answer, path_pattern
from newsletter.observability import observed
from newsletter.usecases.check_health import OK
from public_site import (
    archive_routes,
    click_routes,
    confirmation_routes,
    my_data_routes,
    offer_routes,
    origins,
    preference_routes,
    subscription_routes,
    unsubscribe_routes,
)
from public_site.problems import ForeignForm, problem
from public_site.request import Request

View = Callable[..., Answer]


def health(_: Request) -> Answer:
    """Whether readers can be served: 200 with `ok`, else 503 with `failing`; the parts say which of them fails."""
    parts = app.health.look()
    well = all(found == OK for found in parts.values())
    return json_answer(200 if well else 503, {"status": "ok" if well else "failing", "parts": parts})


# A path as in template.yaml and what each method does there; HEAD is GET without a body. Not the Powertools resolver:
# it slows the cold start of the page a reader waits for, and keeps the request in a class attribute, so that in one
# process of many threads (the local cloud) one reader could get another's page.
PATHS: tuple[tuple[str, Mapping[str, View]], ...] = (
    (
        "/subscribe",
        {
            "GET": subscription_routes.show_form,
            "POST": subscription_routes.sign_up,
            "OPTIONS": origins.preflight,
        },
    ),
    ("/confirm/{token}", {"GET": confirmation_routes.ask_to_confirm, "POST": confirmation_routes.confirm}),
    ("/preferences/{token}", {"GET": preference_routes.show_preferences, "POST": preference_routes.save_preferences}),
    ("/unsubscribe/{token}", {"GET": unsubscribe_routes.ask_to_unsubscribe, "POST": unsubscribe_routes.leave}),
    ("/my-data/{token}", {"GET": my_data_routes.show_my_data, "POST": my_data_routes.erase_my_data}),
    ("/c/{token}/{link}", {"GET": click_routes.follow}),
    ("/offer/{token}", {"GET": offer_routes.show_offer, "POST": offer_routes.take_up}),
    ("/archive", {"GET": archive_routes.show_list}),
    ("/archive/feed.xml", {"GET": archive_routes.show_feed}),
    ("/archive/{mailing}", {"GET": archive_routes.show_mailing}),
    ("/altcha.js", {"GET": subscription_routes.proof_script}),
    ("/health", {"GET": health}),
)


@observed("public_site")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0). HEAD gets what GET would, without the body."""
    request = Request(event)
    answer = respond(request)
    if request.path == "/subscribe":
        answer = origins.readable(request, answer)
    return answer.to(request.method)


def respond(request: Request) -> Answer:
    """The view's answer, or that of the problem it met."""
    try:
        view, in_path = _find(request)
        return view(request, **in_path)
    except Exception as error:  # noqa: BLE001 (a reader must never meet a bare error; problem() logs unknown ones)
        return problem(request, error)


def _may_send(request: Request, view: View) -> bool:
    """Whether the form may come from where it does. /subscribe decides for itself; mail programs unsubscribe anyhow."""
    if view is subscription_routes.sign_up:
        return True
    if view is unsubscribe_routes.leave and unsubscribe_routes.one_click(request):
        return True
    return not origins.refused_origin(request)


def _find(request: Request) -> tuple[View, dict[str, str]]:
    if not unsubscribe_routes.is_leaving(request):
        _ = request.body  # too much of it is refused whatever it is for
    for pattern, views in _patterns():
        if found := pattern.fullmatch(request.path):
            if request.method not in views:
                raise MethodNotAllowed(", ".join(views))
            view = views[request.method]
            if request.method == "POST" and not _may_send(request, view):
                raise ForeignForm
            return view, found.groupdict()
    raise NotFound("page")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Mapping[str, View]], ...]:
    return tuple((path_pattern(path), {"GET": views["GET"], "HEAD": views["GET"], **views}) for path, views in PATHS)
