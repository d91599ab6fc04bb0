"""The breaker: when too much of what we send bounces or is called spam, every mailing is held; readers still get in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.hold import hold_mailing
from newsletter.platform.observability import count
from newsletter.publication.sending_limits import Feedback, breaks
from newsletter.sending.feedback.reputation_store import Breaker

if TYPE_CHECKING:
    from newsletter.container import Container


def count_feedback(feedback: Feedback, app: Container, *, now: datetime) -> None:
    """Count what SES reported, and open the breaker when the last 24 hours are too bad.

    Only bad news can open it, so good news costs one write and no reading.
    """
    app.reputation.add(feedback, now)
    if not feedback.bounced and not feedback.complained:
        return
    reason = breaks(app.reputation.last_day(now), app.publication.sending_limits)
    breaker = Breaker(now, reason)
    if reason and app.reputation.open(breaker):
        tell_open(breaker, app)
        hold_all(reason, app, now=now)


def tell_open(breaker: Breaker, app: Container) -> None:
    """Record that the breaker is open, and raise the alarm; once, also when who opened it died before that."""
    if app.decisions.put(breaker.since, "breaker", "open", breaker.reason, replace=False):
        count("BreakerOpened")


def hold_all(reason: str, app: Container, *, now: datetime) -> int:
    """Hold every mailing that is being sent; how many those were."""
    return sum(hold_mailing(mailing, f"breaker open: {reason}", app, now=now) for mailing in app.statuses.unfinished())


def close_breaker(by: str, app: Container, *, now: datetime) -> bool:
    """Close the breaker and count anew; False when it was not open. Held mailings stay held, for a person to judge."""
    if app.reputation.breaker() is None:
        return False
    # First, since there is no breaker left by which a repetition could tell that one was closed.
    app.decisions.put(now, "breaker", "closed", f"by {by}")
    app.reputation.close(now)
    return True
