"""A reader looks at the offer, or takes it up by pressing its button."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from newsletter.adapters.links import Ref
from newsletter.domain.lead import Evidence
from newsletter.domain.messages import TakeUpOffer
from newsletter.domain.times import iso
from newsletter.usecases.front_desk import FrontDesk


def show(ref: Ref, evidence: Evidence, now: datetime, desk: FrontDesk) -> None:
    """Note that the offer's page was opened. A scanner opens it too, so this makes no lead."""
    desk.clicks.add(ref.subscriber, ref.mailing, f"offer-{ref.extra}", evidence, now)
    if evidence.method == "GET":
        desk.deliveries.add(ref.mailing, ref.batch, "clicked", ref.position)


def take_up(ref: Ref, evidence: Evidence, now: datetime, desk: FrontDesk) -> None:
    """Queue the lead. Once this returns the lead cannot be lost; if it raises, the reader is asked to press again."""
    message = TakeUpOffer(
        subscriber=ref.subscriber,
        offer=ref.extra,
        how="button",
        at=iso(now),
        mailing=ref.mailing,
        batch=ref.batch,
        position=ref.position,
        evidence=asdict(evidence),
    )
    desk.queues.send(desk.queues.lead, message)
