"""Profiles to and from items of the Subscribers table. Planning and sending go on past a profile that is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from newsletter.platform.aws.items import Item
from newsletter.platform.shards import shard_of
from newsletter.platform.text import cut
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.choices import CHOICES, Choices, choices_from, stored_choices
from newsletter.readers.consents.consent import ConsentRecord
from newsletter.readers.consents.consent_items import to_stored
from newsletter.readers.profiles.movements_store import MAX_ORIGIN
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.subscriber import Recipient, RecipientProfile, Status, Subscriber, broken_record

FOR_AUDIENCES = tuple(name for name, choice in CHOICES.items() if choice.for_audiences)
INDEXED = (
    *((name, CHOICES[name].kind) for name in FOR_AUDIENCES),
    *(("cadence", "S"), ("welcomed", "S"), ("taken", "S")),
)
"""Name and type of the attributes that the index for planning has, besides its keys (infra/storage.yaml)."""
ADDRESSEE = ("id", "email", "status", "language", "name", "paused_until", "joined_at", "confirmed_at", "moved_from")
"""The attributes of a profile that sending a mail needs."""
OF_RECIPIENTS = ("id", *(name for name, _ in INDEXED))
"""The attributes of a profile that planning reads."""
REMEMBERED = 10_000
"""How many different combinations of choices a process caches for planning."""


def read_subscriber(item: Mapping[str, Any]) -> Subscriber:
    """The whole profile, from plain values; `frequency_history` is stored as `cadence`.

    Raises KeyError or ValueError if the profile is broken.
    """
    return Subscriber(
        id=item["id"],
        email=item["email"],
        status=Status(item["status"]),
        choices=choices_from(item),
        confirmed_at=parse_iso(item["confirmed_at"]),
        consent_version=item["consent_version"],
        frequency_history=item.get("cadence", ""),
        left_at=parse_iso(item["left_at"]) if "left_at" in item else None,
        welcomed=item.get("welcomed", ""),
        taken=item.get("taken", ""),
    )


def read_profile(item: Mapping[str, Any]) -> Profile:
    """The fields that can be read from any profile, broken or not, from plain values."""
    return Profile(
        tracking=item.get("tracking") is True,
        **{
            name: str(item.get(name, ""))
            for name in (
                *("id", "status", "email", "language", "left_at", "left_how", "moved_to", "moved_from"),
                *("confirmed_by", "confirmed_with", "confirmed_as", "consent_head", "erased_at"),
            )
        },
    )


def imported_profile(
    reader: Subscriber, proof: ConsentRecord, *, how: str, why: str, forget_after: timedelta
) -> dict[str, Any]:
    """The profile of an imported reader, as plain values; None for attributes that are not stored.

    One who left is in the index `due`, for the day of their erasure, and not in the one that planning reads.
    """
    shard, left_at = shard_of(reader.id), reader.left_at
    return {
        "id": reader.id,
        "email": reader.email,
        "status": reader.status,
        **stored_choices(reader.choices),
        "confirmed_at": iso(reader.confirmed_at),
        "confirmed_by": proof.consent.unique,
        "consent_version": reader.consent_version,
        "consent_head": proof.hash,
        "brought": to_stored(proof),
        "joined_by": cut(proof.consent.unique, MAX_ORIGIN),
        "mailable": None if left_at else shard,
        "left_at": iso(left_at) if left_at else None,
        "left_how": how or None,
        "left_why": why or None,
        "due_shard": shard if left_at else None,
        "due_at": iso(left_at + forget_after) if left_at else None,
    }


def read_recipient_profile(item: Item) -> RecipientProfile:
    """What sending a mail needs; if fields are broken, `broken` names them."""
    try:
        email, language, name = item["email"]["S"], item["language"]["S"], item["name"]["S"]
        status = item["status"]["S"]
    except KeyError:
        broken = [name for name in ("email", "language", "name", "status") if "S" not in item.get(name, {})]
        return RecipientProfile("", "", "", broken=broken_record(broken))
    stopped = "" if status == Status.ACTIVE else status
    # `confirmed_at` is renewed by every form that a reader confirms; imported readers have nothing else.
    since = "joined_at" if "joined_at" in item or "moved_from" in item else "confirmed_at"
    joined, paused_until = (item.get(each, {}).get("S", "") for each in (since, "paused_until"))
    return RecipientProfile(email, name, language, stopped, joined=joined, paused_until=paused_until)


# --- planning --------------------------------------------------------------------------------------------------------


def read_recipient(item: Item) -> tuple[str, Recipient]:
    """Id and what planning needs, the same object for equal choices; if fields are broken, `broken` names them."""
    stored: list[Any] = []
    try:
        for name, kind in INDEXED:
            value = item.get(name)
            if value is None:
                stored.append(None)
            elif kind == "L":
                stored.append(tuple([each["S"] for each in value["L"]]))
            else:
                stored.append(value[kind])
        return item["id"]["S"], _recipient(*stored)
    except (KeyError, TypeError, ValueError):
        # One broken record must not keep a whole shard from its mail.
        return item["id"]["S"], Recipient(Choices(), broken=", ".join(_unreadable(item)))


@lru_cache(REMEMBERED)
def _recipient(*stored: Any) -> Recipient:
    """Raises KeyError and ValueError for values that cannot be read; errors are not cached."""
    *choices, frequency_history, welcomed, taken = stored
    found = {name: value for name, value in zip(FOR_AUDIENCES, choices, strict=True) if value is not None}
    return Recipient(
        choices_from(found, FOR_AUDIENCES), frequency_history or "", welcomed=welcomed or "", taken=taken or ""
    )


def _unreadable(item: Item) -> Iterator[str]:
    """The names of the fields that are missing or cannot be read."""
    for name, kind in INDEXED:
        choice = CHOICES.get(name)
        try:
            if name in item:
                value = item[name][kind]
                if choice:
                    choice.from_stored([each["S"] for each in value] if kind == "L" else value)
            elif choice and choice.needed:
                yield name
        except (KeyError, TypeError, ValueError):
            yield name
