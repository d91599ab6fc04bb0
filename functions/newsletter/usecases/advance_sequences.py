"""Send every sequence step that is due, and set the time of the one after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.enrollments import Enrollments
from newsletter.adapters.queues import Queues
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.enrollment import Enrollment, advance
from newsletter.domain.mailing import Kind, Mailing, step_mailing
from newsletter.domain.messages import SendBatch
from newsletter.domain.publication import Publication
from newsletter.domain.subscriber import Status, Subscriber
from newsletter.usecases.render_variant import Variants


def advance_sequences(
    due: list[Enrollment],
    now: datetime,
    *,
    publication: Publication,
    subscribers: Subscribers,
    enrollments: Enrollments,
    content: Content,
    queues: Queues,
    variants: Variants,
) -> dict[str, int]:
    """Emit one batch per due step and move its enrollment on: {"planned": …, "ended": …}. At most 100 at once.

    A step's batch holds one reader and is named after reader and enrollment, so its ledger record says by itself that
    this reader had this step: a tick that crashed between emitting and moving on emits it again, and the ledger lets
    nobody be mailed twice.
    """
    planned = ended = 0
    readers = subscribers.many(enrollment.subscriber for enrollment in due)
    for enrollment in due:
        if _plan(enrollment, readers.get(enrollment.subscriber), now, publication, content, queues, variants):
            sequence = publication.sequences[enrollment.sequence]
            enrollments.move(enrollment, advance(enrollment, sequence, now))
            planned += 1
        else:
            enrollments.move(enrollment, replace(enrollment, due_at=None))
            ended += 1
    return {"planned": planned, "ended": ended}


def _plan(
    enrollment: Enrollment,
    reader: Subscriber | None,
    now: datetime,
    publication: Publication,
    content: Content,
    queues: Queues,
    variants: Variants,
) -> bool:
    """Emit the due step; False when the sequence is over for this reader: they left, or the step is no more."""
    sequence = publication.sequences.get(enrollment.sequence)
    if sequence is None or enrollment.step > len(sequence.steps):
        return False
    if reader is None or reader.status is not Status.ACTIVE:
        return False
    mailing = step_mailing(sequence.key, enrollment.step)
    if content.mailing(mailing) is None:
        subject = sequence.steps[enrollment.step - 1].subject[publication.languages[0]]
        content.create_mailing(Mailing(mailing, Kind.STEP, now, subject=subject))
    variant = variants.step(sequence, enrollment.step, reader)
    batch = f"{reader.id}-{enrollment.enrolled_at:%Y%m%dT%H%M%S}"
    queues.send(queues.batch, SendBatch(mailing, batch, variant, (reader.id,)))
    return True
