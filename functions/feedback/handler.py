"""Feedback: records the events of SES (bounces, complaints, deliveries, …) in the ledger."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.platform.events import all_records
from newsletter.platform.observability import observed
from newsletter.sending.feedback.receive_feedback import receive_feedback


@observed("feedback")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record each SES event (raw SNS delivery: the body of a record is the event itself)."""
    return all_records(event, lambda bodies: receive_feedback(bodies, app), app)
