"""Everything we hold on a reader, for the reader; and erasure, which leaves only the mark that keeps them erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from newsletter.adapters.leads import Leads
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.lead import lead_id
from newsletter.domain.publication import Publication

INTERNAL = {"due_shard", "mailable"}
"""Attributes that say nothing of a reader: places in an index."""


def everything(subscriber: str, *, subscribers: Subscribers, leads: Leads, publication: Publication) -> dict[str, Any]:
    """All records under the reader's id and their leads, as plain values for JSON."""
    return {
        "subscriber": subscriber,
        "records": [
            {name: value for name, value in item.items() if name not in INTERNAL and name != "id"}
            for item in subscribers.records(subscriber)
        ],
        "leads": [lead for key in _leads(subscriber, publication) if (lead := leads.item(key)) is not None],
    }


def erase(
    subscriber: str,
    now: datetime,
    *,
    subscribers: Subscribers,
    leads: Leads,
    publication: Publication,
    unless_active: bool = False,
) -> int:
    """Remove every record of the reader; how many went.

    The mark comes first: whatever happens after it, no mail is sent and no import wakes the address up. Doing it again
    finishes what a crash left over. `unless_active` leaves alone who came back since they left.
    """
    if not subscribers.mark_erased(subscriber, now, unless_active=unless_active):
        return 0
    removed = subscribers.remove_records(subscriber) + sum(
        leads.erase(lead) for lead in _leads(subscriber, publication)
    )
    subscribers.finish_erasure(subscriber)
    return removed


def _leads(subscriber: str, publication: Publication) -> list[str]:
    return [lead_id(subscriber, offer.key) for offer in publication.offers]
