"""Everything under /_local that is not a service: finds the view, and shows the pages in pages/."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from rehearsal.site.answers import as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIEnvironment

    from rehearsal.site.protocol import Cloud

MAX_BODY = 1024 * 1024
_PAGES = Path(__file__).parent / "pages"
_STATIC = ("style.css", "live.js")
# Pages show what strangers wrote (mails, feeds, webhooks): nothing of it may run or load anything.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


PageRoute: TypeAlias = "tuple[str, str, Callable[..., Response]]"
"""Method, path and view of a page; a view takes the views, the request and what the path has."""


class Views:
    """A WSGI application for one local cloud."""

    def __init__(self, cloud: Cloud, routes: Iterable[PageRoute]) -> None:
        self.cloud = cloud
        rules = [Rule(path, methods=[method], endpoint=view) for method, path, view in routes]
        rules += [Rule(f"/_local/{name}", methods=["GET"], endpoint=_static(name)) for name in _STATIC]
        self._map = Map(rules, strict_slashes=False)
        self._templates = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined)
        self._templates.filters |= {"clock": self._clock, "date": _date, "pretty": _pretty}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = MAX_BODY
        try:
            view, arguments = self._map.bind_to_environ(environ).match()
            response: Response = view(self, request, **arguments)
        except RequestRedirect as moved:
            response = redirect(moved.new_url, moved.code)
        except HTTPException as error:
            response = self._error(request, error)
        return response(environ, start_response)

    def page(self, template: str, *, status: int = 200, **data: object) -> Response:
        """A page from pages/."""
        text = self._templates.get_template(template).render(cloud=self.cloud, status=status, **data)
        headers = {"content-security-policy": _POLICY, "cache-control": "no-store", "referrer-policy": "same-origin"}
        return Response(text, status, headers, content_type="text/html; charset=utf-8")

    def _clock(self, moment: datetime) -> str:
        """The time of day, after the date where that is not today's."""
        local, today = moment.astimezone(), self.cloud.clock.now().astimezone().date()
        return local.strftime("%H:%M:%S" if local.date() == today else "%Y-%m-%d %H:%M:%S")

    def _error(self, request: Request, error: HTTPException) -> Response:
        status, message = error.code or 500, error.description or error.name
        if "text/html" in request.headers.get("accept", ""):
            return self.page("error.html", status=status, message=message)
        return as_json({"error": message}, status)


def _static(name: str) -> object:
    def view(_views: Views, _request: Request) -> Response:
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response((_PAGES / name).read_bytes(), content_type=f"{media_type}; charset=utf-8")

    return view


def _date(moment: datetime) -> str:
    return moment.astimezone().strftime("%a %d %b %Y %H:%M")


def _pretty(value: object) -> str:
    """A value, or the JSON in a text, with one member a line; text that is no JSON as it is."""
    try:
        return json.dumps(json.loads(value) if isinstance(value, str) else value, ensure_ascii=False, indent=2)
    except ValueError:
        return str(value)
