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
    """All records under the reader's id and their leads, as plain values for JSON.

    `earlier` is the same of each address they had before, the latest first, as long as it is kept.
    """
    found = [
        {
            "subscriber": each,
            "records": [
                {name: value for name, value in item.items() if name not in INTERNAL and name != "id"}
                for item in subscribers.records(each)
            ],
            "leads": [lead for key in _leads(each, publication) if (lead := leads.item(key)) is not None],
        }
        for each in (subscriber, *_earlier(subscriber, subscribers))
    ]
    return {**found[0], "earlier": found[1:]}


def erase_every_address(
    subscriber: str, now: datetime, *, subscribers: Subscribers, leads: Leads, publication: Publication
) -> None:
    """Erase the reader, and what is kept of the addresses they had before.

    Those come first: after a crash, the profile that knows of them is still there for the next try.
    """
    stores: Any = {"subscribers": subscribers, "leads": leads, "publication": publication}
    for earlier in reversed(_earlier(subscriber, subscribers)):
        erase(earlier, now, **stores, unless_active=True)
    erase(subscriber, now, **stores)


def erase(
    subscriber: str,
    now: datetime,
    *,
    subscribers: Subscribers,
    leads: Leads,
    publication: Publication,
    unless_active: bool = False,
) -> int:
    """Remove every record under the id; how many went.

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


def _earlier(subscriber: str, subscribers: Subscribers) -> list[str]:
    """The ids of the addresses that the reader changed for this one, the latest first. Not one that is in use again."""
    found = [subscriber]
    profile = subscribers.profile(subscriber) or {}
    while (before := profile.get("moved_from", "")) and before not in found:
        profile = subscribers.profile(before) or {}
        if profile.get("moved_to") != found[-1]:
            break
        found.append(before)
    return found[1:]
