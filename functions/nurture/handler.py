"""Every few minutes: mailings are looked after, due steps become batches, sign-ups are recalled, who left is erased."""

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
