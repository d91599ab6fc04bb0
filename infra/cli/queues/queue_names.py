"""The queues by the names that a person types for them."""

from __future__ import annotations

SCHEDULE = "schedule"
"""Scheduled events that failed. They have dead letters, but no queue that they came from."""
QUEUE_NAMES = ("plan", "batch", "transactional", "feedback", "lead", SCHEDULE)
