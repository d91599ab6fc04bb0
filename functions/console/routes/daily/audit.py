"""/console/audit and /api/v1/audit: who did what, month by month."""

from __future__ import annotations

import re

from console.principal import Principal
from console.request import Request
from console.responses import page
from newsletter.container import app
from newsletter.platform.audit.audit_line import AuditPage, read_cursor, read_month
from newsletter.platform.errors import InvalidInput
from newsletter.platform.web.answer import Answer, json_answer

ON_A_PAGE = 50
PAGES = (
    (re.compile(r"\d{14}-[0-9a-f]{12}", re.ASCII), "/console/campaigns/"),
    (re.compile(r"(?:campaign|digest)-[A-Za-z0-9-]+", re.ASCII), "/console/mailings/"),
    (re.compile(r"[a-z2-7]{26}", re.ASCII), "/console/readers/"),
)
"""Ids that tell by their form where they are shown."""


def show(request: Request, who: Principal) -> Answer:
    """The lines of a month."""
    errors: dict[str, str] = {}
    month = read_month("", app.now())
    found = AuditPage(month, (), None)
    try:
        found = _page(request, ON_A_PAGE)
    except InvalidInput as wrong:
        errors = {wrong.field: wrong.message}
    status = 422 if errors else 200
    first = not request.query("cursor")
    return page("audit", who, status=status, found=found, errors=errors, first=first, today=month, page_of=_page_of)


def show_json(request: Request, _who: Principal) -> Answer:
    """The same as JSON."""
    found = _page(request, request.limit())
    lines = [line.as_json for line in found.lines]
    return json_answer(200, {"month": found.month, "audit": lines, "cursor": found.cursor})


def _page_of(what: str) -> str:
    """The page of what an act was done to; empty where its id does not tell."""
    return next((f"{place}{what}" for form, place in PAGES if form.fullmatch(what)), "")


def _page(request: Request, limit: int) -> AuditPage:
    now = app.now()
    return app.audit.page(read_month(request.query("month"), now), limit, read_cursor(request.query("cursor")), now=now)
