"""Readers without end and without storage: everything about one follows from the id."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import Any
from zlib import crc32

from newsletter.platform.shards import SHARDS
from newsletter.readers.choices import Choices
from newsletter.readers.profiles.subscribers_store import Subscribers
from newsletter.readers.subscriber import SignUp
from rehearsal.aws.dynamodb import Item
from rehearsal.aws.dynamodb.expressions.updates import updated
from rehearsal.aws.dynamodb.partition import Part

CONFIRMED = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
TOPICS_CHOSEN = (0, 1, 1, 2, 2, 3)
"""How many topics readers choose; none means every topic."""
FIRST_LANGUAGE = 0.8
"""The share of readers who read the publication's first language; the others share the rest."""
CHOICES = 997
"""Different (topics, language) draws; readers are spread over them by their id."""
COUNTER = 5
"""Characters of an id that count the readers of a shard, so that ids come in order."""


class Readers:
    """Active readers, equally many in each shard.

    Their items are what `Subscribers.activate` writes, and the index has what its projection names.
    """

    def __init__(self, number: int, topics: Sequence[str], languages: Sequence[str], projection: Sequence[str]) -> None:
        self._in_shard = number // len(SHARDS)
        self._projection = projection
        draw = Random(1)  # noqa: S311 (the same readers in every run)
        self._profiles = [_profile(*_choice(draw, topics, languages)) for _ in range(CHOICES)]

    indexes: tuple[str, ...] = ("mailable-2", "mailable-3")
    """A reader who has left is still in it: nobody's mailing depends on it here."""

    def item(self, key: Item) -> Item | None:
        """The profile; None for any other record, and for an id that is none of ours."""
        if key["record"]["S"] != "profile":
            return None
        reader = key["id"]["S"]
        if len(reader) != 26 or not (0 <= _number(reader) < self._in_shard) or reader_id(*_parts(reader)) != reader:
            return None
        own = {"id": reader, "email": f"{reader[:9]}@lukija.example", "mailable": reader[0]}
        return self._choice_of(reader) | {name: {"S": text} for name, text in own.items()}

    def page(self, index: str, partition: Part, after: Item | None, limit: int | None) -> tuple[list[Item], bool]:
        """A page of the index `mailable`, and whether there are more."""
        assert index in self.indexes
        first = _number(after["id"]["S"]) + 1 if after else 0
        last = min(first + (limit or self._in_shard), self._in_shard)
        return [self._indexed(str(partition), number) for number in range(first, last)], last < self._in_shard

    def _indexed(self, shard: str, number: int) -> Item:
        reader = reader_id(shard, number)
        own = self._choice_of(reader) | {"id": {"S": reader}, "mailable": {"S": shard}}
        return {name: own[name] for name in self._projection if name in own}

    def _choice_of(self, reader: str) -> Item:
        return self._profiles[crc32(reader.encode()) % CHOICES]


def reader_id(shard: str, number: int) -> str:
    """The id of a reader: 26 base32 characters, in the order of their numbers."""
    digits = ""
    rest = number
    for _ in range(COUNTER):
        rest, digit = divmod(rest, 32)
        digits = ORDERED[digit] + digits
    noise = b32encode(sha256(f"{shard}{number}".encode()).digest()[:15]).decode().lower()
    return f"{shard}{digits}{noise[: 25 - COUNTER]}"


def place(address: str, readers: int) -> int:
    """Of `readers` readers, the number of the one with this address, from 0."""
    return ORDERED.index(address[0]) * (readers // len(SHARDS)) + _number(address)


ORDERED = "".join(sorted(SHARDS))


def _parts(reader: str) -> tuple[str, int]:
    return reader[0], _number(reader)


def _number(reader: str) -> int:
    number = 0
    for character in reader[1 : COUNTER + 1]:
        number = number * 32 + ORDERED.find(character)
    return number


def _choice(draw: Random, topics: Sequence[str], languages: Sequence[str]) -> tuple[tuple[str, ...], str]:
    chosen = draw.sample(list(topics), draw.choice(TOPICS_CHOSEN))
    first, *others = languages
    language = first if draw.random() < FIRST_LANGUAGE or not others else draw.choice(others)
    return tuple(topic for topic in topics if topic in chosen), language


def _profile(topics: tuple[str, ...], language: str) -> Item:
    """An active reader's profile, as the real adapter writes it."""
    written: list[Item] = []
    sign_up = SignUp(
        "a" * 26,
        "",
        Choices(topics=topics, language=language, name="Maija Meikäläinen"),
        "2026-11",
        "",
        "",
        CONFIRMED,
        "0123456789abcdef",
    )
    recorder: Any = _Recorder(written.append)  # of a client, what it takes to activate
    Subscribers(recorder, "Subscribers", "mailable").activate(sign_up, CONFIRMED)
    return written[0]


class _Recorder:
    """A client that takes one UpdateItem and keeps the item it makes."""

    exceptions = type("Exceptions", (), {"ConditionalCheckFailedException": LookupError})

    def __init__(self, keep: Callable[[Item], object]) -> None:
        self._keep = keep

    def update_item(self, **request: Any) -> Mapping[str, Any]:
        names, values = request.get("ExpressionAttributeNames", {}), request["ExpressionAttributeValues"]
        self._keep(updated(request["UpdateExpression"], dict(request["Key"]), names, values))
        return {}
