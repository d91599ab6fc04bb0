"""The console: the function of its pages (/console) and of the JSON API (/api/v1)."""

from __future__ import annotations

from typing import Any

from console.campaigns import requested
from console.paths.api import API
from console.paths.pages import PAGES
from console.problems import problem
from console.request import Request
from console.wording.language import speaking
from newsletter.container import app
from newsletter.platform.events import each_record
from newsletter.platform.observability import observed
from newsletter.platform.web.answer import Answer
from newsletter.platform.web.router import Router, Routes

PATHS: Routes = (*PAGES, *API)
ROUTER = Router(PATHS)


@observed("console")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0), or start the campaigns that events ask for (queue)."""
    if "Records" in event:
        return each_record(event, context, requested.start_requested, app)
    request = Request(event)
    return respond(request).to(request.method)


def respond(request: Request) -> Answer:
    """The view's answer, or the error page (`problem`) if it raised an error."""
    with speaking(request):
        try:
            _ = request.body  # raises TooLarge for every path
            view, in_path = ROUTER.find(request)
            return view(request, **in_path).with_headers(request.told)
        except Exception as error:  # noqa: BLE001 (every error gets an answer; problem() logs unknown ones)
            return problem(request, error)
