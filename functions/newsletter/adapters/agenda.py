"""What is due: next steps of sequences, reminders of sign-ups, erasures of readers who left. One index, by time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.adapters import enrollments, sign_ups, subscribers
from newsletter.adapters.items import pages, to_item
from newsletter.domain.enrollment import Enrollment
from newsletter.domain.times import iso


@dataclass(frozen=True)
class Reminder:
    """A sign-up that nobody confirmed yet."""

    subscriber: str
    nonce: str


@dataclass(frozen=True)
class Erasure:
    """A reader who left so long ago that nothing of them may be kept."""

    subscriber: str


class Agenda:
    """The index `due` of the Subscribers table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def due(self, shard: str, now: datetime) -> Iterator[Enrollment | Reminder | Erasure]:
        """What is due in a shard, the most overdue first."""
        for item in pages(
            self._client,
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues=to_item({":shard": shard, ":now": iso(now)}),
        ):
            match item["record"]:
                case sign_ups.RECORD:
                    yield Reminder(item["id"], item["nonce"])
                case subscribers.PROFILE:
                    yield Erasure(item["id"])
                case _:
                    yield enrollments.enrollment_of(item)
