"""What SES reports becomes the ledger's knowledge."""

from __future__ import annotations

import json
from typing import Any

from newsletter import wiring
from newsletter.events import each_record
from newsletter.observability import count, observed
from newsletter.usecases.record_feedback import record_feedback


@observed("feedback")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record each SES event (raw SNS delivery: the record's body is the event itself)."""
    return each_record(event, context, _record)


def _record(body: str) -> None:
    what = record_feedback(
        json.loads(body), now=wiring.now(), subscribers=wiring.subscribers(), deliveries=wiring.deliveries()
    )
    count(f"Mails{what.capitalize()}")
