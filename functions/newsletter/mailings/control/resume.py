"""Resume a mailing: send to the remaining recipients, however long ago it was stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import set_status
from newsletter.mailings.status import RESUMABLE, MailingState, MailingStatus
from newsletter.platform.errors import NotNow
from newsletter.platform.messages import RequeueShard
from newsletter.platform.shards import SHARDS
from newsletter.platform.words.said import Stored, say
from newsletter.publication.sending_limits import SendingLimits

if TYPE_CHECKING:
    from newsletter.container import Container


def resume_mailing(mailing: str, app: Container, *, by: str, now: datetime) -> MailingStatus:
    """Resume it. For a mailing that is being sent, batches that were lost from the queue are queued again.

    A mailing that was stopped in its pilot continues the pilot; one that is resumed while its pilot is sent or watched
    skips the rest of the wait. Raises NotFound, and NotNow for a mailing that is over or waits for approval, and while
    the breaker is open.
    """
    breaker = app.reputation.breaker()
    if breaker is not None:
        raise NotNow(
            say("the breaker is open: {why}. Close it first: newsletter breaker close", why=Stored(breaker.reason))
        )
    status = set_status(
        mailing,
        RESUMABLE,
        lambda before: resumed_status(before, now, app.publication.sending_limits, by),
        say("resumed"),
        app,
    )
    return requeue_shards(mailing, status, app)


def resumed_status(before: MailingStatus, now: datetime, sending_limits: SendingLimits, by: str = "") -> MailingStatus:
    """The status in which a stopped mailing continues: its pilot, or sending."""
    if before.pilot_shards and before.state is not MailingState.PILOT:
        return MailingStatus(
            MailingState.PILOT,
            now,
            by=by,
            until=now + sending_limits.pilot_wait,
            needs_requeue=True,
            pilot_shards=before.pilot_shards,
            refused=before.refused,
        )
    return MailingStatus(MailingState.SENDING, now, by=by, needs_requeue=True, refused=before.refused)


def requeue_shards(mailing: str, status: MailingStatus, app: Container) -> MailingStatus:
    """Ask the planner to queue every shard's unsent batches, then note that this was done.

    After a crash in between it is repeated, which is harmless: the ledger sends each batch once.
    """
    app.queues.send_all(app.queues.plan, [RequeueShard(mailing, shard) for shard in status.pilot_shards or SHARDS])
    done = replace(status, needs_requeue=False)
    app.statuses.compare_and_set(mailing, status, done)
    return done
