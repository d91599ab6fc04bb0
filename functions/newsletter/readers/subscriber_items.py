"""Profiles of readers as they stand in the table. Planning and sending bear with one that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from newsletter.platform.aws.items import Item
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.consents.consent import ConsentRecord
from newsletter.readers.consents.consent_items import to_stored
from newsletter.readers.subscriber import (
    Frequency,
    Recipient,
    RecipientProfile,
    Status,
    Subscriber,
    broken_record,
)


def read_subscriber(item: dict[str, Any]) -> Subscriber:
    """The whole profile, from plain values."""
    paused = item.get("paused_until")
    return Subscriber(
        id=item["id"],
        email=item["email"],
        status=Status(item["status"]),
        topics=tuple(item["topics"]),
        language=item["language"],
        name=item["name"],
        confirmed_at=parse_iso(item["confirmed_at"]),
        consent_version=item["consent_version"],
        frequency=Frequency(item["frequency"]),
        paused_until=date.fromisoformat(paused) if paused else None,
        tracking=item["tracking"],
        frequency_history=item.get("cadence", ""),
        left_at=parse_iso(item["left_at"]) if "left_at" in item else None,
    )


def brought_profile(
    reader: Subscriber, proof: ConsentRecord, *, how: str, why: str, forget_after: timedelta
) -> dict[str, Any]:
    """The profile of a reader whom an import brings, as plain values; None where there is nothing to keep.

    Who left is in the index `due` for the day of their erasure, and not in the one that planning reads.
    """
    shard, left_at = shard_of(reader.id), reader.left_at
    return {
        "id": reader.id,
        "email": reader.email,
        "status": reader.status,
        "topics": list(reader.topics),
        "language": reader.language,
        "name": reader.name,
        "frequency": reader.frequency,
        "paused_until": reader.paused_until.isoformat() if reader.paused_until else None,
        "tracking": reader.tracking,
        "confirmed_at": iso(reader.confirmed_at),
        "confirmed_by": proof.consent.unique,
        "consent_version": reader.consent_version,
        "consent_head": proof.hash,
        "brought": to_stored(proof),
        "mailable": None if left_at else shard,
        "left_at": iso(left_at) if left_at else None,
        "left_how": how or None,
        "left_why": why or None,
        "due_shard": shard if left_at else None,
        "due_at": iso(left_at + forget_after) if left_at else None,
    }


def read_addressee(item: Item) -> RecipientProfile:
    """What a mail needs; says which fields are broken."""
    try:
        email, language, name = item["email"]["S"], item["language"]["S"], item["name"]["S"]
        status = item["status"]["S"]
    except KeyError:
        broken = [name for name in ("email", "language", "name", "status") if "S" not in item.get(name, {})]
        return RecipientProfile("", "", "", broken=broken_record(broken))
    return RecipientProfile(email, name, language, stopped="" if status == Status.ACTIVE else status)


def read_recipient(item: Item) -> Recipient:
    """What planning needs; says which fields are broken."""
    try:
        return _readable(item)
    except (KeyError, ValueError):
        # One record that nobody can read must not keep a whole shard from its mail.
        return Recipient(item["id"]["S"], (), "", broken=", ".join(_unreadable(item)))


def _readable(item: Item) -> Recipient:
    paused = item.get("paused_until")
    return Recipient(
        id=item["id"]["S"],
        topics=tuple([topic["S"] for topic in item["topics"]["L"]]),
        language=item["language"]["S"],
        frequency=Frequency(item["frequency"]["S"]),
        paused_until=date.fromisoformat(paused["S"]) if paused else None,
        tracking=item["tracking"]["BOOL"],
        frequency_history=item["cadence"]["S"] if "cadence" in item else "",
    )


def _unreadable(item: Item) -> Iterator[str]:
    """The fields that are missing, or cannot be read where everything else is as it should be."""
    right: Item = {"topics": {"L": []}, "language": {"S": ""}, "frequency": {"S": "weekly"}, "tracking": {"BOOL": True}}
    for name in (*right, "paused_until", "cadence"):
        try:
            if name in item:
                _readable({"id": item["id"], **right, name: item[name]})
            elif name in right:
                yield name
        except (KeyError, ValueError):
            yield name
