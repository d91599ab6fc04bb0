"""Decide what becomes of a doubtful batch, once the Send events of SES have had their time.

The batch's own message keeps the appointment: it waits in the queue, comes back, and waits again until it is time. What
SES has reported by then is settled. Whoever is left is named in the report for good; or, where the mailing chose to
resend, moves into a batch of its own (`<batch>-again`), which is claimed and sent like any other and shows in the
ledger beside the first. A mail is sent again once at most.
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
from newsletter.platform.errors import NotFound
from newsletter.platform.messages import SettleDoubt
from newsletter.platform.observability import count
from newsletter.publication.feedback_policy import OnDoubt
from newsletter.readers.subscriber import RecipientProfile
from newsletter.sending.ledger import LEASE, BatchRecord, BatchStatus, SendResult
from newsletter.sending.send_batch import Busy

if TYPE_CHECKING:
    from newsletter.container import Container

ARRIVED = "arrived after all"
"""Why nothing is sent again to a recipient whose Send event came at the last moment."""


def settle_doubt(message: SettleDoubt, app: Container) -> None:
    """Wait on, or decide. Safe to repeat at any line: what was decided is read back. Raises NotFound."""
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
        resend = _resends(policy.doubt, mailing, record)
        decided = _decided(record, f"no Send event came within {minutes} minutes", resend=resend)
        if not app.deliveries.decide(record, decided.outcomes, decided.reasons, app.now()):
            raise Busy(f"{message.mailing}/{message.batch}")
        record = decided
    if again := record.again():
        app.queues.send(app.queues.batch, batch_message(again))


def _resends(doubt: OnDoubt, mailing: Mailing, record: BatchRecord) -> bool:
    """Once, to readers, and not for a mailing that a person ended."""
    cancelled = mailing.status.state is MailingState.CANCELLED
    return doubt is OnDoubt.RESEND and not record.batch.original_id and mailing.kind.to_subscribers and not cancelled


def _decided(record: BatchRecord, reason: str, *, resend: bool) -> BatchRecord:
    outcomes, reasons = list(record.outcomes), dict(record.reasons)
    for position in record.in_doubt():
        if resend:
            outcomes[position] = SendResult.AGAIN
        reasons[position] = reason
    count("MailsResent" if resend else "MailsDoubtfulForGood", len(record.in_doubt()))
    return replace(record, state=BatchStatus.DONE, outcomes="".join(outcomes), reasons=reasons)


def without_arrived(
    batch: Batch, found: Mapping[str, RecipientProfile], app: Container
) -> Mapping[str, RecipientProfile]:
    """The recipients of a batch that is sent again, without those whose first mail has shown up meanwhile."""
    first = app.deliveries.record(batch.mailing, batch.original_id)
    if first is None:
        return found
    arrived = {reader for position, reader in enumerate(first.batch.recipients) if first.proof(position)}
    return {id_: who._replace(stopped=ARRIVED) if id_ in arrived else who for id_, who in found.items()}
