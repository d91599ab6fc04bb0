"""Computes a mailing's stats, without reading a million ledger records each time somebody looks at them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing
from newsletter.mailings.mailings_store import VariantOutline
from newsletter.mailings.planning.batches import Manifest
from newsletter.mailings.status import MailingState
from newsletter.platform.shards import SHARDS
from newsletter.reports.groups.count_groups import Topics
from newsletter.reports.groups.link_topics import topics_of_links
from newsletter.reports.stats import MailingStats, compute_stats, sum_stats
from newsletter.reports.visit_counts import count_visits

if TYPE_CHECKING:
    from newsletter.container import Container

LARGE = 16_000
"""Recipients from which on a mailing is read shard by shard, each with a query for each of the places of batches and a
read for each page. A smaller one is read as a whole, with as many queries as a large one needs for one shard."""
MIN_AGE = timedelta(seconds=15)
MAX_AGE = timedelta(hours=6)
AGE_DIVISOR = 100
"""Stored stats may have a hundredth of their mailing's age, within these bounds: older mailings change more slowly."""
SETTLED = timedelta(days=1)
"""From so long after its end on, lists show a mailing as it was last counted, if that is not too long ago."""
LISTED_DIVISOR = 20
LISTED_MAX_AGE = timedelta(days=1)
"""In lists, stats may have a twentieth of their mailing's age, up to a day."""


def count_mailing(mailing: Mailing, app: Container, *, now: datetime, since: datetime | None = None) -> MailingStats:
    """The mailing's stats. A small mailing is always counted; of a large one, only shards whose stats are too old.

    So a large mailing is read once in a while and shard by shard, however many people look at it, and sending need not
    update any counter. With `since`, what was counted at that moment or later will do, and nothing older.
    """
    if is_large(mailing, app):
        stats = _sum_shards(mailing, app, now, since)
    else:
        stats = _count(mailing, "", now, app, topics_of_links(mailing, app))
    if _is_settled(mailing, now):
        app.stats.put_newest(mailing.id, stats)
    return stats


def listed_stats(mailing: Mailing, app: Container, *, now: datetime, may_count: bool = True) -> MailingStats | None:
    """The stats for lists and comparisons: of a mailing that has been over for a day, those that were counted last.

    None without any, if they may not be counted now. A report counts its mailing, so that the list then says the same.
    """
    known = app.stats.newest(mailing.id) if _is_settled(mailing, now) else None
    if may_count and (
        known is None or known.at < now - min((now - mailing.created_at) / LISTED_DIVISOR, LISTED_MAX_AGE)
    ):
        return count_mailing(mailing, app, now=now)
    return known


def _is_settled(mailing: Mailing, now: datetime) -> bool:
    return not mailing.kind.automated and mailing.status.state.is_final and mailing.status.since <= now - SETTLED


def _sum_shards(mailing: Mailing, app: Container, now: datetime, since: datetime | None) -> MailingStats:
    usual = now - min(max((now - mailing.created_at) / AGE_DIVISOR, MIN_AGE), MAX_AGE)
    oldest = max(since or usual, mailing.status.since)
    known = {shard: stats for shard, stats in app.stats.of_shards(mailing.id).items() if stats.at >= oldest}
    missing = [shard for shard in SHARDS if shard not in known]
    topics = topics_of_links(mailing, app) if missing else {}
    for shard in missing:
        known[shard] = count_shard(mailing, shard, app, now=now, topics=topics)
        app.stats.put(mailing.id, shard, known[shard])
    return sum_stats(known.values())


def count_shard(
    mailing: Mailing, shard: str, app: Container, *, now: datetime, topics: Topics | None = None
) -> MailingStats:
    """The stats of one shard, counted from the ledger now; `topics` are those of its links, if somebody has them."""
    return _count(mailing, shard, now, app, topics_of_links(mailing, app) if topics is None else topics)


def is_large(mailing: Mailing, app: Container) -> bool:
    """Whether the mailing is so large that it is counted and read shard by shard: some LARGE recipients."""
    if mailing.kind.automated:
        return app.deliveries.is_large(mailing.id)
    return app.manifests.are_more_than(LARGE, mailing.id)


def planned_pages(mailing: Mailing, shard: str, app: Container) -> list[tuple[str, Manifest]]:
    """The planned pages of a shard, or of the whole mailing if `shard` is empty. Automated mailings have none."""
    if mailing.kind.automated:
        return []
    if shard:
        return [(shard, manifest) for manifest in app.manifests.of_shard(mailing.id, shard)]
    return list(app.manifests.of_mailing(mailing.id))


def _count(mailing: Mailing, shard: str, now: datetime, app: Container, topics: Topics) -> MailingStats:
    """The stats of a shard, or of the whole mailing if `shard` is empty."""
    records = list(app.deliveries.records(mailing.id, shard))

    def outline(variant: str) -> VariantOutline | None:
        return app.mailings.outline(mailing.id, variant)

    visits = count_visits(records, outline, mailing.created_at)
    if mailing.kind.automated:
        # Automated mailings have no manifests: every ledger record is a mail that was asked for.
        planned = [record.batch for record in records if not record.batch.original_id]
        to_the_end = True
    else:
        manifests = planned_pages(mailing, shard, app)
        planned = [batch for _, manifest in manifests for batch in manifest.batches]
        to_the_end = {each for each, manifest in manifests if manifest.last} >= set(shard or SHARDS)
    return compute_stats(
        records,
        planned,
        to_the_end=to_the_end,
        now=now,
        cancelled=not mailing.kind.automated and mailing.status.state is MailingState.CANCELLED,
        visits=visits,
        outline=outline,
        topics=topics,
    )
