"""How many readers an audience has now, without looking at more of them than a page can wait for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Audience
from newsletter.mailings.planning.plan_page import PAGE
from newsletter.platform.shards import SHARDS

if TYPE_CHECKING:
    from newsletter.container import Container

LOOK_AT = 50_000
"""Readers looked at before counting stops: some 57 queries, a second or two."""


@dataclass(frozen=True)
class Count:
    """`complete` says that everybody was looked at; otherwise there are at least so many."""

    readers: int
    complete: bool


def count_audience(audience: Audience, on: date, app: Container, *, look_at: int = LOOK_AT) -> Count:
    """The active readers the audience includes, without those who pause `on` that day.

    Counting stops after the page in which `look_at` readers were reached.
    """
    readers = seen = 0
    for shard in SHARDS:
        after: str | None = None
        while True:
            if seen >= look_at:
                return Count(readers, complete=False)
            recipients, after = app.subscribers.page(shard, after, PAGE)
            seen += len(recipients)
            readers += sum(
                not recipient.broken and audience.includes(recipient) and not recipient.choices.paused(on)
                for _, recipient in recipients
            )
            if after is None:
                break
    return Count(readers, complete=True)
