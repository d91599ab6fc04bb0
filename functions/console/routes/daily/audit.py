"""/console/audit and /api/v1/audit: who did what, month by month."""

from __future__ import annotations

from console.principal import Principal
from console.request import Request
from console.responses import page
from newsletter.container import app
from newsletter.platform.audit.audit_line import AuditPage, read_cursor, read_month
from newsletter.platform.errors import InvalidInput
from newsletter.platform.web.answer import Answer, json_answer

ON_A_PAGE = 50


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
    return page("audit", who, status=status, found=found, errors=errors, first=not request.query("cursor"), today=month)


def show_json(request: Request, _who: Principal) -> Answer:
    """The same as JSON."""
    found = _page(request, request.limit())
    lines = [line.as_json for line in found.lines]
    return json_answer(200, {"month": found.month, "audit": lines, "cursor": found.cursor})


def _page(request: Request, limit: int) -> AuditPage:
    now = app.now()
    return app.audit.page(read_month(request.query("month"), now), limit, read_cursor(request.query("cursor")), now=now)
