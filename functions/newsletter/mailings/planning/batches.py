"""From a page of recipients to batches: who is in which batch is decided once and written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from newsletter.platform.rate_limit import BATCH_SIZE
from newsletter.readers.subscriber import BROKEN_RECORD

_AGAIN = "-again"
MAX_CARRY = 8_000
"""Recipients that a manifest carries to the next page: with a page of 4,000 they fit in an item (AWS: 400 KB)."""


@dataclass(frozen=True)
class Batch:
    """At most 50 recipients of one variant: one SES call, one ledger record.

    `variant` is the variant's key, or what `broken_record` says of recipients who cannot get a mail.
    """

    mailing: str
    id: str
    variant: str
    recipients: tuple[str, ...]

    @property
    def first(self) -> str:
        """The batch whose doubtful recipients this one tries again; empty for a batch that was planned."""
        return self.id.removesuffix(_AGAIN) if self.id.endswith(_AGAIN) else ""

    @property
    def again_id(self) -> str:
        """The id of the batch that tries this one's doubtful recipients again."""
        return f"{self.id}{_AGAIN}"

    def again(self, recipients: tuple[str, ...]) -> Batch:
        """The batch that tries these of its recipients again."""
        return replace(self, id=self.again_id, recipients=recipients)

    @property
    def broken(self) -> str:
        """Why none of its recipients can get a mail; empty for a batch that has one."""
        return self.variant if self.variant.startswith(BROKEN_RECORD) else ""


@dataclass(frozen=True)
class Manifest:
    """What planning one page decided. The first writer wins; a retry reads it back and emits the very same batches.

    `carry` holds the recipients, by variant, that did not fill a batch: they open the next page's batches, so that a
    shard has at most one small batch per variant (more only when so many variants wait that they exceed MAX_CARRY).
    `cursor` is the last id read, or None when the shard is done. `readers` and `nothing` count, from the shard's first
    page on, who is in a batch or carried, and whom the mailing is meant for but has nothing for.
    """

    batches: tuple[Batch, ...]
    carry: Mapping[str, tuple[str, ...]]
    cursor: str | None
    readers: int = 0
    nothing: int = 0

    @property
    def last(self) -> bool:
        """Whether the shard ends here."""
        return self.cursor is None


def plan_page(
    mailing: str,
    shard: str,
    page: int,
    carry: Mapping[str, tuple[str, ...]],
    chosen: Iterable[tuple[str, str]],
    cursor: str | None,
    size: int = BATCH_SIZE,
) -> Manifest:
    """Batches of `size` for (recipient, variant) pairs in `chosen`, after those carried from the page before."""
    waiting: dict[str, list[str]] = {variant: list(ids) for variant, ids in carry.items()}
    for recipient, variant in chosen:
        waiting.setdefault(variant, []).append(recipient)
    emptied = cursor is None or sum(len(ids) % size for ids in waiting.values()) > MAX_CARRY
    groups: list[tuple[str, tuple[str, ...]]] = []
    left: dict[str, tuple[str, ...]] = {}
    for variant, ids in sorted(waiting.items()):
        full = len(ids) if emptied else len(ids) - len(ids) % size
        groups.extend((variant, tuple(ids[i : i + size])) for i in range(0, full, size))
        if full < len(ids):
            left[variant] = tuple(ids[full:])
    batches = tuple(
        Batch(mailing, f"{shard}{page}-{number}", variant, ids) for number, (variant, ids) in enumerate(groups)
    )
    return Manifest(batches, left, cursor)
