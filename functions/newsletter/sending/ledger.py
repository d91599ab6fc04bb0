"""The ledger: what happened to each recipient of each batch, and what is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.mailings.planning.batches import Batch
from newsletter.sending.feedback.visit_marks import VisitMark
from newsletter.sending.ses.bounce_reason import BounceReason, worst

LEASE = timedelta(minutes=2)
"""How long a claim is valid: longer than the sender may run (60 s), shorter than the queue's visibility (360 s)."""

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
    "shown",
    "confirmed",
    "unsubscribed",
    "lead",
    "won",
    "replied",
)
"""Event types; the ledger has a set of positions for each. Adding one twice changes nothing, so that repeated and late
events are harmless. `shown`: the page with the button to confirm was, to whomever. `lead` took up the offer of the
mail, and `won` is what the CRM said of such a lead later. `replied`: a person answered the mail."""

VISITED = ("clicked", "scanned", "offered")
"""Types that follow from what the visits were judged to be (visit_marks.py), which may still change: a person opened a
link or the offer; only machines did, as far as is known; a person looked at the page of the offer."""

REACTIONS = ("clicked", "offered", "lead", "won", "replied", "confirmed", "unsubscribed", "complained", "bounced")
"""After these a mail is not sent to the recipient again."""


class SendResult(StrEnum):
    """What the sender knows of one recipient; stored as one letter per position of the batch."""

    OPEN = "."
    ACCEPTED = "a"
    SUPPRESSED = "s"
    REJECTED = "x"
    RETRY = "r"
    DOUBTFUL = "?"
    RESENT = "n"
    """In doubt, and moved to a batch of its own that is sent again."""


class BatchStatus(StrEnum):
    """The state of a batch. Only `retry` may be claimed again."""

    CLAIMED = "claimed"
    RETRY = "retry"
    DONE = "done"
    DOUBTFUL = "doubtful"
    """Some recipients are in doubt, and Send events may still settle that. In `done`, remaining doubt is final."""


class RecipientStatus(StrEnum):
    """The status of one recipient in reports."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    CLICKED = "clicked"
    ANSWERED = "answered"
    SOFT_BOUNCED = "soft-bounced"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    REJECTED = "rejected"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class BatchRecord:
    """A ledger record. `outcomes` has one SendResult letter per recipient; `positions` the event sets by type.

    `lease` is when the claim ends; once the batch is done, LEASE after its result was stored. `visits` has the mark of
    each recipient of whose mail a link was opened. `bounces` are positions by why their mails came back, `left_why`
    what readers chose when they were asked why they left, and `new_readers` who had joined shortly before.
    """

    batch: Batch
    state: BatchStatus
    outcomes: str
    attempts: int
    lease: datetime
    reasons: Mapping[int, str] = field(default_factory=dict)
    positions: Mapping[str, frozenset[int]] = field(default_factory=dict)
    visits: Mapping[int, VisitMark] = field(default_factory=dict)
    bounces: Mapping[BounceReason, frozenset[int]] = field(default_factory=dict)
    left_why: Mapping[int, str] = field(default_factory=dict)
    new_readers: frozenset[int] = frozenset()

    @property
    def is_done(self) -> bool:
        """Whether its result is stored and final."""
        return self.state is BatchStatus.DONE

    def is_claimed(self, now: datetime) -> bool:
        """Whether a sender's claim on it is valid at `now`."""
        return self.state is BatchStatus.CLAIMED and self.lease > now

    def has_event(self, what: str, position: int) -> bool:
        """Whether there was an event of that type for the position, of FEEDBACK or VISITED."""
        mark = self.visits.get(position)
        match what:
            case "clicked":
                return mark is not None and mark.person
            case "scanned":
                return mark is not None and mark.machine and not mark.person
            case "offered":
                return mark is not None and mark.offered
        return position in self.positions.get(what, ())

    def bounce_of(self, position: int) -> BounceReason:
        """Why the recipient's mail came back; all its parts are empty if that is not known."""
        return worst([reason for reason, positions in self.bounces.items() if position in positions])

    def in_doubt(self) -> list[int]:
        """The positions of which it is not known whether SES took the mail."""
        letters = enumerate(self.outcomes)
        return [
            position
            for position, letter in letters
            if letter == SendResult.DOUBTFUL and not self.reported_status(position)
        ]

    def resend_batch(self) -> Batch | None:
        """The batch that sends again to recipients in doubt, if there are any."""
        positions = [position for position, letter in enumerate(self.outcomes) if letter == SendResult.RESENT]
        recipients = tuple(self.batch.recipients[position] for position in positions)
        return self.batch.resend(recipients) if positions else None

    def has_arrived(self, position: int) -> bool:
        """Whether SES took the mail, and no mail server has sent it back."""
        arrived = (RecipientStatus.ACCEPTED, RecipientStatus.DELAYED, RecipientStatus.DELIVERED)
        return self.status_of(position) in arrived

    def has_reacted(self, position: int) -> bool:
        """Whether a person clicked, or took up the offer, or the recipient left, complained or bounced."""
        return any(self.has_event(what, position) for what in REACTIONS)

    def status_of(self, position: int) -> RecipientStatus:
        """The recipient's status: from events, otherwise from what the sender knows."""
        return self.reported_status(position) or _STATUS_OF_RESULT[SendResult(self.outcomes[position])]

    def reported_status(self, position: int) -> RecipientStatus | None:
        """The recipient's status from events, by the most significant one; None without any.

        An event of SES proves that SES accepted the mail, whatever the sender noted; so does the use of its links.
        """
        for what, status in (
            ("complained", RecipientStatus.COMPLAINED),
            ("bounced", RecipientStatus.BOUNCED),
            ("failed", RecipientStatus.FAILED),
            ("refused", RecipientStatus.FAILED),
            ("replied", RecipientStatus.ANSWERED),
            ("clicked", RecipientStatus.CLICKED),
            ("lead", RecipientStatus.CLICKED),
            ("won", RecipientStatus.CLICKED),
            ("confirmed", RecipientStatus.CLICKED),
            ("delivered", RecipientStatus.DELIVERED),
            ("unsubscribed", RecipientStatus.DELIVERED),
            ("opened", RecipientStatus.DELIVERED),
            ("shown", RecipientStatus.DELIVERED),
            ("scanned", RecipientStatus.DELIVERED),
            ("soft_bounced", RecipientStatus.SOFT_BOUNCED),
            ("delayed", RecipientStatus.DELAYED),
            ("sent", RecipientStatus.ACCEPTED),
        ):
            if self.has_event(what, position):
                return status
        return None


_STATUS_OF_RESULT = {
    SendResult.OPEN: RecipientStatus.WAITING,
    SendResult.RETRY: RecipientStatus.WAITING,
    SendResult.ACCEPTED: RecipientStatus.ACCEPTED,
    SendResult.SUPPRESSED: RecipientStatus.SUPPRESSED,
    SendResult.REJECTED: RecipientStatus.REJECTED,
    SendResult.DOUBTFUL: RecipientStatus.DOUBTFUL,
    SendResult.RESENT: RecipientStatus.WAITING,
}
