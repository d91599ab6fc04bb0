"""The circuit breaker: holds every mailing while too much mail bounces or is called spam; sign-ups still work."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.hold import hold_mailing
from newsletter.platform.observability import count
from newsletter.platform.words.said import say
from newsletter.publication.sending_limits import Feedback, breaks
from newsletter.sending.feedback.reputation_store import Breaker

if TYPE_CHECKING:
    from newsletter.container import Container


def count_feedback(feedback: Feedback, app: Container, *, now: datetime) -> None:
    """Count events, and open the breaker if the last 24 hours exceed the limits.

    Without a bounce or complaint it cannot open, so that deliveries cost one write and no reading.
    """
    app.reputation.add(feedback, now)
    if not feedback.bounced and not feedback.complained:
        return
    reason = breaks(app.reputation.last_day(now), app.publication.sending_limits)
    breaker = Breaker(now, reason)
    if reason and app.reputation.open(breaker):
        record_open(breaker, app)
        hold_all(reason, app, now=now)


def record_open(breaker: Breaker, app: Container) -> None:
    """Record that the breaker is open, and raise the alarm, once; the monitor does it after a crash."""
    if app.decisions.put(breaker.since, "breaker", "open", breaker.reason, replace=False):
        count("BreakerOpened")


def hold_all(reason: str, app: Container, *, now: datetime) -> int:
    """Hold every mailing that is being sent; how many those were."""
    why = say("breaker open: {why}", why=reason)
    return sum(hold_mailing(mailing, why, app, now=now, rings=False) for mailing in app.statuses.unfinished())


def close_breaker(by: str, app: Container, *, now: datetime) -> bool:
    """Close the breaker and reset its counts; False when it was not open. Held mailings must be resumed one by one."""
    if app.reputation.breaker() is None:
        return False
    # Recorded first: after a crash in between, the breaker is still open and can be closed again.
    app.decisions.put(now, "breaker", "closed", say("by {who}", who=by))
    app.reputation.close(now)
    return True
