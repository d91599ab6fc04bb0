"""One subscriber's way through a sequence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.publication.publication import Sequence


@dataclass(frozen=True)
class Enrollment:
    """`step` is the next step to send, counted from 1; `due_at` is when. None due means the sequence is over."""

    subscriber: str
    sequence: str
    step: int
    due_at: datetime | None
    enrolled_at: datetime


def enroll(subscriber: str, sequence: Sequence, now: datetime) -> Enrollment:
    """The enrollment that begins now."""
    return Enrollment(subscriber, sequence.key, 1, now + sequence.steps[0].after, now)


def advance(enrollment: Enrollment, sequence: Sequence, now: datetime) -> Enrollment:
    """The enrollment after its due step was planned at `now`: the next step, or the end.

    The time to the next step counts from now, not from when the step was due, so that a late run does not make two
    steps follow each other closely.
    """
    done = enrollment.step
    if done >= len(sequence.steps):
        return replace(enrollment, step=done + 1, due_at=None)
    return replace(enrollment, step=done + 1, due_at=now + sequence.steps[done].after)


def postponed(enrollment: Enrollment, now: datetime, time_zone: ZoneInfo) -> Enrollment:
    """The same step, due at the beginning of tomorrow in that time zone.

    Steps of paused subscribers are checked once a day, since a pause may be ended early.
    """
    tomorrow = now.astimezone(time_zone).date() + timedelta(days=1)
    return replace(enrollment, due_at=datetime.combine(tomorrow, time(), time_zone).astimezone(UTC))
