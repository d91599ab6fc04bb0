"""Counts the subscribers of an audience, up to a limit that keeps a console page fast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Audience
from newsletter.mailings.planning.plan_page import PAGE_SIZE
from newsletter.platform.shards import SHARDS
from newsletter.readers.subscriber import Recipient

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_COUNTED = 50_000
"""Subscribers read before counting stops: some 57 queries, a second or two."""


@dataclass(frozen=True)
class AudienceCount:
    """`complete`: all subscribers were read; otherwise the audience has at least so many `readers`."""

    readers: int
    complete: bool


def count_audience(audience: Audience, on: date, app: Container, *, at_most: int = MAX_COUNTED) -> AudienceCount:
    """How many active subscribers the audience includes, without those whose mail is paused `on` that day.

    Counting stops after the page in which `at_most` subscribers were read.
    """
    readers = 0
    for recipient in active_recipients(app, at_most):
        if recipient is None:
            return AudienceCount(readers, complete=False)
        readers += not recipient.broken and audience.includes(recipient) and not recipient.choices.paused(on)
    return AudienceCount(readers, complete=True)


def active_recipients(app: Container, at_most: int = MAX_COUNTED) -> Iterator[Recipient | None]:
    """Every active subscriber as planning sees them.

    It ends with None, incomplete, after the page in which `at_most` of them were read.
    """
    seen = 0
    for shard in SHARDS:
        after: str | None = None
        while True:
            if seen >= at_most:
                yield None
                return
            recipients, after = app.subscribers.page(shard, after, PAGE_SIZE)
            seen += len(recipients)
            yield from (recipient for _, recipient in recipients)
            if after is None:
                break
