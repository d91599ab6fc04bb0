"""Resume a mailing: go on with whoever has not been tried, however long ago it was stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.courses import Courses
from newsletter.adapters.queues import Queues
from newsletter.domain.course import RESUMABLE, Course, MailingState
from newsletter.domain.messages import GoOn
from newsletter.domain.subscriber import SHARDS
from newsletter.usecases.change_course import change_course


def resume_mailing(
    mailing: str, *, by: str, now: datetime, content: Content, courses: Courses, queues: Queues
) -> Course:
    """Resume it. A mailing that is being sent has put on the queue again whatever was lost from there.

    Raises NotFound, and NotNow for a mailing that is over or waits for approval.
    """
    course = Course(MailingState.SENDING, now, by=by, to_emit=True)
    change_course(mailing, RESUMABLE, course, "resumed", content=content, courses=courses)
    return emit_again(mailing, course, courses=courses, queues=queues)


def emit_again(mailing: str, course: Course, *, courses: Courses, queues: Queues) -> Course:
    """Have every shard go on, then note that it was done. A crash in between repeats it, which does no harm."""
    queues.send_all(queues.plan, [GoOn(mailing, shard) for shard in SHARDS])
    done = replace(course, to_emit=False)
    courses.turn(mailing, course, done)
    return done
