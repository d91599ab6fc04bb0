"""The ledger: what happened to each recipient of each batch, and what we do not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.mailings.planning.batches import Batch

LEASE = timedelta(minutes=2)
"""How long a claim is trusted: longer than the sender may run (60 s), shorter than the queue's visibility (360 s)."""

CANCELLED = "cancelled"
"""Why a recipient is suppressed whom nobody tried before the mailing was cancelled."""

FEEDBACK = (
    "sent",
    "delivered",
    "delayed",
    "bounced",
    "soft_bounced",
    "complained",
    "failed",
    "refused",
    "opened",
    "clicked",
    "confirmed",
    "unsubscribed",
)
"""Sets of positions that feedback adds to. Adding twice changes nothing, so repeated and late events are harmless."""


class SendResult(StrEnum):
    """What the sender knows of one recipient; one letter per position in the ledger record."""

    OPEN = "."
    ACCEPTED = "a"
    SUPPRESSED = "s"
    REJECTED = "x"
    RETRY = "r"
    DOUBTFUL = "?"
    AGAIN = "n"
    """Doubtful, and handed to a batch of its own that is sent anew."""


class BatchStatus(StrEnum):
    """Where a batch stands. Only `retry` may be claimed again."""

    CLAIMED = "claimed"
    RETRY = "retry"
    DONE = "done"
    DOUBTFUL = "doubtful"
    """Some recipients are in doubt, and Send events may still settle it. Doubt that is left in `done` stays."""


class RecipientStatus(StrEnum):
    """Where one recipient stands for whoever reads the report."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    CLICKED = "clicked"
    SOFT_BOUNCED = "soft-bounced"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    REJECTED = "rejected"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class BatchRecord:
    """A ledger record. `outcomes` has one letter per recipient; `positions` the sets that feedback filled."""

    batch: Batch
    state: BatchStatus
    outcomes: str
    attempts: int
    lease: datetime
    reasons: Mapping[int, str] = field(default_factory=dict)
    positions: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether its outcome is written down."""
        return self.state is BatchStatus.DONE

    def is_claimed(self, now: datetime) -> bool:
        """Whether a sender holds it at `now`."""
        return self.state is BatchStatus.CLAIMED and self.lease > now

    def happened(self, what: str, position: int) -> bool:
        """Whether feedback of that kind came for the position."""
        return position in self.positions.get(what, ())

    def in_doubt(self) -> list[int]:
        """The positions of which nobody knows whether SES took the mail."""
        letters = enumerate(self.outcomes)
        return [position for position, letter in letters if letter == SendResult.DOUBTFUL and not self.proof(position)]

    def again(self) -> Batch | None:
        """The batch that is sent anew to those who were handed to it, if any were."""
        positions = [position for position, letter in enumerate(self.outcomes) if letter == SendResult.AGAIN]
        recipients = tuple(self.batch.recipients[position] for position in positions)
        return self.batch.resend(recipients) if positions else None

    def standing(self, position: int) -> RecipientStatus:
        """The most telling thing known of a recipient."""
        return self.proof(position) or _STANDING[SendResult(self.outcomes[position])]

    def proof(self, position: int) -> RecipientStatus | None:
        """The most telling thing that others reported of a recipient.

        An event of SES proves acceptance, whatever we noted, and so does a reader who used a link of the mail.
        """
        for what, standing in (
            ("complained", RecipientStatus.COMPLAINED),
            ("bounced", RecipientStatus.BOUNCED),
            ("failed", RecipientStatus.FAILED),
            ("refused", RecipientStatus.FAILED),
            ("clicked", RecipientStatus.CLICKED),
            ("confirmed", RecipientStatus.CLICKED),
            ("delivered", RecipientStatus.DELIVERED),
            ("unsubscribed", RecipientStatus.DELIVERED),
            ("opened", RecipientStatus.DELIVERED),
            ("soft_bounced", RecipientStatus.SOFT_BOUNCED),
            ("delayed", RecipientStatus.DELAYED),
            ("sent", RecipientStatus.ACCEPTED),
        ):
            if self.happened(what, position):
                return standing
        return None


_STANDING = {
    SendResult.OPEN: RecipientStatus.WAITING,
    SendResult.RETRY: RecipientStatus.WAITING,
    SendResult.ACCEPTED: RecipientStatus.ACCEPTED,
    SendResult.SUPPRESSED: RecipientStatus.SUPPRESSED,
    SendResult.REJECTED: RecipientStatus.REJECTED,
    SendResult.DOUBTFUL: RecipientStatus.DOUBTFUL,
    SendResult.AGAIN: RecipientStatus.WAITING,
}


@dataclass(frozen=True)
class RecipientLine:
    """One recipient in a report. `twice`: the mail was sent again, and then the first one proved to have gone out."""

    subscriber: str
    batch: str
    position: int
    standing: RecipientStatus
    reason: str = ""
    unsubscribed: bool = False
    twice: bool = False


@dataclass(frozen=True)
class Certificate:
    """What became of a mailing, counted from the ledger itself. `waiting` is what the sender has not finished.

    `undecided` are the doubtful ones whom Send events may still settle; the others stay doubtful. `twice` got two
    mails, which happens only where a mailing chose to resend. `confirmed` pressed the button that a mail asks to press;
    `clicked` saw its page.
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

    @property
    def balanced(self) -> bool:
        """planned = accepted + suppressed + rejected + doubtful + waiting; anything else needs a person."""
        return self.planned == self.accepted + self.suppressed + self.rejected + self.doubtful + self.waiting


_NOT_ACCEPTED = {
    RecipientStatus.SUPPRESSED,
    RecipientStatus.REJECTED,
    RecipientStatus.DOUBTFUL,
    RecipientStatus.WAITING,
}


def lines_of(
    records: Iterable[BatchRecord], planned: Iterable[Batch], *, cancelled_at: datetime | None = None
) -> list[RecipientLine]:
    """One line per recipient: of every ledger record, and of planned batches that have none yet (waiting).

    `cancelled_at` is the moment of looking at a cancelled mailing: nothing is sent any more, so whoever was not tried
    is suppressed. A claim that has run out by then is a crash, and its recipients are doubtful.
    """
    lines = []
    known = {record.batch.id: record for record in records}
    for record in known.values():
        if record.batch.original_id:
            continue  # told where its recipients were planned
        again = _Again(record, known.get(record.batch.resend_id))
        for position, subscriber in enumerate(record.batch.recipients):
            standing, reason = record.standing(position), record.reasons.get(position, "")
            twice = False
            if record.outcomes[position] == SendResult.AGAIN:
                standing, reason, twice = again.told(position)
            if cancelled_at and standing is RecipientStatus.WAITING:
                standing, reason = _after_cancelling(record, reason, cancelled_at)
            unsubscribed = record.happened("unsubscribed", position)
            lines.append(RecipientLine(subscriber, record.batch.id, position, standing, reason, unsubscribed, twice))
    never, why = (RecipientStatus.SUPPRESSED, CANCELLED) if cancelled_at else (RecipientStatus.WAITING, "")
    for batch in planned:
        if batch.id not in known:
            lines.extend(
                RecipientLine(subscriber, batch.id, position, never, why)
                for position, subscriber in enumerate(batch.recipients)
            )
    return sorted(lines, key=lambda line: (line.batch, line.position))


class _Again:
    """What a batch and its repetition tell of those who were handed from one to the other."""

    def __init__(self, first: BatchRecord, second: BatchRecord | None) -> None:
        self._first = first
        self._second = second

    def told(self, position: int) -> tuple[RecipientStatus, str, bool]:
        """Where the recipient stands, why, and whether both mails went out. A proof of either mail outweighs doubt."""
        proof, reason = self._first.proof(position), self._first.reasons.get(position, "")
        if self._second is None:
            return proof or RecipientStatus.WAITING, reason, False
        place = self._first.outcomes[:position].count(SendResult.AGAIN)
        standing = self._second.standing(place)
        if standing not in _NOT_ACCEPTED:
            return standing, "sent twice: the first mail's Send event came late" if proof else "", proof is not None
        return proof or standing, self._second.reasons.get(place, reason), False


def _after_cancelling(record: BatchRecord, reason: str, now: datetime) -> tuple[RecipientStatus, str]:
    if record.state is not BatchStatus.CLAIMED:
        return RecipientStatus.SUPPRESSED, CANCELLED
    return (RecipientStatus.DOUBTFUL, reason) if record.lease <= now else (RecipientStatus.WAITING, reason)


def certify(planned: int, records: Iterable[BatchRecord], lines: Iterable[RecipientLine]) -> Certificate:
    """The certificate. `planned` comes from the manifests, the rest from the ledger: two sources that must agree."""
    lines = list(lines)
    counts = Counter(line.standing for line in lines)
    undecided = 0
    events: Counter[str] = Counter()
    for record in records:
        undecided += len(record.in_doubt()) if record.state is BatchStatus.DOUBTFUL else 0
        for what in FEEDBACK:
            events[what] += len(record.positions.get(what, ()))
        # A mail that was delivered has not bounced for a passing reason, whatever an auto-responder said.
        soft, delivered = (record.positions.get(what, frozenset()) for what in ("soft_bounced", "delivered"))
        events["soft_bounced"] -= len(soft & delivered)
    return Certificate(
        planned=planned,
        accepted=sum(number for standing, number in counts.items() if standing not in _NOT_ACCEPTED),
        suppressed=counts[RecipientStatus.SUPPRESSED],
        rejected=counts[RecipientStatus.REJECTED],
        doubtful=counts[RecipientStatus.DOUBTFUL],
        waiting=counts[RecipientStatus.WAITING],
        delivered=events["delivered"],
        bounced=events["bounced"],
        soft_bounced=events["soft_bounced"],
        undecided=undecided,
        twice=sum(line.twice for line in lines),
        complained=events["complained"],
        failed=events["failed"] + events["refused"],
        clicked=events["clicked"],
        unsubscribed=events["unsubscribed"],
        confirmed=events["confirmed"],
    )
