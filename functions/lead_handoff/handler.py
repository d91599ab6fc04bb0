"""Lead hand-off: sends leads of offers that were taken up to the CRM."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.leads.hand_off_lead import HandOffResult, hand_off_lead
from newsletter.platform.events import each_message
from newsletter.platform.messages import MalformedMessage, Message, TakeUpOffer
from newsletter.platform.observability import count, logger, observed, waited
from newsletter.platform.times import parse_iso


@observed("lead_handoff")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Hand off the lead of each message."""
    return each_message(event, context, _hand_off, app)


def _hand_off(message: Message) -> None:
    if not isinstance(message, TakeUpOffer):
        raise MalformedMessage(f"{message.type} does not belong on the lead queue")
    now = app.now()
    try:
        result = hand_off_lead(message, app, now=now)
    except Exception:
        waited("LeadWaitSeconds", (now - parse_iso(message.at)).total_seconds())
        raise
    count("LeadsHandedOff", int(result is HandOffResult.TAKEN))
    if result is HandOffResult.WITHDRAWN:
        logger().warning("lead withdrawn", extra={"subscriber": message.subscriber, "offer": message.offer})
        count("LeadsWithdrawn")
