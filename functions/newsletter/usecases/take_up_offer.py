"""A reader looks at the offer, or takes it up by pressing its button."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.links import Ref
from newsletter.adapters.queues import Queues
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.lead import Evidence
from newsletter.domain.messages import TakeUpOffer
from newsletter.domain.times import iso


def show(ref: Ref, evidence: Evidence, *, now: datetime, subscribers: Subscribers, deliveries: Deliveries) -> None:
    """Note that the offer's page was opened. A scanner opens it too, so this makes no lead."""
    subscribers.add_click(ref.subscriber, ref.mailing, f"offer-{ref.extra}", evidence, now)
    if evidence.method == "GET":
        deliveries.add(ref.mailing, ref.batch, "clicked", ref.position)


def take_up(ref: Ref, evidence: Evidence, *, now: datetime, queues: Queues) -> None:
    """Queue the lead. Once this returns the lead cannot be lost; if it raises, the reader is asked to press again."""
    queues.send(
        queues.lead,
        TakeUpOffer(
            subscriber=ref.subscriber,
            offer=ref.extra,
            how="button",
            at=iso(now),
            mailing=ref.mailing,
            batch=ref.batch,
            position=ref.position,
            evidence=asdict(evidence),
        ),
    )
