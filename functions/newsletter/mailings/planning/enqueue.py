"""Put batches on the queue, as many as can be sent soon, each with the delay until it may be sent.

SQS can delay a message for 15 minutes at most. A message that waits longer would have to go to the sender and back
several times, and Lambda takes that for an endless loop (it stops a message after 16 times). So batches that are to be
sent later are not on the queue: they wait in their manifests, and refill_queue.py queues them when there is room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING

from newsletter.mailings.planning.batches import Batch
from newsletter.platform.messages import SendBatch
from newsletter.platform.rate_limit import AHEAD, BULK, CHUNK, QUEUED, Pace, bulk_pace

if TYPE_CHECKING:
    from newsletter.container import Container


def has_room(now: datetime, app: Container) -> bool:
    """Whether the queue has room for more batches."""
    return app.rate_limiter.free_at(QUEUED) < now.timestamp() + AHEAD


def enqueue_batches(batches: Sequence[Batch], now: datetime, app: Container) -> int:
    """Put the first of the batches on the queue, as many as there is room for; how many those were.

    After a crash more may be on the queue than the caller knows. Their times follow those of the batches on the queue,
    and the slots that senders have reserved: sequence steps and retries take slots too, so those may be further ahead.
    """
    if not batches:
        return 0
    queues, seconds, enqueued = app.queues, now.timestamp(), 0
    begin = max(seconds, app.rate_limiter.free_at(BULK))
    for chunk, lengths in _chunks(batches, bulk_pace(app.mailer.max_send_rate())):
        turn = app.rate_limiter.reserve(QUEUED, sum(lengths), begin, seconds + AHEAD - begin)
        if turn is None:
            break
        delays = [turn + offset - seconds for offset in accumulate(lengths, initial=0.0)]
        queues.send_later(queues.batch, zip(map(batch_message, chunk), delays, strict=False))
        enqueued += len(chunk)
    return enqueued


def batch_message(batch: Batch) -> SendBatch:
    """The queue message for the batch."""
    return SendBatch(batch.mailing, batch.id, batch.variant, batch.recipients)


def _chunks(batches: Sequence[Batch], pace: Pace) -> Iterator[tuple[list[Batch], list[float]]]:
    """The batches in groups of some CHUNK seconds, with the seconds that each takes at this pace."""
    chunk: list[Batch] = []
    lengths: list[float] = []
    for batch in batches:
        chunk.append(batch)
        lengths.append(pace.length(len(batch.recipients)))
        if sum(lengths) >= CHUNK:
            yield chunk, lengths
            chunk, lengths = [], []
    if chunk:
        yield chunk, lengths
