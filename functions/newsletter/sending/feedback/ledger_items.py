"""How the items of a batch look in the ledger: its record, and its events.

The events have a set of positions for each type of FEEDBACK and each reason of a bounce, with names such as
`bounce_Permanent_General_5_1_1`, so that adding one twice changes nothing; and a text for each position whose reader
said why they left (`left_12`), which may be replaced. A batch of 50 stays below the 1 KB of a write unit with several
reasons of bounces.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.ledger_keys import LIFE
from newsletter.platform.times import iso, parse_iso
from newsletter.sending.feedback.visit_marks import read_marks
from newsletter.sending.ledger import FEEDBACK, LEASE, BatchRecord, BatchStatus
from newsletter.sending.ses.bounce_reason import BounceReason, from_stored

BOUNCE = "bounce_"
LEFT = "left_"


def claimed_values(
    batch: Batch, outcomes: str, reasons: Mapping[int, str], now: datetime, new_readers: Collection[int]
) -> dict[str, Any]:
    """The record of a batch that is claimed for the first time, as plain values."""
    return {
        "expires": int((now + LIFE).timestamp()),
        "variant": batch.variant,
        "recipients": " ".join(batch.recipients),
        "state": BatchStatus.CLAIMED,
        "outcomes": outcomes,
        "reasons": {str(position): reason for position, reason in reasons.items()},
        "attempts": 1,
        "lease": iso(now + LEASE),
        **({"new_readers": set(new_readers)} if new_readers else {}),
    }


def read_record(
    mailing: str, item: Mapping[str, Any], events: Mapping[str, Any], visits: Mapping[str, Any]
) -> BatchRecord:
    """The record of a batch with the items that follow it, which may be empty."""
    batch = Batch(mailing, item["part"].removeprefix("batch#"), item["variant"], tuple(item["recipients"].split()))
    size = len(batch.recipients)
    return BatchRecord(
        batch=batch,
        state=BatchStatus(item["state"]),
        outcomes=item["outcomes"],
        attempts=item["attempts"],
        lease=parse_iso(item["lease"]),
        reasons={int(position): reason for position, reason in item["reasons"].items()},
        positions=read_positions(events, size),
        visits=read_marks(visits, size, parse_iso(item["lease"])),
        bounces=_bounces(events, size),
        left_why=_left_why(events, size),
        new_readers=_within(item.get("new_readers", ()), size),
    )


def bounce_attributes(bounces: Mapping[BounceReason, Collection[int]]) -> dict[str, Collection[int]]:
    """The sets to add for mails that came back, by the names of their attributes."""
    return {f"{BOUNCE}{reason.stored}": positions for reason, positions in bounces.items()}


def read_positions(item: Mapping[str, Any], size: int) -> dict[str, frozenset[int]]:
    """Positions by type. Those beyond the size of the batch must not be counted."""
    return {what: _within(item[what], size) for what in FEEDBACK if what in item}


def _bounces(item: Mapping[str, Any], size: int) -> dict[BounceReason, frozenset[int]]:
    """Positions by the reason for which their mails came back."""
    return {
        from_stored(name.removeprefix(BOUNCE)): _within(positions, size)
        for name, positions in item.items()
        if name.startswith(BOUNCE)
    }


def _left_why(item: Mapping[str, Any], size: int) -> dict[int, str]:
    """Why readers left, by position."""
    return {position: item[f"{LEFT}{position}"] for position in range(size) if f"{LEFT}{position}" in item}


def _within(positions: Collection[int], size: int) -> frozenset[int]:
    return frozenset(each for each in map(int, positions) if each < size)
