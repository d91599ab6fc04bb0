"""Writes down what users of console and API do, before it is done: no route can be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from console.principal import Principal
from console.request import Request
from newsletter.container import app
from newsletter.platform.audit.acts import act_of
from newsletter.platform.errors import InvalidInput, NewsletterError
from newsletter.platform.web.answer import Answer

DOORS = {"/console": "console", "/api/v1": "api"}
NAMES = ("name", "feed")
"""Fields that name what an act is done to, where its path does not."""


def audited(request: Request, who: Principal, in_path: Mapping[str, str], view: Callable[[], Answer]) -> Answer:
    """The view's answer. An act is in the audit trail before the view is asked; a refusal of it is added."""
    act = act_in(request, in_path)
    if not act:
        return view()
    via = DOORS["/api/v1" if request.of_api else "/console"]
    what = " ".join(in_path.values()) or _named(request)
    line = app.audit.add(who.name, act, what, app.now(), via=via)
    try:
        answer = view()
    except NewsletterError as error:
        app.audit.refuse(line, str(error) or type(error).__name__)
        raise
    if answer.status >= 400:
        app.audit.refuse(line, answer.refused or f"HTTP {answer.status}")
    return answer


def act_in(request: Request, in_path: Mapping[str, str]) -> str:
    """What the request does, in words; empty for one that changes nothing."""
    if request.method in ("GET", "HEAD") or _is_a_preview(request):
        return ""
    path = request.path
    for door in DOORS:
        path = path.removeprefix(door)
    parts = path.split("/")
    # From behind: ids stand at the end of paths, and an id may be a word of the path.
    for name, value in reversed(list(in_path.items())):
        place = len(parts) - 1 - parts[::-1].index(value) if value in parts else -1
        if place >= 0:
            parts[place] = f"{{{name}}}"
    return act_of(f"{request.method} {'/'.join(parts)}", request.step)


def _is_a_preview(request: Request) -> bool:
    """Whether a form is sent to be looked at, and not to be carried out."""
    return not request.of_api and request.step in ("check", "edit")


def _named(request: Request) -> str:
    try:
        given = request.json_object() if request.of_api else {name: request.field(name) for name in NAMES}
    except InvalidInput:
        return ""
    return " ".join(str(given[name]) for name in NAMES if isinstance(given.get(name), str) and given[name])
