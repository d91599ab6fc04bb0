"""The course of a mailing: whether it is being sent, stopped by a person or by us, or over; and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from newsletter.publication.sending_limits import LEAST_PILOT


class MailingState(StrEnum):
    """Where a mailing stands as a whole. What became of its recipients, the ledger says."""

    APPROVAL = "approval"
    """Waits for a person's yes; nothing of it is planned yet."""
    PILOT = "pilot"
    """Its pilot is on its way, and is watched before the rest follows."""
    SENDING = "sending"
    PAUSED = "paused"
    """Stopped by a person, until a person resumes it."""
    WAITING = "waiting"
    """Stopped by us, and goes on by itself: `until` says when it will try."""
    HELD = "held"
    """Stopped by us for a reason that a person must look into."""
    CANCELLED = "cancelled"
    COMPLETE = "complete"

    @property
    def sends(self) -> bool:
        """Whether the sender may send what reaches it."""
        return self in (MailingState.SENDING, MailingState.PILOT)

    @property
    def over(self) -> bool:
        """Whether nothing leads out of it any more."""
        return self in (MailingState.CANCELLED, MailingState.COMPLETE)


UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class MailingStatus:
    """A mailing's state, since when, why, and by whom where it was a person.

    `to_emit` remembers that batches have yet to be put on the queue again. It is written together with the state, so
    that a crash between the two forgets nobody. `slice` names the shards of a pilot that is not judged yet.
    `refused` recipients have stopped it once already: who resumes it has seen them.
    """

    state: MailingState = MailingState.SENDING
    since: datetime = UNKNOWN_TIME
    reason: str = ""
    by: str = ""
    until: datetime | None = None
    to_emit: bool = False
    slice: str = ""
    refused: int = 0

    def plans(self, shard: str) -> bool:
        """Whether pages of the shard are planned as things stand: also of a mailing that stands still for a while, so
        that whoever looks at it sees how many it is meant for.
        """
        return not (self.state.over or self.state is MailingState.APPROVAL or (self.slice and shard not in self.slice))

    def follows(self, readers: int) -> bool:
        """Whether the next page of a shard follows one with which it has so many `readers` of the mailing.

        A pilot ends with the page that makes it big enough.
        """
        return not self.slice or readers * len(self.slice) < LEAST_PILOT


PAUSABLE = (MailingState.SENDING, MailingState.PILOT, MailingState.WAITING)
RESUMABLE = (*PAUSABLE, MailingState.PAUSED, MailingState.HELD)
"""Resuming what is being sent puts on the queue again whatever was lost from it; the ledger sends nobody twice."""
CANCELLABLE = (*RESUMABLE, MailingState.APPROVAL)


def acts_on(status: MailingStatus) -> list[str]:
    """What a person can do with a mailing as it stands: `pause`, `resume`, `cancel`."""
    stopped = status.state in RESUMABLE and not status.state.sends
    acts = {"pause": status.state in PAUSABLE, "resume": stopped, "cancel": status.state in CANCELLABLE}
    return [act for act, possible in acts.items() if possible]
