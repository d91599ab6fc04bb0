"""On which course a mailing starts: at once, with a first slice, or held because the breaker is open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.status import Course, MailingState
from newsletter.publication.sending_limits import first_slice

if TYPE_CHECKING:
    from newsletter.container import Container


def starting_course(mailing: str, readers: int, app: Container, *, now: datetime) -> Course:
    """The course of a mailing to so many readers (at least) that starts now."""
    breaker = app.reputation.breaker()
    if breaker is not None:
        return Course(MailingState.HELD, now, reason=f"breaker open: {breaker.reason}")
    slice_ = first_slice(mailing, readers, app.publication.caution)
    if slice_:
        return Course(MailingState.CANARY, now, until=now + app.publication.caution.canary_wait, slice=slice_)
    return Course(MailingState.SENDING, now)
