"""A reader looks at the offer, or takes it up by pressing its button."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.lead import Evidence
from newsletter.leads.record_click import keep_visit
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.messages import TakeUpOffer
from newsletter.platform.times import iso
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import CurrentSubscriber

if TYPE_CHECKING:
    from newsletter.container import Container


def asker(ref: LinkClaims, app: Container) -> CurrentSubscriber:
    """Who would be asking by pressing the button of this link."""
    return current_subscriber(ref.subscriber, app)


def can_be_contacted(reader: CurrentSubscriber) -> bool:
    """Whether we know an address: not of who was erased, nor of somebody we never knew.

    Who left the newsletter can ask for contact: it is a wish of its own, and the CRM hears that they left.
    """
    return reader.status != "" and not reader.erased


def show(ref: LinkClaims, evidence: Evidence, now: datetime, app: Container) -> None:
    """Note that the offer's page was opened. A scanner opens it too, so this makes no lead."""
    keep_visit(ref, f"offer-{ref.extra}", evidence, now, app)


def take_up(reader: CurrentSubscriber, ref: LinkClaims, evidence: Evidence, now: datetime, app: Container) -> None:
    """Queue the lead of a reader who `can_be_contacted`. Once this returns the lead cannot be lost.

    If it raises, the reader is asked to press again. Presses within ten minutes are one. Raises LimitReached.
    """
    if not app.presses.begin(reader.id, ref.extra, now):
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
    app.presses.queued(reader.id, ref.extra, now)
