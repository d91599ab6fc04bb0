"""What starting a campaign needs to know of its audience, for pages and API alike."""

from __future__ import annotations

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, checked, readers_of, started_before
from newsletter.mailings.initial_status import initial_status
from newsletter.mailings.rendering.preflight import require_fit
from newsletter.mailings.status import MailingStatus
from newsletter.platform.times import whole_seconds


def course_for(campaign: Campaign) -> MailingStatus | None:
    """The course on which the campaign would start now; None for one that was started before.

    Raises InvalidInput that names the field (NotFit when something in it is broken, EmptyAudience when nobody would get
    it), and Conflict.
    """
    now = whole_seconds(app.now())
    publication = app.templates.publication
    mailing = checked(campaign, publication, now)
    if started_before(mailing, app) is not None:
        return None
    require_fit(mailing, app.templates)
    return initial_status(mailing.id, readers_of(mailing, app), app, now=now)
