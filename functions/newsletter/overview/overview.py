"""The start page of the console, as one value: what comes next, what waits, how the list grows, how mails arrive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.drafts.edit_drafts import list_drafts
from newsletter.overview.deliverability import Deliverability, deliverability
from newsletter.overview.growth import Growth, growth
from newsletter.overview.waiting import Waits, what_waits
from newsletter.overview.whats_next import NextDigest, WarmUpToday, next_digests, warm_up_today
from newsletter.platform.times import iso

if TYPE_CHECKING:
    from newsletter.container import Container

MOST = 100
"""Drafts that are looked at, the newest first."""


@dataclass(frozen=True)
class Overview:
    """As of one moment. `readers` are those who get mail, `scheduled` the campaigns that go out, the earliest first."""

    readers: int
    next: Sequence[NextDigest]
    scheduled: Sequence[Draft]
    warm_up: WarmUpToday | None
    waiting: Sequence[Waits]
    growth: Growth
    delivery: Deliverability

    @property
    def as_json(self) -> dict[str, Any]:
        """As the API and `newsletter overview --json` answer."""
        return {
            "readers": self.readers,
            "next": [
                {
                    "frequency": each.frequency.value,
                    "at": iso(each.at),
                    "articles": [article.id for article in each.articles],
                }
                for each in self.next
            ],
            "scheduled": [
                {"campaign": each.id, "subject": each.campaign.subject, "send_at": iso(each.send_at)}
                for each in self.scheduled
                if each.send_at
            ],
            "warm_up": self.warm_up.as_json if self.warm_up else None,
            "waiting": [{"kind": each.kind, "what": each.what, "path": each.path} for each in self.waiting],
            "growth": self.growth.as_json,
            "delivery": self.delivery.as_json,
        }


def overview(now: datetime, app: Container, clock: Callable[[datetime], str]) -> Overview:
    """Everything as of now; `clock` writes a moment as people read it."""
    drafts, _ = list_drafts(app, cursor="", limit=MOST)
    scheduled = [each for each in drafts if each.state is DraftState.SCHEDULED and each.send_at]
    return Overview(
        readers=app.reader_list.active(),
        next=next_digests(now, app),
        scheduled=sorted(scheduled, key=lambda each: each.send_at or now),
        warm_up=warm_up_today(now, app),
        waiting=what_waits(now, app, clock, drafts),
        growth=growth(app, now),
        delivery=deliverability(now, app),
    )
