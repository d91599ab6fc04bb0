"""/c: redirect a link in a mail to its article at once. What the request shows of its sender goes its own way."""

from __future__ import annotations

from newsletter.container import app
from newsletter.leads.visits.evidence import VisitKind
from newsletter.leads.visits.hand_over_visit import hand_over_visit
from newsletter.mail.mail_links import CANARY
from newsletter.platform.errors import NotFound
from newsletter.platform.links.links import LinkPurpose
from newsletter.platform.web.answer import Answer
from public_site.request import Request
from public_site.responses import redirect


def follow(request: Request, token: str, link: str) -> Answer:
    """302 to the target that the mail has under this key, and to no other. Raises BadLink, NotFound and NotReadable.

    No table is read for a target that is remembered, and none is written; a HEAD request is evidence too. The canary,
    which no reader can see, leads to the site.
    """
    claims = app.links.read(LinkPurpose.CLICK, token)
    kind = VisitKind.CANARY if link == CANARY else VisitKind.LINK
    target = app.publication.site_url if kind is VisitKind.CANARY else app.click_targets.find(claims.mailing, link)
    if target is None:
        raise NotFound("link")
    hand_over_visit(claims, kind, link, request.evidence, app.now(), app)
    return redirect(target)
