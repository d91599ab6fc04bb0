"""Put batches on the queue as far as they can have their turn soon, each with the delay until then.

SQS can keep a message back for a quarter of an hour at most. A message that waits longer would have to come to the
sender and go back, time after time, and Lambda takes that for an endless loop. So what is far from its turn is not on
the queue at all: it waits in its manifest, and the tick has its shard go on when there is room (refill_queue.py).
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


def emit(batches: Sequence[Batch], now: datetime, app: Container) -> int:
    """How many of the batches, from the first on, were put on the queue. A crash may have put there more than is known.

    Their turns follow upon those of what is on the queue already, and upon the slots that the senders have taken: those
    are ahead of us where steps of sequences and tries that failed have taken some, too.
    """
    if not batches:
        return 0
    queues, seconds, emitted = app.queues, now.timestamp(), 0
    begin = max(seconds, app.rate_limiter.free_at(BULK))
    for chunk, lengths in _chunks(batches, bulk_pace(app.mailer.max_send_rate())):
        turn = app.rate_limiter.reserve(QUEUED, sum(lengths), begin, seconds + AHEAD - begin)
        if turn is None:
            break
        delays = [turn + offset - seconds for offset in accumulate(lengths, initial=0.0)]
        queues.send_later(queues.batch, zip(map(message_of, chunk), delays, strict=False))
        emitted += len(chunk)
    return emitted


def message_of(batch: Batch) -> SendBatch:
    """What asks the sender to send the batch."""
    return SendBatch(batch.mailing, batch.id, batch.variant, batch.recipients)


def _chunks(batches: Sequence[Batch], pace: Pace) -> Iterator[tuple[list[Batch], list[float]]]:
    """The batches in groups of some CHUNK seconds, with the seconds of the lane that each takes."""
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
