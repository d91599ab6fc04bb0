"""What SES says about a mail: into the ledger as a set of positions, and onto the reader where mail must stop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.errors import NotFound
from newsletter.domain.subscriber import Status

NO_COMPLAINT = {"not-spam", "auth-failure"}
"""Feedback types that are no complaint of a reader."""


def record_feedback(
    event: Mapping[str, Any], *, now: datetime, subscribers: Subscribers, deliveries: Deliveries
) -> str:
    """Record one SES event and return what it was taken for (`sent`, `bounced`, …, or `ignored`).

    Adding a position twice changes nothing, so repeated, late and shuffled events give the same ledger. Raises
    NotFound for a mail that carries our tags but that the ledger does not know: a person shall see it.
    """
    what = _meaning(event)
    tags = event.get("mail", {}).get("tags", {})
    if not what or not all(tags.get(name) for name in ("mailing", "batch", "position")):
        return "ignored"
    mailing, batch, position = tags["mailing"][0], tags["batch"][0], int(tags["position"][0])
    if not deliveries.add(mailing, batch, what, position):
        raise NotFound(f"batch {mailing}/{batch}, which SES reports as {what}")
    record = deliveries.record(mailing, batch) if what in ("bounced", "complained") else None
    if record is not None:
        status = Status.BOUNCED if what == "bounced" else Status.COMPLAINED
        subscribers.deactivate(record.batch.recipients[position], status, f"{what} {mailing}", now)
    return what


def _meaning(event: Mapping[str, Any]) -> str:
    """Which set of positions the event belongs to, or empty. Only permanent bounces count as bounced."""
    match event.get("eventType"):
        case "Send":
            return "sent"
        case "Delivery":
            return "delivered"
        case "Bounce":
            return "bounced" if event.get("bounce", {}).get("bounceType") == "Permanent" else ""
        case "Complaint":
            kind = event.get("complaint", {}).get("complaintFeedbackType")
            return "" if kind in NO_COMPLAINT else "complained"
        case "Reject" | "Rendering Failure":
            return "failed"
    return ""
