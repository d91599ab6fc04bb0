"""What happens while SES takes no mail from the account: mailings are held or wait, automated mails stay queued."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.control.hold import hold_mailing
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import SendingStopped
from newsletter.platform.messages import ConfirmSignUp, SendBatch, SendNotice
from newsletter.platform.observability import count
from newsletter.platform.times import whole_seconds

if TYPE_CHECKING:
    from newsletter.container import Container

TRANSACTIONAL_RETRY = 300
"""Seconds until a transactional mail is tried again."""
AUTOMATED_RETRY = 900
"""Seconds until a sequence step, or anything that waits for the breaker to be closed, is tried again."""
QUOTA_RETRY = timedelta(hours=1)
"""When a mailing checks the quota again, which covers the last 24 hours and so frees up by itself (AWS: SES quotas)."""


def handle_sending_stopped(
    message: SendBatch | ConfirmSignUp | SendNotice, mailing: Mailing, stop: SendingStopped, app: Container
) -> None:
    """Handle a message that could not be sent because SES takes no mail; this never counts as a failed try.

    A planned mailing is held or waits, and the message is dropped: resuming queues the batch again. Automated mails
    are not planned, so their messages go back to the queue with a delay, as often as it takes.
    """
    count("SendingStopped")
    if mailing.kind.automated:
        requeue(message, app, AUTOMATED_RETRY if isinstance(message, SendBatch) else TRANSACTIONAL_RETRY)
        return
    now = whole_seconds(app.now())
    until = now + QUOTA_RETRY if stop.passes else None
    if not hold_mailing(mailing.id, str(stop), app, now=now, until=until, rings=False):
        requeue_if_sending(message, mailing, app)


def requeue_if_sending(message: SendBatch | ConfirmSignUp | SendNotice, mailing: Mailing, app: Container) -> None:
    """Put a message back that could not be sent, whose mailing could not be stopped for it."""
    status = app.statuses.status(mailing.id)
    if status is not None and status.state.is_sending and isinstance(message, SendBatch):
        # It was resumed at this moment, perhaps before this batch's record was stored.
        requeue(message, app, TRANSACTIONAL_RETRY)


def requeue(message: SendBatch | ConfirmSignUp | SendNotice, app: Container, seconds: float) -> None:
    """Put the message back on its queue, to be sent in a new slot after so many seconds."""
    queue = app.queues.batch if isinstance(message, SendBatch) else app.queues.transactional
    app.queues.send_later(queue, [(replace(message, slot=0.0), seconds)])
