"""Handles the SES events of one queue delivery: records them, counts them, and checks the breaker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from newsletter.platform.observability import count
from newsletter.publication.sending_limits import Feedback
from newsletter.sending.feedback.circuit_breaker import count_feedback
from newsletter.sending.feedback.record_feedback import record_feedback

if TYPE_CHECKING:
    from newsletter.container import Container


def receive_feedback(bodies: Sequence[str], app: Container) -> list[Exception | None]:
    """Record the events; the error of each or None, in their order."""
    said = record_feedback(bodies, app.now(), app)
    counted = Counter(what for what in said if isinstance(what, str))
    for what, number in counted.items():
        count(f"Mails{what.title().replace('_', '')}", number)
    count_feedback(Feedback(counted["delivered"], counted["bounced"], counted["complained"]), app, now=app.now())
    return [None if isinstance(what, str) else what for what in said]
