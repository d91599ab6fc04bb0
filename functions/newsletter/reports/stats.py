"""A count of a mailing or of one of its shards at one moment, and what follows from it: rate and time left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from newsletter.mailings.planning.batches import Batch
from newsletter.sending.ledger import LEASE, BatchRecord, BatchStatus, Certificate, count_certificate, recipient_lines

LATELY = timedelta(minutes=2)
"""The time over which the rate is measured."""


@dataclass(frozen=True)
class MailingStats:
    """`sums` as of `at`; `lately` recipients were settled in the two minutes before. `standings` counts lines."""

    sums: Certificate
    planned_to_the_end: bool
    at: datetime
    lately: int = 0
    standings: Mapping[str, int] = field(default_factory=dict)

    def rate(self, started: datetime) -> float:
        """Recipients a second; a mailing that started less than two minutes ago is measured from its start."""
        seconds = min(LATELY, max(self.at - started, timedelta(seconds=1))).total_seconds()
        return self.lately / seconds

    def left(self, started: datetime) -> timedelta | None:
        """How long the rest takes at that rate; None where nothing is left or nothing moves."""
        rate = self.rate(started)
        return timedelta(seconds=round(self.sums.waiting / rate)) if rate and self.sums.waiting else None


def count(
    records: Iterable[BatchRecord], planned: Iterable[Batch], *, to_the_end: bool, now: datetime, cancelled: bool
) -> MailingStats:
    """The tally of the ledger records and planned batches given."""
    records, planned = list(records), list(planned)
    lines = recipient_lines(records, planned, cancelled_at=now if cancelled else None)
    total = sum(len(batch.recipients) for batch in planned)
    lately = sum(
        len(record.batch.recipients)
        for record in records
        if record.state in (BatchStatus.DONE, BatchStatus.DOUBTFUL) and now - LATELY < record.lease - LEASE <= now
    )
    standings = Counter(line.status.value for line in lines)
    return MailingStats(count_certificate(total, records, lines), to_the_end, now, lately, dict(standings))


def add_up(tallies: Iterable[MailingStats]) -> MailingStats:
    """The tally of several shards, as old as its oldest part. ValueError for none."""
    parts = list(tallies)
    if not parts:
        message = "nothing to add up"
        raise ValueError(message)
    sums = {each.name: sum(getattr(part.sums, each.name) for part in parts) for each in fields(Certificate)}
    return MailingStats(
        Certificate(**sums),
        all(part.planned_to_the_end for part in parts),
        min(part.at for part in parts),
        sum(part.lately for part in parts),
        dict(sum((Counter(part.standings) for part in parts), Counter())),
    )
