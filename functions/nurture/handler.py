"""Nurture: every few minutes, monitors mailings, queues due steps and reminders, and erases subscribers who left."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.nurture.run_due_work import run_due_work
from newsletter.platform.events import scheduled_time
from newsletter.platform.observability import observed


@observed("nurture")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do everything that is due at the time of the event. Raises PartlyFailed, once the rest is done."""
    return run_due_work(scheduled_time(event), app)
