"""Puts due steps together into batches, so that each reader is in one batch of a step and no other, whatever crashes.

First the batch is noted, with whom it is meant for. Then each enrollment names it as the batch of its step, by one
conditional write: whoever names another batch already is not in this one. Then it goes on the queue, and the note is
deleted. What an enrollment names never changes, so everybody who works a noted batch off finds the same recipients,
and the ledger sends a batch once.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import step_id
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.enqueue import enqueue_batches
from newsletter.nurture.enrollments.enrollment import Enrollment, with_step
from newsletter.nurture.enrollments.next_step import rules_for, scheduled
from newsletter.nurture.steps.step_batches_store import Member, StepBatch
from newsletter.nurture.triggers import TRIES, facts_of
from newsletter.platform.aws.items import GET_LIMIT, side_by_side
from newsletter.platform.errors import NotNow
from newsletter.platform.isolation import Isolated
from newsletter.publication.nurture.steps import Step
from newsletter.publication.sequences import Sequence
from newsletter.readers.subscriber import Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

BATCH_ID = 20
"""Letters of a batch's id: 100 bits of a hash, of the letters of shards, so that reports find it by its first one."""
LATE = timedelta(hours=1)
"""Far longer than a tick takes: a batch noted before that was left behind by a crash, or while nothing was sent."""


def step_batches(
    sequence: Sequence, step: Step, variant: str, due: Iterable[Enrollment], now: datetime, size: int
) -> list[StepBatch]:
    """The batches of these enrollments, of at most `size` recipients; the same enrollments make the same ids."""
    members = [Member(each.subscriber, each.round) for each in due]
    mailing = step_id(sequence.key, step.key)
    chunks = [tuple(members[at : at + size]) for at in range(0, len(members), size)]
    return [
        StepBatch(mailing, _id(mailing, variant, chunk), sequence.key, step.key, variant, chunk, now)
        for chunk in chunks
    ]


def _id(mailing: str, variant: str, members: tuple[Member, ...]) -> str:
    content = "\n".join([mailing, variant, *(f"{each.subscriber}#{each.round}" for each in members)])
    return base64.b32encode(hashlib.sha256(content.encode()).digest()).decode().lower()[:BATCH_ID]


def finish_batches(now: datetime, isolated: Isolated, app: Container) -> int:
    """Work off the batches that a run noted and did not get onto the queue; how many recipients these have."""
    with isolated.piece("batches of steps"):
        return queue_batches(list(app.step_batches.all()), {}, now, isolated, app)
    return 0


def queue_batches(
    batches: list[StepBatch],
    known: Mapping[tuple[str, str, int], Enrollment],
    now: datetime,
    isolated: Isolated,
    app: Container,
) -> int:
    """Name each of the noted batches in its enrollments and put it on the queue; how many recipients these have.

    `known` are enrollments as they were read, by reader, sequence and round; others are read. A batch of which an
    enrollment cannot be written stays noted, as does one for which the queue has no room. One that has become pointless
    is given up.
    """
    ready: list[tuple[StepBatch, Batch]] = []
    for batch in batches:
        with isolated.piece(f"batch {batch.id} of {batch.mailing}"):
            recipients = () if _is_pointless(batch, now, app) else _claim(batch, known, now, app)
            if recipients:
                ready.append((batch, Batch(batch.mailing, batch.id, batch.variant, recipients)))
            else:
                app.step_batches.delete(batch)
    queued = enqueue_batches([batch for _, batch in ready], app.now(), app)
    for noted, _ in ready[:queued]:
        app.step_batches.delete(noted)
    return sum(len(batch.recipients) for _, batch in ready[:queued])


def _is_pointless(batch: StepBatch, now: datetime, app: Container) -> bool:
    sequence = app.publication.sequences.get(batch.sequence)
    step = sequence.step(batch.step) if sequence else None
    return step is not None and step.pointless_after is not None and now > batch.at + step.pointless_after


def _claim(
    batch: StepBatch, known: Mapping[tuple[str, str, int], Enrollment], now: datetime, app: Container
) -> tuple[str, ...]:
    """The recipients of the batch: the members whose enrollments name it, which they do now unless they name another.

    Where the sequence or the step is gone meanwhile, nobody new is named; nor if the batch is late, as what was decided
    then may be wrong by now: these stay due.
    """
    readers: dict[str, Subscriber] = {}
    ids = [each.subscriber for each in batch.members]
    for start in range(0, len(ids), GET_LIMIT):
        readers |= app.subscribers.many(ids[start : start + GET_LIMIT])

    def claim(member: Member) -> bool:
        found = known.get((member.subscriber, batch.sequence, member.round))
        return _names(batch, member, found, readers.get(member.subscriber), now, app)

    named = side_by_side(claim, batch.members)
    return tuple(each.subscriber for each, ours in zip(batch.members, named, strict=True) if ours)


def _names(
    batch: StepBatch,
    member: Member,
    enrollment: Enrollment | None,
    reader: Subscriber | None,
    now: datetime,
    app: Container,
) -> bool:
    """Whether the member's enrollment names the batch, after this has tried to make it so. Raises NotNow."""
    for attempt in range(TRIES):
        if attempt or enrollment is None:
            enrollment = app.enrollments.get(member.subscriber, batch.sequence, member.round)
        if enrollment is None:
            return False
        after = _named(batch, enrollment, reader, now, app)
        if isinstance(after, bool):
            return after
        if app.enrollments.replace(enrollment, after):
            return True
    raise NotNow(f"the enrollment of {member.subscriber} in {batch.sequence} changes all the time")


def _named(
    batch: StepBatch, enrollment: Enrollment, reader: Subscriber | None, now: datetime, app: Container
) -> Enrollment | bool:
    """The enrollment as it names the batch; or whether it does, where it is to stay as it is.

    Of a batch that is late, the step counts as had now, so that the next one follows at its distance.
    """
    late = now - batch.at > LATE
    sequence = app.publication.sequences.get(batch.sequence)
    step = sequence.step(batch.step) if sequence else None
    had = next((name for name in (step.names if step else (batch.step,)) if name in enrollment.done), "")
    ours = had != "" and enrollment.done[had].batch == batch.id
    if not enrollment.active or sequence is None or step is None or reader is None:
        return ours
    if late and not (ours and enrollment.last[0] == had):
        return ours
    if had and not late:
        return ours
    at = now if late else batch.at
    after = with_step(enrollment, had or step.key, batch.id, at)
    return scheduled(after, sequence, facts_of(reader), at, rules_for(sequence, app.publication))
