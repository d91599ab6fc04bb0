"""On which course a mailing starts: at once, with a first slice, or held because the breaker is open."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.reputation import Reputation
from newsletter.domain.caution import Caution, first_slice
from newsletter.domain.course import Course, MailingState


def starting_course(mailing: str, readers: int, *, now: datetime, caution: Caution, reputation: Reputation) -> Course:
    """The course of a mailing to so many readers (at least) that starts now."""
    breaker = reputation.breaker()
    if breaker is not None:
        return Course(MailingState.HELD, now, reason=f"breaker open: {breaker.reason}")
    slice_ = first_slice(mailing, readers, caution)
    if slice_:
        return Course(MailingState.CANARY, now, until=now + caution.canary_wait, slice=slice_)
    return Course(MailingState.SENDING, now)
