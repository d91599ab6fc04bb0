"""Cancel a mailing: recipients to whom nothing was sent yet never get it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import set_status
from newsletter.mailings.status import CANCELLABLE, MailingState, MailingStatus
from newsletter.platform.rate_limit import QUEUED
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container


def cancel_mailing(mailing: str, app: Container, *, by: str, now: datetime) -> MailingStatus:
    """Cancel it. The remaining recipients count as suppressed, with the reason `cancelled`; sent mails stay sent.

    Sending time that its queued batches had reserved becomes free for other mailings.
    Raises NotFound, and NotNow for a mailing that is complete.
    """

    def cancelled(_: MailingStatus) -> MailingStatus:
        return MailingStatus(MailingState.CANCELLED, now, by=by)

    status = set_status(mailing, CANCELLABLE, cancelled, say("cancelled"), app)
    app.rate_limiter.release(QUEUED, now.timestamp())
    return status
