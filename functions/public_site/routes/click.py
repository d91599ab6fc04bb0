"""/c: a link of a mail leads to the article at once; that somebody followed it is evidence, not proof, of a person."""

from __future__ import annotations

from newsletter.container import app
from newsletter.leads.record_click import record_click
from newsletter.platform.links.links import LinkPurpose
from newsletter.platform.web.answer import Answer
from public_site.request import Request
from public_site.responses import redirect


def follow(request: Request, token: str, link: str) -> Answer:
    """302 to the target that was mailed under this key, and to no other."""
    ref = app.links.read(LinkPurpose.CLICK, token)
    return redirect(record_click(ref, link, request.evidence, app.now(), app))
