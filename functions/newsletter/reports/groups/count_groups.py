"""Counts the parts of a mailing from its ledger records and the lines of its recipients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from newsletter.mailings.mailings_store import VariantOutline
from newsletter.readers.unsubscribe import IN_WORDS
from newsletter.reports.certificate import NOT_ACCEPTED, RecipientLine
from newsletter.reports.groups.groups import EARLIER, NEW, GroupCount, Groups, VariantGroup, added
from newsletter.sending.ledger import BatchRecord, RecipientStatus
from newsletter.sending.ses.bounce_reason import PERMANENT, BounceReason

CAME_BACK = {
    RecipientStatus.BOUNCED: BounceReason(PERMANENT),
    RecipientStatus.SOFT_BOUNCED: BounceReason("Transient"),
}
"""What is known of mails that came back for a reason that is not."""
LEFT = "unsubscribed"
Topics = Mapping[str, tuple[str, ...]]
"""The topics of the article that a link leads to, by the link's key."""


def count_groups(
    records: Iterable[BatchRecord],
    lines: Iterable[RecipientLine],
    outline: Callable[[str], VariantOutline | None],
    topics: Topics,
) -> Groups:
    """The counts of these records, of which `lines` are the recipients; `outline` describes a variant by its key."""
    records = list(records)
    accepted: dict[str, set[int]] = {}
    bounces: Counter[str] = Counter()
    for line in lines:
        if line.status not in NOT_ACCEPTED:
            accepted.setdefault(line.batch, set()).add(line.position)
        if reason := why_back(line):
            bounces[reason.stored] += 1
    groups = [_of_batch(record, accepted.get(record.batch.id, set()), outline, topics) for record in records]
    why = [record.left_why.get(position, "") for record in records for position in record.positions.get(LEFT, ())]
    return Groups(
        added(*(pair for each in groups for pair in each.variants.items())),
        added(*(pair for each in groups for pair in each.topics.items())),
        added(*(pair for each in groups for pair in each.readers.items())),
        dict(bounces),
        dict(Counter(each.removesuffix(IN_WORDS) for each in why)),
        sum(each.endswith(IN_WORDS) for each in why),
    )


def why_back(line: RecipientLine) -> BounceReason | None:
    """Why the recipient's mail came back, for good or for now as its status says; None for one that did not."""
    unknown = CAME_BACK.get(line.status)
    if unknown is None or (any(line.bounce) and line.bounce.for_good == unknown.for_good):
        return line.bounce if unknown else None
    return unknown


def _of_batch(
    record: BatchRecord, accepted: set[int], outline: Callable[[str], VariantOutline | None], topics: Topics
) -> Groups:
    """The counts of a batch. `accepted` is empty for one that sends again: its mails count where they were planned."""
    variant = None if record.batch.without_mail else outline(record.batch.variant)
    if variant is None:
        return Groups()
    people = {position for position, mark in record.visits.items() if mark.person}
    left = record.positions.get(LEFT, frozenset())
    new = record.new_readers
    whole = GroupCount(len(accepted), len(people), len(left))
    fresh = GroupCount(len(accepted & new), len(people & new), len(left & new))
    earlier = GroupCount(*(all_of - of_new for all_of, of_new in zip(whole, fresh, strict=True)))
    about = [topics.get(key, ()) for key in variant.links]
    readers_of = Counter(
        topic
        for position in people
        for topic in {topic for place in record.visits[position].people if place < len(about) for topic in about[place]}
    )
    return Groups(
        {(variant.language, variant.subject): VariantGroup(whole, record.batch.variant)},
        {
            topic: GroupCount(whole.mails, readers_of[topic], whole.left)
            for topic in sorted({topic for each in about for topic in each})
        },
        {key: counted for key, counted in ((NEW, fresh), (EARLIER, earlier)) if any(counted)},
    )
