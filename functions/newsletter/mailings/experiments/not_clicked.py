"""Who got a campaign and did not click: those to whom it may be sent again, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.container import Container


def readers_to_send_again(first: str, shard: str, app: Container) -> frozenset[str] | None:
    """The readers of that shard to whom the mailing `first` may be sent again; None, for anybody, without it.

    They got it, and neither clicked as a person, nor left, complained or bounced. A shard of a million readers
    has some 31,000.
    """
    if not first:
        return None
    meant: set[str] = set()
    others: set[str] = set()
    for record in app.deliveries.records(first, shard):
        for position, reader in enumerate(record.batch.recipients):
            if record.has_reacted(position):
                others.add(reader)
            elif record.has_arrived(position):
                meant.add(reader)
    # A reader in doubt may be in two batches.
    return frozenset(meant - others)
