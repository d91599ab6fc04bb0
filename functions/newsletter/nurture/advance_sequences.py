"""Queues every sequence step that is due, and sets the time of the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.launch import launch, prepare
from newsletter.mailings.mailing import Kind, Mailing, step_id
from newsletter.nurture.enrollment import Enrollment, advance, postponed
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import SendBatch
from newsletter.publication.publication import Publication, Sequence
from newsletter.readers.subscriber import Status, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container


def advance_sequences(due: list[Enrollment], now: datetime, isolated: Isolated, app: Container) -> dict[str, int]:
    """Queue one batch per due step and advance its enrollment: {"planned": …, "ended": …, "paused": …}. At most 100.

    A step's batch has one recipient and its id is made of subscriber and enrollment, so that the same step has the same
    ledger record: a run that crashed between queueing and advancing queues it again, and it is sent once. A step that
    cannot be planned, e.g. because its text is missing in the subscriber's language, stays due and is reported through
    `isolated`.
    """
    done = Counter(planned=0, ended=0, paused=0)
    today = now.astimezone(app.publication.time_zone).date()
    readers = app.subscribers.many(enrollment.subscriber for enrollment in due)
    for enrollment in due:
        with isolated.piece(f"step {enrollment.step} of {enrollment.sequence} for {enrollment.subscriber}"):
            reader = _recipient(enrollment, readers, app.publication)
            if reader is None:
                app.enrollments.replace(enrollment, replace(enrollment, due_at=None))
                done["ended"] += 1
            elif reader.choices.paused(today):
                app.enrollments.replace(enrollment, postponed(enrollment, now, app.publication.time_zone))
                done["paused"] += 1
            else:
                sequence = app.publication.sequences[enrollment.sequence]
                _plan(enrollment, sequence, reader, now, app)
                app.enrollments.replace(enrollment, advance(enrollment, sequence, now))
                done["planned"] += 1
    return dict(done)


def _recipient(
    enrollment: Enrollment, readers: Mapping[str, Subscriber], publication: Publication
) -> Subscriber | None:
    """Who gets the due step; None when the sequence has ended for them: they left, or the step was removed."""
    sequence = publication.sequences.get(enrollment.sequence)
    if sequence is None or enrollment.step > len(sequence.steps):
        return None
    reader = readers.get(enrollment.subscriber)
    return reader if reader is not None and reader.status is Status.ACTIVE else None


def _plan(enrollment: Enrollment, sequence: Sequence, reader: Subscriber, now: datetime, app: Container) -> None:
    mailing = step_id(sequence.key, enrollment.step)
    subject = sequence.steps[enrollment.step - 1].subject[app.publication.languages[0]]
    launch(prepare(Mailing(mailing, Kind.STEP, now, subject=subject), app), app)
    variant = app.variants.step(sequence, enrollment.step, reader)
    batch = f"{reader.id}-{enrollment.enrolled_at:%Y%m%dT%H%M%S}"
    app.queues.send(app.queues.batch, SendBatch(mailing, batch, variant, (reader.id,)))
