"""On which course a mailing starts: at once, with a pilot, or held because the breaker is open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.publication.sending_limits import pilot_shards

if TYPE_CHECKING:
    from newsletter.container import Container


def initial_status(mailing: str, readers: int, app: Container, *, now: datetime) -> MailingStatus:
    """The course of a mailing to so many readers (at least) that starts now."""
    breaker = app.reputation.breaker()
    if breaker is not None:
        return MailingStatus(MailingState.HELD, now, reason=f"breaker open: {breaker.reason}")
    slice_ = pilot_shards(mailing, readers, app.publication.sending_limits)
    if slice_:
        return MailingStatus(
            MailingState.PILOT, now, until=now + app.publication.sending_limits.pilot_wait, slice=slice_
        )
    return MailingStatus(MailingState.SENDING, now)
