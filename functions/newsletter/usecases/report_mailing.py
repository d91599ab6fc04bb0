"""What became of a mailing and of each of its recipients, read from the ledger itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.adapters.content import Content
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.items import GET_LIMIT
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.errors import NotFound
from newsletter.domain.ledger import Certificate, RecipientLine, certify, lines_of
from newsletter.domain.mailing import Mailing
from newsletter.domain.subscriber import SHARDS


@dataclass(frozen=True)
class Report:
    """A mailing, its certificate and one line per recipient. `planned_to_the_end`: every shard has its last page."""

    mailing: Mailing
    certificate: Certificate
    lines: list[RecipientLine]
    planned_to_the_end: bool


def report_mailing(mailing_id: str, *, content: Content, deliveries: Deliveries) -> Report:
    """The report. Raises NotFound."""
    mailing = content.mailing(mailing_id)
    if mailing is None:
        raise NotFound(f"mailing {mailing_id}")
    records = list(deliveries.records(mailing_id))
    if mailing.kind.standing:
        # Standing mailings are not planned: every record is one mail that somebody's own step asked for.
        planned = [record.batch for record in records]
        finished = True
    else:
        manifests = list(deliveries.manifests(mailing_id))
        planned = [batch for _, manifest in manifests for batch in manifest.batches]
        finished = {shard for shard, manifest in manifests if manifest.last} == set(SHARDS)
    lines = lines_of(records, planned)
    total = sum(len(batch.recipients) for batch in planned)
    return Report(mailing, certify(total, records, lines), lines, finished)


def addresses_of(lines: list[RecipientLine], *, subscribers: Subscribers) -> Iterator[tuple[RecipientLine, str]]:
    """Each line with the reader's address, for who may see it; empty for a reader who is no longer known."""
    for start in range(0, len(lines), GET_LIMIT):
        chunk = lines[start : start + GET_LIMIT]
        readers = subscribers.many(line.subscriber for line in chunk)
        for line in chunk:
            reader = readers.get(line.subscriber)
            yield line, reader.email if reader else ""
