"""Cancel a mailing: who was not tried yet gets nothing, for good."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.courses import Courses
from newsletter.domain.course import CANCELLABLE, Course, MailingState
from newsletter.usecases.change_course import change_course


def cancel_mailing(mailing: str, *, by: str, now: datetime, content: Content, courses: Courses) -> Course:
    """Cancel it. Whoever was not tried counts as suppressed, with the reason `cancelled`; nothing is recalled.

    Raises NotFound, and NotNow for a mailing that is complete.
    """

    def cancelled(_: Course) -> Course:
        return Course(MailingState.CANCELLED, now, by=by)

    return change_course(mailing, CANCELLABLE, cancelled, "cancelled", content=content, courses=courses)
