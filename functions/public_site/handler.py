"""The readers' door: every public path, what GET shows there and what POST changes. Nothing else changes anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from newsletter.domain.errors import NotFound
from newsletter.observability import observed
from public_site import click_routes, offer_routes, preference_routes, subscription_routes
from public_site.problems import MethodNotAllowed, TooLarge, problem
from public_site.request import Request
from public_site.responses import Answer, json_answer

View = Callable[..., Answer]


def health(_: Request) -> Answer:
    """That this function answers; it asks nothing of what lies behind it."""
    return json_answer(200, {"status": "ok"})


# A path as in template.yaml, what GET and HEAD show, what POST changes. Not the Powertools resolver: it slows the cold
# start of the page a reader waits for, and keeps the request in a class attribute, so that in one process of many
# threads (the local cloud) one reader could get another's page.
PATHS: tuple[tuple[str, View, View | None], ...] = (
    ("/subscribe", subscription_routes.show_form, subscription_routes.sign_up),
    ("/confirm/{token}", subscription_routes.ask_to_confirm, subscription_routes.confirm),
    ("/preferences/{token}", preference_routes.show_preferences, preference_routes.save_preferences),
    ("/unsubscribe/{token}", preference_routes.ask_to_unsubscribe, preference_routes.leave),
    ("/c/{token}/{link}", click_routes.follow, None),
    ("/offer/{token}", offer_routes.show_offer, offer_routes.take_up),
    ("/health", health, None),
)


@observed("public_site")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0). HEAD gets what GET would, without the body."""
    request = Request(event)
    answer = respond(request)
    return {
        "statusCode": answer.status,
        "headers": dict(answer.headers),
        "body": "" if request.method == "HEAD" else answer.body,
        "isBase64Encoded": False,
    }


def respond(request: Request) -> Answer:
    """The view's answer, or that of the problem it met."""
    try:
        view, in_path = _find(request)
        return view(request, **in_path)
    except Exception as error:  # noqa: BLE001 (a reader must never meet a bare error; problem() logs unknown ones)
        return problem(request, error)


def _find(request: Request) -> tuple[View, dict[str, str]]:
    if request.too_large:
        raise TooLarge
    for pattern, show, change in _patterns():
        if found := pattern.fullmatch(request.path):
            views = {"GET": show, "HEAD": show} | ({"POST": change} if change else {})
            if request.method not in views:
                raise MethodNotAllowed(", ".join(views))
            return views[request.method], found.groupdict()
    raise NotFound("page")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], View, View | None], ...]:
    return tuple((re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)), show, change) for path, show, change in PATHS)
