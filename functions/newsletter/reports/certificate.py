"""The certificate of a mailing, and a line for each of its recipients, counted from the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.mailings.planning.batches import Batch
from newsletter.sending.ledger import FEEDBACK, VISITED, BatchRecord, BatchStatus, RecipientStatus, SendResult
from newsletter.sending.ses.bounce_reason import NOT_KNOWN, BounceReason

CANCELLED = "cancelled"
"""The reason of recipients who were not sent to before the mailing was cancelled (they count as suppressed)."""


@dataclass(frozen=True)
class RecipientLine:
    """One recipient in a report. `twice`: the mail was sent again, and the first one proved to be sent as well.

    `bounce` is why the mail came back, if it did and that is known.
    """

    subscriber: str
    batch: str
    position: int
    status: RecipientStatus
    reason: str = ""
    unsubscribed: bool = False
    twice: bool = False
    bounce: BounceReason = NOT_KNOWN
    replied: bool = False


@dataclass(frozen=True)
class Certificate:
    """What became of a mailing's recipients, counted from the ledger. `waiting`: the sender has not finished them.

    `undecided` are those of the doubtful for whom Send events may still come; the others stay doubtful. `twice` got
    two mails, which happens only if the mailing was set to resend.

    Each of the accepted is in one of `delivered`, `bounced`, `soft_bounced`, `failed` and `unanswered`, by the last
    word on it: a mail that came back after a server had taken it counts as bounced alone. To `shown` the page was shown
    that the mail asks to open, or to a machine, and `confirmed` pressed its button.

    `clicked` are people who opened a link or the offer, `offered` those of them who looked at the page of the offer; of
    `scanned` only machines opened links, as far as is known. `leads` took up the offer of this mail, and `won` are
    those of whom the CRM said so. `replies` are people who answered it by mail.
    """

    planned: int
    accepted: int
    suppressed: int
    rejected: int
    doubtful: int
    waiting: int
    delivered: int
    bounced: int
    complained: int
    failed: int
    clicked: int
    unsubscribed: int
    soft_bounced: int = 0
    undecided: int = 0
    twice: int = 0
    confirmed: int = 0
    shown: int = 0
    scanned: int = 0
    offered: int = 0
    leads: int = 0
    won: int = 0
    replies: int = 0

    @property
    def balanced(self) -> bool:
        """Whether planned = accepted + suppressed + rejected + doubtful + waiting; if not, a person must look."""
        return self.planned == self.accepted + self.suppressed + self.rejected + self.doubtful + self.waiting

    @property
    def unanswered(self) -> int:
        """Accepted mails of which no mail server has said yet what became of them."""
        return self.accepted - self.delivered - self.bounced - self.soft_bounced - self.failed


NOT_ACCEPTED = {
    RecipientStatus.SUPPRESSED,
    RecipientStatus.REJECTED,
    RecipientStatus.DOUBTFUL,
    RecipientStatus.WAITING,
}
_ARRIVED = (
    *(RecipientStatus.DELIVERED, RecipientStatus.CLICKED, RecipientStatus.ANSWERED),
    RecipientStatus.COMPLAINED,
)


def recipient_lines(
    records: Iterable[BatchRecord], planned: Iterable[Batch], *, cancelled_at: datetime | None = None
) -> list[RecipientLine]:
    """One line per recipient: of every ledger record, and of planned batches that have none yet (waiting).

    For a cancelled mailing, `cancelled_at` is the time of the report: recipients who were not sent to count as
    suppressed, and those of a claim that has expired by then as doubtful, since its sender crashed.
    """
    lines = []
    known = {record.batch.id: record for record in records}
    for record in known.values():
        if record.batch.original_id:
            continue  # its recipients have their lines in the batch they were planned in
        resend = _Resend(record, known.get(record.batch.resend_id))
        for position, subscriber in enumerate(record.batch.recipients):
            status, reason = record.status_of(position), record.reasons.get(position, "")
            twice = False
            if record.outcomes[position] == SendResult.RESENT:
                status, reason, twice = resend.result(position)
            if cancelled_at and status is RecipientStatus.WAITING:
                status, reason = _after_cancelling(record, reason, cancelled_at)
            unsubscribed = record.has_event("unsubscribed", position)
            bounce = record.bounce_of(position)
            if record.outcomes[position] == SendResult.RESENT:
                bounce = resend.bounce(position)
            replied = record.has_event("replied", position)
            place = (record.batch.id, position)
            lines.append(RecipientLine(subscriber, *place, status, reason, unsubscribed, twice, bounce, replied))
    never, why = (RecipientStatus.SUPPRESSED, CANCELLED) if cancelled_at else (RecipientStatus.WAITING, "")
    for batch in planned:
        if batch.id not in known:
            lines.extend(
                RecipientLine(subscriber, batch.id, position, never, why)
                for position, subscriber in enumerate(batch.recipients)
            )
    return sorted(lines, key=lambda line: (line.batch, line.position))


class _Resend:
    """A batch and the one that sends again to its recipients in doubt."""

    def __init__(self, first: BatchRecord, second: BatchRecord | None) -> None:
        self._first = first
        self._second = second

    def result(self, position: int) -> tuple[RecipientStatus, str, bool]:
        """The recipient's status, its reason, and whether both mails were sent. An event of either mail ends doubt."""
        reported, reason = self._first.reported_status(position), self._first.reasons.get(position, "")
        if self._second is None:
            return reported or RecipientStatus.WAITING, reason, False
        place = self._first.outcomes[:position].count(SendResult.RESENT)
        status = self._second.status_of(place)
        if status not in NOT_ACCEPTED:
            return status, "sent twice: the first mail's Send event came late" if reported else "", reported is not None
        return reported or status, self._second.reasons.get(place, reason), False

    def bounce(self, position: int) -> BounceReason:
        """Why the last of the recipient's mails came back."""
        place = self._first.outcomes[:position].count(SendResult.RESENT)
        again = self._second.bounce_of(place) if self._second else NOT_KNOWN
        return again if any(again) else self._first.bounce_of(position)


def _after_cancelling(record: BatchRecord, reason: str, now: datetime) -> tuple[RecipientStatus, str]:
    if record.state is not BatchStatus.CLAIMED:
        return RecipientStatus.SUPPRESSED, CANCELLED
    return (RecipientStatus.DOUBTFUL, reason) if record.lease <= now else (RecipientStatus.WAITING, reason)


def count_certificate(planned: int, records: Iterable[BatchRecord], lines: Iterable[RecipientLine]) -> Certificate:
    """Count the certificate. `planned` comes from the manifests, the rest from the ledger; the two must agree."""
    lines = list(lines)
    counts = Counter(line.status for line in lines)
    undecided = 0
    events: Counter[str] = Counter()
    for record in records:
        undecided += len(record.in_doubt()) if record.state is BatchStatus.DOUBTFUL else 0
        for what in FEEDBACK:
            events[what] += len(record.positions.get(what, ()))
        for what in VISITED:
            events[what] += sum(record.has_event(what, position) for position in record.visits)
    return Certificate(
        planned=planned,
        accepted=sum(number for status, number in counts.items() if status not in NOT_ACCEPTED),
        suppressed=counts[RecipientStatus.SUPPRESSED],
        rejected=counts[RecipientStatus.REJECTED],
        doubtful=counts[RecipientStatus.DOUBTFUL],
        waiting=counts[RecipientStatus.WAITING],
        delivered=sum(counts[status] for status in _ARRIVED),
        bounced=counts[RecipientStatus.BOUNCED],
        soft_bounced=counts[RecipientStatus.SOFT_BOUNCED],
        undecided=undecided,
        twice=sum(line.twice for line in lines),
        complained=events["complained"],
        failed=counts[RecipientStatus.FAILED],
        clicked=events["clicked"],
        unsubscribed=events["unsubscribed"],
        confirmed=events["confirmed"],
        shown=events["shown"],
        scanned=events["scanned"],
        offered=events["offered"],
        leads=events["lead"],
        won=events["won"],
        replies=events["replied"],
    )
