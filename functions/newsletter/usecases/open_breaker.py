"""The breaker: when too much of what we send bounces or is called spam, every mailing is held; readers still get in."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.courses import Courses
from newsletter.adapters.reputation import Breaker, Reputation
from newsletter.domain.caution import Caution, Feedback, breaks
from newsletter.observability import count
from newsletter.usecases.hold_mailing import hold_mailing


def count_feedback(
    feedback: Feedback, *, now: datetime, caution: Caution, content: Content, courses: Courses, reputation: Reputation
) -> None:
    """Count what SES reported, and open the breaker when the last 24 hours are too bad.

    Only bad news can open it, so good news costs one write and no reading.
    """
    reputation.add(feedback, now)
    if not feedback.bounced and not feedback.complained:
        return
    reason = breaks(reputation.last_day(now), caution)
    breaker = Breaker(now, reason)
    if reason and reputation.open(breaker):
        tell_open(breaker, content=content)
        hold_all(reason, now=now, content=content, courses=courses)


def tell_open(breaker: Breaker, *, content: Content) -> None:
    """Record that the breaker is open, and raise the alarm; once, also when who opened it died before that."""
    if content.put_decision(breaker.since, "breaker", "open", breaker.reason, replace=False):
        count("BreakerOpened")


def hold_all(reason: str, *, now: datetime, content: Content, courses: Courses) -> int:
    """Hold every mailing that is being sent; how many those were."""
    return sum(
        hold_mailing(mailing, f"breaker open: {reason}", now=now, content=content, courses=courses)
        for mailing in courses.unfinished()
    )


def close_breaker(by: str, *, now: datetime, content: Content, reputation: Reputation) -> bool:
    """Close the breaker and count anew; False when it was not open. Held mailings stay held, for a person to judge."""
    if reputation.breaker() is None:
        return False
    # First, since there is no breaker left by which a repetition could tell that one was closed.
    content.put_decision(now, "breaker", "closed", f"by {by}")
    reputation.close(now)
    return True
