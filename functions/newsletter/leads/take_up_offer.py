"""A subscriber looks at an offer's page, or takes the offer up by pressing its button."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.lead import Evidence
from newsletter.leads.record_click import record_visit
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.messages import TakeUpOffer
from newsletter.platform.times import iso
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import CurrentSubscriber

if TYPE_CHECKING:
    from newsletter.container import Container


def current_owner(ref: LinkClaims, app: Container) -> CurrentSubscriber:
    """The subscriber to whom the link belongs today: they may have changed their address since the mail."""
    return current_subscriber(ref.subscriber, app)


def can_be_contacted(reader: CurrentSubscriber) -> bool:
    """Whether we know their address: not if they were erased or never existed.

    Somebody who unsubscribed can still ask for contact; the lead tells the CRM that they unsubscribed.
    """
    return reader.status != "" and not reader.erased


def record_view(ref: LinkClaims, evidence: Evidence, now: datetime, app: Container) -> None:
    """Record that the offer's page was opened. Mail scanners open it too, so this creates no lead."""
    record_visit(ref, f"offer-{ref.extra}", evidence, now, app)


def take_up_offer(
    reader: CurrentSubscriber, ref: LinkClaims, evidence: Evidence, now: datetime, app: Container
) -> None:
    """Queue the lead of a subscriber who `can_be_contacted`. Once this returns, the lead cannot be lost.

    If it raises, the page asks to press again. Further presses within ten minutes add nothing. Raises LimitReached.
    """
    if not app.presses.claim(reader.id, ref.extra, now):
        return
    message = TakeUpOffer(
        subscriber=reader.id,
        offer=ref.extra,
        how="button",
        at=iso(now),
        mailing=ref.mailing,
        batch=ref.batch,
        position=ref.position,
        evidence=asdict(evidence),
    )
    app.queues.send(app.queues.lead, message)
    app.presses.mark_queued(reader.id, ref.extra, now)
