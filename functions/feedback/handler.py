"""Feedback: what comes back of mails: the events of SES (bounces, deliveries, …), visits to their links, answers."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.leads.visits.record_visits import record_visits
from newsletter.platform.events import all_messages, all_records, comes_from
from newsletter.platform.observability import observed
from newsletter.sending.feedback.receive_feedback import receive_feedback


@observed("feedback")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record each SES event (raw SNS delivery: the body of a record is the event itself) or visit; take each answer."""
    if comes_from(event, app.settings.visit_queue):
        return all_messages(event, lambda messages: record_visits(messages, app.now(), app), app)
    if comes_from(event, app.settings.reply_queue):
        from newsletter.replies.receiving.receive_replies import receive_replies  # here, for the cold start

        return all_records(event, lambda bodies: receive_replies(bodies, app), app)
    return all_records(event, lambda bodies: receive_feedback(bodies, app), app)
