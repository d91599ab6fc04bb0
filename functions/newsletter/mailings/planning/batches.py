"""Batches, and the manifest of a page: which recipient is in which batch is decided once and stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from newsletter.mailings.experiments.experiment import REST
from newsletter.mailings.experiments.gate import BETWEEN
from newsletter.platform.messages import PlanPage
from newsletter.platform.rate_limit import BATCH_SIZE
from newsletter.readers.subscriber import BROKEN_RECORD

RESEND_SUFFIX = "-again"
ARM = re.compile(r"[a-z2-7][0-9]+-(?:s([1-4])|(rest))-[0-9]+(?:p[0-9]+)?")
"""The id of a batch in an A/B test: shard and page, the arm, and the number of the batch."""
FIRST_PLACES = 32
"""Places of the ledger (ledger_keys.py) for batches whose ids name no other number, as in `a0-7p64`."""
MAX_CARRY = 8_000
"""Recipients that a manifest may carry to the next page: with a page of 4,000 they fit in an item (AWS: 400 KB)."""


ENOUGH_MAILS = "enough mails: "
"""Prefix of the reason for leaving somebody out who had as many mails in a week as the publication allows."""


def enough_mails(most: int) -> str:
    """The reason for leaving out who had so many."""
    return f"{ENOUGH_MAILS}{most} or more in seven days"


def is_without_mail(variant: str) -> bool:
    """Whether what stands for a variant is a reason for sending nothing."""
    return variant.startswith((BROKEN_RECORD, ENOUGH_MAILS))


@dataclass(frozen=True)
class Batch:
    """At most 50 recipients of one variant: one SES call, one ledger record.

    `variant` is the variant's key or, for recipients who get no mail, why: the text of `broken_record` where their
    records cannot be read, that of `enough_mails` where they had so many this week.
    """

    mailing: str
    id: str
    variant: str
    recipients: tuple[str, ...]

    @property
    def original_id(self) -> str:
        """The batch whose doubtful recipients this one sends to again; empty for a batch that was planned."""
        return self.id.removesuffix(RESEND_SUFFIX) if self.id.endswith(RESEND_SUFFIX) else ""

    @property
    def resend_id(self) -> str:
        """The id of the batch that sends to this one's doubtful recipients again."""
        return f"{self.id}{RESEND_SUFFIX}"

    def resend(self, recipients: tuple[str, ...]) -> Batch:
        """The batch that sends to these of its recipients again."""
        return replace(self, id=self.resend_id, recipients=recipients)

    @property
    def without_mail(self) -> bool:
        """Whether nobody of it gets a mail, for the reason that stands in place of the variant."""
        return is_without_mail(self.variant)

    @property
    def arm(self) -> str:
        """The arm of its recipients in the mailing's A/B test; empty in other mailings, and without a mail."""
        return arm_of(self.id)

    @property
    def unreadable(self) -> str:
        """Why its recipients' records cannot be read; empty for a batch that can be sent."""
        return self.variant if self.variant.startswith(BROKEN_RECORD) else ""

    @property
    def enough(self) -> str:
        """Why its recipients are left out who had enough mails this week; empty for other batches."""
        return self.variant if self.variant.startswith(ENOUGH_MAILS) else ""


@dataclass(frozen=True)
class Manifest:
    """How one page was planned. The first writer wins; a retry reads it and queues the same batches.

    `carry` has the recipients, by variant, that did not fill a batch: they come first in the next page's batches, so
    that a shard has at most one small batch per variant (more only when the carried ones exceed MAX_CARRY). `first`
    says, of a mailing of the warm-up plan, how many of its batches are for engaged readers, which all shards send
    before the others; they are the first ones. `cursor`
    is the last id read, or None when the shard is done. `readers` counts, from the shard's first page on, who is in a
    batch or carried; `nothing` counts recipients of a digest that has no article on their topics.
    """

    batches: tuple[Batch, ...]
    carry: Mapping[str, tuple[str, ...]]
    cursor: str | None
    readers: int = 0
    nothing: int = 0
    first: int | None = None

    @property
    def last(self) -> bool:
        """Whether the shard ends here."""
        return self.cursor is None


def build_manifest(
    of: PlanPage,
    carry: Mapping[str, tuple[str, ...]],
    chosen: Iterable[tuple[str, str]],
    cursor: str | None,
    size: int = BATCH_SIZE,
    places: int = FIRST_PLACES,
    engaged: AbstractSet[str] | None = None,
) -> Manifest:
    """The page's manifest: batches of `size` for the (recipient, variant) pairs, after those in `carry`.

    Those who are `engaged` come first, in batches of their own; of them nobody is carried. The ids of batches say in
    how many places of the ledger they are, so that another number moves nothing that is planned.
    """
    early: dict[str, list[str]] = {}
    waiting: dict[str, list[str]] = {variant: list(ids) for variant, ids in carry.items()}
    for recipient, variant in chosen:
        (early if engaged and recipient in engaged else waiting).setdefault(variant, []).append(recipient)
    groups = [
        (variant, tuple(ids[i : i + size])) for variant, ids in sorted(early.items()) for i in range(0, len(ids), size)
    ]
    first = None if engaged is None else len(groups)
    emptied = cursor is None or sum(len(ids) % size for ids in waiting.values()) > MAX_CARRY
    left: dict[str, tuple[str, ...]] = {}
    for variant, ids in sorted(waiting.items()):
        full = len(ids) if emptied else len(ids) - len(ids) % size
        groups.extend((variant, tuple(ids[i : i + size])) for i in range(0, full, size))
        if full < len(ids):
            left[variant] = tuple(ids[full:])
    of_places = "" if places == FIRST_PLACES else f"p{places}"
    batches = tuple(
        Batch(of.mailing, f"{of.shard}{of.page}-{_arm_in_id(variant)}{number}{of_places}", variant, ids)
        for number, (variant, ids) in enumerate(groups)
    )
    return Manifest(batches, left, cursor, first=first)


def arm_of(batch: str) -> str:
    """The arm of an A/B test that the id of a batch names; empty if it names none."""
    found = ARM.fullmatch(batch.removesuffix(RESEND_SUFFIX))
    return (found[1] or found[2]) if found else ""


def _arm_in_id(variant: str) -> str:
    """What the id of a batch says of its arm, by its variant in the manifest (experiments/gate.py)."""
    arm, between, _ = variant.partition(BETWEEN)
    if not between or is_without_mail(variant):
        return ""
    return f"{arm}-" if arm == REST else f"s{arm}-"
