"""Does what the CRM tells: ends a subscription before it answers, and queues what became of a lead."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.inbound.crm_webhook import LEAD_TYPES, CrmWebhook
from newsletter.platform.errors import InvalidInput
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.messages import CrmSaid
from newsletter.platform.observability import count, logger
from newsletter.platform.times import iso
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.email_address import normalised
from newsletter.readers.unsubscribe import unsubscribe

if TYPE_CHECKING:
    from newsletter.container import Container


def obey(webhook: CrmWebhook, now: datetime, app: Container) -> None:
    """Do it once; nothing tells the caller whether we know the lead or the reader. Raises InvalidInput for an address
    that is none.

    A subscription is over when this returns. Repeating it after a crash at any line changes nothing.
    """
    if app.hooks.handled(webhook.id):
        return
    if webhook.type in LEAD_TYPES:
        app.queues.send(app.queues.lead, CrmSaid(webhook.type, webhook.lead, iso(now), webhook.id))
    else:
        _end_subscription(webhook, now, app)
    app.hooks.mark(webhook.id, now)


def _end_subscription(webhook: CrmWebhook, now: datetime, app: Container) -> None:
    """End the subscription under the id and the address, or that of the address the reader has changed to since.

    Sales may have another address than the one that we sent: then both subscriptions are over.
    """
    named = [webhook.subscriber] if webhook.subscriber else []
    if webhook.email:
        named += _named_by_address(webhook, app)
    found = {current.id: current for each in named if (current := current_subscriber(each, app)).status}
    for reader in found:
        unsubscribe(LinkClaims(reader), "crm", now, app)
        count("ReadersEndedByCrm")
    if not found:
        logger().info("the CRM asked us not to mail somebody we do not know", extra={"webhook": webhook.id})


def _named_by_address(webhook: CrmWebhook, app: Container) -> list[str]:
    """The id of the address. Raises InvalidInput for one that is none, unless the reader is named by their id too."""
    try:
        return [app.ids.of(_address(webhook.email, app))]
    except InvalidInput:
        if not webhook.subscriber:
            raise
        return []


def _address(email: str, app: Container) -> str:
    try:
        return normalised(email, allow_test_domains=app.settings.local)
    except InvalidInput as fault:
        raise InvalidInput("data.contact.email", "is no mail address") from fault
