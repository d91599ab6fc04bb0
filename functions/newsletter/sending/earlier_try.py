"""What an earlier try left of a batch: nothing, recipients to try again, a doubt, or a sender who is at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.mailings.planning.batches import Batch
from newsletter.platform.aws.queues_client import MAX_DELAY
from newsletter.platform.errors import NewsletterError
from newsletter.platform.messages import SettleDoubt
from newsletter.platform.observability import count
from newsletter.sending.ledger import BatchRecord, BatchStatus, SendResult

if TYPE_CHECKING:
    from newsletter.container import Container


class BatchBusy(NewsletterError):
    """Another sender has claimed the batch; the queue delivers the message again later."""


def is_finished(batch: Batch, app: Container) -> bool:
    """Whether earlier tries left nothing to send, by the ledger. Raises BatchBusy."""
    record = app.deliveries.record(batch.mailing, batch.id)
    return record is not None and already_handled(record, app)


def already_handled(record: BatchRecord, app: Container) -> bool:
    """Whether nothing is left to do after an earlier try. An expired claim means that its sender crashed."""
    match record.state:
        case BatchStatus.DONE:
            return True
        case BatchStatus.DOUBTFUL:
            schedule_doubt_check(record.batch, app)
            return True
        case BatchStatus.CLAIMED if record.lease > app.now():
            raise BatchBusy(f"{record.batch.mailing}/{record.batch.id}")
        case BatchStatus.CLAIMED:
            outcomes = record.outcomes.replace(SendResult.OPEN, SendResult.DOUBTFUL)
            app.deliveries.record_result(
                record.batch, record.attempts, BatchStatus.DOUBTFUL, outcomes, record.reasons, app.now()
            )
            count("BatchesDoubtful")
            schedule_doubt_check(record.batch, app)
            return True
        case BatchStatus.RETRY:
            return False


def schedule_doubt_check(batch: Batch, app: Container) -> None:
    """Queue a message that settles the batch's doubt when its Send events have had time to come.

    The doubt is in the ledger already, and the batch's own message stays on the queue until this is done: after a
    crash in between it is delivered again, and leads here again.
    """
    app.queues.send(app.queues.batch, SettleDoubt(batch.mailing, batch.id), delay=MAX_DELAY)
