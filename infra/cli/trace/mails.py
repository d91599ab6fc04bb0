"""What became of mails: of a recipient's, and of a whole batch."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cli.trace.story import Part, Told, quoted, told
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingState
from newsletter.platform.shards import shard_of
from newsletter.reports.certificate import NOT_ACCEPTED, RecipientLine, recipient_lines
from newsletter.reports.count_mailing import planned_pages
from newsletter.sending.feedback.delivery_times import Moments
from newsletter.sending.ledger import FEEDBACK, VISITED, BatchRecord

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_MAILINGS = 40
"""Mailings that are searched for a reader, the newest first."""
SECONDS = 30.0
"""How long they are searched at most: of a large mailing, a whole shard is read."""
TIMED = {"sent", "delivered"}
"""Events whose times the ledger has."""


@dataclass(frozen=True)
class FoundMail:
    """A mail to one recipient: its line in the report, and the record of its batch if it was tried."""

    mailing: Mailing
    line: RecipientLine
    record: BatchRecord | None


def mails_to(ids: Collection[str], app: Container, now: datetime, left_out: list[str]) -> Iterator[FoundMail]:
    """The mails to a reader, under all ids that they have had, in the newest mailings."""
    stop = time.monotonic() + SECONDS
    for looked_at, (_, mailing) in enumerate(app.mailings.older("", MOST_MAILINGS + 1)):
        if looked_at == MOST_MAILINGS or time.monotonic() > stop:
            left_out.append(f"mails of mailings before {mailing.id}: the newest {looked_at} were searched")
            return
        yield from mails_in(mailing, ids, app, now)


def mails_in(mailing: Mailing, ids: Collection[str], app: Container, now: datetime) -> Iterator[FoundMail]:
    """The mails of one mailing to them; only their batches are read, or their shard where nothing was planned."""
    cancelled_at = now if mailing.status.state is MailingState.CANCELLED else None
    for shard in dict.fromkeys(shard_of(each) for each in ids):
        planned = [
            batch
            for _, manifest in planned_pages(mailing, shard, app)
            for batch in manifest.batches
            if set(ids).intersection(batch.recipients)
        ]
        if mailing.kind.automated:
            records = list(app.deliveries.records(mailing.id, shard))
        else:
            names = (each for batch in planned for each in (batch.id, batch.resend_id))
            records = [record for name in names if (record := app.deliveries.record(mailing.id, name))]
        by_id = {record.batch.id: record for record in records}
        for line in recipient_lines(records, planned, cancelled_at=cancelled_at):
            if line.subscriber in ids:
                yield FoundMail(mailing, line, by_id.get(line.batch))


def lines_of(found: FoundMail, app: Container, *, whose: bool = False) -> Iterator[Told]:
    """When the mail was sent, what became of it, and when it was delivered; with `whose`, each says the recipient."""
    line, record = found.line, found.record
    who = f" to {line.subscriber}" if whose else ""
    name = f"{found.mailing.id}, batch {line.batch}, position {line.position}{who}"
    why = f" ({quoted(line.reason)})" if line.reason else ""
    if record is None:
        yield told(found.mailing.created_at, Part.MAIL, f"{name}: planned, {line.status.value}{why}")
        return
    moments = app.deliveries.moments(found.mailing.id, [line.batch]).get(line.batch)
    later = [each for each in (*FEEDBACK, *VISITED) if each not in TIMED and record.has_event(each, line.position)]
    since = f"; reported since: {', '.join(each.replace('_', ' ') for each in later)}" if later else ""
    became = line.status.value if line.status in NOT_ACCEPTED else f"sent, now {line.status.value}"
    yield told(_sent_at(moments, found), Part.MAIL, f"{name}: {became}{why}{since}")
    delivered = moments.delivered.get(line.position) if moments else None
    if delivered:
        yield told(delivered, Part.EVENT, f"{name}: delivered")


def _sent_at(moments: Moments | None, found: FoundMail) -> datetime:
    return moments.sent_at if moments else found.mailing.created_at
