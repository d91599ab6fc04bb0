"""What the CRM told of a lead, off the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.leads import change_lead
from newsletter.platform.messages import CrmSaid, MalformedMessage
from newsletter.platform.observability import logger
from newsletter.platform.times import parse_iso

if TYPE_CHECKING:
    from newsletter.container import Container


def follow(message: CrmSaid, app: Container) -> None:
    """Note that a lead was accepted, won or lost. A lead that we do not know, or not any more, is no error."""
    if app.leads.get(message.lead) is None:
        logger().info(
            "the CRM told of a lead that is unknown", extra={"lead": message.lead, "webhook": message.webhook}
        )
        return
    logger().info("the CRM told of a lead", extra={"lead": message.lead, "what": message.what})
    now = parse_iso(message.at)
    match message.what:
        case "lead.accepted":
            change_lead.accepted(message.lead, now, app)
        case "lead.won":
            change_lead.won(message.lead, now, app)
        case "lead.lost":
            change_lead.lost(message.lead, now, app)
        case other:
            raise MalformedMessage(f"crm_said: {other!r} is nothing that a CRM tells of a lead")
