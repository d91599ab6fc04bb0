"""Go on with a shard of a mailing: emit the batches that the ledger has not settled, then plan what is not planned."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.queues import Queues
from newsletter.domain.errors import NotFound
from newsletter.domain.ledger import State
from newsletter.domain.messages import GoOn, PlanPage, SendBatch


def go_on(message: GoOn, *, now: datetime, content: Content, deliveries: Deliveries, queues: Queues) -> int:
    """Emit what the shard has left, from its manifests; how many batches those were. Raises NotFound.

    The queue keeps a message for two weeks, a manifest lives as long as the ledger: so nothing depends on messages.
    A batch whose claim has run out is emitted too, so that the sender calls it doubtful, and so is a doubtful one, so
    that its doubt is decided.
    """
    mailing = content.mailing(message.mailing)
    if mailing is None:
        raise NotFound(f"mailing {message.mailing}")
    if not mailing.course.state.sends or not mailing.course.plans(message.shard):
        return 0
    settled = {
        batch
        for batch, state, lease in deliveries.states(mailing.id, message.shard)
        if state is State.DONE or (state is State.CLAIMED and lease > now)
    }
    emitted, page, follows = 0, 0, True
    for _, manifest in deliveries.manifests(mailing.id, message.shard):
        left = [batch for batch in manifest.batches if batch.id not in settled]
        queues.send_all(
            queues.batch, [SendBatch(mailing.id, batch.id, batch.variant, batch.recipients) for batch in left]
        )
        emitted += len(left)
        page += 1
        follows = not manifest.last and mailing.course.follows(manifest.readers)
    if follows:
        queues.send(queues.plan, PlanPage(mailing.id, message.shard, page))
    return emitted
