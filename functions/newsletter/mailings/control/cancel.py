"""Cancel a mailing: who was not tried yet gets nothing, for good."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import change_course
from newsletter.mailings.status import CANCELLABLE, Course, MailingState
from newsletter.platform.rate_limit import QUEUED

if TYPE_CHECKING:
    from newsletter.container import Container


def cancel_mailing(mailing: str, app: Container, *, by: str, now: datetime) -> Course:
    """Cancel it. Whoever was not tried counts as suppressed, with the reason `cancelled`; nothing is recalled.

    The next mailing need not wait for the turns of this one.
    Raises NotFound, and NotNow for a mailing that is complete.
    """

    def cancelled(_: Course) -> Course:
        return Course(MailingState.CANCELLED, now, by=by)

    course = change_course(mailing, CANCELLABLE, cancelled, "cancelled", app)
    app.guards.release(QUEUED, now.timestamp())
    return course
