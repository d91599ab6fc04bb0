"""What happened to a mailing, and to one of its batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cli.trace import find, mails
from cli.trace.story import Part, Story, Told, quoted, told
from newsletter.mailings.mailing import Mailing
from newsletter.reports.certificate import recipient_lines
from newsletter.reports.descriptions import title_of
from newsletter.reports.report_mailing import report_mailing
from newsletter.reports.words.certificate_words import certificate_in_words
from newsletter.sending.ledger import LEASE, BatchRecord

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_BATCHES = 200
"""Batches of a mailing that are told, the newest."""


def tell_mailing(story: Story, name: str, app: Container, now: datetime) -> None:
    """The mailing as a whole: its start, its state, its batches, and its certificate as of now."""
    mailing = app.mailings.get(name)
    if mailing is None:
        return
    story.ids = [name]
    story.add(_mailing(mailing))
    if app.deliveries.is_large(name):
        story.left_out.append(f"the batches of this large mailing; `newsletter trace {name}/BATCH` tells of one")
    else:
        records = sorted(app.deliveries.records(name), key=lambda record: record.lease)
        story.add(_batch(name, record) for record in records[-MOST_BATCHES:])
        if len(records) > MOST_BATCHES:
            story.left_out.append(f"{len(records) - MOST_BATCHES:,} earlier batches; `newsletter trace {name}/BATCH`")
    story.add(
        [told(now, Part.MAILING, f"{name}, as of now: {certificate_in_words(report_mailing(name, app, now=now))}")]
    )


def tell_batch(story: Story, mailing: str, batch: str, app: Container, now: datetime) -> None:
    """One batch: its mailing, what was planned, each recipient by id, and what became of each mail."""
    whole = app.mailings.get(mailing)
    if whole is None:
        return
    story.ids = [mailing]
    story.add(_mailing(whole))
    planned = find.planned(mailing, batch, app)
    record = app.deliveries.record(mailing, batch)
    if planned:
        size = len(planned.recipients)
        story.add([told(whole.created_at, Part.MAILING, f"{batch}: planned for {size}, variant {planned.variant}")])
    if record:
        story.add([_batch(mailing, record)])
    elif planned:
        story.add([told(now, Part.MAILING, f"{batch}, as of now: waits, no sender has taken it yet")])
    for line in recipient_lines([record] if record else [], [planned] if planned else []):
        story.add(mails.lines_of(mails.FoundMail(whole, line, record), app, whose=True))


def _mailing(mailing: Mailing) -> Iterator[Told]:
    yield told(mailing.created_at, Part.MAILING, f"{mailing.id}: started, {mailing.kind.value}: {title_of(mailing)}")
    status = mailing.status
    if not mailing.kind.automated and status.since > mailing.created_at:
        why = f": {quoted(status.reason)}" if status.reason else ""
        by = f", by {status.by}" if status.by else ""
        yield told(status.since, Part.MAILING, f"{mailing.id}: {status.state.value}{by}{why}")


def _batch(mailing: str, record: BatchRecord) -> Told:
    """A batch in one line, at the time of its last result."""
    letters = Counter(record.status_of(position).value for position in range(len(record.outcomes)))
    counts = ", ".join(f"{number} {status}" for status, number in sorted(letters.items()))
    tries = f", attempt {record.attempts}" if record.attempts > 1 else ""
    size = len(record.outcomes)
    many = f"{size} recipients" if size != 1 else "1 recipient"
    return told(
        record.lease - LEASE,
        Part.MAIL,
        f"{mailing}, batch {record.batch.id}: {record.state.value}{tries}, {many}: {counts}",
    )
