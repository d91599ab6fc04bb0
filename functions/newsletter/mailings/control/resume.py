"""Resume a mailing: go on with whoever has not been tried, however long ago it was stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import change_course
from newsletter.mailings.status import RESUMABLE, Course, MailingState
from newsletter.platform.errors import NotNow
from newsletter.platform.messages import GoOn
from newsletter.platform.shards import SHARDS
from newsletter.publication.sending_limits import Caution

if TYPE_CHECKING:
    from newsletter.container import Container


def resume_mailing(mailing: str, app: Container, *, by: str, now: datetime) -> Course:
    """Resume it. A mailing that is being sent has put on the queue again whatever was lost from there.

    Stopped in its first slice, it goes on with that; whoever resumes it while the slice is being watched wants no more
    watching. Raises NotFound, and NotNow for a mailing that is over or waits for approval, and while the breaker is
    open.
    """
    breaker = app.reputation.breaker()
    if breaker is not None:
        raise NotNow(f"the breaker is open: {breaker.reason}. Close it first: newsletter breaker close")
    course = change_course(
        mailing, RESUMABLE, lambda before: going_on(before, now, app.publication.caution, by), "resumed", app
    )
    return emit_again(mailing, course, app)


def going_on(before: Course, now: datetime, caution: Caution, by: str = "") -> Course:
    """The course on which a stopped mailing goes on."""
    if before.slice and before.state is not MailingState.CANARY:
        return Course(
            MailingState.CANARY,
            now,
            by=by,
            until=now + caution.canary_wait,
            to_emit=True,
            slice=before.slice,
            refused=before.refused,
        )
    return Course(MailingState.SENDING, now, by=by, to_emit=True, refused=before.refused)


def emit_again(mailing: str, course: Course, app: Container) -> Course:
    """Have every shard go on, then note that it was done. A crash in between repeats it, which does no harm."""
    app.queues.send_all(app.queues.plan, [GoOn(mailing, shard) for shard in course.slice or SHARDS])
    done = replace(course, to_emit=False)
    app.courses.turn(mailing, course, done)
    return done
