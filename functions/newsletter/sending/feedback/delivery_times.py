"""When the mails of a batch were delivered, as the ledger keeps it beside the events: a number for each position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.platform.times import parse_iso
from newsletter.sending.ledger import LEASE

DELIVERED_AT = "delivered_at"
"""The attribute: a set of numbers, each a position times AROUND and a remainder of Unix seconds."""
AROUND = 1_000_000
"""What the remainder is of: 11 days until one comes again, and eight digits, so that fifty of them and all events of a
batch take one write unit (AWS: two digits to a byte)."""
BEFORE = timedelta(days=4)
"""How long before the batch's last change a delivery may have been: doubt about a batch is settled later."""


@dataclass(frozen=True)
class Moments:
    """Of a batch: the key of its variant, when it was given to SES, when its mails were `delivered` by position, when
    its record `expires`, and how many recipients it has.
    """

    variant: str
    sent_at: datetime
    delivered: Mapping[int, datetime]
    expires: datetime
    size: int


def as_numbers(delivered: Mapping[int, datetime]) -> set[int]:
    """Times of delivery by position, as they are stored."""
    return {position * AROUND + int(at.timestamp()) % AROUND for position, at in delivered.items()}


def moments_of(record: Mapping[str, Any], events: Mapping[str, Any]) -> Moments:
    """The moments of a ledger record and its events."""
    sent_at = parse_iso(record["lease"]) - LEASE
    delivered: dict[int, datetime] = {}
    for number in sorted(events.get(DELIVERED_AT, ()), reverse=True):  # of a mail that is reported twice, the first
        position, seconds = divmod(number, AROUND)
        delivered[position] = _first_after(sent_at - BEFORE, seconds)
    expires = datetime.fromtimestamp(record["expires"], UTC)
    return Moments(record["variant"], sent_at, delivered, expires, len(record["outcomes"]))


def _first_after(first: datetime, remainder: int) -> datetime:
    begin = int(first.timestamp())
    return datetime.fromtimestamp(begin + (remainder - begin) % AROUND, UTC)
