"""Go on with a shard of a mailing: put on the queue what it has left, as far as there is room, and plan what is not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.planning.backlog_store import Place
from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.mailings.planning.enqueue import emit, has_room, message_of
from newsletter.platform.errors import NotFound
from newsletter.platform.messages import PlanPage, RequeueShard

if TYPE_CHECKING:
    from newsletter.container import Container


def requeue_shard(message: RequeueShard, app: Container, *, now: datetime) -> int:
    """Emit what the shard has left, from its manifests; how many batches those were. Raises NotFound.

    The queue keeps a message for two weeks, a manifest lives as long as the ledger: so nothing depends on messages.
    Anew, a batch whose claim has run out is emitted too, so that the sender calls it doubtful, and so is a doubtful
    one, so that its doubt is decided; and batches that repeat one (settle_doubt.py), which stand in no manifest.
    Otherwise the shard goes on from the place where it waits.

    That place is forgotten only when the shard is at its end: a page that is being planned at this moment saw that an
    earlier one waits, and emits nothing itself.
    """
    mailing = app.mailings.get(message.mailing)
    if mailing is None:
        raise NotFound(f"mailing {message.mailing}")
    if not mailing.status.state.sends or not mailing.status.plans(message.shard):
        return 0
    backlog, waits = app.backlog, app.backlog.place(mailing.id, message.shard)
    if not message.anew and (waits is None or not has_room(now, app)):
        return 0
    first = Place(0, 0) if message.anew or waits is None else waits
    settled, again = _ledger(message, now, app) if message.anew else (set(), [])
    app.queues.send_all(app.queues.batch, map(message_of, again))
    emitted, page, follows, left = len(again), first.page, True, None
    for manifest in app.deliveries.manifests_from(mailing.id, message.shard, first.page):
        if left is None:
            begin = first.number if page == first.page else 0
            number, left = _emit_page(manifest, page, begin, settled, now, app)
            emitted += number
        page += 1
        follows = not manifest.last and mailing.status.follows(manifest.readers)
    if left is None and waits is not None and follows:
        left = Place(page, 0)
    if left is not None:
        backlog.move(mailing.id, message.shard, left)
    elif waits is not None:
        backlog.clear(mailing.id, message.shard)
    if follows and message.anew:
        app.queues.send(app.queues.plan, PlanPage(mailing.id, message.shard, page))
    return emitted


def _emit_page(
    manifest: Manifest, page: int, begin: int, settled: set[str], now: datetime, app: Container
) -> tuple[int, Place | None]:
    """How many batches of the page were emitted, from `begin` on, and where it waits if there was no room for all."""
    left = [number for number, batch in enumerate(manifest.batches) if number >= begin and batch.id not in settled]
    emitted = emit([manifest.batches[number] for number in left], now, app)
    return emitted, Place(page, left[emitted]) if emitted < len(left) else None


def _ledger(message: RequeueShard, now: datetime, app: Container) -> tuple[set[str], list[Batch]]:
    """Of the shard's batches those that are done or in a sender's hand, and those that repeat one and are not."""
    settled: set[str] = set()
    again: list[Batch] = []
    for record in app.deliveries.records(message.mailing, message.shard):
        if record.is_done or record.is_claimed(now):
            settled.add(record.batch.id)
        if record.is_done and (repeated := record.again()):
            again.append(repeated)
    return settled, [batch for batch in again if batch.id not in settled]
