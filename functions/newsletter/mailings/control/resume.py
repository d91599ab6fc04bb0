"""Resume a mailing: go on with whoever has not been tried, however long ago it was stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import set_status
from newsletter.mailings.status import RESUMABLE, MailingState, MailingStatus
from newsletter.platform.errors import NotNow
from newsletter.platform.messages import RequeueShard
from newsletter.platform.shards import SHARDS
from newsletter.publication.sending_limits import SendingLimits

if TYPE_CHECKING:
    from newsletter.container import Container


def resume_mailing(mailing: str, app: Container, *, by: str, now: datetime) -> MailingStatus:
    """Resume it. A mailing that is being sent has put on the queue again whatever was lost from there.

    Stopped in its pilot, it goes on with that; whoever resumes it while the slice is being watched wants no more
    watching. Raises NotFound, and NotNow for a mailing that is over or waits for approval, and while the breaker is
    open.
    """
    breaker = app.reputation.breaker()
    if breaker is not None:
        raise NotNow(f"the breaker is open: {breaker.reason}. Close it first: newsletter breaker close")
    status = set_status(
        mailing, RESUMABLE, lambda before: resumed(before, now, app.publication.sending_limits, by), "resumed", app
    )
    return emit_again(mailing, status, app)


def resumed(before: MailingStatus, now: datetime, sending_limits: SendingLimits, by: str = "") -> MailingStatus:
    """The course on which a stopped mailing goes on."""
    if before.slice and before.state is not MailingState.PILOT:
        return MailingStatus(
            MailingState.PILOT,
            now,
            by=by,
            until=now + sending_limits.pilot_wait,
            to_emit=True,
            slice=before.slice,
            refused=before.refused,
        )
    return MailingStatus(MailingState.SENDING, now, by=by, to_emit=True, refused=before.refused)


def emit_again(mailing: str, status: MailingStatus, app: Container) -> MailingStatus:
    """Have every shard go on, then note that it was done. A crash in between repeats it, which does no harm."""
    app.queues.send_all(app.queues.plan, [RequeueShard(mailing, shard) for shard in status.slice or SHARDS])
    done = replace(status, to_emit=False)
    app.statuses.turn(mailing, status, done)
    return done
