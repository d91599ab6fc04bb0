"""The status of a mailing: whether it is being sent, stopped by a person or by the system, or over; and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from newsletter.publication.sending_limits import LEAST_PILOT


class MailingState(StrEnum):
    """The state of a mailing as a whole; the ledger has the state of each recipient."""

    APPROVAL = "approval"
    """Waits for a person's approval; nothing of it is planned yet."""
    PILOT = "pilot"
    """Its first part is being sent; the rest follows if few of those mails bounce or are called spam."""
    SENDING = "sending"
    PAUSED = "paused"
    """Stopped by a person, until a person resumes it."""
    WAITING = "waiting"
    """Stopped by the system, and resumed by it: `until` is when it tries."""
    HELD = "held"
    """Stopped by the system, until a person has looked into the reason and resumes it."""
    CANCELLED = "cancelled"
    COMPLETE = "complete"

    @property
    def is_sending(self) -> bool:
        """Whether the sender sends batches of it."""
        return self in (MailingState.SENDING, MailingState.PILOT)

    @property
    def is_final(self) -> bool:
        """Whether no other state can follow."""
        return self in (MailingState.CANCELLED, MailingState.COMPLETE)


UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class MailingStatus:
    """A mailing's state, since when, why, and by whom where it was a person.

    `needs_requeue`: its unsent batches are yet to be put on the queue again. It is written together with the state, so
    that no batch is forgotten when a crash comes in between. `pilot_shards`: the shards of a pilot that is not
    evaluated yet, one letter each. `refused`: so many recipients were refused by SES when it was stopped for that, so
    only further ones stop it again.
    """

    state: MailingState = MailingState.SENDING
    since: datetime = UNKNOWN_TIME
    reason: str = ""
    by: str = ""
    until: datetime | None = None
    needs_requeue: bool = False
    pilot_shards: str = ""
    refused: int = 0

    def plans_shard(self, shard: str) -> bool:
        """Whether pages of the shard are planned in this state.

        That goes on while a mailing is paused, waiting or held, so that its report shows how many it is meant for.
        """
        return not (
            self.state.is_final
            or self.state is MailingState.APPROVAL
            or (self.pilot_shards and shard not in self.pilot_shards)
        )

    def plans_next_page(self, readers: int) -> bool:
        """Whether the next page of a shard is planned after one up to which the shard has so many `readers`.

        A pilot ends with the page that makes it big enough.
        """
        return not self.pilot_shards or readers * len(self.pilot_shards) < LEAST_PILOT


PAUSABLE = (MailingState.SENDING, MailingState.PILOT, MailingState.WAITING)
RESUMABLE = (*PAUSABLE, MailingState.PAUSED, MailingState.HELD)
"""Resuming a mailing that is being sent puts batches that were lost from the queue there again; the ledger makes sure
that nobody is mailed twice."""
CANCELLABLE = (*RESUMABLE, MailingState.APPROVAL)


def allowed_actions(status: MailingStatus) -> list[str]:
    """What a person can do with a mailing of this status: `pause`, `resume`, `cancel`.

    Resuming one in its pilot sends the rest without waiting for what becomes of the pilot.
    """
    stopped = status.state in RESUMABLE and status.state is not MailingState.SENDING
    acts = {"pause": status.state in PAUSABLE, "resume": stopped, "cancel": status.state in CANCELLABLE}
    return [act for act, possible in acts.items() if possible]
