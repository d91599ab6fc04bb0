"""Pause a mailing: none of its batches is sent until somebody resumes it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import set_status
from newsletter.mailings.status import PAUSABLE, MailingState, MailingStatus
from newsletter.platform.rate_limit import QUEUED
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container


def pause_mailing(mailing: str, app: Container, *, by: str, now: datetime) -> MailingStatus:
    """Pause it; only calls to SES that are under way are finished. Pausing it again changes nothing.

    Sending time that its queued batches had reserved becomes free for other mailings.
    Raises NotFound, and NotNow for a mailing that cannot be paused.
    """

    def paused(before: MailingStatus) -> MailingStatus:
        return MailingStatus(MailingState.PAUSED, now, by=by, pilot_shards=before.pilot_shards, refused=before.refused)

    status = set_status(mailing, PAUSABLE, paused, say("paused"), app)
    app.rate_limiter.release(QUEUED, now.timestamp())
    return status
