"""The report of a mailing: its stats, and a line for each recipient from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingState
from newsletter.platform.aws.items import GET_LIMIT
from newsletter.platform.errors import NotFound
from newsletter.platform.shards import SHARDS
from newsletter.reports.certificate import Certificate, RecipientLine, recipient_lines
from newsletter.reports.count_mailing import count_mailing, is_large, planned_pages
from newsletter.reports.stats import MailingStats

if TYPE_CHECKING:
    from newsletter.container import Container


class LinkCount(NamedTuple):
    """A link by its target, and of how many recipients people, and machines, opened it."""

    url: str
    people: int
    machines: int


@dataclass(frozen=True)
class Report:
    """A mailing and its stats; `final_stats` are those that were stored when the mailing was over.

    `links` are those that its mails have, the most opened by people first.
    """

    mailing: Mailing
    stats: MailingStats
    final_stats: MailingStats | None = None
    links: Sequence[LinkCount] = ()

    @property
    def certificate(self) -> Certificate:
        """The current certificate."""
        return self.stats.sums

    @property
    def planned_to_the_end(self) -> bool:
        """Whether nothing is left to plan: every shard is planned to its end, or the mailing was cancelled."""
        return self.stats.planned_to_the_end or self.mailing.status.state is MailingState.CANCELLED


def report_mailing(mailing_id: str, app: Container, *, now: datetime) -> Report:
    """The report. Raises NotFound."""
    mailing = app.mailings.get(mailing_id)
    if mailing is None:
        raise NotFound(f"mailing {mailing_id}")
    stats = count_mailing(mailing, app, now=now)
    final = app.stats.certificate(mailing_id) if mailing.status.state.is_final else None
    return Report(mailing, stats, final, _links(mailing_id, stats, app))


def _links(mailing: str, stats: MailingStats, app: Container) -> list[LinkCount]:
    targets = app.mailings.targets(mailing, stats.visits.links)
    found = [LinkCount(targets[key], *opened) for key, opened in stats.visits.links.items() if key in targets]
    return sorted(found, key=lambda link: (-link.people, -link.machines, link.url))


def recipients_of(
    mailing: Mailing, app: Container, *, now: datetime, after: tuple[str, int] = ("", -1)
) -> Iterator[RecipientLine]:
    """A line per recipient, by batch and position, from after `after` on. Large mailings are read shard by shard."""
    cancelled_at = now if mailing.status.state is MailingState.CANCELLED else None
    # Ids of batches begin with their shard, so reading shards in alphabetical order gives batches in order.
    shards = [shard for shard in sorted(SHARDS) if shard >= after[0][:1]] if is_large(mailing, app) else [""]
    for shard in shards:
        records = list(app.deliveries.records(mailing.id, shard))
        planned = [batch for _, manifest in planned_pages(mailing, shard, app) for batch in manifest.batches]
        for line in recipient_lines(records, planned, cancelled_at=cancelled_at):
            if (line.batch, line.position) > after:
                yield line


def addresses_of(lines: Iterable[RecipientLine], app: Container) -> Iterator[tuple[RecipientLine, str]]:
    """Each line with the subscriber's address; empty for one who was erased. For callers who may see addresses."""
    waiting = iter(lines)
    while chunk := list(islice(waiting, GET_LIMIT)):
        readers = app.subscribers.many(line.subscriber for line in chunk)
        for line in chunk:
            reader = readers.get(line.subscriber)
            yield line, reader.email if reader else ""
