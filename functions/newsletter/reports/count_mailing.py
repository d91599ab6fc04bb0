"""AudienceCount what became of a mailing, without reading a million ledger lines at each look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingState
from newsletter.platform.shards import SHARDS
from newsletter.reports.stats import MailingStats, add_up, count

if TYPE_CHECKING:
    from newsletter.container import Container

YOUNGEST = timedelta(seconds=15)
OLDEST = timedelta(hours=6)
PART = 100
"""A tally may be a hundredth as old as its mailing, within these bounds: what changes slowly is counted rarely."""


def count_mailing(mailing: Mailing, app: Container, *, now: datetime) -> MailingStats:
    """What became of the mailing. A small one is counted anew; of a large one, shards whose tally is too old are.

    So however many people look at a mailing of a million, it is read once in a while and shard by shard, and the send
    path writes nothing for it.
    """
    if not is_large(mailing, app):
        return _count(mailing, "", now, app)
    oldest = max(now - min(max((now - mailing.created_at) / PART, YOUNGEST), OLDEST), mailing.status.since)
    known = {shard: tally for shard, tally in app.stats.of_shards(mailing.id).items() if tally.at >= oldest}
    for shard in SHARDS:
        if shard not in known:
            known[shard] = count_shard(mailing, shard, app, now=now)
            app.stats.put(mailing.id, shard, known[shard])
    return add_up(known.values())


def count_shard(mailing: Mailing, shard: str, app: Container, *, now: datetime) -> MailingStats:
    """What became of one shard, from the ledger itself."""
    return _count(mailing, shard, now, app)


def is_large(mailing: Mailing, app: Container) -> bool:
    """Whether the mailing is read shard by shard."""
    return app.stats.is_large(mailing.id, "batch#" if mailing.kind.automated else "manifest#")


def _count(mailing: Mailing, shard: str, now: datetime, app: Container) -> MailingStats:
    """The tally of a shard, or of the whole mailing where none is named."""
    records = list(app.deliveries.records(mailing.id, shard))
    if mailing.kind.automated:
        # Standing mailings are not planned: every record is one mail that somebody's own step asked for.
        own = [record.batch for record in records if not record.batch.original_id]
        return count(records, own, to_the_end=True, now=now, cancelled=False)
    manifests = list(app.deliveries.manifests(mailing.id, shard))
    planned = [batch for _, manifest in manifests for batch in manifest.batches]
    to_the_end = {each for each, manifest in manifests if manifest.last} >= set(shard or SHARDS)
    cancelled = mailing.status.state is MailingState.CANCELLED
    return count(records, planned, to_the_end=to_the_end, now=now, cancelled=cancelled)
