"""The stats of a mailing or shard at one moment: its certificate, counts by status, sending rate and time left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from types import MappingProxyType

from newsletter.mailings.mailings_store import VariantOutline
from newsletter.mailings.planning.batches import Batch
from newsletter.reports.arm_counts import ArmCount, add_arms, count_arms
from newsletter.reports.certificate import Certificate, count_certificate, recipient_lines
from newsletter.reports.groups.count_groups import Topics, count_groups
from newsletter.reports.groups.groups import Groups
from newsletter.reports.visit_counts import VisitCounts
from newsletter.sending.ledger import LEASE, BatchRecord, BatchStatus, SendResult

RATE_WINDOW = timedelta(minutes=2)
"""The time before the count over which the rate is measured."""

NO_TOPICS: Topics = MappingProxyType({})


@dataclass(frozen=True)
class MailingStats:
    """The certificate `sums` as of `at`, and the number of recipients by status in `statuses`.

    `recent` recipients were sent to within RATE_WINDOW before that; `visits` tells who opened links, `groups` what
    became of parts of the mails, `arms` what became of each arm of an A/B test. `in_flight` are in calls to SES that
    are under way: they get their mail even when the mailing is paused or cancelled now.
    """

    sums: Certificate
    planned_to_the_end: bool
    at: datetime
    recent: int = 0
    statuses: Mapping[str, int] = field(default_factory=dict)
    visits: VisitCounts = field(default_factory=VisitCounts)
    in_flight: int = 0
    groups: Groups = field(default_factory=Groups)
    arms: Mapping[str, ArmCount] = field(default_factory=dict)

    def rate(self, started: datetime) -> float:
        """Recipients a second, measured over RATE_WINDOW, or since `started` if that is shorter."""
        seconds = min(RATE_WINDOW, max(self.at - started, timedelta(seconds=1))).total_seconds()
        return self.recent / seconds

    def time_left(self, started: datetime) -> timedelta | None:
        """How long the rest takes at that rate; None if nothing is left, or nothing was sent recently."""
        rate = self.rate(started)
        return timedelta(seconds=round(self.sums.waiting / rate)) if rate and self.sums.waiting else None


def compute_stats(
    records: Iterable[BatchRecord],
    planned: Iterable[Batch],
    *,
    to_the_end: bool,
    now: datetime,
    cancelled: bool,
    visits: VisitCounts | None = None,
    outline: Callable[[str], VariantOutline | None] = lambda _: None,
    topics: Topics = NO_TOPICS,
) -> MailingStats:
    """The stats of these ledger records and planned batches, as of `now`.

    `visits` were counted from the records, `outline` describes a variant by its key, `topics` are those of links.
    """
    records, planned = list(records), list(planned)
    lines = recipient_lines(records, planned, cancelled_at=now if cancelled else None)
    total = sum(len(batch.recipients) for batch in planned)
    recent = sum(
        len(record.batch.recipients)
        for record in records
        if record.state in (BatchStatus.DONE, BatchStatus.DOUBTFUL) and now - RATE_WINDOW < record.lease - LEASE <= now
    )
    statuses = Counter(line.status.value for line in lines)
    sums = count_certificate(total, records, lines)
    in_flight = sum(record.outcomes.count(SendResult.OPEN) for record in records if record.is_claimed(now))
    groups, arms = count_groups(records, lines, outline, topics), count_arms(records, lines)
    visits = visits or VisitCounts()
    return MailingStats(sums, to_the_end, now, recent, dict(statuses), visits, in_flight, groups=groups, arms=arms)


def sum_stats(parts: Iterable[MailingStats]) -> MailingStats:
    """The stats of several shards together, as of the oldest count. Raises ValueError for none."""
    parts = list(parts)
    if not parts:
        message = "nothing to add up"
        raise ValueError(message)
    sums = {each.name: sum(getattr(part.sums, each.name) for part in parts) for each in fields(Certificate)}
    return MailingStats(
        Certificate(**sums),
        all(part.planned_to_the_end for part in parts),
        min(part.at for part in parts),
        sum(part.recent for part in parts),
        dict(sum((Counter(part.statuses) for part in parts), Counter())),
        reduce(add, (part.visits for part in parts)),
        sum(part.in_flight for part in parts),
        groups=reduce(add, (part.groups for part in parts)),
        arms=reduce(add_arms, (part.arms for part in parts)),
    )
