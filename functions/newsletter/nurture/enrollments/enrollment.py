"""One round of a subscriber through a sequence: which steps it had and when, never the number of a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from newsletter.publication.sequences import Exit, Sequence, Trigger

COUNTS_FOR = timedelta(days=90)
"""How long after its end a lead still counts as one that the sequence brought."""


UNDONE = (Exit.RETRACTED, Exit.REMOVED)
"""Exits after which a reader who had no mail yet may come in as if they had not been."""


@dataclass(frozen=True)
class DoneStep:
    """When a step went to a batch, and to which: the ledger knows by it whether the reader clicked."""

    at: datetime
    batch: str


@dataclass(frozen=True)
class Enrollment:
    """`done` has the steps by the keys they had then. `due_at` is when the next one is looked at; None: it is over.

    `round` counts from 1. `ended` says why it is over, `ended_at` since when. `lead_at` is when the reader became a
    lead, with the lead that brought them here; `won` whether it was won. `no_more`: the reader wants no other round.
    `version` counts the writes.
    """

    subscriber: str
    sequence: str
    round: int
    trigger: Trigger
    enrolled_at: datetime
    due_at: datetime | None
    done: Mapping[str, DoneStep] = field(default_factory=dict)
    ended: Exit | None = None
    ended_at: datetime | None = None
    lead_at: datetime | None = None
    won: bool = False
    no_more: bool = False
    version: int = 1

    @property
    def active(self) -> bool:
        """Whether the reader is under way."""
        return self.ended is None

    @property
    def last(self) -> tuple[str, datetime]:
        """The key of the last step that went out, and when; an empty key and the beginning before the first."""
        if not self.done:
            return "", self.enrolled_at
        key, step = max(self.done.items(), key=lambda each: (each[1].at, each[0]))
        return key, step.at

    def counts(self, at: datetime) -> bool:
        """Whether a lead of that moment counts for this sequence."""
        if self.ended is Exit.RETRACTED:
            return False
        return at >= self.enrolled_at and (self.ended_at is None or at <= self.ended_at + COUNTS_FOR)


def begin(subscriber: str, sequence: Sequence, number: int, trigger: Trigger, at: datetime) -> Enrollment:
    """The round that begins at that moment; `scheduled` says when its first step is due."""
    lead_at = at if trigger is Trigger.LEAD else None
    return Enrollment(subscriber, sequence.key, number, trigger, at, due_at=at, lead_at=lead_at)


def may_begin(rounds: list[Enrollment], sequence: Sequence, at: datetime) -> int:
    """The number of the round that may begin at that moment; 0 for a reader who may not go through it (again).

    Not while one is under way, not before `again_after` the last one began, and never once the reader stopped it. One
    of which no mail went out, because a machine's press began it or the sequence was taken out, is as if it had not
    been.
    """
    if not rounds:
        return 1
    last = max(rounds, key=lambda each: each.round)
    if last.active or any(each.no_more for each in rounds):
        return 0
    began = [each.enrolled_at for each in rounds if each.done or each.ended not in UNDONE]
    if began and (sequence.again_after is None or at < max(began) + sequence.again_after):
        return 0
    return last.round + 1


def with_step(enrollment: Enrollment, key: str, batch: str, at: datetime) -> Enrollment:
    """After the step went to that batch; `scheduled` says when the next one is due."""
    return replace(enrollment, done={**enrollment.done, key: DoneStep(at, batch)})


def ended(enrollment: Enrollment, why: Exit, at: datetime) -> Enrollment:
    """When it is over; one that is over already stays as it is."""
    return enrollment if enrollment.ended else replace(enrollment, ended=why, ended_at=at, due_at=None)


def stopped(enrollment: Enrollment, at: datetime) -> Enrollment:
    """When its reader wants no more of the sequence, now or later."""
    return replace(ended(enrollment, Exit.STOPPED, at), no_more=True)


def retracted(enrollment: Enrollment, at: datetime) -> Enrollment:
    """When the lead that began it was a machine's: then the reader is no lead by it either."""
    lead_at = None if enrollment.lead_at == enrollment.enrolled_at else enrollment.lead_at
    return enrollment if enrollment.ended else replace(ended(enrollment, Exit.RETRACTED, at), lead_at=lead_at)


def can_be_stopped(rounds: list[Enrollment], sequence: Sequence | None) -> bool:
    """Whether mails of the sequence are to come, or may come in another round."""
    again = sequence is not None and sequence.again_after is not None and not any(each.no_more for each in rounds)
    return bool(rounds) and (again or any(each.active for each in rounds))
