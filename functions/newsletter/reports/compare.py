"""A mailing beside the last ones of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing
from newsletter.platform.shards import SHARDS
from newsletter.reports.certificate import Certificate
from newsletter.reports.count_mailing import count_mailing, is_large, listed_stats
from newsletter.reports.stats import MailingStats, sum_stats

if TYPE_CHECKING:
    from newsletter.container import Container

COMPARED = 5
LOOKED_AT = 40
"""Mailings of all kinds that are looked at in search of those."""


@dataclass(frozen=True)
class Share:
    """A mailing and what became of it, in shares of the mails that SES accepted (0 to 1)."""

    mailing: Mailing
    accepted: int
    delivered: float
    clicked: float
    left: float
    bounced: float
    replied: float


def share_of(mailing: Mailing, sums: Certificate) -> Share:
    """The shares of one mailing; zeros where nothing was accepted."""
    parts = (sums.delivered, sums.clicked, sums.unsubscribed, sums.bounced, sums.replies)
    return Share(mailing, sums.accepted, *(part / sums.accepted if sums.accepted else 0.0 for part in parts))


def earlier_ones(mailing: Mailing, app: Container, *, now: datetime) -> list[Share]:
    """The shares of the last COMPARED mailings of the same kind that started before, the newest first.

    Small ones are counted, if lists do not know them yet. Large ones are taken as they were counted last; one of which
    that is not known is left out, so that looking at a report never counts a million recipients for a comparison.
    """
    return list(islice(_earlier(mailing, app, now), COMPARED))


def _earlier(mailing: Mailing, app: Container, now: datetime) -> Iterator[Share]:
    if mailing.kind.automated:
        return
    for other in app.mailings.newest(LOOKED_AT):
        if other.kind is mailing.kind and other.id != mailing.id and other.created_at <= mailing.created_at:
            stats = _counted(other, app, now)
            if stats is not None and stats.sums.accepted:
                yield share_of(other, stats.sums)


def _counted(mailing: Mailing, app: Container, now: datetime) -> MailingStats | None:
    listed = listed_stats(mailing, app, now=now, may_count=False)
    if listed is not None:
        return listed
    if not is_large(mailing, app):
        return count_mailing(mailing, app, now=now)
    known = app.stats.of_shards(mailing.id)
    return sum_stats(known.values()) if known.keys() >= set(SHARDS) else app.stats.certificate(mailing.id)
