"""Send every sequence step that is due, and set the time of the one after it."""

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
    """Emit one batch per due step and move its enrollment on: {"planned": …, "ended": …, "paused": …}. At most 100.

    A step's batch holds one reader and is named after reader and enrollment, so its ledger record says by itself that
    this reader had this step: a tick that crashed between emitting and moving on emits it again, and the ledger lets
    nobody be mailed twice. One that cannot be planned, for lack of its text in the reader's language for example, stays
    due and is told through `isolated`.
    """
    done = Counter(planned=0, ended=0, paused=0)
    today = now.astimezone(app.publication.time_zone).date()
    readers = app.subscribers.many(enrollment.subscriber for enrollment in due)
    for enrollment in due:
        with isolated.piece(f"step {enrollment.step} of {enrollment.sequence} for {enrollment.subscriber}"):
            reader = _recipient(enrollment, readers, app.publication)
            if reader is None:
                app.enrollments.move(enrollment, replace(enrollment, due_at=None))
                done["ended"] += 1
            elif reader.choices.paused(today):
                app.enrollments.move(enrollment, postponed(enrollment, now, app.publication.time_zone))
                done["paused"] += 1
            else:
                sequence = app.publication.sequences[enrollment.sequence]
                _plan(enrollment, sequence, reader, now, app)
                app.enrollments.move(enrollment, advance(enrollment, sequence, now))
                done["planned"] += 1
    return dict(done)


def _recipient(
    enrollment: Enrollment, readers: Mapping[str, Subscriber], publication: Publication
) -> Subscriber | None:
    """Who gets the due step; None when the sequence is over for them: they left, or the step is no more."""
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
