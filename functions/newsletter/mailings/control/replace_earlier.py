"""A digest of the warm-up plan takes the place of what is left of the one before it.

News of last week is worth nothing beside that of this week, and both together would make everybody wait longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import set_status
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.errors import NotNow
from newsletter.platform.observability import logger
from newsletter.platform.times import whole_seconds
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

UNDER_WAY = (MailingState.PILOT, MailingState.SENDING, MailingState.WAITING)


def replace_earlier(digest: Mailing, app: Container) -> None:
    """Cancel what is left of earlier digests of the same frequency, while the warm-up plan limits a day.

    Those that a person paused or that are held stay: somebody decides about them anyway.
    """
    plan, now = app.publication.warm_up, whole_seconds(app.now())
    if plan is None or plan.allowed(now.astimezone(app.publication.time_zone).date()) is None:
        return
    why = say("the warm-up plan did not reach everybody before {digest}, which takes its place", digest=digest.id)
    for name in app.statuses.unfinished():
        earlier = app.mailings.get(name)
        if (
            earlier is None
            or earlier.kind is not Kind.DIGEST
            or earlier.audience.frequency != digest.audience.frequency
            or earlier.created_at >= digest.created_at
            or earlier.status.state not in UNDER_WAY
        ):
            continue
        try:
            set_status(
                name,
                UNDER_WAY,
                lambda _: MailingStatus(MailingState.CANCELLED, now, reason=why),
                say("cancelled"),
                app,
            )
        except NotNow:
            logger().info("it was completed or stopped at this moment", extra={"mailing": name})
