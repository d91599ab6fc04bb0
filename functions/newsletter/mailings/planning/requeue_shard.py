"""Queue the rest of a mailing's shard: unsent batches, as far as there is room, and the planning of the next page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.experiments.gate import released
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.planning.backlog_store import BacklogPosition
from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.mailings.planning.enqueue import batch_message, enqueue_batches, has_room
from newsletter.mailings.planning.ledger_keys import keys_of
from newsletter.platform.errors import NotFound
from newsletter.platform.messages import PlanPage, RequeueShard

if TYPE_CHECKING:
    from newsletter.container import Container


def requeue_shard(message: RequeueShard, app: Container, *, now: datetime) -> int:
    """Queue what is left of the shard, from its manifests; how many batches were queued. Raises NotFound.

    Manifests are kept as long as the ledger, messages for two weeks: so nothing depends on messages. Without `anew`
    the shard continues from its position in the backlog. With `anew` it starts from its first page, with all batches
    that are not done or claimed: also those whose claim has expired, so that the sender marks them doubtful, and
    doubtful ones, so that their doubt is settled; and resend batches (settle_doubt.py), which are in no manifest.

    The shard leaves the backlog only when all its pages are planned: a page that is being planned at this moment may
    have seen an earlier one in the backlog, and then does not queue its own batches.
    """
    mailing = app.mailings.get(message.mailing)
    if mailing is None:
        raise NotFound(f"mailing {message.mailing}")
    if not mailing.status.state.is_sending or not mailing.status.plans_shard(message.shard):
        return 0
    backlog, waits = app.backlog, app.backlog.position(mailing.id, message.shard)
    if not message.anew and (waits is None or not has_room(now, app)):
        return 0
    first = BacklogPosition(0, 0) if message.anew or waits is None else waits
    settled, again = _read_ledger(message, now, app) if message.anew else (set(), [])
    app.queues.send_all(app.queues.batch, map(batch_message, again))
    enqueued, page, follows, left = len(again), first.page, True, None
    for manifest in app.manifests.of_shard(mailing.id, message.shard, first.page):
        if left is None:
            begin = first.number if page == first.page else 0
            rest = waits is not None and waits.rest and not message.anew
            number, left = _enqueue_page(manifest, mailing, page, begin, settled, now, app, rest=rest)
            enqueued += number
        page += 1
        follows = not manifest.last and mailing.status.plans_next_page(manifest.readers)
    if left is None and waits is not None and follows:
        left = BacklogPosition(page, 0)
    if left is not None:
        backlog.set(mailing.id, message.shard, left)
    elif waits is not None:
        backlog.clear(mailing.id, message.shard)
    if follows and message.anew:
        app.queues.send(app.queues.plan, PlanPage(mailing.id, message.shard, page))
    _requeue_if_decided(mailing, message.shard, app)
    return enqueued


def _requeue_if_decided(mailing: Mailing, shard: str, app: Container) -> None:
    """Have the shard queued anew if the mailing's A/B test was decided since the mailing was read.

    This run may just have taken a shard out of the backlog that now has batches to send.
    """
    if mailing.is_undecided and app.experiments.is_decided(mailing.id):
        app.queues.send(app.queues.plan, RequeueShard(mailing.id, shard))


def _enqueue_page(
    manifest: Manifest,
    mailing: Mailing,
    page: int,
    begin: int,
    settled: set[str],
    now: datetime,
    app: Container,
    *,
    rest: bool,
) -> tuple[int, BacklogPosition | None]:
    """Queue the page's batches from `begin` on: how many, and the position of the first there was no room for.

    Without `rest` those of engaged readers alone, where the page tells them apart.
    """
    ready = released(manifest.batches, mailing)
    left = [(number, batch) for number, batch in ready if number >= begin and batch.id not in settled]
    last = None if rest else manifest.first
    enqueued = enqueue_batches([batch for number, batch in left if last is None or number < last], now, app)
    if enqueued == len(left):
        return enqueued, None
    place = left[enqueued][0]
    return enqueued, BacklogPosition(page, place, rest=manifest.first is not None and place >= manifest.first)


def _read_ledger(message: RequeueShard, now: datetime, app: Container) -> tuple[set[str], list[Batch]]:
    """The ids of the shard's batches that are done or claimed, and the resend batches that are neither."""
    settled: set[str] = set()
    again: list[Batch] = []
    pages = app.manifests.of_shard(message.mailing, message.shard)
    keys = keys_of(message.mailing, (batch.id for page in pages for batch in page.batches))
    for record in app.deliveries.records(message.mailing, message.shard, keys):
        if record.is_done or record.is_claimed(now):
            settled.add(record.batch.id)
        if record.is_done and (repeated := record.resend_batch()):
            again.append(repeated)
    return settled, [batch for batch in again if batch.id not in settled]
