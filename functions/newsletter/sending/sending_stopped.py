"""SES takes nothing from us: a mailing is stopped until that changes, and mail of its own waits in its queue."""

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

WAITED_FOR = 300
"""Seconds until a mail that somebody waits for is tried again."""
STEP = 900
"""The same for a step of a sequence, and for whatever waits for the breaker to be closed."""
PASSING = timedelta(hours=1)
"""When a mailing looks for more of the quota, which frees itself as the last 24 hours move on (AWS: SES quotas)."""


def wait_for_ses(
    message: SendBatch | ConfirmSignUp | SendNotice, mailing: Mailing, stop: SendingStopped, app: Container
) -> None:
    """Do with a message that SES had no ear for what its mailing asks; it never counts as a failed try.

    A planned mailing is held or waits, and its message is done with: going on emits it anew. Mails that follow what one
    reader did have no plan to go on from, so their message goes back with a delay, as often as it takes.
    """
    count("SendingStopped")
    if mailing.kind.automated:
        requeue(message, app, STEP if isinstance(message, SendBatch) else WAITED_FOR)
        return
    now = whole_seconds(app.now())
    until = now + PASSING if stop.passes else None
    if hold_mailing(mailing.id, str(stop), app, now=now, until=until):
        return
    status = app.statuses.status(mailing.id)
    if status is not None and status.state.is_sending and isinstance(message, SendBatch):
        # Somebody resumed it in this moment, perhaps before our record said what is left of the batch.
        requeue(message, app, WAITED_FOR)


def requeue(message: SendBatch | ConfirmSignUp | SendNotice, app: Container, seconds: float) -> None:
    """Put the message back on its queue, to take a new slot after so many seconds."""
    queue = app.queues.batch if isinstance(message, SendBatch) else app.queues.transactional
    app.queues.send_later(queue, [(replace(message, slot=0.0), seconds)])
