"""Pause a mailing: nothing of it is given to SES any more, until somebody resumes it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import set_status
from newsletter.mailings.status import PAUSABLE, MailingState, MailingStatus
from newsletter.platform.rate_limit import QUEUED

if TYPE_CHECKING:
    from newsletter.container import Container


def pause_mailing(mailing: str, app: Container, *, by: str, now: datetime) -> MailingStatus:
    """Pause it; batches that SES has not been called for stay unsent. A mailing that is paused already stays so.

    Others need not wait for the turns of this one.
    Raises NotFound, and NotNow for a mailing that cannot be paused.
    """

    def paused(before: MailingStatus) -> MailingStatus:
        return MailingStatus(MailingState.PAUSED, now, by=by, slice=before.slice, refused=before.refused)

    status = set_status(mailing, PAUSABLE, paused, "paused", app)
    app.rate_limiter.release(QUEUED, now.timestamp())
    return status
