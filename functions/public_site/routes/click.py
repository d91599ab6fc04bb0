"""/c: redirect a link in a mail to its article and record the click, which may have been made by a scanner."""

from __future__ import annotations

from newsletter.container import app
from newsletter.leads.record_click import record_click
from newsletter.platform.links.links import LinkPurpose
from newsletter.platform.web.answer import Answer
from public_site.request import Request
from public_site.responses import redirect


def follow(request: Request, token: str, link: str) -> Answer:
    """302 to the target that the mail has under this key, and to no other."""
    claims = app.links.read(LinkPurpose.CLICK, token)
    return redirect(record_click(claims, link, request.evidence, app.now(), app))
