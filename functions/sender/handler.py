"""The sender: sends batches, confirmations and notices through SES."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.platform.events import all_messages
from newsletter.platform.observability import observed
from newsletter.sending.send_messages import send_messages


@observed("sender")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Send the messages of the batch queue or the transactional queue."""
    return all_messages(event, lambda messages: send_messages(messages, app), app)
