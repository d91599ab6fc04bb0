"""Stop a mailing by ourselves: held until a person looks into it, or waiting until it can go on by itself."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.courses import Courses
from newsletter.domain.course import Course, MailingState
from newsletter.observability import count


def hold_mailing(
    mailing: str,
    reason: str,
    *,
    now: datetime,
    content: Content,
    courses: Courses,
    until: datetime | None = None,
    judged: bool = False,
    refused: int = 0,
) -> bool:
    """Hold the mailing, or let it wait where `until` says when to try again; False when it was not being sent any more.

    Of many senders that meet the same obstacle at once, one changes the course and raises the alarm. `judged`: the
    first slice is the reason, so it is not watched again when somebody resumes the mailing all the same. `refused`: so
    many refused recipients are the reason, so only further ones stop it again.
    """
    course = courses.course(mailing)
    if course is None or not course.state.sends:
        return False
    state = MailingState.WAITING if until else MailingState.HELD
    stopped = Course(
        state,
        now,
        reason=reason,
        until=until,
        slice="" if judged else course.slice,
        refused=refused or course.refused,
    )
    if not courses.turn(mailing, course, stopped):
        return False
    tell_stopped(mailing, stopped, content=content)
    return True


def tell_stopped(mailing: str, course: Course, *, content: Content) -> None:
    """Record that the mailing is held or waits, and raise the alarm; once, even if who stopped it died before that."""
    if content.put_decision(course.since, mailing, course.state.value, course.reason, replace=False):
        count("MailingsWaiting" if course.state is MailingState.WAITING else "MailingsHeld")
