"""What became of each arm of an A/B test, by the arm that the id of each batch names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from newsletter.mailings.planning.batches import arm_of
from newsletter.reports.certificate import NOT_ACCEPTED, RecipientLine
from newsletter.sending.ledger import BatchRecord, RecipientStatus


class ArmCount(NamedTuple):
    """Recipients of an arm: planned, not sent to yet, with a mail that SES took, and of these those who clicked, as
    people or as machines alone, and those who left with it.
    """

    planned: int = 0
    waiting: int = 0
    accepted: int = 0
    people: int = 0
    machines: int = 0
    unsubscribed: int = 0


def count_arms(records: Iterable[BatchRecord], lines: Iterable[RecipientLine]) -> dict[str, ArmCount]:
    """The counts by arm, from a line for each recipient and from the events in the records; empty without a test."""
    planned: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    events: dict[str, Counter[str]] = {what: Counter() for what in ("clicked", "scanned", "unsubscribed")}
    arms = {line.batch: "" for line in lines}
    arms = {batch: arm_of(batch) for batch in arms}
    for line in lines:
        if arm := arms[line.batch]:
            planned[arm] += 1
            waiting[arm] += line.status is RecipientStatus.WAITING
            accepted[arm] += line.status not in NOT_ACCEPTED
    for record in records:
        if arm := record.batch.arm:
            for what, counted in events.items():
                counted[arm] += sum(record.has_event(what, place) for place in range(len(record.outcomes)))
    return {
        arm: ArmCount(planned[arm], waiting[arm], accepted[arm], *(events[what][arm] for what in events))
        for arm in sorted(planned)
    }


def add_arms(one: Mapping[str, ArmCount], other: Mapping[str, ArmCount]) -> dict[str, ArmCount]:
    """Of two parts of a mailing together."""
    none = ArmCount()
    pairs = {arm: zip(one.get(arm, none), other.get(arm, none), strict=True) for arm in sorted({*one, *other})}
    return {arm: ArmCount(*map(sum, pair)) for arm, pair in pairs.items()}
