"""What earlier tries left of a batch, and settling its doubt once there was time for the Send events of SES.

A message for the batch waits in the queue, comes back, and waits again until the wait is over. Recipients whose events
came by then are settled. The others stay doubtful in the report; or, if the mailing is set to resend, they move to a
batch of their own (`<batch>-again`), which is claimed, sent and recorded like any other. A mail is resent once at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.enqueue import batch_message
from newsletter.mailings.status import MailingState
from newsletter.platform.aws.queues_client import MAX_DELAY
from newsletter.platform.errors import NewsletterError, NotFound
from newsletter.platform.messages import SettleDoubt
from newsletter.platform.observability import count
from newsletter.publication.feedback.feedback_policy import OnDoubt
from newsletter.readers.subscriber import RecipientProfile
from newsletter.sending.ledger import LEASE, BatchRecord, BatchStatus, SendResult

if TYPE_CHECKING:
    from newsletter.container import Container

ALREADY_SENT = "arrived after all"
"""The reason of recipients to whom nothing is sent again because their Send event came at the last moment."""


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


def settle_doubt(message: SettleDoubt, app: Container) -> None:
    """Wait longer, or settle the doubt. A repetition reads what was settled. Raises NotFound and BatchBusy."""
    mailing = app.mailings.get(message.mailing)
    record = app.deliveries.record(message.mailing, message.batch)
    if mailing is None or record is None:
        raise NotFound(f"batch {message.mailing}/{message.batch}")
    if record.state is BatchStatus.DOUBTFUL:
        policy = app.templates.publication.feedback.of_mailing(mailing.doubt, mailing.doubt_wait_minutes)
        left = (record.lease - LEASE + policy.doubt_wait - app.now()).total_seconds()
        if left > 0 and record.in_doubt():
            app.queues.send(app.queues.batch, message, delay=int(min(left + 1, MAX_DELAY)))
            return
        minutes = round(policy.doubt_wait.total_seconds() / 60)
        resend = _may_resend(policy.doubt, mailing, record)
        settled = _settled(record, f"no Send event came within {minutes} minutes", resend=resend)
        if not app.deliveries.settle_doubt(record, settled.outcomes, settled.reasons, app.now()):
            raise BatchBusy(f"{message.mailing}/{message.batch}")
        record = settled
    if again := record.resend_batch():
        app.queues.send(app.queues.batch, batch_message(again))


def _may_resend(doubt: OnDoubt, mailing: Mailing, record: BatchRecord) -> bool:
    """Whether to resend: once, to subscribers, and not for a cancelled mailing."""
    cancelled = mailing.status.state is MailingState.CANCELLED
    return doubt is OnDoubt.RESEND and not record.batch.original_id and mailing.kind.to_subscribers and not cancelled


def _settled(record: BatchRecord, reason: str, *, resend: bool) -> BatchRecord:
    outcomes, reasons = list(record.outcomes), dict(record.reasons)
    for position in record.in_doubt():
        if resend:
            outcomes[position] = SendResult.RESENT
        reasons[position] = reason
    count("MailsResent" if resend else "MailsDoubtfulForGood", len(record.in_doubt()))
    return replace(record, state=BatchStatus.DONE, outcomes="".join(outcomes), reasons=reasons)


def without_already_sent(
    batch: Batch, found: Mapping[str, RecipientProfile], app: Container
) -> Mapping[str, RecipientProfile]:
    """The profiles for a resend batch; recipients whose first mail proved to be sent meanwhile are stopped."""
    first = app.deliveries.record(batch.mailing, batch.original_id)
    if first is None:
        return found
    arrived = {reader for position, reader in enumerate(first.batch.recipients) if first.reported_status(position)}
    return {id_: who._replace(stopped=ALREADY_SENT) if id_ in arrived else who for id_, who in found.items()}
